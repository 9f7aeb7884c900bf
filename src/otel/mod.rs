//! How a program with an OpenTelemetry SDK is set up to send to Datadog: the settings it needs
//! ([`Plan`], [`render()`]), what such settings mean ([`Settings`]) and what is wrong with them
//! ([`look`]).
//!
//! Facts: opentelemetry.io/docs/specs/otel/protocol/exporter for the variables,
//! docs.datadoghq.com/opentelemetry/setup/otlp_ingest for Datadog's door. The room reads no
//! environment and sends nothing.

mod findings;
mod headers;
mod llmobs;
mod plan;
mod refusal;
mod render;
mod sample;
mod settings;
mod target;
mod traps;
mod variables;

pub use findings::{Finding, Severity, look};
pub use llmobs::{Counts, Verdict, llmobs};
pub use plan::{HTTP_PORT, Plan, Road, Value, Variable};
pub use refusal::{KeyFact, explain};
pub use render::{Form, render};
pub use sample::{CHECK_ID, Sample};
pub use settings::{Protocol, Settings, SignalSettings};
pub use target::Target;
pub use traps::{Trap, traps};
pub use variables::Variables;
