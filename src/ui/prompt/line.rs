//! A line that the terminal shows. The terminal itself takes corrections, so that a question wider
//! than the screen is drawn once and stays whole.

use std::io::{self, Write};

use rustix::stdio;

use super::terminal::{Borrowed, CTRL_C};

/// No terminal hands over a longer line.
const LONGEST: usize = 4096;

/// Asks on stderr and reads from stdin, which is a terminal.
///
/// # Errors
///
/// `Interrupted` where the person stopped the program in place of an answer, by Ctrl-C or Ctrl-D.
pub(super) fn read(question: &str) -> io::Result<String> {
    let _shown = Borrowed::shown()?;
    if super::was_interrupted() {
        return Err(io::ErrorKind::Interrupted.into());
    }
    let mut stderr = io::stderr();
    write!(stderr, "{question}")?;
    stderr.flush()?;
    let mut typed = [0; LONGEST];
    let count = loop {
        match rustix::io::read(stdio::stdin(), &mut typed) {
            Ok(count) => break count,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    };
    match answer(&typed[..count]) {
        Some(answer) => Ok(answer),
        None => {
            writeln!(stderr)?;
            Err(io::ErrorKind::Interrupted.into())
        }
    }
}

/// What was typed; `None` where it ends in something else than Enter.
fn answer(typed: &[u8]) -> Option<String> {
    match typed {
        [] | [.., CTRL_C] => None,
        line => Some(String::from_utf8_lossy(line).trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_answers_and_ctrl_c_and_ctrl_d_leave() {
        assert_eq!(answer(b" eu \n").as_deref(), Some("eu"));
        assert_eq!(answer(b"\n").as_deref(), Some(""));
        assert_eq!(answer(b"half\x03"), None);
        assert_eq!(answer(b""), None);
    }
}
