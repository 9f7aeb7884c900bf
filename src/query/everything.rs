//! What full text (`*:x`) looks at: the message, every value and the tags of a record, in lower case
//! and in one buffer, so that a word which stands nowhere is ruled out in one go.

use std::fmt::Write as _;

use serde_json::Value;

use super::intake::{IndexedLog, Sent};
use super::text::fold;

/// Each text of a record, one behind the other.
#[derive(Default)]
pub(super) struct Everything {
    /// In lower case.
    text: String,
    segments: Vec<Segment>,
}

struct Segment {
    place: Place,
    start: usize,
    end: usize,
}

/// Where a text stands in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Message,
    /// The value of an attribute or of a reserved key.
    Value,
    Tag,
}

/// Stands in no text that people search for, so that nothing is found across two of them.
const BETWEEN: char = '\0';

impl Everything {
    pub fn of(log: &IndexedLog<'_>) -> Self {
        let mut all = Self::default();
        all.push(Place::Message, &log.message());
        log.each_leaf(&mut |value| all.push_value(value));
        for sent in [log.host(), log.service(), log.source()] {
            match sent {
                Sent::Nothing => {}
                Sent::One(value) | Sent::Two(value, _) => all.push_value(value),
            }
        }
        for tag in log.tags() {
            all.push(Place::Tag, tag);
        }
        all
    }

    fn push(&mut self, place: Place, text: &str) {
        let start = self.text.len();
        match text.is_ascii() {
            true => {
                self.text.push_str(text);
                self.text[start..].make_ascii_lowercase();
            }
            false => self.text.extend(text.chars().map(fold)),
        }
        self.close(place, start);
    }

    /// A scalar; null, objects and arrays hold no text.
    fn push_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.push(Place::Value, text),
            Value::Number(number) => {
                let start = self.text.len();
                // Writing to a String does not fail.
                let _ = write!(self.text, "{number}");
                self.text[start..].make_ascii_lowercase();
                self.close(Place::Value, start);
            }
            Value::Bool(flag) => self.push(Place::Value, if *flag { "true" } else { "false" }),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }

    fn close(&mut self, place: Place, start: usize) {
        let end = self.text.len();
        self.text.push(BETWEEN);
        self.segments.push(Segment { place, start, end });
    }

    /// The texts that hold `needle`, in lower case and in order; all of them where it is empty.
    pub fn holding<'s>(&'s self, needle: &'s str) -> impl Iterator<Item = (Place, &'s str)> {
        let finder = memchr::memmem::Finder::new(needle);
        let mut segments = self.segments.iter();
        let mut next = 0;
        std::iter::from_fn(move || {
            let rest = self.text.as_bytes().get(next..)?;
            let at = next + finder.find(rest)?;
            let segment = segments.find(|segment| segment.end >= at)?;
            next = segment.end + BETWEEN.len_utf8();
            Some((segment.place, &self.text[segment.start..segment.end]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    fn sent() -> Map<String, Value> {
        let sent = json!({
            "message": "Ada OPENED it",
            "ddsource": "Hoop",
            "ddtags": "env:prod,Canary",
            "usr": {"name": "ADA", "n": [1, 2.5, true, null]},
            "empty": "",
        });
        sent.as_object().expect("an object").clone()
    }

    fn holding(needle: &str) -> Vec<(Place, String)> {
        let sent = sent();
        let all = Everything::of(&IndexedLog::from_intake(&sent));
        let found = all.holding(needle);
        found
            .map(|(place, text)| (place, text.to_owned()))
            .collect()
    }

    #[test]
    fn each_text_that_holds_the_needle_is_found_once_in_lower_case() {
        let ada = [
            (Place::Message, "ada opened it".to_owned()),
            (Place::Value, "ada".to_owned()),
        ];
        assert_eq!(holding("ada"), ada);
        assert_eq!(holding("2.5"), [(Place::Value, "2.5".to_owned())]);
        assert_eq!(holding("canary"), [(Place::Tag, "canary".to_owned())]);
        assert_eq!(holding("hoop"), [(Place::Value, "hoop".to_owned())]);
        assert_eq!(holding("nowhere"), []);
    }

    #[test]
    fn an_empty_needle_stands_in_all_of_them() {
        let texts: Vec<String> = holding("").into_iter().map(|(_, text)| text).collect();
        let all = [
            "ada opened it",
            "ada",
            "1",
            "2.5",
            "true",
            "",
            "hoop",
            "env:prod",
            "canary",
        ];
        assert_eq!(texts, all);
    }
}
