//! Words, quoted pieces and the ends of statements in a text of SQL.
//!
//! Rules of quoting: PostgreSQL manual 4.1 (lexical structure) and psql's reference page; MySQL
//! manual 11.1 and 11.7 (literals, comments); Transact-SQL reference (constants, delimited
//! identifiers, comments, GO).

use super::{Dialect, Origin};

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub kind: TokenKind,
    pub text: &'t str,
    pub at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword or a name that is not quoted.
    Word,
    /// A string, a quoted name, a number: nothing that could be a keyword.
    Opaque,
    Symbol,
    /// `;`, and what stands for it: `GO`, psql's `\g`.
    End,
    /// A command of the database's command line: `\i`, `:r`, `!!`.
    Meta,
}

impl Token<'_> {
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Reads tokens from the front.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    dialect: Dialect,
    origin: Origin,
    text: &'t str,
    at: usize,
    /// Inside of MySQL's `/*! … */`, which runs.
    in_hint: bool,
    /// A string, a quoted name or a comment did not end.
    pub is_cut: bool,
}

impl<'t> Lexer<'t> {
    pub fn new(dialect: Dialect, origin: Origin, text: &'t str) -> Self {
        Self {
            dialect,
            origin,
            text,
            at: 0,
            in_hint: false,
            is_cut: false,
        }
    }

    /// Passes over the rows that follow `COPY … FROM STDIN` in a script, to the line `\.`.
    pub fn skip_copied_rows(&mut self) {
        let rest = self.rest();
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            length += line.len();
            if line.trim_end() == "\\." {
                break;
            }
        }
        self.at += length;
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn is_script_of(&self, dialect: Dialect) -> bool {
        self.origin == Origin::Script && self.dialect == dialect
    }

    fn is_at_line_start(&self) -> bool {
        let is_blank = |c: char| c.is_whitespace() && c != '\n';
        let before = self.text[..self.at].trim_end_matches(is_blank);
        before.is_empty() || before.ends_with('\n')
    }

    fn take(&mut self, kind: TokenKind, length: usize) -> Token<'t> {
        let token = Token {
            kind,
            text: &self.text[self.at..self.at + length],
            at: self.at,
        };
        self.at += length;
        token
    }

    /// Takes `prefix` bytes and what is quoted behind them.
    fn quoted(&mut self, prefix: usize, quote: char, has_escapes: bool) -> Token<'t> {
        let body = &self.rest()[prefix + quote.len_utf8()..];
        let close = if quote == '[' { ']' } else { quote };
        let length = quoted_length(body, close, has_escapes);
        self.is_cut |= length.is_none();
        let length = length.unwrap_or(body.len());
        self.take(TokenKind::Opaque, prefix + 1 + length)
    }

    /// Blanks and comments. True when something was skipped.
    fn skip_blank(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start().len();
        let length = match blanks {
            0 => self.comment(rest),
            _ => Some(blanks),
        };
        self.at += length.unwrap_or(0);
        length.is_some()
    }

    fn comment(&mut self, rest: &str) -> Option<usize> {
        let line = || rest.find('\n').unwrap_or(rest.len());
        let is_mysql = self.dialect == Dialect::MySql;
        match rest.as_bytes() {
            // MySQL wants a blank behind the dashes.
            [b'-', b'-', next, ..] if is_mysql && !next.is_ascii_whitespace() => None,
            [b'-', b'-', ..] => Some(line()),
            [b'#', ..] if is_mysql => Some(line()),
            [b'/', b'*', b'!', ..] if is_mysql => self.hint(rest, 3),
            [b'/', b'*', b'M', b'!', ..] if is_mysql => self.hint(rest, 4),
            [b'*', b'/', ..] if self.in_hint => {
                self.in_hint = false;
                Some(2)
            }
            [b'/', b'*', ..] => {
                let length = comment_length(rest, !is_mysql);
                self.is_cut |= length.is_none();
                Some(length.unwrap_or(rest.len()))
            }
            _ => None,
        }
    }

    /// The mark of a comment that runs, with the version that it is for.
    fn hint(&mut self, rest: &str, mark: usize) -> Option<usize> {
        self.in_hint = true;
        let version = rest[mark..].bytes().take_while(u8::is_ascii_digit).count();
        Some(mark + version)
    }

    fn word(&mut self) -> Token<'t> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !is_name(c))
            .unwrap_or(rest.len())
            .max(1);
        let (word, behind) = rest.split_at(length);
        let is_postgres = self.dialect == Dialect::Postgres;
        match (word.to_ascii_uppercase().as_str(), behind.chars().next()) {
            ("E", Some('\'')) if is_postgres => self.quoted(length, '\'', true),
            ("N" | "B" | "X", Some('\'')) => {
                let has_escapes = self.dialect == Dialect::MySql;
                self.quoted(length, '\'', has_escapes)
            }
            ("U", Some('&')) if is_postgres && behind[1..].starts_with(['\'', '"']) => {
                let quote = if behind.as_bytes()[1] == b'\'' {
                    '\''
                } else {
                    '"'
                };
                self.quoted(length + 1, quote, false)
            }
            ("GO", _) if self.dialect == Dialect::SqlServer && self.is_at_line_start() => {
                let line = behind.lines().next().unwrap_or_default();
                match line.trim().bytes().all(|byte| byte.is_ascii_digit()) {
                    // With how often the batch is run.
                    true => self.take(TokenKind::End, length + line.len()),
                    false => self.take(TokenKind::Word, length),
                }
            }
            _ => self.take(TokenKind::Word, length),
        }
    }

    fn dollar(&mut self) -> Token<'t> {
        let rest = self.rest();
        let tag = rest[1..].find('$').map(|end| &rest[..end + 2]);
        let is_tag = |tag: &str| {
            let name = &tag[1..tag.len() - 1];
            name.chars().all(is_name) && !name.starts_with(|c: char| c.is_ascii_digit())
        };
        let Some(tag) = tag.filter(|tag| is_tag(tag)) else {
            // A parameter.
            let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
            return self.take(TokenKind::Opaque, digits + 1);
        };
        let end = rest[tag.len()..].find(tag);
        self.is_cut |= end.is_none();
        let length = end.map_or(rest.len(), |end| end + 2 * tag.len());
        self.take(TokenKind::Opaque, length)
    }

    /// A command of the command line, to the end of the line or to psql's `\\\\`.
    fn meta(&mut self) -> Token<'t> {
        let rest = self.rest();
        // psql sends what stands before and behind it together.
        if rest.starts_with("\\;") {
            return self.take(TokenKind::End, 2);
        }
        let line = rest.find('\n').unwrap_or(rest.len());
        let length = match rest[1..line].find("\\\\") {
            Some(end) if self.dialect == Dialect::Postgres => end + 3,
            _ => line,
        };
        match self.is_end(&rest[1..length]) {
            true => self.take(TokenKind::End, length),
            false => self.take(TokenKind::Meta, length),
        }
    }

    /// True for commands that send the statement before them and do nothing else.
    fn is_end(&self, command: &str) -> bool {
        let name = command.split_whitespace().next().unwrap_or_default();
        match self.dialect {
            // A pipe starts a program; `\gexec` runs what comes back.
            Dialect::Postgres => {
                let ends = ["g", "gx", "gset", "gdesc", "watch", "crosstabview"];
                ends.contains(&name) && !command.contains('|')
            }
            Dialect::MySql => matches!(name, "g" | "G"),
            Dialect::SqlServer => false,
        }
    }
}

impl<'t> Iterator for Lexer<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        while self.skip_blank() {}
        let c = self.rest().chars().next()?;
        let is_mysql = self.dialect == Dialect::MySql;
        let is_postgres = self.dialect == Dialect::Postgres;
        let is_sqlcmd = self.is_script_of(Dialect::SqlServer) && self.is_at_line_start();
        Some(match c {
            '\'' => self.quoted(0, '\'', is_mysql),
            '"' => self.quoted(0, '"', is_mysql),
            '`' if is_mysql => self.quoted(0, '`', false),
            '[' if self.dialect == Dialect::SqlServer => self.quoted(0, '[', false),
            '$' if is_postgres => self.dollar(),
            '\\' if self.origin == Origin::Script => self.meta(),
            ':' | '!' if is_sqlcmd => self.meta(),
            ';' => self.take(TokenKind::End, 1),
            c if c.is_ascii_digit() => {
                let rest = self.rest();
                let length = rest.find(|c: char| !is_name(c) && c != '.');
                self.take(TokenKind::Opaque, length.unwrap_or(rest.len()))
            }
            c if is_name(c) => self.word(),
            c => self.take(TokenKind::Symbol, c.len_utf8()),
        })
    }
}

/// What may stand in a name. Variables (`@x`) and temporary tables (`#x`) are names too.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '#' | '$') || !c.is_ascii() && !c.is_whitespace()
}

/// The length of a quoted body with the closing quote; doubled quotes do not end it.
fn quoted_length(body: &str, close: char, has_escapes: bool) -> Option<usize> {
    let bytes = body.as_bytes();
    let close = close as u8;
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            b'\\' if has_escapes => at += 2,
            byte if byte == close && bytes.get(at + 1) == Some(&close) => at += 2,
            byte if byte == close => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The length of a comment; PostgreSQL and SQL Server nest them.
fn comment_length(text: &str, nests: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 1;
    let mut at = 2;
    while depth > 0 {
        match bytes.get(at..at + 2)? {
            b"*/" => {
                depth -= 1;
                at += 2;
            }
            b"/*" if nests => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    Some(at)
}
