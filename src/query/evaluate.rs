//! Whether a log is found by a search.
//!
//! Attributes and tags are compared as text, whole and with case, unless a range or comparison is
//! used. Where the published behaviour leaves a case open the verdict says so.

use std::borrow::Cow;

use serde_json::Value;

use super::cidr::Block;
use super::full_text::full_text;
use super::intake::{IndexedLog, Sent, text_of};
use super::pattern::{Pattern, QuestionMark};
use super::status::{IndexedStatus, Remapped};
use super::text::{Cases, Text, find_pattern, find_phrase};
use super::tree::{Bound, Comparison, Field, Node, NodeKind, Path, Query, Reserved, Test};
use super::verdict::{Reason, Verdict, all, any};

/// Whether `log` is found by `query`, in three-valued logic.
pub fn evaluate(query: &Query, log: &IndexedLog<'_>) -> Verdict {
    node(&query.root, log)
}

fn node(node: &Node, log: &IndexedLog<'_>) -> Verdict {
    match &node.kind {
        NodeKind::Everything => Verdict::Yes,
        NodeKind::And(parts) => all(parts.iter().map(|part| self::node(part, log))),
        NodeKind::Or(parts) => any(parts.iter().map(|part| self::node(part, log))),
        NodeKind::Not(inner) => !self::node(inner, log),
        NodeKind::Match { field, test } => matched(field, test, log),
        NodeKind::Cidr { path, blocks } => in_blocks(path, blocks, log),
    }
}

fn matched(field: &Field, test: &Test, log: &IndexedLog<'_>) -> Verdict {
    if !log.record().knows(field) {
        return unknown_field(field, log);
    }
    match field {
        Field::FreeText => message(test, log),
        Field::FullText => full_text(test, log),
        Field::Reserved(reserved) => reserved_attribute(*reserved, test, log),
        Field::Attribute(path) => attribute(path, test, log),
        Field::Tag(key) => any(log.tag_values(key).map(|value| text(test, value))),
        Field::Calculated(name) => Verdict::unclear(Reason::CalculatedField(name.clone())),
    }
}

fn unknown_field(field: &Field, log: &IndexedLog<'_>) -> Verdict {
    let name = match field {
        Field::FreeText => "free text".to_owned(),
        field => field.to_string().trim_end_matches(':').to_owned(),
    };
    Verdict::unclear(Reason::FieldOf(log.record(), name))
}

/// The value of a tag or a reserved attribute, which is always text.
fn text(test: &Test, value: &str) -> Verdict {
    match test {
        Test::Exists => Verdict::Yes,
        Test::Phrase(phrase) => Verdict::from(phrase == value),
        Test::Word(pattern) => whole_value(pattern, value),
        Test::Compare(..) | Test::Range { .. } => Verdict::unclear(Reason::ComparedText),
    }
}

fn whole_value(pattern: &Pattern, value: &str) -> Verdict {
    if let Some(literal) = pattern.as_literal() {
        return Verdict::from(literal == value);
    }
    if pattern.matches_whole(value, QuestionMark::SpecialOnly) {
        return Verdict::Yes;
    }
    let is_wide = pattern.matches_whole(value, QuestionMark::AnyCharacter);
    Verdict::from(is_wide).if_known(Reason::QuestionMark)
}

fn message(test: &Test, log: &IndexedLog<'_>) -> Verdict {
    let found = in_text(test, &log.searched_message(), Cases::Open);
    match found {
        Verdict::No => in_error_texts(test, log),
        found if log.lost_its_message() => found.if_known(Reason::MessageOfJson),
        found => found,
    }
}

pub(super) fn in_text(test: &Test, text: &Text<'_>, cases: Cases) -> Verdict {
    match test {
        Test::Exists => Verdict::from(!text.original().is_empty()),
        Test::Phrase(phrase) => find_phrase(phrase, text, cases),
        Test::Word(pattern) => find_pattern(pattern, text, cases),
        Test::Compare(..) | Test::Range { .. } => Verdict::unclear(Reason::ComparedText),
    }
}

/// The attributes in which vectordotdev/vrl looks for free text beside the message; the
/// documentation knows the message only.
fn in_error_texts(test: &Test, log: &IndexedLog<'_>) -> Verdict {
    const PATHS: [&str; 3] = ["error.message", "error.stack", "title"];
    if *test == Test::Exists {
        return Verdict::No;
    }
    any(PATHS.into_iter().map(|path| {
        let values = log.at(path).into_iter();
        let texts = values.filter_map(text_of);
        match any(texts.map(|text| in_text(test, &Text::new(text), Cases::Open))) {
            Verdict::No => Verdict::No,
            _ => Verdict::unclear(Reason::FreeTextElsewhere(path.to_owned())),
        }
    }))
}

fn reserved_attribute(reserved: Reserved, test: &Test, log: &IndexedLog<'_>) -> Verdict {
    match reserved {
        Reserved::Message => message(test, log),
        Reserved::Status => status(test, log),
        Reserved::Tags => tags(test, log),
        Reserved::Timestamp => match test {
            Test::Exists => Verdict::Yes,
            _ => Verdict::unclear(Reason::SearchedTimestamp),
        },
        Reserved::Host => sent(reserved, log.host(), test, log),
        Reserved::Service => sent(reserved, log.service(), test, log),
        Reserved::Source => sent(reserved, log.source(), test, log),
        Reserved::TraceId => sent(reserved, log.trace_id(), test, log),
    }
}

fn sent(reserved: Reserved, sent: Sent<'_>, test: &Test, log: &IndexedLog<'_>) -> Verdict {
    let key = reserved.as_str();
    let one = |value: &Value| {
        let indexed = text_of(value).map(|text| match reserved {
            // A recorded log shows its source in lower case.
            Reserved::Source => Cow::Owned(text.to_lowercase()),
            _ => text,
        });
        indexed.map_or(Verdict::No, |value| text(test, &value))
    };
    let found = match sent {
        Sent::Nothing => Verdict::No,
        Sent::One(value) => one(value),
        Sent::Two(outer, inner) => match (one(outer), one(inner)) {
            (outer, inner) if outer == inner => outer,
            _ => Verdict::unclear(Reason::InnerAndOuter(key)),
        },
    };
    let in_tags = || any(log.tag_values(key).map(|value| text(test, value)));
    match found {
        Verdict::No if !in_tags().is_no() => Verdict::unclear(Reason::ReservedInTags(key)),
        found => found,
    }
}

fn status(test: &Test, log: &IndexedLog<'_>) -> Verdict {
    match log.status() {
        (status, None) => remapped_status(test, &status),
        (outer, Some(inner)) => {
            let (outer, inner) = (remapped_status(test, &outer), remapped_status(test, &inner));
            match outer == inner {
                true => outer,
                false => Verdict::unclear(Reason::InnerAndOuter(Reserved::Status.as_str())),
            }
        }
    }
}

fn remapped_status(test: &Test, status: &Remapped) -> Verdict {
    match status {
        Remapped::Known(status) => known_status(test, *status),
        Remapped::ErrorOrInfo(word) => {
            let error = known_status(test, IndexedStatus::Error);
            match error == known_status(test, IndexedStatus::Info) {
                true => error,
                false => Verdict::unclear(Reason::StatusFirstLetters(word.clone())),
            }
        }
    }
}

fn known_status(test: &Test, status: IndexedStatus) -> Verdict {
    let found = text(test, status.as_str());
    match status.other_name() {
        Some(other) if found.is_no() => text(test, other).if_known(Reason::StatusSpelling(other)),
        _ => found,
    }
}

/// `tags:x` finds a tag that has no key.
fn tags(test: &Test, log: &IndexedLog<'_>) -> Verdict {
    any(log.tags().map(|tag| match tag.contains(':') {
        false => text(test, tag),
        true if *test == Test::Exists => Verdict::Yes,
        true => text(test, tag).if_known(Reason::TagWithKey),
    }))
}

fn attribute(path: &Path, test: &Test, log: &IndexedLog<'_>) -> Verdict {
    any(log
        .attribute(path)
        .into_iter()
        .map(|value| one_value(path, test, value)))
}

fn one_value(path: &Path, test: &Test, value: &Value) -> Verdict {
    let may_be_present = || Reason::PresenceOfEmpty(path.as_str().to_owned());
    match (test, value) {
        // Null, an object or an empty array: there is nothing to compare with.
        (test, Value::Null | Value::Array(_) | Value::Object(_)) => {
            Verdict::from(*test == Test::Exists).if_known(may_be_present())
        }
        (Test::Exists, Value::String(text)) if text.is_empty() => {
            Verdict::unclear(may_be_present())
        }
        (Test::Exists, _) => Verdict::Yes,
        (Test::Compare(comparison, bound), value) => {
            compared(path, value, bound, |order| comparison.holds(order))
        }
        (
            Test::Range {
                from,
                to,
                includes_from,
                includes_to,
            },
            value,
        ) => {
            let above = Comparison::above(*includes_from);
            let below = Comparison::below(*includes_to);
            let ends = [(from, above), (to, below)].into_iter();
            all(ends.filter_map(|(end, comparison)| {
                let bound = end.as_ref()?;
                Some(compared(path, value, bound, |order| {
                    comparison.holds(order)
                }))
            }))
        }
        (test, value) => one_text(test, value),
    }
}

fn one_text(test: &Test, value: &Value) -> Verdict {
    let found = text_of(value).map_or(Verdict::No, |own| text(test, &own));
    match (found, value) {
        (Verdict::No, Value::Number(number)) => same_number(test, number.as_f64()),
        (found, _) => found,
    }
}

/// Open where the text differs but the number is the same: `1` and `1.0`.
fn same_number(test: &Test, number: Option<f64>) -> Verdict {
    let wanted = match test {
        Test::Phrase(phrase) => Some(phrase.as_str()),
        Test::Word(pattern) => pattern.as_literal(),
        _ => None,
    };
    let wanted = wanted.and_then(|text| text.parse::<f64>().ok());
    Verdict::from(wanted.is_some() && wanted == number).if_known(Reason::NumberSpelling)
}

fn compared(
    path: &Path,
    value: &Value,
    bound: &Bound,
    holds: impl Fn(std::cmp::Ordering) -> bool,
) -> Verdict {
    let order = match (value, bound) {
        (Value::Number(number), Bound::Number(bound)) => {
            number.as_f64().and_then(|number| number.partial_cmp(bound))
        }
        // Non-numbers are compared as text (vectordotdev/vrl).
        (Value::String(text), Bound::Text(bound)) => Some(text.as_str().cmp(bound)),
        _ => None,
    };
    match order {
        Some(order) => Verdict::from(holds(order)),
        None => Verdict::unclear(Reason::NumberAgainstText(format!("@{}", path.as_str()))),
    }
}

impl Comparison {
    fn above(includes: bool) -> Self {
        match includes {
            true => Comparison::GreaterOrEqual,
            false => Comparison::Greater,
        }
    }

    fn below(includes: bool) -> Self {
        match includes {
            true => Comparison::LessOrEqual,
            false => Comparison::Less,
        }
    }

    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

fn in_blocks(path: &Path, blocks: &[Block], log: &IndexedLog<'_>) -> Verdict {
    let field = Field::Attribute(path.clone());
    if !log.record().knows(&field) {
        return unknown_field(&field, log);
    }
    let addresses = log.attribute(path).into_iter().filter_map(text_of);
    let addresses = addresses.filter_map(|text| text.parse().ok());
    Verdict::from(
        addresses
            .into_iter()
            .any(|address| blocks.iter().any(|block| block.contains(address))),
    )
}
