//! Monitors as files: the packs that ship with the program, what a file has to hold, and
//! whether a monitor would fire for given logs.
//!
//! A monitor is one YAML file ([`MonitorFile`]): why it exists, its query, its message, variables
//! with defaults, and cases of its own that trip it or do not. Rendered with values for its
//! variables it is a [`Monitor`], ready to be evaluated here or sent to Datadog ([`Monitor::to_api`]).
//! A [`Scenario`] makes the events of a situation; [`predict`] says what a monitor would do with
//! them. Nothing here does I/O.
//!
//! The templates that messages use are documented: `{{log.attributes.[path]}}`, `{{log.message}}`
//! and `{{log.link}}` (docs.datadoghq.com/monitors/notify/variables).

mod api;
pub mod as_code;
mod cases;
pub mod dashboards;
mod error;
mod file;
mod handles;
mod junit;
mod keys;
mod packs;
mod predict;
mod profile;
pub mod rehearsal;
mod render;
mod scenario;
mod shape;
#[cfg(test)]
mod tests;

pub use cases::{CaseOutcome, run_cases};
pub use error::MonitorFileError;
pub use file::{Case, CaseEvent, Content, Expected, Form, MonitorFile, Variable};
pub use handles::names_a_handle;
pub use junit::{TestCase, TestSuite, junit};
pub use keys::option_names;
pub use packs::{Pack, find, packs};
pub use predict::{Forecast, Prediction, in_words, leaves_tests_out, predict};
pub use profile::{Missing, ProfileFacts, missing_for, missing_in};
pub use render::{Identity, Monitor, Thresholds, Values};
pub use scenario::{Run, Scenario, UnknownScenario};
pub use shape::{Shape, all_attributes, event_attributes, trace_attributes};
