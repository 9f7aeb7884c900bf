//! The terminal as a device that is drawn on and that keys come from.
//!
//! [`Device`] is the real one. It opens the controlling terminal itself, so that standard input
//! stays free for a recording, and gives it back as it was: on return, error, panic, SIGINT,
//! SIGTERM and SIGHUP, and for as long as the program is stopped. [`Memory`] is the one of tests.

mod device;
mod key;
mod memory;

use std::io;
use std::time::Duration;

pub use device::Device;
pub use key::Key;
pub use memory::Memory;

/// What a full-screen program needs of its terminal.
pub trait Terminal {
    /// Columns and rows, each at least 1.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Sends bytes to the screen. They are the caller's own sequences: nothing is filtered here.
    fn draw(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits for the next input, at most for `timeout`; without one for as long as it takes.
    fn next_input(&mut self, timeout: Option<Duration>) -> io::Result<Input>;
}

/// What came from the person or from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    Key(Key),
    /// The size is another one: paint anew.
    Resized,
    /// The program was stopped and goes on: the screen is empty, paint anew. `after` is how long
    /// it stood still; zero where that is not known.
    Resumed {
        after: Duration,
    },
    /// The program was asked to end, by this signal.
    Ended(i32),
    /// The time is over.
    Nothing,
}
