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
//! [`HOLD`] bytes back, or the last 32,000 events. However a text was cut into events, the result
//! is the same. What is not found:
//!
//! - a secret longer than [`HOLD`], or spread over more of the recording than that (typed between
//!   a flood of output);
//! - a value that stands more than 4 KB behind its name;
//! - a secret split by cursor moves, or typed with corrections.

mod report;
mod window;

use std::ops::Range;
use std::time::Duration;

pub(super) use report::Counting;
pub use report::{MOST_PLACES, Place, Placed, Report};
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

    /// Counts only what is found in a range of the recording; all is hidden.
    pub fn counting(mut self, range: Range<Duration>) -> Self {
        self.window = self.window.counting(range);
        self
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
    use proptest::prelude::*;

    use super::*;
    use crate::domain::redaction::{OwnRule, TokenKey};
    use crate::domain::secret::Secret;

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
        assert!(read < 50_000, "{read}");
    }

    #[test]
    fn a_report_tells_in_which_event_a_secret_began() {
        let pieces: [&[u8]; 3] = [b"clean\n", b"DB_PASSWORD=hun", b"ter2secret\n"];
        let list = printed(&pieces)
            .into_iter()
            .map(Ok::<_, std::convert::Infallible>);
        let mut redacted = Redacted::new(list, Redactor::built_in());
        assert!(redacted.by_ref().all(|event| event.is_ok()));
        let [place] = redacted.report().places() else {
            panic!("{:?}", redacted.report());
        };
        assert_eq!((place.rule.as_ref(), place.index), ("password", Some(1)));
        assert_eq!(place.time, Duration::from_millis(1));
    }

    #[test]
    fn one_value_has_one_token_wherever_it_stands() {
        let key = TokenKey::new(Secret::new("0123456789abcdef")).expect("a key");
        let redactor = Redactor::built_in().with_key(key);
        let pieces: [&[u8]; 3] = [
            b"A_PASSWORD=hunter2secret\nB_PASSWORD=other2secret\n",
            b"C_PASSWORD=\x1b[31mhunter",
            b"2secret\x1b[0m\n",
        ];
        let text = shown(events(printed(&pieces), &redactor));
        let mark = redactor.mark("password", "hunter2secret");
        assert_eq!(text.matches(&mark).count(), 2, "{text}");
        assert_eq!(text.matches("[redacted:password:").count(), 3, "{text}");
    }

    /// Lines with and without secrets, none longer than what is held back in the tests below.
    fn line() -> impl Strategy<Value = String> {
        let key = format!(
            "-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----\n",
            "MC4CAQAwBQYDK2VwBCIEIA0123456789012345678901234567\n".repeat(12)
        );
        prop_oneof![
            4 => "[a-z ]{0,60}\n",
            1 => Just("ls -l \x1b[1;34mfolder\x1b[0m\r\n".to_owned()),
            1 => Just("export DB_PASSWORD=\x1b[31mhunter2secret\x1b[0m\r\n".to_owned()),
            1 => Just("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N\n".to_owned()),
            1 => Just("ALTER ROLE app WITH PASSWORD 'hunter2';\n".to_owned()),
            1 => Just("card 4111 1111 1111 1111 declined, EMP-1234 at 12:00\n".to_owned()),
            1 => Just("mysql -u root -phunter2 app && curl -u a:hunter2 x\n".to_owned()),
            1 => Just("id café ☕ EMP-77\n".to_owned()),
            1 => Just(key),
        ]
    }

    /// What comes of a text that is cut before each of `cuts`, looked at in blocks of `block` bytes.
    fn in_pieces(text: &[u8], cuts: &[usize], block: usize, redactor: &Redactor) -> Vec<u8> {
        let mut window = Window::bounded(redactor.clone(), block, 2_048);
        let (mut out, mut from) = (Vec::new(), 0);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
        cuts.push(text.len());
        cuts.sort_unstable();
        for cut in cuts {
            let event = printed(&[&text[from..cut]]).remove(0);
            push(&mut window, event);
            take(&mut window, &mut out);
            from = cut;
        }
        window.flush();
        take(&mut window, &mut out);
        out
    }

    fn take(window: &mut Window<Event>, out: &mut Vec<u8>) {
        while let Some((mut event, edits)) = window.pop() {
            apply(&edits, &mut event.data);
            out.append(&mut event.data);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn wherever_the_stream_is_cut_the_result_is_the_same(
            lines in prop::collection::vec(line(), 0..60),
            cuts in prop::collection::vec(any::<usize>(), 0..200),
            block in 3_000_usize..20_000,
        ) {
            let key = TokenKey::new(Secret::new("0123456789abcdef")).expect("a key");
            let rule = OwnRule::new("badge", r"\bEMP-\d+\b", 1).expect("a rule");
            let redactor = Redactor::built_in().with_rules(vec![rule]).with_key(key);
            let text = lines.concat().into_bytes();
            let whole = shown(events(printed(&[&text]), &redactor)).into_bytes();
            let cut = in_pieces(&text, &cuts, block, &redactor);
            prop_assert_eq!(String::from_utf8_lossy(&cut), String::from_utf8_lossy(&whole));
            let every: Vec<usize> = (0..text.len()).collect();
            let cut = in_pieces(&text, &every, block, &redactor);
            prop_assert_eq!(String::from_utf8_lossy(&cut), String::from_utf8_lossy(&whole));
        }
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
