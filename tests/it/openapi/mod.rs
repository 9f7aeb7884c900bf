//! Every request that ddctl sends, held against the published descriptions of the systems it talks
//! to: the OpenAPI documents of `../shared/reference`.
//!
//! An operation is in one of the documents, and the request must fit it, or on the list in
//! [`unlisted`] with its source. Without the folder the tests print `SKIPPED: …` and pass;
//! `.ci/run` takes that for a failure on CI. What the sandbox answers in Datadog's place is held
//! against the same documents in [`answers`], and in Svix's in [`svix`].

mod answers;
mod check;
mod commands;
mod document;
mod faults;
mod least;
mod reference;
mod request;
mod samples;
mod schema;
mod svix;
mod unlisted;

pub use commands::leaves;
use document::{Document, Operation};
use reference::Reference;
use request::Request;
