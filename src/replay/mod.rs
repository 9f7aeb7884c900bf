//! The player: a recording in a terminal, with its own timing.
//!
//! The recording is fed to an emulator in this process and its cells are painted with sequences
//! of our own, so no recorded control sequence reaches the viewer's terminal. Everything here but
//! `run` is a value: the player sees no clock and no device, only times and actions.
//!
//! The way of a key: `ui::terminal` (bytes) → [`keys`] (action) → [`player`] (state) →
//! [`screen`] and `view` (cells) → [`paint`] (bytes) → `ui::terminal`.

pub mod clock;
mod commands;
mod entry;
mod find;
pub mod frame;
mod head;
mod index;
mod keyframes;
pub mod keys;
mod options;
pub mod paint;
mod play;
pub mod player;
pub mod point;
mod run;
pub mod screen;
mod status;
pub mod tape;
mod view;
mod walk;

pub use clock::{Clock, Monotonic};
pub use options::{Clip, Look, Options, Reel};
pub use play::{Preparation, play, recorded_size, resolve};
pub use point::{Origin, Point};
pub use run::{Ended, Played};
pub use tape::{Input, Source};
pub use walk::Walk;
