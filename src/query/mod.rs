//! Datadog's search and the queries of its monitors: parse, print, explain, lint, evaluate.
//!
//! A search is parsed into a tree whose parts know their place in the source. It is evaluated over
//! logs as Datadog would index them ([`IndexedLog`]), in three-valued logic: where the published
//! behaviour leaves a case open the answer is [`Verdict::CannotTell`] with the reason, and only
//! where this very case depends on it.
//!
//! Facts come from docs.datadoghq.com (log search syntax, log monitors, monitor API), recorded
//! responses of Datadog's API clients, and, where the documentation is silent, from
//! `src/datadog/search` of vectordotdev/vrl, an evaluator written by Datadog's staff. No I/O here.

mod cidr;
mod cursor;
mod error;
mod evaluate;
mod everything;
mod explain;
mod facet;
mod full_text;
mod intake;
mod lint;
pub mod monitor;
mod parser;
mod pattern;
mod print;
mod record;
mod span;
mod status;
mod term;
mod text;
mod tree;
mod verdict;
mod word;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;

pub use cidr::Block;
pub use error::ParseError;
pub use evaluate::evaluate;
pub use facet::Facet;
pub use intake::{IndexedLog, UnreadableTime};
pub use lint::{Attribute, Finding, Kind, Level, lint, lint_alert, lint_query};
pub use parser::parse;
pub use pattern::{Part, Pattern};
pub use record::Record;
pub use span::Span;
pub use status::{IndexedStatus, Remapped};
pub use tree::{Bound, Comparison, Field, Node, NodeKind, Path, Query, Reserved, Test};
pub use verdict::{Reason, Verdict};
