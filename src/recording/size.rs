//! The size of a recorded terminal, as far as the bytes tell it.
//!
//! The gateway records no size. A recording of a full-screen program gives it away: it names rows
//! and columns that exist.

use super::sequence::{Csi, Scanner, Token};
use super::utf8::Decoder;
use super::{Event, Size};

/// Programs that ask for the size move to an absurd position first; such numbers say nothing.
const ABSURD: u16 = 500;

/// Guesses the size from output that comes in pieces.
#[derive(Debug, Default)]
pub struct Guess {
    scanner: Scanner,
    decoder: Decoder,
    text: String,
    size: Size,
    /// A window sequence was seen: nothing else counts any more.
    is_told: bool,
}

impl Guess {
    pub fn push(&mut self, event: &Event) {
        if self.is_told || !event.code.is_shown() {
            return;
        }
        let mut text = std::mem::take(&mut self.text);
        self.decoder.push(&event.data, &mut text);
        self.read(&text);
        text.clear();
        self.text = text;
    }

    /// At least the assumed size, and as large as the positions that the output moves to. A window
    /// sequence (`CSI 8 ; rows ; cols t`) settles it.
    pub fn size(&self) -> Size {
        self.size
    }

    fn read(&mut self, mut text: &str) {
        while !self.is_told {
            if self.scanner.is_ground() {
                // Nothing but ESC and the C1 controls begins a sequence.
                let Some(next) = memchr::memchr2(0x1b, 0xc2, text.as_bytes()) else {
                    return;
                };
                text = &text[next..];
            }
            let mut rest = text.chars();
            let Some(c) = rest.next() else { return };
            text = rest.as_str();
            if let Some(Token::Csi(csi)) = self.scanner.push(c) {
                self.sequence(&csi);
            }
        }
    }

    fn sequence(&mut self, csi: &Csi) {
        let (first, second) = (csi.param(0, 1), csi.param(1, 1));
        if csi.is('t') && first == 8 && csi.params().len() >= 3 {
            self.size = Size::clamped(csi.param(2, 80).into(), second.into());
            self.is_told = true;
        } else if csi.is('H') || csi.is('f') {
            self.size = grown(self.size, second, first);
        } else if csi.is('r') {
            self.size = grown(self.size, 1, second);
        } else if csi.is('G') {
            self.size = grown(self.size, first, 1);
        } else if csi.is('d') {
            self.size = grown(self.size, 1, first);
        }
    }
}

/// The guess for events that are in memory.
pub fn infer(events: &[Event]) -> Size {
    let mut guess = Guess::default();
    events.iter().for_each(|event| guess.push(event));
    guess.size()
}

fn grown(size: Size, cols: u16, rows: u16) -> Size {
    let believed = |n: u16| if n < ABSURD { n } else { 1 };
    Size {
        cols: size.cols.max(believed(cols)),
        rows: size.rows.max(believed(rows)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::recording::Code;

    fn infer_from(output: &[&[u8]]) -> (u16, u16) {
        let events: Vec<_> = output
            .iter()
            .map(|data| Event {
                time: Duration::ZERO,
                code: Code::Output,
                data: data.to_vec(),
                index: 0,
            })
            .collect();
        let size = infer(&events);
        (size.cols, size.rows)
    }

    #[test]
    fn nothing_seen_is_the_assumed_size() {
        assert_eq!(infer_from(&[b"$ ls\r\n\x1b[2;2Hx"]), (80, 24));
    }

    #[test]
    fn positions_widen_it_and_absurd_ones_do_not() {
        assert_eq!(
            infer_from(&[b"\x1b[1;40r\x1b[40;", b"120H\x1b[999;999H"]),
            (120, 40)
        );
    }

    #[test]
    fn a_window_sequence_settles_it() {
        assert_eq!(infer_from(&[b"\x1b[8;30;100t\x1b[50;50H"]), (100, 30));
        assert_eq!(infer_from(&[b"\x1b[8;60000;60000t"]), (1_000, 1_000));
    }
}
