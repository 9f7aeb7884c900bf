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
use crate::replay::tape::label;

/// The lines so far.
pub struct Lines {
    kind: Kind,
    range: Range<Duration>,
    array: Array,
    /// When the last line of a script was sent, where the line before was one.
    script: Option<Duration>,
}

/// What a line is. The number and the time that stand in its text are left out.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// A line for itself.
    Own(&'a str),
    /// More of the one above.
    Continued(&'a str),
    /// The beginning of a statement or a request.
    Done(&'a str, String),
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
        let (time, tone) = (millis(line.time), tone(line.tone));
        let place = self.place(line);
        self.script = (line.tone == Tone::Input).then_some(line.time);
        let item = match place {
            Place::Own(text) => json!([time, tone, text]),
            Place::Continued(text) => json!([-1, tone, text]),
            Place::Done(text, label) => json!([time, tone, text, commands.push(line.time, &label)]),
        };
        if self.range.contains(&line.time) {
            self.array.push(&item);
        }
    }

    fn place<'a>(&self, line: &'a Line) -> Place<'a> {
        let indent = match self.kind {
            // A script is sent whole.
            Kind::Exec if line.tone == Tone::Input && self.script == Some(line.time) => {
                return Place::Continued(&line.text);
            }
            Kind::Http => 14,
            kind if kind.is_native_database() => 18,
            _ => return Place::Own(&line.text),
        };
        if let Some((margin, text)) = line.text.split_at_checked(indent)
            && margin.trim().is_empty()
        {
            return Place::Continued(text);
        }
        match (label(self.kind, line), behind_time(&line.text)) {
            (Some(label), Some(text)) => Place::Done(text, label),
            (None, Some(text)) => Place::Own(text),
            (_, None) => Place::Own(&line.text),
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

/// What follows the offset near the beginning of a line: `   7    0:02.611  SELECT 1`.
fn behind_time(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    if let Some((number, after)) = rest.split_once("  ")
        && is_digits(number)
    {
        rest = after.trim_start();
    }
    let (time, text) = rest.split_once("  ")?;
    let (whole, millis) = time.split_once('.')?;
    let is_time = millis.len() == 3 && is_digits(millis) && whole.split(':').all(is_digits);
    (is_time && whole.contains(':')).then_some(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Strictness, open, transcript};

    fn lines(kind: Kind, json: &str) -> (Vec<serde_json::Value>, Vec<String>) {
        let reader = open(json.as_bytes(), Strictness::Strict).expect("a recording");
        let (recording, _) = reader.into_recording().expect("a recording");
        let all = Duration::ZERO..Duration::MAX;
        let mut lines = Lines::new(kind, all.clone());
        let mut commands = Commands::default();
        for line in transcript::lines(kind, &recording.events) {
            lines.push(&line, &mut commands);
        }
        let mut out = Vec::new();
        lines.into_array().write("lines", &mut out).expect("memory");
        let text = String::from_utf8(out).expect("UTF-8");
        let json = text.split_once('>').expect("a block").1;
        let json = json.trim_end().strip_suffix("</script>").expect("an end");
        let found = commands.within(&all).into_iter().map(|one| one.text);
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
        assert!(commands[0].starts_with("GET /"), "{commands:?}");
        let refused = lines
            .iter()
            .find(|line| line[2] == "← HTTP/1.1 403 Forbidden");
        assert_eq!(refused.expect("the answer")[0], 3_445);
        assert!(lines.iter().any(|line| line[2] == "1042;83.40"));
    }

    #[test]
    fn a_script_is_one_entry() {
        let json = include_str!("../sandbox/world/recordings/psql-failing-migration.json");
        let (lines, _) = lines(Kind::Exec, json);
        let begun = lines.iter().filter(|line| line[1] == 1 && line[0] != -1);
        assert_eq!(begun.count(), 1);
    }

    #[test]
    fn only_a_time_is_taken_for_one() {
        assert_eq!(behind_time("  0:02.611  x  y"), Some("x  y"));
        assert_eq!(behind_time("  12  1:00:02.611  x"), Some("x"));
        for text in ["0.611  x", "a:02.611  x", "0:02.61  x", "0:02.611 x", "  "] {
            assert_eq!(behind_time(text), None, "{text}");
        }
    }
}
