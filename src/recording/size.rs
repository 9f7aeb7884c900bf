//! The size of a recorded terminal, as far as the bytes tell it.
//!
//! The gateway records no size. A recording of a full-screen program gives it away: it names rows
//! and columns that exist.

use super::sequence::{Scanner, Token};
use super::utf8::Decoder;
use super::{Event, Size};

/// Programs that ask for the size move to an absurd position first; such numbers say nothing.
const ABSURD: u16 = 500;

/// At least the assumed size, and as large as the positions that the output moves to. A window
/// sequence (`CSI 8 ; rows ; cols t`) settles it.
pub fn infer(events: &[Event]) -> Size {
    let (mut scanner, mut decoder, mut text) =
        (Scanner::default(), Decoder::default(), String::new());
    let mut size = Size::ASSUMED;
    for event in events.iter().filter(|event| event.code.is_shown()) {
        decoder.push(&event.data, &mut text);
        for c in text.drain(..) {
            let Some(Token::Csi(csi)) = scanner.push(c) else {
                continue;
            };
            let (first, second) = (csi.param(0, 1), csi.param(1, 1));
            if csi.is('t') && first == 8 && csi.params().len() >= 3 {
                return Size::clamped(csi.param(2, 80).into(), second.into());
            } else if csi.is('H') || csi.is('f') {
                size = grown(size, second, first);
            } else if csi.is('r') {
                size = grown(size, 1, second);
            } else if csi.is('G') {
                size = grown(size, first, 1);
            } else if csi.is('d') {
                size = grown(size, 1, first);
            }
        }
    }
    size
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
