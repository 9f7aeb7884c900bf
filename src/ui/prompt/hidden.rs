//! A line that the terminal does not show: the terminal is silent from before the question until
//! after the answer, so that no part of a pasted key is echoed in between.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use rustix::stdio;
use zeroize::Zeroizing;

use super::terminal::{Borrowed, CTRL_C};
use crate::domain::secret::Secret;
use crate::waiting::{Cut, Wait};

/// No key is longer.
const LONGEST: usize = 16 << 10;
/// Reads that come back at once and empty, one after the other, mean that the terminal is gone.
const EMPTY_READS: usize = 8;
/// Far below [`super::terminal::READ_TENTHS`], for which a read waits.
const AT_ONCE: Duration = Duration::from_millis(20);

/// Asks on stderr and reads from stdin, which is a terminal.
///
/// # Errors
///
/// [`super::StoppedAsking`] where the person stopped the program in place of an answer, or somebody did;
/// [`Cut`] where its time is over.
pub(super) fn read(question: &str) -> anyhow::Result<Secret> {
    let asked = asked(question).map_err(super::unread)?;
    match asked {
        Ok(typed) => Ok(Secret::new(typed.trim())),
        Err(Cut::Stopped) => Err(super::StoppedAsking.into()),
        Err(cut) => Err(cut.into()),
    }
}

type Typed = Result<Zeroizing<String>, Cut>;

fn asked(question: &str) -> io::Result<Typed> {
    let wait = Wait::begin(None);
    let _silent = Borrowed::silent()?;
    if super::was_interrupted() {
        return Ok(Err(Cut::Stopped));
    }
    let mut stderr = io::stderr();
    write!(stderr, "{question} (hidden): ")?;
    stderr.flush()?;
    let typed = typed(&wait);
    writeln!(stderr)?;
    typed
}

fn typed(wait: &Wait) -> io::Result<Typed> {
    let mut line = Line::default();
    let mut empty = 0;
    loop {
        let (mut key, began) = ([0], Instant::now());
        let read = rustix::io::read(stdio::stdin(), &mut key);
        match read {
            Ok(0) if began.elapsed() < AT_ONCE => empty += 1,
            _ => empty = 0,
        }
        match read {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => match line.press(key[0]) {
                Pressed::Goes => {}
                Pressed::Ends => return line.text().map(Ok),
                Pressed::Stops => return Ok(Err(Cut::Stopped)),
            },
            Err(error) => return Err(error.into()),
        }
        if empty > EMPTY_READS {
            return Ok(Err(Cut::Stopped));
        }
        if let Some(cut) = wait.cut() {
            return Ok(Err(cut));
        }
    }
}

#[derive(Default)]
struct Line(Zeroizing<Vec<u8>>);

#[derive(Debug, PartialEq, Eq)]
enum Pressed {
    Goes,
    Ends,
    Stops,
}

impl Line {
    fn press(&mut self, key: u8) -> Pressed {
        const CTRL_D: u8 = 4;
        const CTRL_U: u8 = 21;
        match key {
            b'\r' | b'\n' => return Pressed::Ends,
            CTRL_C | CTRL_D => return Pressed::Stops,
            CTRL_U => self.0.clear(),
            8 | 127 => drop(self.0.pop()),
            key if key < b' ' => {}
            key if self.0.len() < LONGEST => self.0.push(key),
            _ => {}
        }
        Pressed::Goes
    }

    fn text(self) -> io::Result<Zeroizing<String>> {
        let text = std::str::from_utf8(&self.0);
        let text = text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(keys: &[u8]) -> (Line, Pressed) {
        let mut line = Line::default();
        let last = keys.iter().map(|key| line.press(*key)).last();
        (line, last.expect("a key"))
    }

    #[test]
    fn a_line_is_corrected_cleared_and_ended() {
        let (line, last) = after(b"abd\x7fc\r");
        assert_eq!(last, Pressed::Ends);
        assert_eq!(line.text().expect("text").as_str(), "abc");
        let (line, last) = after(b"wrong\x15right");
        assert_eq!(last, Pressed::Goes);
        assert_eq!(line.text().expect("text").as_str(), "right");
    }

    #[test]
    fn ctrl_c_stops_in_place_of_an_answer() {
        assert_eq!(after(b"ab\x03").1, Pressed::Stops);
        assert_eq!(after(b"\x04").1, Pressed::Stops);
    }
}
