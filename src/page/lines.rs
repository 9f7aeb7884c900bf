//! The transcript as a page holds it.
//!
//! A line is a JSON array: milliseconds since the start, the tone, the text and, where something
//! new was done, its number. Lines that belong to the one above have -1 for the time.

use std::ops::Range;
use std::time::Duration;

use serde_json::json;

use super::commands::Commands;
use super::data::{Array, millis};
use crate::recording::Kind;
use crate::recording::transcript::{Line, Tone};

/// The lines so far.
pub struct Lines {
    kind: Kind,
    range: Range<Duration>,
    array: Array,
    /// When the last line of a script was sent, where the line before was one.
    script: Option<Duration>,
}

impl Lines {
    pub fn new(kind: Kind, range: Range<Duration>) -> Self {
        Self {
            kind,
            range,
            array: Array::new(),
            script: None,
        }
    }

    pub fn size(&self) -> u64 {
        self.array.size()
    }

    pub fn into_array(self) -> Array {
        self.array
    }

    /// Takes a line, and tells `commands` of what was done in it.
    pub fn push(&mut self, line: &Line, commands: &mut Commands) {
        let millis = millis(line.time);
        let tone = tone(line.tone);
        let place = self.read(line);
        self.script = (line.tone == Tone::Input).then_some(line.time);
        let item = match place {
            Place::Own(text) => json!([millis, tone, text]),
            Place::Continued(text) => json!([-1, tone, text]),
            Place::Done(text) => json!([millis, tone, text, commands.push(line.time, text)]),
        };
        if self.range.contains(&line.time) {
            self.array.push(&item);
        }
    }

    fn read<'a>(&self, line: &'a Line) -> Place<'a> {
        match self.kind {
            // A script is sent whole.
            Kind::Exec if line.tone == Tone::Input => match self.script == Some(line.time) {
                true => Place::Continued(&line.text),
                false => Place::Done(&line.text),
            },
            Kind::Exec => Place::Own(&line.text),
            Kind::Terminal => Place::Own(&line.text),
            Kind::Http => http(&line.text),
            kind if kind.is_native_database() => statement(line),
            _ => Place::Own(&line.text),
        }
    }
}

fn tone(tone: Tone) -> u8 {
    match tone {
        Tone::Plain => 0,
        Tone::Input => 1,
        Tone::Remark => 2,
        Tone::Error => 3,
    }
}

/// What a line is, without the number and the time that stand in its text.
enum Place<'a> {
    /// A line for itself.
    Own(&'a str),
    /// More of the one above.
    Continued(&'a str),
    /// The beginning of a statement or a request.
    Done(&'a str),
}

/// `→ GET /` and what it sent; answers and bodies below.
fn http(text: &str) -> Place<'_> {
    match behind_time(text) {
        Some(text) if text.starts_with('→') => Place::Done(text),
        Some(text) => Place::Own(text),
        None => continued(text, 14),
    }
}

/// `   7    0:02.611  SELECT 1`, and what is indented below.
fn statement(line: &Line) -> Place<'_> {
    let text = line.text.trim_start();
    let (number, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty();
    match behind_time(rest) {
        Some(statement) if is_number => return Place::Done(statement),
        _ => {}
    }
    match behind_time(text) {
        Some(remark) => Place::Own(remark),
        None => continued(&line.text, 18),
    }
}

fn continued(text: &str, indent: usize) -> Place<'_> {
    match text.split_at_checked(indent) {
        Some((margin, text)) if margin.trim().is_empty() => Place::Continued(text),
        _ => Place::Own(text),
    }
}

/// What follows the offset that a line begins with: `0:02.611  `.
fn behind_time(text: &str) -> Option<&str> {
    let (time, text) = text.trim_start().split_once("  ")?;
    let (whole, millis) = time.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = millis.len() == 3 && digits(millis) && whole.split(':').all(digits);
    (is_time && whole.contains(':')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{event_stream, transcript};

    fn lines(kind: Kind, json: &str) -> (Vec<serde_json::Value>, Vec<String>) {
        let parsed = event_stream::parse(json.as_bytes()).expect("a recording");
        let (mut lines, mut commands) = (
            Lines::new(kind, Duration::ZERO..Duration::MAX),
            Commands::default(),
        );
        for line in transcript::lines(kind, &parsed.events) {
            lines.push(&line, &mut commands);
        }
        let mut out = Vec::new();
        lines.into_array().write("lines", &mut out).expect("memory");
        let text = String::from_utf8(out).expect("UTF-8");
        let json = text.split_once('>').expect("a block").1;
        let json = json.trim_end().strip_suffix("</script>").expect("an end");
        let found = commands
            .within(&(Duration::ZERO..Duration::MAX))
            .into_iter()
            .map(|one| one.text);
        (
            serde_json::from_str(json).expect("an array"),
            found.collect(),
        )
    }

    #[test]
    fn statements_have_their_number_and_their_parameters_stand_below() {
        let json = include_str!("../sandbox/world/recordings/pg-native-driver.json");
        let (lines, commands) = lines(Kind::Postgres, json);
        let first = lines.iter().find(|line| line[3] == 7).expect("the seventh");
        assert_eq!(first[0], 2_611);
        let text = first[2].as_str().expect("a text");
        assert!(text.starts_with("INSERT INTO findings"), "{text}");
        assert!(commands.len() >= 22 && commands[6] == text);
        let parameter = lines.iter().find(|line| line[2] == "$4 = true");
        assert_eq!(parameter.expect("a parameter")[0], -1);
    }

    #[test]
    fn requests_are_done_and_answers_are_not() {
        let json = include_str!("../sandbox/world/recordings/http-api.json");
        let (lines, commands) = lines(Kind::Http, json);
        assert!(commands.iter().all(|text| text.starts_with("→ ")));
        let refused = lines
            .iter()
            .find(|line| line[2] == "← HTTP/1.1 403 Forbidden");
        assert_eq!(refused.expect("the answer")[0], 3_445);
        assert!(lines.iter().any(|line| line[2] == "1042;83.40"));
    }

    #[test]
    fn only_a_time_is_taken_for_one() {
        assert_eq!(behind_time("  0:02.611  x  y"), Some("x  y"));
        assert_eq!(behind_time("1:00:02.611  x"), Some("x"));
        for text in ["0.611  x", "a:02.611  x", "0:02.61  x", "0:02.611 x", "  "] {
            assert_eq!(behind_time(text), None, "{text}");
        }
    }
}
