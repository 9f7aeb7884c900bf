//! Policies held against recordings: what must and must not have been done. Pure.
//!
//! A [`Policy`] is a file of rules. [`judge`] reads one recording, event by event, and gives a
//! [`Verdict`] for each rule that applies to its session. A rule is broken only by something that
//! can be shown; what the recording does not tell is said to be unknown, never assumed.

mod approval;
mod check;
mod file;
mod judge;
mod policy;
mod problem;
mod sarif;
pub mod sql;
mod statements;
mod subject;
mod verdict;

pub use check::{Check, Needed, Unclear};
pub use judge::{judge, without_recording};
pub use policy::{Policy, Rule, Scope};
pub use problem::PolicyError;
pub use sarif::{Finding, Level, sarif, uri_of_path};
pub use subject::{Standing, Subject};
pub use verdict::{Answer, Evidence, Verdict};
