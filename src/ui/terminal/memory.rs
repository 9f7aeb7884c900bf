//! A terminal without a device: keys come from a script, and time passes by waiting.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use super::{Input, Terminal};

/// Plays a script of inputs and keeps what was drawn.
///
/// Waiting moves the shared time forward instead of taking any, so a test of an hour is over at
/// once. When the script has ended, waiting without a timeout is an error: the program under test
/// would wait forever.
#[derive(Debug, Default)]
pub struct Memory {
    size: (u16, u16),
    now: Rc<Cell<Duration>>,
    script: VecDeque<(Duration, Input)>,
    /// Each draw with its time.
    drawn: Vec<(Duration, Vec<u8>)>,
}

impl Memory {
    /// A terminal of `cols` by `rows`. `script` says when each input comes, in order.
    pub fn new(cols: u16, rows: u16, script: impl IntoIterator<Item = (Duration, Input)>) -> Self {
        Self {
            size: (cols, rows),
            script: script.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The time that waiting moves.
    pub fn time(&self) -> Rc<Cell<Duration>> {
        Rc::clone(&self.now)
    }

    /// What was drawn, and when.
    pub fn drawn(&self) -> &[(Duration, Vec<u8>)] {
        &self.drawn
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.size = (cols, rows);
    }
}

impl Terminal for Memory {
    fn size(&self) -> io::Result<(u16, u16)> {
        Ok(self.size)
    }

    fn draw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.drawn.push((self.now.get(), bytes.to_vec()));
        Ok(())
    }

    fn next_input(&mut self, timeout: Option<Duration>) -> io::Result<Input> {
        let deadline = timeout.map(|timeout| self.now.get() + timeout);
        match (self.script.front().copied(), deadline) {
            (Some((at, _)), Some(deadline)) if at > deadline => self.now.set(deadline),
            (Some((at, input)), _) => {
                self.script.pop_front();
                self.now.set(self.now.get().max(at));
                return Ok(input);
            }
            (None, Some(deadline)) => self.now.set(deadline),
            (None, None) => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        Ok(Input::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;

    #[test]
    fn waiting_moves_time_to_the_next_input_or_the_deadline() {
        let second = Duration::from_secs(1);
        let mut terminal = Memory::new(80, 24, [(3 * second, Input::Key(Key::Enter))]);
        let now = terminal.time();
        let mut wait = |timeout| terminal.next_input(timeout).ok();
        assert_eq!(wait(Some(2 * second)), Some(Input::Nothing));
        assert_eq!(now.get(), 2 * second);
        assert_eq!(wait(None), Some(Input::Key(Key::Enter)));
        assert_eq!(now.get(), 3 * second);
        assert_eq!(wait(None), None);
    }
}
