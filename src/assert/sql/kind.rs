//! Kinds of statements, as they are found and as policies name them.

use std::fmt;

use crate::domain::nearest::nearest;

/// What a statement does, by its leading words: `DROP TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// In upper case.
    words: Vec<String>,
    /// A DELETE or UPDATE of every row.
    lacks_where: bool,
}

impl Kind {
    pub fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        let upper = |word: W| word.into().to_uppercase();
        Self {
            words: words.into_iter().map(upper).collect(),
            lacks_where: false,
        }
    }

    pub fn lacking_where(self, lacks_where: bool) -> Self {
        Self {
            lacks_where,
            ..self
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" "))?;
        match self.lacks_where {
            true => f.write_str(" without WHERE"),
            false => Ok(()),
        }
    }
}

/// A kind as a policy names it: `drop`, `drop table`, `delete without where`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindPattern {
    words: Vec<String>,
    lacks_where: bool,
}

/// A word with which no statement begins.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{given}` is no kind of statement{}", did_you_mean(.nearest))]
pub struct UnknownKind {
    given: String,
    nearest: Option<&'static str>,
}

fn did_you_mean(nearest: &Option<&'static str>) -> String {
    nearest.map_or(String::new(), |name| {
        format!("; did you mean `{}`?", name.to_lowercase())
    })
}

impl KindPattern {
    /// # Errors
    ///
    /// A first word that begins no statement: it would never match.
    pub fn parse(given: &str) -> Result<Self, UnknownKind> {
        let upper = given.to_uppercase();
        let (words, lacks_where) = match upper.trim().strip_suffix("WITHOUT WHERE") {
            Some(words) => (words, true),
            None => (upper.as_str(), false),
        };
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let first = words.first().map_or("", String::as_str);
        let known = VERBS.iter().chain(&COMMANDS).copied();
        match known.clone().any(|verb| verb == first) {
            true => Ok(Self { words, lacks_where }),
            false => Err(UnknownKind {
                given: given.to_owned(),
                nearest: nearest(first, known),
            }),
        }
    }

    pub fn matches(&self, kind: &Kind) -> bool {
        kind.words.starts_with(&self.words) && (!self.lacks_where || kind.lacks_where)
    }
}

/// True for words that begin a statement of SQL.
pub(super) fn is_verb(word: &str) -> bool {
    VERBS.contains(&word)
}

/// First words of statements of PostgreSQL, MySQL and SQL Server.
const VERBS: [&str; 98] = [
    "ABORT",
    "ADD",
    "ALTER",
    "ANALYZE",
    "BACKUP",
    "BEGIN",
    "BINLOG",
    "BREAK",
    "BULK",
    "CACHE",
    "CALL",
    "CHANGE",
    "CHECK",
    "CHECKPOINT",
    "CHECKSUM",
    "CLONE",
    "CLOSE",
    "CLUSTER",
    "COMMENT",
    "COMMIT",
    "CONTINUE",
    "COPY",
    "CREATE",
    "DBCC",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DENY",
    "DESC",
    "DESCRIBE",
    "DISCARD",
    "DO",
    "DROP",
    "ELSE",
    "END",
    "EXEC",
    "EXECUTE",
    "EXPLAIN",
    "FETCH",
    "FLUSH",
    "GO",
    "GOTO",
    "GRANT",
    "HANDLER",
    "HELP",
    "IF",
    "IMPORT",
    "INSERT",
    "INSTALL",
    "KILL",
    "LISTEN",
    "LOAD",
    "LOCK",
    "MERGE",
    "MOVE",
    "NOTIFY",
    "OPEN",
    "OPTIMIZE",
    "PREPARE",
    "PRINT",
    "PURGE",
    "RAISERROR",
    "READTEXT",
    "REASSIGN",
    "RECONFIGURE",
    "REFRESH",
    "REINDEX",
    "RELEASE",
    "RENAME",
    "REPAIR",
    "REPLACE",
    "RESET",
    "RESTART",
    "RESTORE",
    "RETURN",
    "REVERT",
    "REVOKE",
    "ROLLBACK",
    "SAVE",
    "SAVEPOINT",
    "SECURITY",
    "SELECT",
    "SET",
    "SHOW",
    "SHUTDOWN",
    "START",
    "STOP",
    "TABLE",
    "THROW",
    "TRUNCATE",
    "UNINSTALL",
    "UNLISTEN",
    "UNLOCK",
    "UPDATE",
    "USE",
    "VACUUM",
    "VALUES",
    "WAITFOR",
];

/// First words of MongoDB's commands, which are read as `DROP DATABASE` for `dropDatabase`.
const COMMANDS: [&str; 23] = [
    "AGGREGATE",
    "BULK",
    "CLONE",
    "COLL",
    "COMPACT",
    "CONNECTION",
    "COUNT",
    "DISTINCT",
    "EVAL",
    "FIND",
    "FSYNC",
    "GET",
    "HELLO",
    "IS",
    "LIST",
    "MAP",
    "PING",
    "RENAME",
    "REPL",
    "ROLES",
    "SASL",
    "USERS",
    "WHATSMYURI",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_the_beginning_of_a_kind() {
        let pattern = |text| KindPattern::parse(text).expect("a kind");
        let drop = Kind::new(["DROP", "TABLE"]);
        assert!(pattern("drop").matches(&drop) && pattern("Drop Table").matches(&drop));
        assert!(!pattern("drop view").matches(&drop));
        let delete = Kind::new(["DELETE"]);
        let all = delete.clone().lacking_where(true);
        assert!(pattern("delete").matches(&delete) && pattern("delete").matches(&all));
        assert!(pattern("delete without where").matches(&all));
        assert!(!pattern("delete without where").matches(&delete));
        assert_eq!(all.to_string(), "DELETE without WHERE");
    }

    #[test]
    fn a_word_that_begins_no_statement_names_the_nearest_that_does() {
        let error = KindPattern::parse("dorp table").expect_err("no kind");
        assert_eq!(
            error.to_string(),
            "`dorp table` is no kind of statement; did you mean `drop`?"
        );
        assert!(KindPattern::parse("").is_err());
    }
}
