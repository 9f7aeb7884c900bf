//! Receipts: what each run sent, kept so that a change shows.
//!
//! A run writes one file, `receipts/<month>/<id>.ndjson`: what it set out to do, a line for each
//! batch that came to an end, and how it ended. Beside the files stands the chain,
//! `receipts/chain.ndjson`: an entry when a receipt is begun, with the SHA-256 of its first line,
//! and one when it is closed, with that of the whole file. Every entry carries the hash of the one
//! before, and every receipt that of the entry before its own, so that nothing can be changed, taken
//! out or put in without a break that [`check`] finds and names. What nobody can find this way is
//! that the newest receipts are gone together with their entries: for that the chain's newest hash
//! has to be kept elsewhere, as the auditor's page does.
//!
//! What is written is as much of a batch as what is sent: each finished file one, and standard output
//! one, once it is over. Its hash is that of its bytes, so that `sha256sum` says the same, and
//! [`check_files`] finds what became of them. A file gets its name before its line is written: one of a
//! process that was killed in between has no line. It counts as not written, and comes once more.
//!
//! A line is written when its batch ends, before the cursor moves, and so survives a killed process;
//! it is forced to the disk four times a second, so that a power cut may cost the lines of the last
//! quarter. A receipt whose process is gone without having closed it is *cut off*: the next run
//! seals what it finds of it. Nothing here grows with the number of events.

mod chain;
mod check;
mod files;
mod folder;
mod hash;
mod line;
pub mod proof;
mod reading;
mod recorder;
mod totals;
mod writing;

pub use check::{Check, Problem, check, head};
pub use files::{FilesCheck, check_files};
pub use line::{
    Batch, Ended, Ending, Finding, Found, GatewayUser, Header, Lack, Late, Line, LineRun, Operator,
    RECORDING, Run, SetAside, Uncertain, Way,
};
pub use reading::{Lines, Listed, Standing, list, open};
pub use recorder::Recorder;
pub use totals::Totals;
pub use writing::Receipt;

#[cfg(test)]
mod tests;
