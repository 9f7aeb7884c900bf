//! Secrets taken out of a recording's own bytes, event by event.
//!
//! What was printed is one text, however many events carried it, and what was typed is another.
//! The mark stands in the event where the secret began, and the events it ran on into lose their
//! part of it. What was printed is read as it looks: without its colours, and with a line together
//! that an editor wrapped.
//!
//! # Bounds
//!
//! The recording is a stream: [`Redacted`] looks at about 576 KB of it at a time and holds the last
//! [`HOLD`] bytes back. What is not found:
//!
//! - a secret longer than [`HOLD`], or spread over more of the recording than that (typed between
//!   a flood of output);
//! - a value that stands more than 4 KB behind its name;
//! - a secret split by cursor moves, or typed with corrections.

mod window;

use std::collections::BTreeMap;

pub use window::{Edit, HOLD, Side, Window, apply};

use super::{Code, Event};
use crate::domain::redaction::Redactor;

impl Side {
    /// The text that an event belongs to.
    pub fn of(code: &Code) -> Option<Self> {
        match code {
            Code::Output | Code::Error => Some(Side::Shown),
            Code::Input => Some(Side::Typed),
            _ => None,
        }
    }
}

/// How many secrets each rule found. Never what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    counts: BTreeMap<String, u64>,
}

impl Report {
    pub(super) fn count(&mut self, rule: &str) {
        match self.counts.get_mut(rule) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(rule.to_owned(), 1)),
        }
    }

    /// Rules and what each found, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts
            .iter()
            .map(|(rule, count)| (rule.as_str(), *count))
    }

    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// The events with every secret replaced by its mark; order, times and indices stay. They come a
/// little later than they went in.
#[derive(Debug)]
pub struct Redacted<I, E> {
    events: I,
    window: Window<Event>,
    /// What ended the events, to be told behind those that are held back.
    end: Option<Option<E>>,
}

impl<I, E> Redacted<I, E> {
    pub fn new(events: I, redactor: Redactor) -> Self {
        Self {
            events,
            window: Window::new(redactor),
            end: None,
        }
    }

    /// What has been found so far.
    pub fn report(&self) -> &Report {
        self.window.report()
    }

    pub fn into_inner(self) -> I {
        self.events
    }
}

impl<I: Iterator<Item = Result<Event, E>>, E> Iterator for Redacted<I, E> {
    type Item = Result<Event, E>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((mut event, edits)) = self.window.pop() {
                apply(&edits, &mut event.data);
                return Some(Ok(event));
            }
            if let Some(end) = &mut self.end {
                return end.take().map(Err);
            }
            match self.events.next() {
                Some(Ok(event)) => push(&mut self.window, event),
                other => {
                    self.end = Some(other.and_then(Result::err));
                    self.window.flush();
                }
            }
        }
    }
}

fn push(window: &mut Window<Event>, event: Event) {
    let side = Side::of(&event.code);
    window.push(event, side, |event, text| {
        text.extend_from_slice(&event.data)
    });
}

/// As [`Redacted`], of events that are in memory.
pub fn events(events: Vec<Event>, redactor: &Redactor) -> Vec<Event> {
    let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
    Redacted::new(events, redactor.clone())
        .filter_map(Result::ok)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn printed(pieces: &[&[u8]]) -> Vec<Event> {
        let event = |(index, data): (usize, &&[u8])| Event {
            time: Duration::from_millis(index as u64),
            code: Code::Output,
            data: data.to_vec(),
            index,
        };
        pieces.iter().enumerate().map(event).collect()
    }

    fn redacted(pieces: &[&[u8]]) -> Vec<String> {
        events(printed(pieces), &Redactor::built_in())
            .into_iter()
            .map(|event| String::from_utf8_lossy(&event.data).into_owned())
            .collect()
    }

    #[test]
    fn a_secret_typed_key_by_key_leaves_one_mark() {
        let pieces: Vec<[u8; 1]> = b"$ export DB_PASSWORD=hunter2secret\r\n$ ls"
            .map(|byte| [byte])
            .to_vec();
        let pieces: Vec<&[u8]> = pieces.iter().map(|byte| byte.as_slice()).collect();
        assert_eq!(
            redacted(&pieces).concat(),
            "$ export DB_PASSWORD=[redacted:password]\r\n$ ls"
        );
    }

    #[test]
    fn a_secret_on_a_line_that_the_shell_wrapped_is_taken_out() {
        // As readline echoes it at the eightieth column.
        let shown = redacted(&[
            b"$ git clone https://x:ghp_FAKEfakeFAKEfa",
            b" \r",
            b"keFAKEfakeFAKE0000@h/r\r\n",
        ]);
        assert_eq!(
            shown.concat(),
            "$ git clone https://x:[redacted:url-password]@h/r\r\n"
        );
    }

    #[test]
    fn a_coloured_secret_is_taken_out_and_what_follows_keeps_its_colour() {
        let line = b"\x1b[33mDB_PASSWORD=\x1b[31mhunter2secret\x1b[0m next";
        let shown = redacted(&[line]).concat();
        assert_eq!(
            shown,
            "\x1b[33mDB_PASSWORD=\x1b[31m[redacted:password]\x1b[0m next"
        );
    }

    #[test]
    fn two_secrets_in_one_event_are_both_taken_out() {
        let line = b"PGPASSWORD=correcthorse psql postgres://app:battery9staple@db/x\n";
        let shown = redacted(&[line]).concat();
        assert!(
            !shown.contains("correcthorse") && !shown.contains("battery9staple"),
            "{shown}"
        );
    }

    #[test]
    fn bytes_that_are_no_text_stay_as_they_were() {
        let pieces: [&[u8]; 2] = [b"\xff\xfepassword=correct", b"horse\xff"];
        let kept = events(printed(&pieces), &Redactor::built_in());
        assert_eq!(kept[0].data, b"\xff\xfepassword=[redacted:password]");
        assert_eq!(kept[1].data, b"\xff");
    }

    /// Events of 100 bytes each, `before` and `after` bytes of prose around `secret`.
    fn far_apart(before: usize, secret: &str, after: usize) -> Vec<Event> {
        let prose = "Lorem ipsum dolor sit amet, consectetur\r\n";
        let filler = |length: usize| prose.repeat(length / prose.len() + 1);
        let text = format!("{}{secret}\r\n{}", filler(before), filler(after));
        let pieces: Vec<_> = text.as_bytes().chunks(100).collect();
        printed(&pieces)
    }

    fn shown(events: Vec<Event>) -> String {
        let all: Vec<u8> = events.into_iter().flat_map(|event| event.data).collect();
        String::from_utf8_lossy(&all).into_owned()
    }

    #[test]
    fn a_secret_is_found_wherever_the_window_ends() {
        let key = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
            ["MC4CAQAwBQYDK2VwBCIEIA0123456789012345678901234567"; 200].join("\n")
        );
        // Around the end of the first block, and of what is held back of it.
        for before in (400_000..560_000).step_by(19_997) {
            for secret in ["export DB_PASSWORD=hunter2secret", &key] {
                let text = shown(events(
                    far_apart(before, secret, 200_000),
                    &Redactor::built_in(),
                ));
                let mark = text.matches("[redacted:").count();
                assert_eq!(mark, 1, "behind {before} bytes");
                assert!(!text.contains("hunter2") && !text.contains("MC4CAQ"));
            }
        }
    }

    #[test]
    fn what_is_found_is_counted_by_rule() {
        let list = far_apart(
            1_000_000,
            "PGPASSWORD=hunter2secret x AKIAIOSFODNN7EXAMPLE",
            90_000,
        );
        let list = list.into_iter().map(Ok::<_, std::convert::Infallible>);
        let mut redacted = Redacted::new(list, Redactor::built_in());
        assert!(redacted.by_ref().all(|event| event.is_ok()));
        let counts: Vec<_> = redacted.report().counts().collect();
        assert_eq!(counts, [("aws-access-key-id", 1), ("password", 1)]);
    }

    #[test]
    fn an_error_comes_behind_the_events_before_it() {
        let events = printed(&[b"a", b"b"]).into_iter().map(Ok);
        let list = events.chain([Err("broken")]);
        let all: Vec<_> = Redacted::new(list, Redactor::built_in()).collect();
        assert!(matches!(all[..], [Ok(_), Ok(_), Err("broken")]));
    }

    #[test]
    fn what_is_held_back_is_bounded() {
        let mut read = 0;
        let events = (0..1_000_000).map(|_| {
            read += 1;
            Ok::<_, std::convert::Infallible>(printed(&[b""]).remove(0))
        });
        let first = Redacted::new(events, Redactor::built_in()).next();
        assert!(first.is_some());
        assert!(read < 20_000, "{read}");
    }

    proptest! {
        #[test]
        fn without_a_redactor_nothing_changes(pieces in prop::collection::vec(any::<Vec<u8>>(), 0..8)) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let before = printed(&pieces);
            prop_assert_eq!(events(before.clone(), &Redactor::off()), before);
        }

        #[test]
        fn no_bytes_can_make_it_panic(pieces in prop::collection::vec(any::<Vec<u8>>(), 0..8)) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let count = events(printed(&pieces), &Redactor::built_in()).len();
            prop_assert_eq!(count, pieces.len());
        }
    }
}
