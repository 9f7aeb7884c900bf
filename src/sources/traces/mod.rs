//! Traces of an agent platform, from the lines that it logs: a file, a folder that is being written
//! to, standard input.

mod files;
mod line;
mod window;

pub use files::{Found, Place, PlaceError};
pub use line::{TraceLine, trace_of_line};
pub use window::{Group, Held, PATIENCE, Placed, Window};
