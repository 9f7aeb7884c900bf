//! How a program with an OpenTelemetry SDK is set up to send to Datadog: the settings it needs
//! ([`Plan`], [`render()`]), what such settings mean ([`Settings`]) and what is wrong with them
//! ([`look`]).
//!
//! Facts: opentelemetry.io/docs/specs/otel/protocol/exporter for the variables,
//! docs.datadoghq.com/opentelemetry/setup/otlp_ingest for Datadog's door. The room reads no
//! environment and sends nothing.

mod plan;
mod render;
mod traps;

pub use plan::{Plan, Road, Value, Variable};
pub use render::{Form, render};
pub use traps::{Trap, traps};
