//! The key by which logs are grouped or measured: `@usr.id`, `service`, a tag's key.

use std::fmt;

use serde_json::Value;

use super::intake::{IndexedLog, Sent, text_of};
use super::status::Remapped;
use super::tree::{Field, Path, Reserved};

/// An attribute, a reserved key or the key of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet(Field);

impl Facet {
    /// Reads `@a.b`, `service` or `env`; `None` where the path is malformed or empty.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix('@') {
            return Path::new(path).map(|path| Self(Field::Attribute(path)));
        }
        let is_plain = !text.is_empty() && !text.contains([' ', '"', '(', ')', '*']);
        is_plain.then(|| match Reserved::of(text) {
            Some(reserved) => Self(Field::Reserved(reserved)),
            None => Self(Field::Tag(text.to_owned())),
        })
    }

    /// The values of `log`, more than one where an array or several tags hold them.
    pub(super) fn values(&self, log: &IndexedLog<'_>) -> Vec<String> {
        let mut values: Vec<String> = match &self.0 {
            Field::Attribute(path) => texts(log.attribute(path)),
            Field::Tag(key) => log.tag_values(key).map(str::to_owned).collect(),
            Field::Reserved(reserved) => reserved_values(*reserved, log),
            Field::FreeText | Field::FullText | Field::Calculated(_) => Vec::new(),
        };
        values.retain(|value| !value.is_empty());
        values.dedup();
        values
    }

    /// The values that are no object, for measuring.
    pub(super) fn measured<'l>(&self, log: &'l IndexedLog<'_>) -> Vec<&'l Value> {
        match &self.0 {
            Field::Attribute(path) => log.attribute(path),
            _ => Vec::new(),
        }
    }
}

fn texts(values: Vec<&Value>) -> Vec<String> {
    values
        .into_iter()
        .filter_map(text_of)
        .map(String::from)
        .collect()
}

fn reserved_values(reserved: Reserved, log: &IndexedLog<'_>) -> Vec<String> {
    let sent = match reserved {
        Reserved::Host => log.host(),
        Reserved::Service => log.service(),
        Reserved::TraceId => log.trace_id(),
        Reserved::Source => log.source(),
        Reserved::Status => {
            return match log.status() {
                (Remapped::Known(status), None) => vec![status.as_str().to_owned()],
                _ => Vec::new(),
            };
        }
        Reserved::Tags => return log.tags().map(str::to_owned).collect(),
        Reserved::Message | Reserved::Timestamp => Sent::Nothing,
    };
    match (sent, reserved) {
        (Sent::One(value), Reserved::Source) => text_of(value)
            .map(|text| text.to_lowercase())
            .into_iter()
            .collect(),
        (Sent::One(value), _) => texts(vec![value]),
        // Two values that differ: which one is grouped by is open, so there is none to name.
        (Sent::Nothing | Sent::Two(..), _) => Vec::new(),
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Field::Attribute(path) => write!(f, "@{}", path.as_str()),
            Field::Reserved(reserved) => f.write_str(reserved.as_str()),
            Field::Tag(key) => f.write_str(key),
            Field::FreeText | Field::FullText | Field::Calculated(_) => Ok(()),
        }
    }
}
