//! What setup tells a machine.

use serde::Serialize;

use crate::wizard::{Change, StepId};

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
pub struct View<'a> {
    pub profile: &'a str,
    /// The settings file.
    pub settings: String,
    pub steps: &'a [StepView],
    pub findings: &'a [Finding],
    pub changes: &'a [Change],
    /// False where nothing was changed: nobody wanted it, or it was a dry run.
    pub applied: bool,
    pub first_event: Option<FirstEvent>,
    /// What runs it from here on.
    pub next: Vec<String>,
}

/// What a step came to.
#[derive(Clone, Debug, Serialize)]
pub struct StepView {
    pub step: StepId,
    /// `done` or `skipped`.
    pub state: &'static str,
    pub value: Option<String>,
}

/// Something that stands in the way, or will.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub finding: String,
    pub fix: String,
}

/// What became of the session of the last step.
#[derive(Clone, Debug, Serialize)]
pub struct FirstEvent {
    pub session_id: String,
    /// `found`, `accepted` (and not looked for), or `missing`.
    pub state: &'static str,
    /// Names of the events that Datadog has.
    pub events: Vec<String>,
    pub datadog_url: String,
}
