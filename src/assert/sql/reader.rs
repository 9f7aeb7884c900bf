//! Texts into statements.

use std::collections::HashMap;

use super::kind::Kind;
use super::lexer::{Lexer, Token, TokenKind};
use super::statement::{Around, Meaning, meaning};
use super::{Dialect, Origin, Statement, transact};

const CUT: &str = "a string, a name or a comment in it does not end";
const OPEN_PARENTHESIS: &str = "a parenthesis in it is not closed";
const STORED_PROGRAM: &str = "where a stored program ends cannot be told";
const DELIMITER: &str = "DELIMITER changes where statements end";
const QUOTING: &str = "the session changed how strings are quoted";
const COMMAND_LINE: &str = "a command of the command line runs what is not in the recording";

/// Prepared statements that are remembered: a session has few, and a hostile one shall not fill
/// the memory.
const MOST_PREPARED: usize = 10_000;

/// Reads the texts of one session in order. What one of them prepares, a later one may run.
#[derive(Clone, Debug)]
pub struct Reader {
    dialect: Dialect,
    origin: Origin,
    prepared: HashMap<String, Vec<Kind>>,
    /// From here on strings may end elsewhere.
    quoting_changed: bool,
}

impl Reader {
    pub fn new(dialect: Dialect, origin: Origin) -> Self {
        Self {
            dialect,
            origin,
            prepared: HashMap::new(),
            quoting_changed: false,
        }
    }

    /// The statements of a text.
    pub fn read(&mut self, text: &str) -> Vec<Statement> {
        let mut lexer = Lexer::new(self.dialect, self.origin, text);
        let mut statements = Vec::new();
        let mut tokens = Vec::new();
        let mut depth = 0_usize;
        while let Some(token) = lexer.next() {
            match token.kind {
                TokenKind::End if depth == 0 || self.dialect != Dialect::Postgres => {
                    let copies = self.origin == Origin::Script && is_copy_from_stdin(&tokens);
                    self.end(&mut tokens, None, &mut statements);
                    depth = 0;
                    if copies {
                        lexer.skip_copied_rows();
                    }
                }
                TokenKind::Meta => self.meta(token, &mut tokens, &mut statements),
                _ => tokens.push(token),
            }
            depth = match () {
                () if token.is_symbol("(") => depth + 1,
                () if token.is_symbol(")") => depth.saturating_sub(1),
                () => depth,
            };
            if let Some(unclear) = self.ends_reading(&tokens) {
                let rest = lexer.skip_while(|_| false).last().unwrap_or(token);
                tokens.push(rest);
                self.end(&mut tokens, Some(unclear), &mut statements);
                return statements;
            }
        }
        let unclear = match (lexer.is_cut, depth) {
            (true, _) => Some(CUT),
            (false, 1..) if self.dialect == Dialect::Postgres => Some(OPEN_PARENTHESIS),
            _ => None,
        };
        self.end(&mut tokens, unclear, &mut statements);
        statements
    }

    /// True where it cannot be told how the text goes on.
    fn ends_reading(&self, tokens: &[Token<'_>]) -> Option<&'static str> {
        let (first, last) = (tokens.first()?, tokens.last()?);
        let is_script = self.origin == Origin::Script;
        if self.dialect == Dialect::MySql && is_script && first.is_word("DELIMITER") {
            return Some(DELIMITER);
        }
        let is_program = first.is_word("CREATE") || first.is_word("ALTER");
        let before = tokens.len().checked_sub(2).map(|at| &tokens[at]);
        let begins = match self.dialect {
            Dialect::Postgres => {
                last.is_word("ATOMIC") && before.is_some_and(|before| before.is_word("BEGIN"))
            }
            Dialect::MySql => last.is_word("BEGIN"),
            // The whole batch is the program.
            Dialect::SqlServer => false,
        };
        (is_program && begins).then_some(STORED_PROGRAM)
    }

    fn end(
        &mut self,
        tokens: &mut Vec<Token<'_>>,
        unclear: Option<&'static str>,
        statements: &mut Vec<Statement>,
    ) {
        let tokens = std::mem::take(tokens);
        let segments = match self.dialect {
            Dialect::SqlServer => transact::split(&tokens),
            _ => vec![&tokens[..]],
        };
        let last = segments.len().saturating_sub(1);
        for (place, segment) in segments.into_iter().enumerate() {
            let unclear = unclear.filter(|_| place == last);
            self.statement(segment, unclear, statements);
        }
    }

    fn statement(
        &mut self,
        tokens: &[Token<'_>],
        unclear: Option<&'static str>,
        statements: &mut Vec<Statement>,
    ) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return;
        };
        let Meaning {
            kinds,
            unclear: meant,
            prepares,
        } = meaning(self.around(), tokens);
        match prepares {
            Some((name, kinds)) if self.prepared.len() < MOST_PREPARED => {
                self.prepared.insert(name, kinds);
            }
            _ => {}
        }
        let quoting = self.quoting_changed.then_some(QUOTING);
        self.quoting_changed |= changes_quoting(tokens);
        statements.push(Statement {
            kinds,
            unclear: unclear.or(meant).or(quoting),
            range: first.at..last.end(),
        });
    }

    fn around(&self) -> Around<'_> {
        Around {
            dialect: self.dialect,
            prepared: &self.prepared,
            depth: 0,
        }
    }

    /// A command of psql, mysql or sqlcmd: most change how answers look.
    fn meta(
        &mut self,
        token: Token<'_>,
        tokens: &mut Vec<Token<'_>>,
        statements: &mut Vec<Statement>,
    ) {
        let command = token.text.trim_start_matches(['\\', ':']);
        let name = command.split_whitespace().next().unwrap_or_default();
        let runs_more = match self.dialect {
            Dialect::Postgres => {
                matches!(name, "i" | "ir" | "include" | "include_relative" | "gexec")
                    || name.starts_with('!')
                    || command.contains('|')
                    || command.contains('`')
            }
            Dialect::MySql => command.starts_with(['.', '!', 'd']),
            Dialect::SqlServer => name.eq_ignore_ascii_case("r") || command.starts_with("!!"),
        };
        if name == "gexec" || command.contains('|') && name.starts_with('g') {
            return self.end(tokens, Some(COMMAND_LINE), statements);
        }
        let copy = self.dialect == Dialect::Postgres && name == "copy";
        if copy || runs_more {
            statements.push(Statement {
                kinds: copy.then(|| copy_kind(command)).into_iter().collect(),
                unclear: runs_more.then_some(COMMAND_LINE),
                range: token.at..token.end(),
            });
        }
    }
}

/// `\copy … from …` or `… to …`.
fn copy_kind(command: &str) -> Kind {
    let is_from = command
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case("from"));
    Kind::new(["COPY", if is_from { "FROM" } else { "TO" }])
}

fn is_copy_from_stdin(tokens: &[Token<'_>]) -> bool {
    tokens.first().is_some_and(|first| first.is_word("COPY"))
        && tokens
            .windows(2)
            .any(|pair| pair[0].is_word("FROM") && pair[1].is_word("STDIN"))
}

/// `SET standard_conforming_strings`, `SET sql_mode = 'ANSI_QUOTES'` and their like.
fn changes_quoting(tokens: &[Token<'_>]) -> bool {
    let is_set = tokens.first().is_some_and(|first| first.is_word("SET"));
    let names = [
        "standard_conforming_strings",
        "sql_mode",
        "@@sql_mode",
        "quoted_identifier",
    ];
    let mode = |token: &Token<'_>| {
        let text = token.text.to_ascii_uppercase();
        text.contains("ANSI") || text.contains("NO_BACKSLASH_ESCAPES") || text.contains("OFF")
    };
    is_set
        && tokens
            .iter()
            .any(|token| names.iter().any(|name| token.is_word(name)))
        && tokens.iter().any(mode)
}
