//! OpenTelemetry's protocol over HTTP: messages, names, limits, and a sender.
//!
//! The messages are those of the crate `opentelemetry-proto`, generated from the specification.
//! One decoder ([`decode`]) reads protobuf and JSON of every origin; [`encode`] turns spans of ours
//! into messages; [`Exporter`] sends them and reads what is answered. Facts: opentelemetry-proto
//! `docs/specification.md`, and docs.datadoghq.com/opentelemetry/setup/otlp_ingest.

mod answer;
pub mod decode;
pub mod encode;
mod error;
mod exporter;
pub mod flaw;
pub mod names;
pub mod read;
pub mod signal;

pub use answer::{Rejected, RpcStatus, Taken};
pub use error::{OtlpError, Refusal, Verdict};
pub use exporter::{Door, Exporter};
pub use signal::Signal;
