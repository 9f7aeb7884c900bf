//! Secrets taken out of a recording's own bytes, event by event.
//!
//! What was printed is one text, however many events carried it, and what was typed is another.
//! Secrets are looked for in each text as a whole; the mark stands in the event where the secret
//! began, and the events it ran on into lose their part of it. A line that a shell wraps at the
//! edge of the terminal is one line; what is split by other cursor moves or typed with corrections
//! is not found.

use std::ops::Range;

use super::{Code, Event};
use crate::domain::redaction::Redactor;

/// The events with every secret replaced by its mark; order, times and indices stay.
pub fn events(mut events: Vec<Event>, redactor: &Redactor) -> Vec<Event> {
    for direction in [Direction::Shown, Direction::Typed] {
        redact_direction(&mut events, direction, redactor);
    }
    events
}

/// The two texts of a recording.
#[derive(Clone, Copy)]
enum Direction {
    Shown,
    Typed,
}

impl Direction {
    fn has(self, event: &Event) -> bool {
        match self {
            Direction::Shown => event.code.is_shown(),
            Direction::Typed => event.code == Code::Input,
        }
    }
}

fn redact_direction(events: &mut [Event], direction: Direction, redactor: &Redactor) {
    let mut joined = Vec::new();
    // Which bytes of the joined text each event carried.
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    for (place, event) in events
        .iter()
        .enumerate()
        .filter(|(_, event)| direction.has(event))
    {
        let start = joined.len();
        joined.extend_from_slice(&event.data);
        parts.push((place, start..joined.len()));
    }
    let wraps = match direction {
        Direction::Shown => wraps(&joined),
        // A blank and the enter key.
        Direction::Typed => Vec::new(),
    };
    let text = same_length_text(&without(&joined, &wraps));
    let before = |(index, wrap)| wrap - index * WRAP.len();
    let joints: Vec<usize> = wraps.into_iter().enumerate().map(before).collect();
    for span in redactor.spans(&text).into_iter().rev() {
        let start = place_with_wraps(span.start, &joints);
        let end = place_with_wraps(span.end.saturating_sub(1), &joints) + 1;
        cut(events, &parts, start..end, span.mark().as_bytes());
    }
}

/// What readline prints to go on in the next row when a row is full: a blank that makes the
/// terminal wrap, and a return to the first column.
const WRAP: &[u8] = b" \r";

/// Where a line goes on in the next row. Before a line feed or a cursor move it does not.
fn wraps(bytes: &[u8]) -> Vec<usize> {
    memchr::memmem::find_iter(bytes, WRAP)
        .filter(|at| {
            let next = bytes.get(at + WRAP.len());
            next.is_some_and(|byte| !byte.is_ascii_control() && *byte != b' ')
        })
        .collect()
}

/// The bytes without their wraps.
fn without(bytes: &[u8], wraps: &[usize]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in wraps {
        kept.extend_from_slice(&bytes[from..*at]);
        from = at + WRAP.len();
    }
    kept.extend_from_slice(&bytes[from..]);
    kept
}

/// Where a byte of the text without wraps stands in the one with them. `joints` are the places in
/// the text where a wrap was.
fn place_with_wraps(place: usize, joints: &[usize]) -> usize {
    place + WRAP.len() * joints.partition_point(|joint| *joint <= place)
}

/// Puts `mark` where `secret` began. Called from the last secret to the first, so that the bytes
/// before it in every event are still where they were.
fn cut(events: &mut [Event], parts: &[(usize, Range<usize>)], secret: Range<usize>, mark: &[u8]) {
    let mut mark = Some(mark);
    let first = parts.partition_point(|(_, part)| part.end <= secret.start);
    for (place, part) in &parts[first..] {
        if part.start >= secret.end {
            break;
        }
        let from = secret.start.saturating_sub(part.start);
        let to = secret.end.min(part.end) - part.start;
        events[*place]
            .data
            .splice(from..to, mark.take().unwrap_or_default().iter().copied());
    }
}

/// Text of exactly as many bytes: what is no UTF-8 becomes one placeholder a byte, so that places
/// in the text are places in the bytes.
fn same_length_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|_| text.push('\u{1a}'));
    }
    text
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
    fn two_secrets_in_one_event_are_both_taken_out() {
        let line = b"PGPASSWORD=correcthorse psql postgres://app:battery9staple@db/x\n";
        let shown = redacted(&[line]).concat();
        assert!(
            !shown.contains("correcthorse") && !shown.contains("battery9staple"),
            "{shown}"
        );
    }

    #[test]
    fn a_secret_that_a_shell_wraps_at_the_edge_is_one_secret() {
        let shown = redacted(&[
            b"$ git clone https://ana:corre",
            b"ctho \r",
            b"rsebattery@git.example/shop.git \r",
            b"2>&1\r\nfatal\r\n",
        ]);
        assert_eq!(
            shown.concat(),
            "$ git clone https://ana:[redacted:url-password]@git.example/shop.git \r2>&1\r\nfatal\r\n"
        );
    }

    #[test]
    fn a_blank_before_the_enter_key_ends_what_was_typed() {
        let typed = |data: &[u8]| Event {
            code: Code::Input,
            ..printed(&[data]).remove(0)
        };
        let events = events(vec![typed(b"ls /srv \rpwd\r")], &Redactor::built_in());
        assert_eq!(events[0].data, b"ls /srv \rpwd\r");
    }

    #[test]
    fn bytes_that_are_no_text_stay_as_they_were() {
        let pieces: [&[u8]; 2] = [b"\xff\xfepassword=correct", b"horse\xff"];
        let kept = events(printed(&pieces), &Redactor::built_in());
        assert_eq!(kept[0].data, b"\xff\xfepassword=[redacted:password]");
        assert_eq!(kept[1].data, b"\xff");
    }

    proptest! {
        #[test]
        fn without_a_redactor_nothing_changes(pieces in prop::collection::vec(any::<Vec<u8>>(), 0..8)) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let before = printed(&pieces);
            prop_assert_eq!(events(before.clone(), &Redactor::off()), before);
        }

        #[test]
        fn places_lead_back_through_wraps(pieces in prop::collection::vec("[a-z]{1,3}", 1..9)) {
            let wrapped = pieces.join(" \r").into_bytes();
            let wraps = wraps(&wrapped);
            let text = without(&wrapped, &wraps);
            prop_assert_eq!(&text, &pieces.concat().into_bytes());
            let before = |(index, wrap): (usize, &usize)| wrap - index * WRAP.len();
            let joints: Vec<usize> = wraps.iter().enumerate().map(before).collect();
            for (place, byte) in text.iter().enumerate() {
                prop_assert_eq!(wrapped[place_with_wraps(place, &joints)], *byte);
            }
        }

        #[test]
        fn no_bytes_can_make_it_panic(pieces in prop::collection::vec(
            prop_oneof![any::<Vec<u8>>(), Just(b" \ra".to_vec()), Just(b"token=abcdefgh".to_vec())],
            0..8,
        )) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let count = events(printed(&pieces), &Redactor::built_in()).len();
            prop_assert_eq!(count, pieces.len());
        }
    }
}
