//! The lines of those stored events that were not shown.
//!
//! The whole recording is gone through, so that a statement that was prepared earlier and a secret
//! that began earlier are known; only the lines of what is missing come out.

use std::borrow::{Borrow, BorrowMut};
use std::io::Read;
use std::ops::ControlFlow;

use super::compare::Verdict;
use super::lines::transcript;
use crate::domain::redaction::Redactor;
use crate::recording::transcript::{Line, Redacted};
use crate::recording::{Event, Kind, ReadError, Reader};

/// A line, and which part of what is missing it belongs to; `None` for what was shown.
struct Tagged {
    line: Line,
    part: Option<Part>,
}

impl Borrow<Line> for Tagged {
    fn borrow(&self) -> &Line {
        &self.line
    }
}

impl BorrowMut<Line> for Tagged {
    fn borrow_mut(&mut self) -> &mut Line {
        &mut self.line
    }
}

/// What a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A run of the verdict, by its place there.
    Run(usize),
    /// The session's own error, at its end.
    LastWord,
}

/// Gives the lines of the verdict's runs to `each`, in order, until it has enough.
pub(super) fn fill<R: Read>(
    reader: &mut Reader<R>,
    kind: Kind,
    verdict: &Verdict,
    redactor: &Redactor,
    each: &mut dyn FnMut(Part, Line) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    let mut screen = transcript(kind, redactor);
    let mut redacted = Redacted::<Tagged>::new(redactor.clone());
    let (mut event, mut lines, mut ready) = (Event::empty(), Vec::new(), Vec::new());
    let mut parts = Parts::of(verdict);
    // A line that began in a missing event goes on in one that was shown.
    let mut rest = None;
    while reader.read(&mut event)? {
        let part = parts.at(event.index);
        screen.push(&event, &mut lines);
        for line in lines.drain(..) {
            let part = part.or(rest.take());
            redacted.push(Tagged { line, part }, &mut ready);
        }
        if part.is_some() {
            rest = screen.unfinished().and(part);
        }
        if deliver(&mut ready, each).is_break() || (parts.is_over() && rest.is_none()) {
            break;
        }
    }
    screen.finish(&mut lines);
    for line in lines.drain(..) {
        let part = rest.take();
        redacted.push(Tagged { line, part }, &mut ready);
    }
    redacted.finish(&mut ready);
    let _ = deliver(&mut ready, each);
    Ok(())
}

fn deliver(
    ready: &mut Vec<Tagged>,
    each: &mut dyn FnMut(Part, Line) -> ControlFlow<()>,
) -> ControlFlow<()> {
    ready
        .drain(..)
        .filter_map(|tagged| Some((tagged.part?, tagged.line)))
        .try_for_each(|(part, line)| each(part, line))
}

/// Which part an event is of; asked in order.
struct Parts<'a> {
    verdict: &'a Verdict,
    run: usize,
    is_last_word_over: bool,
}

impl<'a> Parts<'a> {
    fn of(verdict: &'a Verdict) -> Self {
        Self {
            verdict,
            run: 0,
            is_last_word_over: verdict.last_word.is_none(),
        }
    }

    fn at(&mut self, index: usize) -> Option<Part> {
        let runs = &self.verdict.runs;
        while runs.get(self.run).is_some_and(|run| run.last < index) {
            self.run += 1;
        }
        if self.verdict.last_word == Some(index) {
            self.is_last_word_over = true;
            return Some(Part::LastWord);
        }
        let run = runs.get(self.run)?;
        (run.first <= index).then_some(Part::Run(self.run))
    }

    /// True behind the last of them.
    fn is_over(&self) -> bool {
        self.run >= self.verdict.runs.len() && self.is_last_word_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Strictness, open};
    use crate::sources::tail::compare::Run;

    /// A stream of outputs a second apart.
    fn stream(pieces: &[&str]) -> String {
        use base64::Engine as _;
        let entry = |(at, piece): (usize, &&str)| {
            let data = base64::engine::general_purpose::STANDARD.encode(piece);
            format!(r#"[{at},"o","{data}"]"#)
        };
        let entries: Vec<_> = pieces.iter().enumerate().map(entry).collect();
        format!("[{}]", entries.join(","))
    }

    fn run(first: usize, last: usize) -> Run {
        Run {
            first,
            last,
            from: 0,
            to: 0,
            events: 1,
            bytes: 1,
        }
    }

    fn filled(pieces: &[&str], runs: Vec<Run>) -> Vec<(Part, String)> {
        let (text, mut lines) = (stream(pieces), Vec::new());
        let mut reader = open(text.as_bytes(), Strictness::Lenient).expect("a stream");
        let verdict = Verdict {
            runs,
            ..Verdict::default()
        };
        fill(
            &mut reader,
            Kind::Terminal,
            &verdict,
            &Redactor::built_in(),
            &mut |part, line| {
                lines.push((part, line.text));
                ControlFlow::Continue(())
            },
        )
        .expect("it is read");
        lines
    }

    #[test]
    fn only_the_missing_lines_come_and_each_whole() {
        let pieces = ["a\r\n", "b", "c", "d\r\ne\r\n", "f\r\n", "g\r\n"];
        let lines = filled(&pieces, vec![run(2, 2), run(5, 5)]);
        let expected = [(Part::Run(0), "bcd"), (Part::Run(1), "g")];
        let lines: Vec<_> = lines
            .iter()
            .map(|(part, text)| (*part, text.as_str()))
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_secret_that_began_in_what_was_shown_is_taken_out_of_what_was_missing() {
        let key = "MC4CAQAwBQYDK2VwBCIEIA0123456789012345678901234567\r\n";
        let pieces = [
            "-----BEGIN PRIVATE KEY-----\r\n",
            key,
            key,
            "-----END PRIVATE KEY-----\r\nok\r\n",
        ];
        let lines = filled(&pieces, vec![run(2, 3)]);
        let text: String = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert!(!text.contains("MC4C") && text.ends_with("ok"), "{text}");
    }
}
