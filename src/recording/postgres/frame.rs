//! Splits the recorded bytes into frames: a tag, a length that counts itself, a body.
//!
//! One event may hold several frames or a part of one. A recording can begin in the middle of a
//! frame, lack bytes, or not be PostgreSQL at all. The splitter then drops what makes no sense
//! and begins anew at the next event, since the recorder cuts events where the client wrote.
//! Memory is that of the longest frame, at most 16 MB.

use std::time::Duration;

use crate::recording::Event;

/// A frame longer than the protocol allows is none.
const LONGEST: u32 = 1 << 30;

/// A frame longer than this is not put together: it would be held in memory.
const LONGEST_KEPT: usize = 16 * 1024 * 1024;

/// Startup packets are limited to 10,000 bytes by the server itself.
const LONGEST_STARTUP: u32 = 10_000;

/// Tags of client messages whose length is always 4.
const EMPTY: &[u8] = b"SHXc";

/// All other tags of client messages.
const FILLED: &[u8] = b"QPBDCEdfpF";

/// One message of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// When its last byte was recorded.
    pub time: Duration,
    /// The event that held its last byte.
    pub index: usize,
    /// `None` for the messages before startup, which have no tag.
    pub tag: Option<u8>,
    pub body: Vec<u8>,
}

/// What the bytes at the front are.
#[derive(Debug, PartialEq, Eq)]
enum Front {
    Frame {
        head: usize,
        length: usize,
    },
    /// Less than a head.
    Short,
    Nonsense,
}

/// True when `bytes` begin with a frame.
pub(in crate::recording) fn looks_like_frames(bytes: &[u8]) -> bool {
    matches!(front(bytes), Front::Frame { head, length } if head + length <= bytes.len())
}

/// Splits the client's bytes, which come event by event.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    /// The beginning of a frame whose rest has not come.
    pending: Vec<u8>,
    /// Bytes that were no frame, or a frame that never ended.
    pub skipped: usize,
}

impl Splitter {
    /// Calls `each` with every frame that ends in the event.
    ///
    /// An event that is whole frames from its first byte to its last goes on with nothing: the
    /// frame that was waited for is given up.
    pub fn push(&mut self, event: &Event, mut each: impl FnMut(Frame)) {
        if !self.pending.is_empty() && is_whole_frames(&event.data) {
            self.give_up();
        }
        self.pending.extend_from_slice(&event.data);
        let mut at = 0;
        loop {
            let bytes = &self.pending[at..];
            match front(bytes) {
                Front::Frame { head, length } if head + length <= bytes.len() => {
                    each(Frame {
                        time: event.time,
                        index: event.index,
                        tag: (head == 5).then_some(bytes[0]),
                        body: bytes[head..head + length].to_vec(),
                    });
                    at += head + length;
                }
                // The rest can still come.
                Front::Frame { head, length } if head + length <= LONGEST_KEPT => break,
                Front::Short => break,
                _ => {
                    self.skipped += bytes.len();
                    at = self.pending.len();
                    break;
                }
            }
        }
        self.pending.drain(..at);
    }

    /// Drops a frame that never ended.
    pub fn give_up(&mut self) {
        self.skipped += self.pending.len();
        self.pending.clear();
    }
}

/// Only frames with a tag count: a length alone looks like a startup packet.
fn is_whole_frames(mut bytes: &[u8]) -> bool {
    while let Front::Frame {
        head: head @ 5,
        length,
    } = front(bytes)
    {
        match bytes.get(head + length..) {
            Some([]) => return true,
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    false
}

/// Reads the head of a frame. `length` is that of the body.
fn front(bytes: &[u8]) -> Front {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    let frame = |head: usize, length: u32| Front::Frame {
        head,
        length: length as usize - 4,
    };
    match bytes.first() {
        None => Front::Short,
        Some(0) => match number(0) {
            None => Front::Short,
            Some(length @ 8..=LONGEST_STARTUP) => frame(4, length),
            Some(_) => Front::Nonsense,
        },
        Some(tag) => match number(1) {
            _ if !EMPTY.contains(tag) && !FILLED.contains(tag) => Front::Nonsense,
            None => Front::Short,
            Some(4) => frame(5, 4),
            Some(length @ 5..=LONGEST) if FILLED.contains(tag) => frame(5, length),
            Some(_) => Front::Nonsense,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::Code;

    fn input(pieces: &[&[u8]]) -> Vec<Event> {
        pieces
            .iter()
            .enumerate()
            .map(|(index, data)| Event {
                time: Duration::from_secs(index as u64),
                code: Code::Input,
                data: data.to_vec(),
                index,
            })
            .collect()
    }

    fn split(pieces: &[&[u8]], mut each: impl FnMut(Frame)) -> usize {
        let mut splitter = Splitter::default();
        for event in input(pieces) {
            splitter.push(&event, &mut each);
        }
        splitter.give_up();
        splitter.skipped
    }

    fn tags(pieces: &[&[u8]]) -> (String, usize) {
        let mut tags = String::new();
        let skipped = split(pieces, |frame| {
            tags.push(frame.tag.map_or('-', char::from));
        });
        (tags, skipped)
    }

    const STARTUP: &[u8] = b"\0\0\0\x10\0\x03\0\0user\0a\0\0";
    const QUERY: &[u8] = b"Q\0\0\0\x0dSELECT 1\0";
    const SYNC: &[u8] = b"S\0\0\0\x04";

    #[test]
    fn frames_are_split_wherever_events_were_cut() {
        let all = [STARTUP, QUERY, SYNC, QUERY].concat();
        for size in 1..all.len() {
            let pieces: Vec<_> = all.chunks(size).collect();
            assert_eq!(tags(&pieces), ("-QSQ".to_owned(), 0), "pieces of {size}");
        }
    }

    #[test]
    fn a_stream_that_begins_in_the_middle_is_picked_up_at_the_next_event() {
        assert_eq!(tags(&[b" id = 5;\0", QUERY, SYNC]), ("QS".to_owned(), 9));
        assert_eq!(tags(&[b"SELECT 2;\0", QUERY]), ("Q".to_owned(), 10));
    }

    #[test]
    fn an_unknown_tag_costs_one_event() {
        assert_eq!(
            tags(&[QUERY, b"?\0\0\0\x04Q\0", SYNC]),
            ("QS".to_owned(), 7)
        );
    }

    #[test]
    fn a_frame_that_never_ends_takes_nothing_with_it() {
        assert_eq!(tags(&[b"Q\x3f\0\0\0SELECT", QUERY]), ("Q".to_owned(), 11));
        assert_eq!(tags(&[QUERY, &QUERY[..7]]), ("Q".to_owned(), 7));
        assert_eq!(tags(&[QUERY, b"Q\0"]), ("Q".to_owned(), 2));
    }

    proptest! {
        #[test]
        fn every_byte_is_in_a_frame_or_skipped(
            pieces in prop::collection::vec(
                prop::collection::vec(prop::sample::select(b"QPSX\0\x04\x08\x0da".to_vec()), 0..40),
                0..8,
            )
        ) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let mut framed = 0;
            let skipped = split(&pieces, |frame| {
                framed += frame.body.len() + 4 + usize::from(frame.tag.is_some());
            });
            prop_assert_eq!(framed + skipped, pieces.concat().len());
        }
    }
}
