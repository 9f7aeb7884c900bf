//! Secrets taken out of a recording's own bytes, event by event.
//!
//! What was printed is one text, however many events carried it, and what was typed is another.
//! Secrets are looked for in each text as a whole; the mark stands in the event where the secret
//! began, and the events it ran on into lose their part of it. What was printed is read as it
//! looks: without its colours, and with a line together that an editor wrapped. What is split by
//! cursor moves or typed with corrections is not found.

use std::ops::Range;

use super::reading::Reading;
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
    let reading = match direction {
        Direction::Shown => Reading::of_terminal(&joined),
        Direction::Typed => Reading::of_keys(&joined),
    };
    let text = same_length_text(&reading.bytes);
    for span in redactor.spans(&text).into_iter().rev() {
        let secret = reading.place_of(span.start..span.end);
        cut(events, &parts, secret, span.mark().as_bytes());
    }
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
