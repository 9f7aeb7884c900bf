//! The search language of monitors (docs.datadoghq.com/monitors/manage/search): words of the
//! title, `field:value`, `AND`, `OR`, `NOT`, `-`, parentheses, quotes, `*`.
//!
//! The text for a status that is none is recorded; the others are ours.

/// A search or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    All,
    AllOf(Vec<Query>),
    AnyOf(Vec<Query>),
    Not(Box<Query>),
    Term { field: Field, value: String },
}

/// What a term looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Title,
    Status,
    GroupStatus,
    Type,
    Tag,
    Muted,
    Id,
    Priority,
    Group,
    Notification,
    /// A tag's key as a field of its own: `env`, `service`, `team`.
    TagKey(&'static str),
}

const FIELDS: [(&str, Field); 13] = [
    ("title", Field::Title),
    ("status", Field::Status),
    ("group_status", Field::GroupStatus),
    ("type", Field::Type),
    ("tag", Field::Tag),
    ("muted", Field::Muted),
    ("id", Field::Id),
    ("priority", Field::Priority),
    ("group", Field::Group),
    ("notification", Field::Notification),
    ("env", Field::TagKey("env")),
    ("service", Field::TagKey("service")),
    ("team", Field::TagKey("team")),
];

/// `MonitorOverallStates` without regard to case; `triggered` is none of them.
const STATUSES: [&str; 7] = [
    "alert", "ignored", "no data", "ok", "skipped", "unknown", "warn",
];
/// How deep parentheses and negations may nest.
const MAX_DEPTH: usize = 64;

impl Query {
    /// Reads a search; the error says what cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader {
            rest: text.trim(),
            depth: 0,
        };
        if matches!(reader.rest, "" | "*") {
            return Ok(Query::All);
        }
        let query = reader.any_of(Field::Title)?;
        match reader.rest.is_empty() {
            true => Ok(query),
            false => Err(reader.broken()),
        }
    }
}

struct Reader<'a> {
    /// What is left to read; never begins with a blank between two steps.
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn any_of(&mut self, field: Field) -> Result<Query, String> {
        let mut parts = vec![self.all_of(field)?];
        while self.take_word("OR") {
            parts.push(self.all_of(field)?);
        }
        Ok(joined(parts, Query::AnyOf))
    }

    fn all_of(&mut self, field: Field) -> Result<Query, String> {
        let mut parts = vec![self.clause(field)?];
        while !self.rest.is_empty() && !self.rest.starts_with(')') && !self.is_at("OR") {
            self.take_word("AND");
            parts.push(self.clause(field)?);
        }
        Ok(joined(parts, Query::AllOf))
    }

    fn clause(&mut self, field: Field) -> Result<Query, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the query nests too deeply".to_owned());
        }
        let query = if self.take_word("NOT") || self.take("-") {
            Query::Not(Box::new(self.clause(field)?))
        } else if self.take("(") {
            self.group(field)?
        } else {
            self.term(field)?
        };
        self.depth -= 1;
        Ok(query)
    }

    fn group(&mut self, field: Field) -> Result<Query, String> {
        let query = self.any_of(field)?;
        match self.take(")") {
            true => Ok(query),
            false => Err("missing closing parenthesis".to_owned()),
        }
    }

    /// A value, or a field with its value or values.
    fn term(&mut self, field: Field) -> Result<Query, String> {
        let Some(named) = self.field()? else {
            let value = self.value()?;
            return checked(field, value);
        };
        match self.take("(") {
            true => self.group(named),
            false => {
                let value = self.value()?;
                checked(named, value)
            }
        }
    }

    fn field(&mut self) -> Result<Option<Field>, String> {
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphabetic() || c == '_'));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let Some(rest) = rest.strip_prefix(':').filter(|_| !name.is_empty()) else {
            return Ok(None);
        };
        let found = FIELDS.iter().find(|(known, _)| *known == name);
        let (_, field) = found.ok_or_else(|| format!("'{name}' is not a valid field"))?;
        self.rest = rest.trim_start();
        Ok(Some(*field))
    }

    fn value(&mut self) -> Result<String, String> {
        let (value, rest) = match self.rest.strip_prefix('"') {
            Some(rest) => rest.split_once('"').ok_or("missing closing quote")?,
            None => {
                let ends = |c: char| c.is_whitespace() || c == '(' || c == ')' || c == '"';
                let end = self.rest.find(ends).unwrap_or(self.rest.len());
                self.rest.split_at(end)
            }
        };
        if value.is_empty() {
            return Err(self.broken());
        }
        self.rest = rest.trim_start();
        Ok(value.to_owned())
    }

    fn is_at(&self, word: &str) -> bool {
        self.rest.strip_prefix(word).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '(')
        })
    }

    fn take_word(&mut self, word: &str) -> bool {
        self.is_at(word) && self.take(word)
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn broken(&self) -> String {
        format!("cannot parse the query near: {}", self.rest)
    }
}

/// A term whose value its field can have.
fn checked(field: Field, value: String) -> Result<Query, String> {
    let is_status = matches!(field, Field::Status | Field::GroupStatus);
    if is_status && !STATUSES.contains(&value.to_lowercase().as_str()) {
        return Err(format!("'{value}' is not a valid monitor status"));
    }
    if field == Field::Muted && !matches!(value.as_str(), "true" | "false") {
        return Err(format!("'{value}' is neither true nor false"));
    }
    Ok(Query::Term { field, value })
}

fn joined(mut parts: Vec<Query>, many: fn(Vec<Query>) -> Query) -> Query {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn and_binds_tighter_than_or_and_a_blank_is_and() {
        assert_eq!(Query::parse("a b OR c"), Query::parse("(a AND b) OR c"));
        assert_ne!(Query::parse("a b OR c"), Query::parse("a (b OR c)"));
        assert_eq!(Query::parse("NOT a"), Query::parse("-a"));
        assert_eq!(
            Query::parse(r#"tag:("env:a" OR "env:b")"#),
            Query::parse(r#"tag:"env:a" OR tag:"env:b""#)
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (text, expected) in [
            (
                "status:notastatus",
                "'notastatus' is not a valid monitor status",
            ),
            (
                "status:Triggered",
                "'Triggered' is not a valid monitor status",
            ),
            ("muted:maybe", "'maybe' is neither true nor false"),
            ("colour:red", "'colour' is not a valid field"),
            ("(a", "missing closing parenthesis"),
            ("\"a", "missing closing quote"),
            ("a)", "cannot parse the query near: )"),
        ] {
            assert_eq!(Query::parse(text), Err(expected.to_owned()), "{text}");
        }
        assert!(Query::parse("tag:").is_err());
        assert!(Query::parse(&"(".repeat(10_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in r#"[a-c:"()* éANDORT-]{0,24}"#) {
            let _ = Query::parse(&text);
        }
    }
}
