//! Changing members of an object under its bytes: everything else stays as it was written.

use std::ops::Range;

use super::Layout;

/// Changes to one object, made all at once by [`Change::apply`].
#[derive(Debug)]
pub struct Change<'a> {
    bytes: &'a [u8],
    layout: &'a Layout,
    /// Values that are replaced, by where they stand.
    replaced: Vec<(Range<usize>, String)>,
    /// Members that are new in the object.
    members: Vec<String>,
    /// Members that are new in `evt`.
    evt_members: Vec<String>,
}

impl<'a> Change<'a> {
    /// `layout` is that of `bytes`.
    pub fn new(bytes: &'a [u8], layout: &'a Layout) -> Self {
        Self {
            bytes,
            layout,
            replaced: Vec::new(),
            members: Vec::new(),
            evt_members: Vec::new(),
        }
    }

    /// Milliseconds since 1970.
    pub fn timestamp(&mut self, millis: i64) {
        let value = millis.to_string();
        match &self.layout.timestamp {
            Some(range) => self.replaced.push((range.clone(), value)),
            None => self.members.push(format!("\"timestamp\":{value}")),
        }
    }

    pub fn ddtags(&mut self, tags: &str) {
        let value = quoted(tags);
        match &self.layout.ddtags {
            Some(range) => self.replaced.push((range.clone(), value)),
            None => self.members.push(format!("\"ddtags\":{value}")),
        }
    }

    pub fn evt_id(&mut self, id: &str) {
        let range = self.layout.in_evt.as_ref().and_then(|evt| evt.id.clone());
        self.in_evt("id", id, range);
    }

    pub fn evt_original_time(&mut self, time: &str) {
        let evt = self.layout.in_evt.as_ref();
        let range = evt.and_then(|evt| evt.original_time.clone());
        self.in_evt("original_time", time, range);
    }

    fn in_evt(&mut self, name: &str, value: &str, range: Option<Range<usize>>) {
        let value = quoted(value);
        match range {
            Some(range) => self.replaced.push((range, value)),
            None => self.evt_members.push(format!("\"{name}\":{value}")),
        }
    }

    /// The object as it is then.
    pub fn apply(mut self) -> Vec<u8> {
        self.place_evt();
        let top = (self.layout.inside, self.layout.is_empty);
        place(&mut self.replaced, &self.members, top);
        self.replaced.sort_by_key(|(range, _)| range.start);
        let grown: usize = self.replaced.iter().map(|(_, text)| text.len()).sum();
        let mut changed = Vec::with_capacity(self.bytes.len() + grown);
        let mut taken = 0;
        for (range, text) in &self.replaced {
            changed.extend_from_slice(&self.bytes[taken..range.start]);
            changed.extend_from_slice(text.as_bytes());
            taken = range.end;
        }
        changed.extend_from_slice(&self.bytes[taken..]);
        changed
    }

    /// An `evt` that is no object becomes one and keeps what it was as `evt.value`.
    fn place_evt(&mut self) {
        if self.evt_members.is_empty() {
            return;
        }
        let members = self.evt_members.join(",");
        match (&self.layout.in_evt, &self.layout.evt) {
            (Some(evt), _) => {
                let at = (evt.inside, evt.is_empty);
                place(&mut self.replaced, &self.evt_members, at);
            }
            (None, Some(range)) => {
                let value = String::from_utf8_lossy(&self.bytes[range.clone()]);
                let object = match &*value {
                    "null" => format!("{{{members}}}"),
                    value => format!("{{{members},\"value\":{value}}}"),
                };
                self.replaced.push((range.clone(), object));
            }
            (None, None) => self.members.push(format!("\"evt\":{{{members}}}")),
        }
    }
}

/// New members go behind the opening brace, at `inside`.
fn place(
    replaced: &mut Vec<(Range<usize>, String)>,
    members: &[String],
    (inside, is_empty): (usize, bool),
) {
    if members.is_empty() {
        return;
    }
    let mut text = members.join(",");
    if !is_empty {
        text.push(',');
    }
    replaced.push((inside..inside, text));
}

/// As JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::scan;
    use super::*;

    fn changed(line: &str, change: impl FnOnce(&mut Change<'_>)) -> String {
        let layout = scan(line.as_bytes()).expect("an object");
        let mut changes = Change::new(line.as_bytes(), &layout);
        change(&mut changes);
        let changed = String::from_utf8(changes.apply()).expect("text");
        scan(changed.as_bytes()).expect("still an object");
        changed
    }

    #[test]
    fn what_is_missing_goes_in_front_and_the_rest_keeps_its_bytes() {
        let mark = |change: &mut Change<'_>| {
            change.timestamp(5);
            change.evt_id("i\"d");
        };
        for (line, expected) in [
            ("{}", r#"{"timestamp":5,"evt":{"id":"i\"d"}}"#),
            (
                r#"{ "n": 1.50e+3 }"#,
                r#"{"timestamp":5,"evt":{"id":"i\"d"}, "n": 1.50e+3 }"#,
            ),
            (
                r#"{"evt":{},"timestamp":"x"}"#,
                r#"{"evt":{"id":"i\"d"},"timestamp":5}"#,
            ),
            (
                r#"{"timestamp":0,"evt":{"name":"n"}}"#,
                r#"{"timestamp":5,"evt":{"id":"i\"d","name":"n"}}"#,
            ),
            (
                r#"{"evt":{"id":""},"timestamp":null}"#,
                r#"{"evt":{"id":"i\"d"},"timestamp":5}"#,
            ),
            (
                r#"{"evt":"said"}"#,
                r#"{"timestamp":5,"evt":{"id":"i\"d","value":"said"}}"#,
            ),
            (r#"{"evt":null}"#, r#"{"timestamp":5,"evt":{"id":"i\"d"}}"#),
        ] {
            assert_eq!(changed(line, mark), expected);
        }
    }

    #[test]
    fn a_move_in_time_changes_time_tags_and_the_time_of_before() {
        let moved = changed(r#"{"ddtags":"a:b","timestamp":1,"x":2}"#, |change| {
            change.timestamp(9);
            change.evt_original_time("then");
            change.ddtags("a:b,late:true");
        });
        let expected =
            r#"{"evt":{"original_time":"then"},"ddtags":"a:b,late:true","timestamp":9,"x":2}"#;
        assert_eq!(moved, expected);
    }
}
