//! Looking for text on the screen as it is played.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::head::{Head, Place};
use super::screen::{Leaving, Reader, Screen};
use super::tape::Tape;

/// The largest automaton that a typed pattern may become.
const LARGEST: usize = 1 << 20;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Pattern {
    typed: String,
    regex: Regex,
}

impl Pattern {
    /// A regular expression; what is none is looked for as it is. Small letters alone match
    /// capitals too, as in less with `-i`.
    pub fn new(typed: &str) -> Option<Self> {
        if typed.is_empty() {
            return None;
        }
        let build = |text: &str| {
            RegexBuilder::new(text)
                .case_insensitive(!typed.chars().any(char::is_uppercase))
                .size_limit(LARGEST)
                .build()
        };
        let regex = build(typed).or_else(|_| build(&regex::escape(typed)));
        Some(Self {
            typed: typed.to_owned(),
            regex: regex.ok()?,
        })
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// Where in a text it stands; empty matches are none.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let found = self.regex.find_iter(text).map(|found| found.range());
        found.filter(|range| !range.is_empty())
    }
}

/// Reads along, and notices the pattern in what was just written.
struct Watch<'a> {
    pattern: &'a Pattern,
    is_hit: bool,
}

impl Reader for Watch<'_> {
    fn leaving(&mut self, screen: &Screen, _: Leaving) {
        let (line, written) = screen.line_at_cursor();
        let text = line.text.trim_end();
        self.is_hit |= self
            .pattern
            .find(text)
            .any(|range| range.start < written.end && written.start < range.end);
    }
}

/// Plays on, line by line, until the pattern was written or `until`; at most about `budget` bytes.
pub fn forward<T: Tape>(
    head: &mut Head<T>,
    pattern: &Pattern,
    until: Option<&Place>,
    budget: usize,
) -> Found {
    let mut watch = Watch {
        pattern,
        is_hit: false,
    };
    let mut rest = budget;
    while rest > 0 {
        let is_over = until.is_some_and(|until| head.place().order() >= until.order());
        if is_over || head.is_ended() {
            return Found::Nothing;
        }
        let before = head.place();
        head.play_line(rest, &mut watch);
        if watch.is_hit && until.is_none_or(|until| head.place().order() < until.order()) {
            return Found::Here;
        }
        watch.is_hit = false;
        let played = head.place().bytes - before.bytes;
        rest = rest.saturating_sub(usize::try_from(played).unwrap_or(rest).max(64));
    }
    Found::NotYet
}

/// What a slice of looking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The head stands behind it.
    Here,
    /// There is more to look at.
    NotYet,
    /// It stands nowhere up to the end.
    Nothing,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::recording::{Code, Size};
    use crate::replay::head::Limits;
    use crate::replay::screen::Clusters;
    use crate::replay::tape::{InMemory, Moment};

    fn head(pieces: &[&str]) -> Head<InMemory> {
        let moments = pieces.iter().enumerate().map(|(second, text)| Moment {
            time: Duration::from_secs(second as u64),
            code: Code::Output,
            data: text.as_bytes().to_vec(),
            enters: 0,
        });
        let limits = Limits {
            idle: Duration::MAX,
            until: Duration::MAX,
        };
        let size = Size { cols: 10, rows: 3 };
        let tape = InMemory::new(moments.collect());
        Head::new(tape, size, Clusters::default(), limits)
    }

    /// The seconds of all hits.
    fn hits(pieces: &[&str], typed: &str) -> Vec<u64> {
        let mut head = head(pieces);
        let pattern = Pattern::new(typed).expect("a pattern");
        let mut seconds = Vec::new();
        loop {
            match forward(&mut head, &pattern, None, 100) {
                Found::Here => seconds.push(head.place().recorded.as_secs()),
                Found::NotYet => {}
                Found::Nothing => return seconds,
            }
        }
    }

    #[test]
    fn text_is_found_when_it_was_written_and_once() {
        let pieces = ["a cat\r\n", "d", "o", "g", "s\r\n", "more\r\n", "\x1b[Hcat"];
        assert_eq!(hits(&pieces, "cat"), [0, 6]);
        assert_eq!(hits(&pieces, "dog"), [3]);
        assert_eq!(hits(&pieces, "no"), [0; 0]);
    }

    #[test]
    fn colours_wraps_and_case_do_not_hide_it() {
        let pieces = ["c\x1b[31ma\x1b[0mt", "\r\n1234567 Cattle\r\n", "A cat"];
        assert_eq!(hits(&pieces, "cat"), [0, 1, 2]);
        assert_eq!(hits(&pieces, "Cattle"), [1]);
    }

    #[test]
    fn what_was_overwritten_at_once_was_there() {
        assert_eq!(hits(&["10%\r20%\r30%"], "20%"), [0]);
        assert_eq!(hits(&["one\r\ntwo\r\nthree\r\nfour\r\n"], "^t"), [0, 0]);
    }

    #[test]
    fn what_is_no_regular_expression_is_looked_for_as_it_is() {
        assert_eq!(hits(&["f(x)", "\r\n", "fx"], "f("), [0]);
        assert!(Pattern::new("").is_none());
        assert!(Pattern::new("(a{1000}){1000}").is_some());
    }
}
