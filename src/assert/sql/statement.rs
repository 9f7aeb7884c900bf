//! What one statement does, from its tokens.

use std::collections::HashMap;

use super::Dialect;
use super::kind::{Kind, is_verb};
use super::lexer::{Token, TokenKind};

const BLOCK: &str = "a DO block runs code that is not read";
const PROCEDURE: &str = "what the procedure does is not in the recording";
const BUILT: &str = "it runs a text that is built while it runs";
const PREPARED: &str = "what it prepares is not a statement in the text";
const UNPREPARED: &str = "what it runs was not prepared in the recording";
const TOO_DEEP: &str = "it stands behind too many others";
const UNREADABLE: &str = "its common table expressions cannot be read";

/// What a statement does.
#[derive(Clone, Debug, Default)]
pub(super) struct Meaning {
    pub kinds: Vec<Kind>,
    pub unclear: Option<&'static str>,
    /// A name, and what running it would do.
    pub prepares: Option<(String, Vec<Kind>)>,
}

impl Meaning {
    fn of(kind: Kind) -> Self {
        Self {
            kinds: vec![kind],
            ..Self::default()
        }
    }

    fn unclear(self, why: &'static str) -> Self {
        Self {
            unclear: Some(why),
            ..self
        }
    }

    /// With what another statement inside of this one does.
    fn and(mut self, inner: Meaning) -> Self {
        self.kinds.extend(inner.kinds);
        self.unclear = self.unclear.or(inner.unclear);
        self
    }
}

/// Statements that stand in front of others, as `EXPLAIN ANALYZE` does, and parentheses around a
/// change of data: no server takes more, and somebody else wrote the text.
const DEEPEST: usize = 16;

/// What is known around a statement.
#[derive(Clone, Copy)]
pub(super) struct Around<'p> {
    pub dialect: Dialect,
    /// The statements prepared before, by name.
    pub prepared: &'p HashMap<String, Vec<Kind>>,
    /// How many statements it stands behind.
    pub depth: usize,
}

/// What `tokens` do.
pub(super) fn meaning(around: Around<'_>, tokens: &[Token<'_>]) -> Meaning {
    if around.depth > DEEPEST {
        return Meaning::default().unclear(TOO_DEEP);
    }
    let dialect = around.dialect;
    let inside = Around {
        depth: around.depth + 1,
        ..around
    };
    let start = tokens.iter().position(|token| !token.is_symbol("("));
    let tokens = &tokens[start.unwrap_or(tokens.len())..];
    let Some(verb) = verb_of(tokens) else {
        return Meaning::default();
    };
    let rest = &tokens[1..];
    let own = match verb.as_str() {
        "WITH" => with(inside, rest),
        "EXPLAIN" | "DESCRIBE" | "DESC" => explain(inside, rest),
        "PREPARE" => prepare(inside, rest),
        "EXEC" | "EXECUTE" => execute(around, &verb, rest),
        "DO" if dialect == Dialect::Postgres => Meaning::of(Kind::new(["DO"])).unclear(BLOCK),
        "CALL" => Meaning::of(Kind::new(["CALL"])).unclear(PROCEDURE),
        "DELETE" | "UPDATE" => Meaning::of(change(&verb, rest)),
        "SELECT" => Meaning::of(select(rest)),
        "COPY" => Meaning::of(copy(rest)),
        "MERGE" => merge(rest),
        "CREATE" | "ALTER" | "DROP" => Meaning::of(definition(&verb, rest)),
        // A batch may begin with the name of a procedure.
        _ if dialect == Dialect::SqlServer && !is_verb(&verb) => {
            Meaning::of(Kind::new(["EXEC"])).unclear(PROCEDURE)
        }
        _ => Meaning::of(plain(&verb, rest)),
    };
    let is_program = ["FUNCTION", "PROCEDURE", "TRIGGER", "RULE", "EVENT", "PROC"];
    let defines_program = verb == "CREATE"
        && rest
            .iter()
            .take(8)
            .any(|t| is_program.iter().any(|word| t.is_word(word)));
    match defines_program || matches!(verb.as_str(), "GRANT" | "REVOKE" | "EXPLAIN" | "PREPARE") {
        true => own,
        false => Meaning {
            kinds: with_inner_changes(own.kinds, rest),
            ..own
        },
    }
}

fn verb_of(tokens: &[Token<'_>]) -> Option<String> {
    let first = tokens.first()?;
    (first.kind == TokenKind::Word).then(|| first.text.to_ascii_uppercase())
}

fn word_at(tokens: &[Token<'_>], at: usize) -> Option<String> {
    verb_of(tokens.get(at..)?)
}

/// Tokens with how deep in parentheses they stand.
fn at_depth<'a, 't>(tokens: &'a [Token<'t>]) -> impl Iterator<Item = (usize, &'a Token<'t>)> {
    let mut depth = 0_usize;
    tokens.iter().map(move |token| {
        if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        let own = depth;
        if token.is_symbol("(") {
            depth += 1;
        }
        (own, token)
    })
}

/// True where a word stands outside of parentheses.
fn has_outside(tokens: &[Token<'_>], word: &str) -> bool {
    at_depth(tokens).any(|(depth, token)| depth == 0 && token.is_word(word))
}

/// The tokens of the parenthesis that `tokens` begin with, and those behind it.
fn group<'a, 't>(tokens: &'a [Token<'t>]) -> Option<(&'a [Token<'t>], &'a [Token<'t>])> {
    tokens.first().filter(|first| first.is_symbol("("))?;
    let (end, _) = at_depth(tokens)
        .enumerate()
        .map(|(place, (depth, token))| (place, depth == 0 && token.is_symbol(")")))
        .find(|(_, closes)| *closes)?;
    Some((&tokens[1..end], &tokens[end + 1..]))
}

fn change(verb: &str, rest: &[Token<'_>]) -> Kind {
    match word_at(rest, 0) {
        // Of SQL Server: it counts rows and changes none.
        Some(word) if verb == "UPDATE" && word == "STATISTICS" => Kind::new(["ANALYZE"]),
        _ => Kind::new([verb]).lacking_where(!has_outside(rest, "WHERE")),
    }
}

fn select(rest: &[Token<'_>]) -> Kind {
    match has_outside(rest, "INTO") {
        true => Kind::new(["SELECT", "INTO"]),
        false => Kind::new(["SELECT"]),
    }
}

fn copy(rest: &[Token<'_>]) -> Kind {
    let mut words = vec!["COPY"];
    let direction = at_depth(rest)
        .filter(|(depth, _)| *depth == 0)
        .find_map(|(_, token)| ["FROM", "TO"].into_iter().find(|word| token.is_word(word)));
    words.extend(direction);
    if has_outside(rest, "PROGRAM") {
        words.push("PROGRAM");
    }
    Kind::new(words)
}

/// With what it does to the rows that match, or do not.
fn merge(rest: &[Token<'_>]) -> Meaning {
    let mut merge = Meaning::of(Kind::new(["MERGE"]));
    for verb in ["DELETE", "UPDATE", "INSERT"] {
        let does = |pair: &[Token<'_>]| pair[0].is_word("THEN") && pair[1].is_word(verb);
        if rest.windows(2).any(does) {
            merge.kinds.push(Kind::new([verb]));
        }
    }
    merge
}

/// `CREATE OR REPLACE TEMPORARY TABLE` is `CREATE TABLE`.
fn definition(verb: &str, rest: &[Token<'_>]) -> Kind {
    const MODIFIERS: [&str; 14] = [
        "OR",
        "REPLACE",
        "ALTER",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "GLOBAL",
        "LOCAL",
        "UNIQUE",
        "RECURSIVE",
        "MATERIALIZED",
        "TRUSTED",
        "CLUSTERED",
        "NONCLUSTERED",
    ];
    let object = rest
        .iter()
        .find(|token| !MODIFIERS.iter().any(|word| token.is_word(word)))
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| match token.text.to_ascii_uppercase() {
            word if word == "PROC" => "PROCEDURE".to_owned(),
            word if word == "TRAN" => "TRANSACTION".to_owned(),
            word => word,
        });
    // MySQL names who defines it, and how, in front of what it is.
    let object = match object.as_deref() {
        Some("DEFINER" | "ALGORITHM" | "SQL" | "AGGREGATE") => {
            let known = ["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "VIEW"];
            let found = rest
                .iter()
                .find_map(|token| known.into_iter().find(|word| token.is_word(word)));
            found.map(str::to_owned).or(object)
        }
        _ => object,
    };
    Kind::new([Some(verb.to_owned()), object].into_iter().flatten())
}

/// Statements whose second word says what they are.
fn plain(verb: &str, rest: &[Token<'_>]) -> Kind {
    const SAYING: [&str; 13] = [
        "SET", "SHOW", "LOAD", "FLUSH", "REFRESH", "REINDEX", "RESET", "START", "SECURITY", "LOCK",
        "REASSIGN", "BULK", "BACKUP",
    ];
    let second = word_at(rest, 0).filter(|_| SAYING.contains(&verb));
    Kind::new([Some(verb.to_owned()), second].into_iter().flatten())
}

fn with(inside: Around<'_>, rest: &[Token<'_>]) -> Meaning {
    let mut rest = match rest.first() {
        Some(token) if token.is_word("RECURSIVE") => &rest[1..],
        _ => rest,
    };
    loop {
        let Some(behind) = one_expression(rest) else {
            return Meaning::default().unclear(UNREADABLE);
        };
        match behind.first() {
            Some(token) if token.is_symbol(",") => rest = &behind[1..],
            _ => return meaning(inside, behind),
        }
    }
}

/// What stands behind `name [(columns)] AS [[NOT] MATERIALIZED] (query) [SEARCH …] [CYCLE …]`.
fn one_expression<'a, 't>(tokens: &'a [Token<'t>]) -> Option<&'a [Token<'t>]> {
    let name = tokens.first()?;
    matches!(name.kind, TokenKind::Word | TokenKind::Opaque).then_some(())?;
    let rest = &tokens[1..];
    let rest = group(rest).map_or(rest, |(_, behind)| behind);
    rest.first().filter(|token| token.is_word("AS"))?;
    let open = rest.iter().position(|token| token.is_symbol("("))?;
    let is_hint = |token: &Token<'_>| token.is_word("NOT") || token.is_word("MATERIALIZED");
    rest[1..open].iter().all(is_hint).then_some(())?;
    let (_, behind) = group(&rest[open..])?;
    match behind.first() {
        Some(token) if token.is_word("SEARCH") || token.is_word("CYCLE") => {
            let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"];
            let ends = |token: &Token<'_>| {
                token.is_symbol(",") || verbs.iter().any(|verb| token.is_word(verb))
            };
            // Columns are listed with commas in both; a verb is what follows for sure.
            let next = behind
                .iter()
                .position(|token| ends(token) && !token.is_symbol(","))?;
            Some(&behind[next..])
        }
        _ => Some(behind),
    }
}

/// Alone it runs nothing; with ANALYZE it runs what it explains.
fn explain(inside: Around<'_>, rest: &[Token<'_>]) -> Meaning {
    let own = Meaning::of(Kind::new(["EXPLAIN"]));
    let (options, behind) = group(rest).unwrap_or((&[], rest));
    let mut runs = analyzes(options);
    let mut behind = behind;
    while let Some(token) = behind.first() {
        match () {
            () if token.is_word("ANALYZE") => runs = true,
            () if token.is_word("VERBOSE") || token.is_word("EXTENDED") => {}
            // `FORMAT = JSON`
            () if token.is_word("FORMAT") => behind = behind.get(2..).unwrap_or_default(),
            () => break,
        }
        behind = behind.get(1..).unwrap_or_default();
    }
    match runs {
        true => own.and(meaning(inside, behind)),
        false => own,
    }
}

/// The last word on ANALYZE among options in parentheses.
fn analyzes(options: &[Token<'_>]) -> bool {
    let said = options
        .split(|token| token.is_symbol(","))
        .rev()
        .find(|option| {
            option
                .first()
                .is_some_and(|name| name.is_word("ANALYZE") || name.is_word("ANALYSE"))
        });
    let is_off = |value: &Token<'_>| {
        ["false", "off", "0"].contains(&value.text.trim_matches('\'').to_ascii_lowercase().as_str())
    };
    said.is_some_and(|option| !option.get(1).is_some_and(is_off))
}

fn prepare(inside: Around<'_>, rest: &[Token<'_>]) -> Meaning {
    let own = Meaning::of(Kind::new(["PREPARE"]));
    let is_transaction = rest
        .first()
        .is_some_and(|token| token.is_word("TRANSACTION"));
    if is_transaction {
        return own;
    }
    let name = rest.first().map(|token| token.text.to_ascii_lowercase());
    let at = at_depth(rest).position(|(depth, token)| depth == 0 && token.is_word("AS"));
    match (inside.dialect, name, at) {
        (Dialect::Postgres, Some(name), Some(at)) => {
            let inner = meaning(inside, &rest[at + 1..]);
            Meaning {
                prepares: Some((name, inner.kinds)),
                unclear: inner.unclear,
                ..own
            }
        }
        _ => own.unclear(PREPARED),
    }
}

fn execute(around: Around<'_>, verb: &str, rest: &[Token<'_>]) -> Meaning {
    let own = Meaning::of(Kind::new([verb]));
    let name = rest.first().map(|token| token.text.to_ascii_lowercase());
    match around.dialect {
        Dialect::Postgres => match name.and_then(|name| around.prepared.get(&name)) {
            Some(kinds) => own.and(Meaning {
                kinds: kinds.clone(),
                ..Meaning::default()
            }),
            None => own.unclear(UNPREPARED),
        },
        Dialect::MySql => own.unclear(BUILT),
        Dialect::SqlServer => match name.as_deref() {
            Some("as") => Meaning::of(Kind::new([verb, "AS"])),
            Some("(" | "sp_executesql" | "sys.sp_executesql") => own.unclear(BUILT),
            _ => own.unclear(PROCEDURE),
        },
    }
}

/// Adds what changes data inside of parentheses: `WITH x AS (DELETE FROM t RETURNING *) …`.
fn with_inner_changes(mut kinds: Vec<Kind>, rest: &[Token<'_>]) -> Vec<Kind> {
    for inner in changes(rest) {
        let verb = inner[0].text.to_ascii_uppercase();
        let kind = match verb.as_str() {
            "DELETE" | "UPDATE" => change(&verb, &inner[1..]),
            _ => Kind::new([verb]),
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The insides of parentheses that begin with a change of data, each with its first word.
fn changes<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            open.push(place + 1);
        } else if token.is_symbol(")") {
            let depth = open.len();
            let inner = open.pop().map(|start| &tokens[start..place]);
            found.extend(inner.filter(|inner| depth <= DEEPEST && is_change(inner)));
        }
    }
    found
}

fn is_change(tokens: &[Token<'_>]) -> bool {
    match verb_of(tokens).as_deref() {
        Some("DELETE") => word_at(tokens, 1).is_some_and(|word| word == "FROM"),
        Some("INSERT" | "MERGE") => word_at(tokens, 1).is_some_and(|word| word == "INTO"),
        Some("UPDATE") => has_outside(tokens, "SET"),
        _ => false,
    }
}
