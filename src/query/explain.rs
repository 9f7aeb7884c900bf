//! A search in plain words.

use super::pattern::{Part, Pattern};
use super::tree::{Bound, Comparison, Field, Node, NodeKind, Query, Test, with_one_key};

impl Query {
    /// What the search finds, as the end of the sentence "logs …".
    pub fn explain(&self) -> String {
        match self.root.kind {
            NodeKind::Everything => "of any kind".to_owned(),
            _ => format!("where {}", explain(&self.root)),
        }
    }
}

fn explain(node: &Node) -> String {
    match &node.kind {
        NodeKind::Everything => "anything holds".to_owned(),
        NodeKind::And(parts) => joined(parts, ", and "),
        NodeKind::Or(parts) => one_of(parts, false).unwrap_or_else(|| joined(parts, " or ")),
        NodeKind::Not(inner) => explain_not(inner),
        NodeKind::Match { field, test } => sentence(field, test, false),
        NodeKind::Cidr { path, blocks } => {
            let blocks: Vec<String> = blocks.iter().map(ToString::to_string).collect();
            format!(
                "the address in `{}` lies in {}",
                path.as_str(),
                blocks.join(" or ")
            )
        }
    }
}

fn explain_not(inner: &Node) -> String {
    match &inner.kind {
        NodeKind::Match { field, test } => sentence(field, test, true),
        NodeKind::Or(parts) => one_of(parts, true).unwrap_or_else(|| not_so(inner)),
        _ => not_so(inner),
    }
}

fn not_so(inner: &Node) -> String {
    format!("it is not so that ({})", explain(inner))
}

/// `key:(a OR b)` over plain values.
fn one_of(parts: &[Node], is_negated: bool) -> Option<String> {
    let (field, tests) = with_one_key(parts)?;
    let values: Option<Vec<String>> = tests.into_iter().map(plain_value).collect();
    let of = if is_negated { "none of" } else { "one of" };
    (*field != Field::FullText)
        .then_some(values?)
        .map(|values| format!("{} is {of} {}", subject(field), values.join(", ")))
}

fn plain_value(test: &Test) -> Option<String> {
    match test {
        Test::Word(pattern) => pattern.as_literal().map(|text| format!("`{text}`")),
        Test::Phrase(text) => Some(format!("`{text}`")),
        Test::Exists | Test::Compare(..) | Test::Range { .. } => None,
    }
}

fn joined(parts: &[Node], between: &str) -> String {
    let parts = parts.iter().map(|part| match &part.kind {
        NodeKind::Or(parts) if one_of(parts, false).is_some() => explain(part),
        NodeKind::And(_) | NodeKind::Or(_) => format!("({})", explain(part)),
        _ => explain(part),
    });
    parts.collect::<Vec<_>>().join(between)
}

fn sentence(field: &Field, test: &Test, is_negated: bool) -> String {
    let not = if is_negated { "not " } else { "" };
    let subject = subject(field);
    let holds = if is_negated { "does not hold" } else { "holds" };
    match (field, test) {
        (_, Test::Exists) => format!(
            "{subject} is {}",
            if is_negated { "absent" } else { "present" }
        ),
        (Field::FreeText | Field::FullText, Test::Word(pattern)) => {
            format!("{subject} {holds} {}", word(pattern))
        }
        (Field::FreeText | Field::FullText, Test::Phrase(text)) => {
            format!("{subject} {holds} the words `{text}` in this order")
        }
        (_, Test::Word(pattern)) => format!("{subject} is {not}{}", word(pattern)),
        (_, Test::Phrase(text)) => format!("{subject} is {not}`{text}`"),
        (_, Test::Compare(comparison, bound)) => {
            format!(
                "{subject} is {not}{} {}",
                comparison_words(*comparison),
                value(bound)
            )
        }
        (
            _,
            Test::Range {
                from,
                to,
                includes_from,
                includes_to,
            },
        ) => {
            let low = from
                .as_ref()
                .map(|bound| format!("from {}{}", value(bound), edge(*includes_from)));
            let high = to
                .as_ref()
                .map(|bound| format!("to {}{}", value(bound), edge(*includes_to)));
            match (low, high) {
                (None, None) => format!("{subject} is {not}of any size"),
                (low, high) => {
                    let ends: Vec<String> = low.into_iter().chain(high).collect();
                    format!("{subject} is {not}{}", ends.join(" "))
                }
            }
        }
    }
}

fn subject(field: &Field) -> String {
    match field {
        Field::FreeText => "the message".to_owned(),
        Field::FullText => "any attribute or the message".to_owned(),
        Field::Reserved(reserved) => format!("`{}`", reserved.as_str()),
        Field::Attribute(path) => format!("`{}`", path.as_str()),
        Field::Tag(key) => format!("the tag `{key}`"),
        Field::Calculated(name) => format!("the calculated field `{name}`"),
    }
}

fn edge(is_included: bool) -> &'static str {
    if is_included { "" } else { " (not included)" }
}

fn word(pattern: &Pattern) -> String {
    let text: String = pattern
        .parts()
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::AnyRun => "*",
            Part::AnyOne => "?",
        })
        .collect();
    match pattern.as_literal() {
        Some(text) => format!("`{text}`"),
        None => format!("like `{text}`"),
    }
}

fn comparison_words(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "below",
        Comparison::LessOrEqual => "at most",
        Comparison::Greater => "above",
        Comparison::GreaterOrEqual => "at least",
    }
}

fn value(bound: &Bound) -> String {
    match bound {
        Bound::Number(number) => number.to_string(),
        Bound::Text(text) => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use crate::query::parse;

    #[test]
    fn a_search_reads_as_a_sentence() {
        for (search, expected) in [
            ("", "of any kind"),
            (
                "source:hoop -@evt.test:true",
                "where `source` is `hoop`, and `evt.test` is not `true`",
            ),
            (
                "env:(prod OR stag*) \"drop table\"",
                "where (the tag `env` is `prod` or the tag `env` is like `stag*`), and the message holds the words `drop table` in this order",
            ),
            ("-@approval.status:*", "where `approval.status` is absent"),
            (
                "-@a:(x OR \"y z\") b:(1 OR 2)",
                "where `a` is none of `x`, `y z`, and the tag `b` is one of `1`, `2`",
            ),
            (
                "@n:[1 TO 9} -@n:>5",
                "where `n` is from 1 to 9 (not included), and `n` is not above 5",
            ),
            (
                "NOT(CIDR(@ip, 10.0.0.0/8))",
                "where it is not so that (the address in `ip` lies in 10.0.0.0/8)",
            ),
        ] {
            assert_eq!(parse(search).expect(search).explain(), expected);
        }
    }
}
