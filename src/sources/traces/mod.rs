//! Traces of an agent platform, from the lines that it logs: a file, a folder that is being written
//! to, standard input. Also spans of OTLP, as collectors write them to files.

mod files;
mod line;
mod otlp;
mod window;

pub use files::{Found, Place, PlaceError, message_of};
pub use line::{Entry, TraceLine, trace_of_line, traces_of_message};
pub use otlp::OtlpSpan;
pub use window::{Group, Held, MOST_HELD, PATIENCE, Placed, Window};
