//! The player: a recording in a terminal, with its own timing.
//!
//! The recording is fed to an emulator in this process and its cells are painted with sequences
//! of our own, so no recorded control sequence reaches the viewer's terminal. Everything here but
//! [`run`] is a value: the player sees no clock and no device, only times and actions.
//!
//! The way of a key: `ui::terminal` (bytes) → [`keys`] (action) → [`player`] (state) →
//! [`screen`] and [`view`] (cells) → [`paint`] (bytes) → `ui::terminal`.

pub mod clock;
pub mod frame;
pub mod keys;
pub mod paint;
pub mod player;
mod run;
pub mod screen;
pub mod track;
pub mod view;

pub use clock::{Clock, Monotonic};
pub use run::{Ended, run};
pub use track::{Options, Track};
