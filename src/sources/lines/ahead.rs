//! What lies ahead in a file before anything of it is sent: how many lines, and the first of them
//! that is too old. Each line is looked at once, and one at a time is in memory.

use std::io::{self, BufRead, BufReader, Read};

use jiff::Timestamp;

use super::reader::trimmed;
use super::{LONGEST, Mark, time};
use crate::domain::json_line::scan;
use crate::domain::line_set::LineSet;

/// Bytes asked for at once.
const PIECE: usize = 128 << 10;

/// What there is to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// Those that are not empty and not known.
    pub lines: u64,
    /// The number of the first that happened before it may have.
    pub first_old: Option<u64>,
}

/// Looks through `bytes`, which begin at `start`, to their end; blocks. `old_before` is `None` where
/// nobody minds how old a line is.
///
/// # Errors
///
/// What cannot be read.
pub fn ahead(
    bytes: impl Read,
    start: Mark,
    known: &LineSet,
    old_before: Option<Timestamp>,
) -> io::Result<Ahead> {
    let mut reader = BufReader::with_capacity(PIECE, bytes);
    let (mut ahead, mut line) = (Ahead::default(), Vec::new());
    for number in start.line.. {
        if !next_line(&mut reader, &mut line)? {
            break;
        }
        let text = trimmed(number, &line);
        if text.is_empty() || known.contains(number) {
            continue;
        }
        ahead.lines += 1;
        if let (None, Some(old_before)) = (ahead.first_old, old_before) {
            ahead.first_old = is_before(text, old_before).then_some(number);
        }
    }
    Ok(ahead)
}

/// False at the end. Of a line that is too long to be held the rest is passed over.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let held = reader
        .by_ref()
        .take(LONGEST as u64)
        .read_until(b'\n', line)?;
    if held == LONGEST && !line.ends_with(b"\n") {
        reader.skip_until(b'\n')?;
    }
    Ok(held > 0)
}

/// A line that says no time is of now, and one that is no object has none.
fn is_before(line: &[u8], at: Timestamp) -> bool {
    let Ok(layout) = scan(line) else { return false };
    let raw = layout.timestamp.and_then(|range| line.get(range));
    let raw = raw.and_then(|raw| std::str::from_utf8(raw).ok());
    match raw.map(time::read) {
        Some(Ok(Some((timestamp, _)))) => timestamp < at,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str, start: Mark, known: &[u64]) -> Ahead {
        let mut set = LineSet::default();
        set.insert_all(known);
        let old_before = Timestamp::from_second(1_000_000_000).expect("a time");
        ahead(text.as_bytes(), start, &set, Some(old_before)).expect("memory is read")
    }

    #[test]
    fn lines_are_counted_from_the_start_on_and_the_first_old_one_is_named() {
        let (new, old) = (
            "{\"timestamp\":1785585600250}\n",
            "{\"timestamp\":999999999}\n",
        );
        let text = format!("{new}\n  \n{{broken\n{{}}\n{old}{new}{old}");
        let start = Mark {
            line: 10,
            offset: 500,
        };
        let told = |lines, first_old| Ahead { lines, first_old };
        assert_eq!(look(&text, start, &[]), told(6, Some(15)));
        assert_eq!(look(&text, start, &[15]), told(5, Some(17)));
        assert_eq!(look(&text, start, &[15, 17]), told(4, None));
        assert_eq!(look("", Mark::BEGINNING, &[]), told(0, None));
    }

    #[test]
    fn a_line_that_is_too_long_is_one_line() {
        let text = format!("{}\n{{}}", "x".repeat(LONGEST + 9));
        assert_eq!(look(&text, Mark::BEGINNING, &[]).lines, 2);
        let text = format!("{}\n{{}}", "x".repeat(LONGEST - 1));
        assert_eq!(look(&text, Mark::BEGINNING, &[]).lines, 2);
    }
}
