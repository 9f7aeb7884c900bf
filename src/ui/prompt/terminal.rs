//! The terminal while a question stands in it. What was typed before the question is no answer to
//! it, and what was typed behind the answer is none to the next one: both are forgotten.

use std::io;

use rustix::stdio;
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr,
    tcsetattr,
};

pub const CTRL_C: u8 = 3;

/// How long a read of keys that nobody may see waits for one, in tenths of a second: a signal is heard
/// of within this time.
pub const READ_TENTHS: u8 = 1;

/// The settings from before, given back when this is dropped.
pub struct Borrowed(Termios);

impl Borrowed {
    /// For an answer that nobody may see: keys come one by one, Ctrl-C among them, and none is shown.
    /// Where none comes a read ends empty.
    pub fn silent() -> io::Result<Self> {
        Self::with(|settings| {
            settings.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
            settings.special_codes[SpecialCodeIndex::VMIN] = 0;
            settings.special_codes[SpecialCodeIndex::VTIME] = READ_TENTHS;
        })
    }

    /// For a line that the terminal shows and lets somebody correct. Ctrl-C ends it as Enter does, and
    /// is told from it by its key.
    pub fn shown() -> io::Result<Self> {
        Self::with(|settings| {
            settings.local_modes |= LocalModes::ECHO | LocalModes::ICANON;
            settings.local_modes -= LocalModes::ISIG;
            settings.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        })
    }

    fn with(change: impl FnOnce(&mut Termios)) -> io::Result<Self> {
        let before = tcgetattr(stdio::stdin())?;
        let mut changed = before.clone();
        change(&mut changed);
        tcsetattr(stdio::stdin(), OptionalActions::Flush, &changed)?;
        Ok(Self(before))
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // Nobody is left to tell when the terminal is gone.
        let _ = tcsetattr(stdio::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// Forgets what was typed and not read. A terminal that cannot has nothing to forget.
pub fn forget_typed() {
    let _ = tcflush(stdio::stdin(), QueueSelector::IFlush);
}
