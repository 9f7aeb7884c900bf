//! Passwords that stand in statements: `PASSWORD '…'`, `IDENTIFIED BY '…'`, connection strings.
//!
//! Only the literal is replaced. It is read by the dialect's own rules of quoting, since a rule
//! that reads too far would hide the statement that follows. The marks are those of
//! [`crate::domain::redaction`], under the rules that find the same in any other text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::document;
use crate::domain::redaction::Redactor;
use crate::recording::Kind;

/// What a password literal follows: the clauses of PostgreSQL, MySQL, MariaDB, Oracle and SQL
/// Server that set one, replication's among them (`MASTER_PASSWORD`), and `SECRET` of a credential.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:(?:\w+_)?password(?:\s+for\s+[^=;]{1,300}=)?",
        r"|identified\s+(?:by|(?:with|via)\s+\S+\s+(?:by|as|using))",
        r"|secret\s*=)[\s=:(]*",
    ))
});

/// The old password that MySQL takes behind a new one.
static REPLACE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s+replace\s+"));

/// `user:password@` of a URL, and `password=…` inside a connection string.
static CONNECTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)[a-z][a-z0-9+.-]*://[^\s/:@'"]*:(?P<url>[^\s@'"]+)@|\b(?:password|pwd)=(?P<key>[^\s'";&=]+)"#,
    )
});

/// A text in the course of losing its secrets.
pub(super) struct Hidden<'a> {
    original: &'a str,
    redactor: &'a Redactor,
    text: String,
    /// So much of the original has been dealt with.
    kept: usize,
    rules: Vec<&'static str>,
}

impl<'a> Hidden<'a> {
    pub fn new(original: &'a str, redactor: &'a Redactor) -> Self {
        Self {
            original,
            redactor,
            text: String::new(),
            kept: 0,
            rules: Vec::new(),
        }
    }

    /// The end of what was replaced last.
    pub fn end(&self) -> usize {
        self.kept
    }

    /// Puts the mark of the secret at `secret`, in quotes, in the place of `range`.
    pub fn replace(
        &mut self,
        range: Range<usize>,
        secret: Range<usize>,
        rule: &'static str,
        quote: &str,
    ) {
        let mark = self.redactor.mark(rule, &self.original[secret]);
        self.text.push_str(&self.original[self.kept..range.start]);
        self.text.push_str(&format!("{quote}{mark}{quote}"));
        self.kept = range.end;
        self.rules.push(rule);
    }

    /// The text, and the rule of each secret; `None` where there was none.
    pub fn finish(mut self) -> Option<(String, Vec<&'static str>)> {
        self.text.push_str(&self.original[self.kept..]);
        (!self.rules.is_empty()).then_some((self.text, self.rules))
    }
}

/// The statement without its passwords, and the rule of each; `None` where it has none.
pub(super) fn statement(
    kind: Kind,
    sql: &str,
    redactor: &Redactor,
) -> Option<(String, Vec<&'static str>)> {
    let mut hidden = Hidden::new(sql, redactor);
    if kind == Kind::MongoDb {
        document::hide(sql, &mut hidden);
        return hidden.finish();
    }
    literals(kind, sql, &mut hidden);
    let without_literals = hidden.finish();
    let rest = without_literals.as_ref().map_or(sql, |(text, _)| text);
    let mut hidden = Hidden::new(rest, redactor);
    connections(rest, &mut hidden);
    match (hidden.finish(), without_literals) {
        (Some((text, rules)), Some((_, mut all))) => {
            all.extend(rules);
            Some((text, all))
        }
        (found, without_literals) => found.or(without_literals),
    }
}

fn connections(sql: &str, hidden: &mut Hidden<'_>) {
    for found in CONNECTION.captures_iter(sql) {
        let (secret, rule) = match (found.name("url"), found.name("key")) {
            (Some(url), _) => (url.range(), "url-password"),
            (None, Some(key)) => (key.range(), "password"),
            (None, None) => continue,
        };
        if !sql[secret.clone()].contains("[redacted:") {
            hidden.replace(secret.clone(), secret, rule, "");
        }
    }
}

fn literals(kind: Kind, sql: &str, hidden: &mut Hidden<'_>) {
    for found in BEFORE.find_iter(sql) {
        if found.start() < hidden.end() {
            continue;
        }
        let Some(end) = hide_literal(kind, sql, found.end(), hidden) else {
            continue;
        };
        if let Some(old) = REPLACE.find(&sql[end..]) {
            hide_literal(kind, sql, end + old.end(), hidden);
        }
    }
}

/// Hides the literal at `at`; answers its end.
fn hide_literal(kind: Kind, sql: &str, at: usize, hidden: &mut Hidden<'_>) -> Option<usize> {
    let length = literal(kind, &sql[at..])?;
    let whole = at..at + length;
    // Without its quotes, so that the same value has the same token in every text.
    let text = &sql[whole.clone()];
    let open = text.find(['\'', '"']).map_or(0, |quote| quote + 1);
    let close =
        text.len() - usize::from(open > 0 && text.len() > open && text.ends_with(['\'', '"']));
    hidden.replace(whole.clone(), at + open..at + close, "sql-password", "'");
    Some(whole.end)
}

/// The length of the string literal that `text` begins with; all of it where it does not end.
fn literal(kind: Kind, text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (prefix, has_escapes) = match bytes {
        [b'E' | b'e', b'\'', ..] => (1, true),
        [b'N' | b'n', b'\'', ..] => (1, kind == Kind::MySql),
        [b'U' | b'u', b'&', b'\'', ..] => (2, false),
        [b'$', ..] => return dollar_quoted(text),
        [b'0', b'x' | b'X', digits @ ..] => return hexadecimal(digits).map(|length| length + 2),
        // A literal inside a literal: its quotes are doubled.
        [b'\'', b'\'', next, ..] if next.is_ascii_alphanumeric() => {
            return Some(text[2..].find("''").map_or(text.len(), |end| end + 4));
        }
        _ => (0, kind == Kind::MySql),
    };
    match bytes.get(prefix)? {
        quote @ (b'\'' | b'"') => Some(prefix + quoted(&bytes[prefix..], *quote, has_escapes)),
        _ => None,
    }
}

/// SQL Server takes a hash as `0x…`.
fn hexadecimal(digits: &[u8]) -> Option<usize> {
    let length = digits.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    (length > 0).then_some(length)
}

/// The length of a literal with its quotes; a doubled quote does not end it.
fn quoted(bytes: &[u8], quote: u8, has_escapes: bool) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' if has_escapes => at += 2,
            byte if byte == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `$tag$ … $tag$`; `$1` is a parameter and no literal.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag_end = 1 + text[1..].find('$')?;
    let tag = &text[..=tag_end];
    let is_tag = tag[1..tag_end]
        .chars()
        .enumerate()
        .all(|(n, c)| c == '_' || c.is_alphabetic() || (n > 0 && c.is_alphanumeric()));
    if !is_tag {
        return None;
    }
    let body = &text[tag.len()..];
    Some(body.find(tag).map_or(text.len(), |end| end + 2 * tag.len()))
}

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this file compiles")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::redaction::TokenKey;
    use crate::domain::secret::Secret;

    fn hidden(kind: Kind, sql: &str) -> String {
        let hidden = statement(kind, sql, &Redactor::built_in());
        hidden.map_or_else(|| sql.to_owned(), |(text, _)| text)
    }

    fn postgres(sql: &str) -> String {
        hidden(Kind::Postgres, sql)
    }

    /// Every statement of the table hides what stands between `«` and `»`, and nothing else.
    fn assert_hidden(kind: Kind, statements: &[&str]) {
        for statement in statements {
            let sql = statement.replace(['«', '»'], "");
            let expected =
                statement
                    .split('«')
                    .enumerate()
                    .map(|(n, part)| match part.split_once('»') {
                        Some((_, rest)) if n > 0 => format!("'[redacted:sql-password]'{rest}"),
                        _ => part.to_owned(),
                    });
            assert_eq!(hidden(kind, &sql), expected.collect::<String>(), "{sql}");
        }
    }

    #[test]
    fn passwords_of_postgresql_are_hidden() {
        assert_hidden(
            Kind::Postgres,
            &[
                "CREATE ROLE a PASSWORD «'x'» VALID UNTIL 'infinity'",
                "create user a with encrypted\n password «'x'»",
                "ALTER USER a ENCRYPTED PASSWORD «E'it\\'s'»;",
                "ALTER USER a PASSWORD «'it''s'»;",
                "ALTER USER a PASSWORD «$q$x$1$q$»;",
                "ALTER USER a PASSWORD «U&'\\0061'»;",
                "ALTER ROLE a PASSWORD «'SCRAM-SHA-256$4096:c2FsdA==$a:b'»",
                "CREATE USER MAPPING FOR a SERVER b OPTIONS (user 'sync', password «'x'»)",
                "ALTER USER a PASSWORD «'never ends»",
                "ALTER USER a PASSWORD «'x'»; ALTER ROLE b PASSWORD «'y'»",
                "SELECT dblink('host=db password=«''x y''» port=1')",
            ],
        );
    }

    #[test]
    fn passwords_of_mysql_and_mariadb_are_hidden() {
        assert_hidden(
            Kind::MySql,
            &[
                "CREATE USER 'r'@'%' IDENTIFIED BY «'pw-771'» REQUIRE SSL",
                "ALTER USER r IDENTIFIED BY «\"new\"» REPLACE «'old'» RETAIN CURRENT PASSWORD",
                "ALTER USER r IDENTIFIED WITH caching_sha2_password BY «'x\\'y'»",
                "CREATE USER r IDENTIFIED WITH mysql_native_password AS «'*94BDCEBE19083CE2'»",
                "CREATE USER r IDENTIFIED VIA mysql_native_password USING «'*94BDCEBE19083CE2'»",
                "GRANT ALL ON *.* TO r IDENTIFIED BY PASSWORD «'*94BDCEBE19083CE2'»",
                "SET PASSWORD = «'x'»",
                "SET PASSWORD FOR 'bob'@'%.example.com' = «'x'»",
                "SET PASSWORD FOR bob = PASSWORD(«'x'»)",
                "CHANGE MASTER TO MASTER_USER='r', MASTER_PASSWORD=«'x'», MASTER_PORT=3306",
                "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = «'x'»",
            ],
        );
    }

    #[test]
    fn passwords_of_sql_server_are_hidden() {
        assert_hidden(
            Kind::SqlServer,
            &[
                "CREATE LOGIN a WITH PASSWORD = «N'x'»;",
                "ALTER LOGIN a WITH PASSWORD = «'x'» OLD_PASSWORD = «'y'»",
                "CREATE LOGIN a WITH PASSWORD = «0x0200AB12» HASHED, SID = 0x14",
                "CREATE CREDENTIAL c WITH IDENTITY = 'i', SECRET = «'x'»",
                "CREATE MASTER KEY ENCRYPTION BY PASSWORD = «'x'»",
                "OPEN SYMMETRIC KEY k DECRYPTION BY PASSWORD = «N'x''y'»",
            ],
        );
    }

    #[test]
    fn a_backslash_does_not_hide_the_next_statement_where_it_is_no_escape() {
        let sql = "ALTER USER a PASSWORD 'x\\'; DROP TABLE t; --'";
        assert!(postgres(sql).ends_with("; DROP TABLE t; --'"));
    }

    #[test]
    fn connection_strings_lose_their_password() {
        assert_eq!(
            postgres("SELECT dblink('host=db user=a password=x port=1')"),
            "SELECT dblink('host=db user=a password=[redacted:password] port=1')"
        );
        assert_eq!(
            postgres("-- postgres://ana:s3cret@db/x"),
            "-- postgres://ana:[redacted:url-password]@db/x"
        );
    }

    #[test]
    fn each_secret_is_told_by_its_rule() {
        let sql = "ALTER USER a PASSWORD 'x'; -- postgres://ana:s3cret@db/x";
        let (_, rules) = statement(Kind::Postgres, sql, &Redactor::off()).expect("secrets");
        assert_eq!(rules, ["sql-password", "url-password"]);
    }

    #[test]
    fn a_password_has_the_same_token_as_in_a_script() {
        let key = TokenKey::new(Secret::new("0123456789abcdef")).expect("a key");
        let redactor = Redactor::built_in().with_key(key);
        let sql = "ALTER USER a PASSWORD 'hunter2';";
        let (hidden, _) = statement(Kind::Postgres, sql, &redactor).expect("a password");
        assert_eq!(hidden, redactor.redact(sql));
    }

    #[test]
    fn what_holds_no_password_is_left_alone() {
        for sql in [
            "SELECT password FROM users",
            "ALTER USER a PASSWORD NULL",
            "SELECT $1 WHERE password = $2",
            "SELECT 'http://host:8080/path'",
            "SELECT REPLACE('a', 'b')",
        ] {
            assert_eq!(postgres(sql), sql);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(sql in "(?i)(password|identified by|replace|secret=|0x|for|[ '\"$\\\\=é({}:]|E|N|U&|tag|://|:|@|\"pwd\":|\"saslStart\":){0,20}") {
            for kind in [Kind::Postgres, Kind::MySql, Kind::SqlServer, Kind::MongoDb] {
                let _ = statement(kind, &sql, &Redactor::built_in());
            }
        }
    }
}
