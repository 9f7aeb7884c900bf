//! Values of the product: sessions, session events, traces, sites, secrets, times, rules, redaction.
//!
//! Nothing in this room does I/O. It knows the standard library, serde and time, and nothing of
//! HTTP, of files or of the terminal.

pub mod backoff;
pub mod connection;
pub mod delivery;
pub mod digest;
pub mod endpoint;
pub mod event;
pub mod excerpt;
pub mod intervals;
pub mod json_line;
pub mod line_set;
pub mod nearest;
pub mod redaction;
pub mod secret;
pub mod session;
pub mod shell;
pub mod site;
pub mod size;
pub mod span;
pub mod step;
pub mod time;
pub mod trace;
pub mod unseen;
pub mod webhook;
