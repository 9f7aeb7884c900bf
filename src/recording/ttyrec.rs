//! ttyrec: a header of twelve bytes (seconds, microseconds, length; little-endian), then that many
//! bytes of output, again and again. The times are those of the clock; there is no size.

use std::io::Read;
use std::time::Duration;

use super::reader::source::Source;
use super::reader::{Progress, ReadError, Strictness};
use super::{Code, Event, Warning};

const HEAD: usize = 12;

/// One packet may be told as several events of at most this.
const PIECE: usize = 64 * 1024;

/// A packet that a file could begin with is no longer.
const LONGEST_FIRST: u32 = 1 << 20;

/// A pause longer than a year is a broken clock.
const LONGEST_PAUSE: Duration = Duration::from_secs(365 * 86_400);

/// Reads packet after packet.
#[derive(Clone, Debug, Default)]
pub(super) struct Packets {
    /// The clock of the packet before.
    before: Option<Duration>,
    /// Bytes of the packet that is being told.
    rest: u32,
}

struct Packet {
    clock: Duration,
    length: u32,
}

impl Packet {
    /// `None` for fewer than twelve bytes, and where the microseconds are none.
    fn head(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let micros = number(4)?;
        (micros < 1_000_000).then_some(Self {
            clock: Duration::from_secs(number(0)?.into()) + Duration::from_micros(micros.into()),
            length: number(8)?,
        })
    }
}

impl Packets {
    /// True for bytes that begin with a packet and, where they go on, with a second one. Text does
    /// not: its first twelve bytes make a length far beyond a packet's.
    pub fn is_next(bytes: &[u8]) -> bool {
        let Some(first) = Packet::head(bytes) else {
            return false;
        };
        let second = bytes
            .get(HEAD + first.length as usize..)
            .unwrap_or_default();
        let goes_on = second.len() < HEAD
            || Packet::head(second).is_some_and(|second| second.clock >= first.clock);
        (1..=LONGEST_FIRST).contains(&first.length) && goes_on
    }

    pub fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        progress: &mut Progress,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        while self.rest == 0 {
            let head = source.peek(HEAD)?;
            let is_whole = head.len() >= HEAD;
            let Some(packet) = Packet::head(head) else {
                if !head.is_empty() {
                    broken(source.offset() + 1, progress, is_whole)?;
                }
                return Ok(false);
            };
            source.consume(HEAD);
            let before = self.before.replace(packet.clock).unwrap_or(packet.clock);
            let pause = packet.clock.saturating_sub(before).min(LONGEST_PAUSE);
            progress.now = progress.now.saturating_add(pause);
            self.rest = packet.length;
        }
        let wanted = self.rest.min(PIECE as u32) as usize;
        let found = source.peek(wanted)?.len().min(wanted);
        if found < wanted {
            let index = progress.index;
            progress.warn(source.offset() + 1, Warning::Cut { index });
        }
        self.rest = if found < wanted {
            0
        } else {
            self.rest - found as u32
        };
        event.code = Code::Output;
        event.data.extend_from_slice(source.take(found));
        event.time = progress.now;
        event.index = progress.index;
        progress.index += 1;
        Ok(found > 0)
    }
}

/// There is no way from a broken header to the next one.
fn broken(place: u64, progress: &mut Progress, is_whole: bool) -> Result<(), ReadError> {
    let index = progress.index;
    let why = || "its header counts more than a million microseconds".to_owned();
    if is_whole && progress.strictness == Strictness::Strict {
        return Err(ReadError::Frame { index, why: why() });
    }
    let warning = match is_whole {
        true => Warning::Broken { index, why: why() },
        false => Warning::Cut { index },
    };
    progress.warn(place, warning);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::reader::{Format, Strictness, open};

    fn packet(seconds: u32, micros: u32, data: &[u8]) -> Vec<u8> {
        let head = [seconds, micros, data.len() as u32].map(u32::to_le_bytes);
        [&head.concat(), data].concat()
    }

    fn told(file: &[u8]) -> (Vec<(u128, Vec<u8>)>, usize) {
        let mut reader = open(file, Strictness::Strict).expect("a ttyrec");
        assert_eq!(reader.format(), Format::Ttyrec);
        let events = reader.by_ref().map(|event| event.expect("an event"));
        let events = events
            .map(|event| (event.time.as_millis(), event.data))
            .collect();
        (events, reader.warnings().iter().count())
    }

    #[test]
    fn packets_are_timed_from_the_first_and_never_backwards() {
        let file = [
            packet(1_700_000_000, 900_000, b"a"),
            packet(1_700_000_001, 100_000, b"\x1b[1mb"),
            packet(1_600_000_000, 0, b"c"),
            packet(1_600_000_000, 500_000, b"d"),
        ]
        .concat();
        let times: Vec<_> = told(&file).0.into_iter().map(|(time, _)| time).collect();
        assert_eq!(times, [0, 200, 200, 700]);
    }

    #[test]
    fn a_cut_packet_is_told_as_far_as_it_goes() {
        let file = [
            packet(1_700_000_000, 0, b"one"),
            packet(1_700_000_009, 0, b"two"),
        ]
        .concat();
        for end in 16..file.len() {
            let (events, warnings) = told(&file[..end]);
            assert_eq!(
                (events[0].1.as_slice(), warnings),
                (&b"one"[..], 1),
                "{end}"
            );
        }
    }

    #[test]
    fn text_is_no_packet() {
        for text in [
            &b"{\"version\":3,\"te"[..],
            b"Script started on",
            b"[[0.5,\"o\",\"\"]]",
        ] {
            assert!(!Packets::is_next(text));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(rest in prop::collection::vec(any::<u8>(), 0..60)) {
            let file = [packet(1, 2, b"x"), rest].concat();
            if let Ok(reader) = open(&file[..], Strictness::Lenient) {
                reader.for_each(drop);
            }
        }
    }
}
