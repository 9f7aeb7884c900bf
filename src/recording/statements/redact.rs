//! Passwords that stand in statements: `PASSWORD '…'`, `IDENTIFIED BY '…'`, connection strings,
//! and MongoDB's commands that carry credentials.
//!
//! Only the literal is replaced. It is read by the dialect's own rules of quoting, since a rule
//! that reads too far would hide the statement that follows.

use std::sync::LazyLock;

use regex::Regex;

use crate::recording::Kind;

const MARK: &str = "[redacted:password]";

/// What a password literal follows.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:password|identified\s+(?:by|with\s+\S+\s+(?:by|as)))\b[\s=:(]*")
});

/// `user:password@` of a URL, and `password=…` inside a connection string.
static CONNECTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?P<url>[a-z][a-z0-9+.-]*://[^\s/:@'"]*:)[^\s@'"]+@|(?P<key>\b(?:password|pwd)=)[^\s'";&=]+"#,
    )
});

/// A value of MongoDB's extended JSON that is a secret by its key, and of its sign-in commands the
/// payload: other documents may have a payload that is worth reading.
static MONGODB: LazyLock<Regex> = LazyLock::new(|| mongodb("pwd|password|speculativeAuthenticate"));
static MONGODB_SIGN_IN: LazyLock<Regex> = LazyLock::new(|| mongodb("payload|key|nonce"));

/// The statement without its passwords; `None` where it has none.
pub(super) fn statement(kind: Kind, sql: &str) -> Option<String> {
    if kind == Kind::MongoDb {
        return document(sql);
    }
    let without_literals = literals(kind, sql);
    let sql = without_literals.as_deref().unwrap_or(sql);
    let without_connections = CONNECTION.is_match(sql).then(|| {
        let replace = |found: &regex::Captures<'_>| match found.name("url") {
            Some(url) => format!("{}{MARK}@", url.as_str()),
            None => format!("{}{MARK}", &found["key"]),
        };
        CONNECTION.replace_all(sql, replace).into_owned()
    });
    without_connections.or(without_literals)
}

fn document(json: &str) -> Option<String> {
    let is_sign_in = ["saslStart", "saslContinue", "authenticate"]
        .iter()
        .any(|command| json.contains(command));
    let redacted = replaced(&MONGODB, json);
    if !is_sign_in {
        return redacted;
    }
    replaced(&MONGODB_SIGN_IN, redacted.as_deref().unwrap_or(json)).or(redacted)
}

fn replaced(pattern: &Regex, json: &str) -> Option<String> {
    let by = format!("${{key}}\"{MARK}\"");
    pattern
        .is_match(json)
        .then(|| pattern.replace_all(json, by).into_owned())
}

/// A key of `names` with its value: a string, or an object up to two levels deep.
fn mongodb(names: &str) -> Regex {
    pattern(&format!(
        r#"(?P<key>"(?:{names})"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|\{{[^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)*\}}?)"#
    ))
}

fn literals(kind: Kind, sql: &str) -> Option<String> {
    let mut redacted = String::new();
    let mut kept = 0;
    for found in BEFORE.find_iter(sql) {
        if found.start() < kept {
            continue;
        }
        let Some(length) = literal(kind, &sql[found.end()..]) else {
            continue;
        };
        redacted.push_str(&sql[kept..found.end()]);
        redacted.push_str(&format!("'{MARK}'"));
        kept = found.end() + length;
    }
    (kept > 0).then(|| redacted + &sql[kept..])
}

/// The length of the string literal that `text` begins with; all of it where it does not end.
fn literal(kind: Kind, text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (prefix, has_escapes) = match bytes {
        [b'E' | b'e', b'\'', ..] => (1, true),
        [b'N' | b'n', b'\'', ..] => (1, kind == Kind::MySql),
        [b'U' | b'u', b'&', b'\'', ..] => (2, false),
        [b'$', ..] => return dollar_quoted(text),
        _ => (0, kind == Kind::MySql),
    };
    match bytes.get(prefix)? {
        quote @ (b'\'' | b'"') => Some(prefix + quoted(&bytes[prefix..], *quote, has_escapes)),
        _ => None,
    }
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

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this file compiles")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn postgres(sql: &str) -> String {
        statement(Kind::Postgres, sql).unwrap_or_else(|| sql.to_owned())
    }

    #[test]
    fn a_password_literal_is_replaced_and_the_rest_stays() {
        let cases = [
            (
                "CREATE ROLE a PASSWORD 'x' VALID",
                "CREATE ROLE a PASSWORD '#' VALID",
            ),
            (
                "ALTER USER a ENCRYPTED PASSWORD E'it\\'s';",
                "ALTER USER a ENCRYPTED PASSWORD '#';",
            ),
            (
                "ALTER USER a PASSWORD 'it''s';",
                "ALTER USER a PASSWORD '#';",
            ),
            (
                "ALTER USER a PASSWORD $q$x$1$q$;",
                "ALTER USER a PASSWORD '#';",
            ),
            (
                "ALTER USER a PASSWORD U&'\\0061';",
                "ALTER USER a PASSWORD '#';",
            ),
            (
                "CREATE LOGIN a WITH PASSWORD = N'x';",
                "CREATE LOGIN a WITH PASSWORD = '#';",
            ),
            (
                "OPTIONS (user 'sync', password 'x')",
                "OPTIONS (user 'sync', password '#')",
            ),
            (
                "ALTER USER a PASSWORD 'never ends",
                "ALTER USER a PASSWORD '#'",
            ),
            (
                "ALTER USER a PASSWORD 'x'; PASSWORD 'y'",
                "ALTER USER a PASSWORD '#'; PASSWORD '#'",
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(postgres(sql), expected.replace('#', MARK), "{sql}");
        }
    }

    #[test]
    fn a_backslash_does_not_hide_the_next_statement_where_it_is_no_escape() {
        let sql = "ALTER USER a PASSWORD 'x\\'; DROP TABLE t; --'";
        assert!(postgres(sql).ends_with("; DROP TABLE t; --'"));
        let mysql =
            statement(Kind::MySql, "IDENTIFIED BY 'x\\'y' REQUIRE SSL").expect("a password");
        assert_eq!(mysql, format!("IDENTIFIED BY '{MARK}' REQUIRE SSL"));
    }

    #[test]
    fn connection_strings_lose_their_password() {
        assert_eq!(
            postgres("SELECT dblink('host=db user=a password=x port=1')"),
            format!("SELECT dblink('host=db user=a password={MARK} port=1')")
        );
        assert_eq!(
            postgres("-- postgres://ana:s3cret@db/x"),
            format!("-- postgres://ana:{MARK}@db/x")
        );
    }

    #[test]
    fn what_holds_no_password_is_left_alone() {
        for sql in [
            "SELECT password FROM users",
            "ALTER USER a PASSWORD NULL",
            "SELECT $1 WHERE password = $2",
            "SELECT 'http://host:8080/path'",
        ] {
            assert_eq!(statement(Kind::Postgres, sql), None, "{sql}");
        }
    }

    #[test]
    fn mongodb_credentials_are_replaced() {
        let redact = |json| statement(Kind::MongoDb, json).unwrap_or_default();
        assert_eq!(
            redact(r#"{"createUser":"a","pwd":"x\"y","roles":[]}"#),
            format!(r#"{{"createUser":"a","pwd":"{MARK}","roles":[]}}"#)
        );
        assert_eq!(
            redact(
                r#"{"saslStart":1,"payload":{"$binary":{"base64":"biws","subType":"00"}},"$db":"a"}"#
            ),
            format!(r#"{{"saslStart":1,"payload":"{MARK}","$db":"a"}}"#)
        );
    }

    #[test]
    fn a_payload_outside_of_a_sign_in_stays() {
        let json = r#"{"insert":"jobs","documents":[{"payload":"x"}]}"#;
        assert_eq!(statement(Kind::MongoDb, json), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(sql in "(?i)(password|identified by|[ '\"$\\\\=é(]|E|N|U&|tag|://|:|@){0,20}") {
            for kind in [Kind::Postgres, Kind::MySql, Kind::MongoDb] {
                let _ = statement(kind, &sql);
            }
        }
    }
}
