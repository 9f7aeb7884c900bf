//! One file for people: an HTML page that plays a recording, an SVG picture of a moment, or a report
//! of figures and tables.
//!
//! A recording goes in, bytes come out, and its secrets stay behind.
//!
//! The recorded terminal is emulated here and not in the page: the page is handed cells, so it
//! holds no parser of escape sequences and a seek is exact. What was recorded reaches it as JSON
//! in a block that is no script, and is put on the screen as text alone; the page's own policy
//! allows one script and one style sheet, by their hashes, and no request at all.

mod about;
mod commands;
mod compose;
mod data;
mod document;
mod film;
mod grid;
mod lines;
mod look;
mod report;
mod svg;

pub use about::{About, Hidden};
pub use compose::{Made, PageError, html, picture};
pub use report::{Column, Figure, Report, Section};
