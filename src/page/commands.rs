//! What was done in a session, as a list to jump by. The numbers are those of `replay`.

use std::ops::Range;
use std::time::Duration;

/// Longer ones are cut: the transcript has them whole.
const LONGEST: usize = 300;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its place in the whole recording, from 1.
    pub number: usize,
    pub time: Duration,
    pub text: String,
}

/// The commands, statements, requests and markers so far, in order.
#[derive(Debug, Default)]
pub struct Commands {
    found: Vec<Command>,
    size: u64,
}

impl Commands {
    /// Adds one and tells its number. `text` is safe to show.
    pub fn push(&mut self, time: Duration, text: &str) -> usize {
        let number = self.found.len() + 1;
        let text: String = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        self.size += text.len() as u64 + 32;
        self.found.push(Command { number, time, text });
        number
    }

    /// Bytes of JSON so far, about.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Those of a part of the recording.
    pub fn within(mut self, range: &Range<Duration>) -> Vec<Command> {
        self.found.retain(|command| range.contains(&command.time));
        self.found
    }
}
