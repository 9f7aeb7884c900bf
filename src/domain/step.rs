//! What a session did, one thing after the other, as its recording tells it.

use std::time::Duration;

/// One command, statement or request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    /// Of the event in the raw recording that it is known by. The recording only grows, so that it
    /// stays the same.
    pub index: u64,
    /// Since the session's start.
    pub start: Duration,
    /// The last byte of its answer, else the next step, else the recording's end.
    pub end: Duration,
    /// No answer was recorded.
    pub is_end_inferred: bool,
    /// Without its secrets; `None` for what was typed at a terminal.
    pub text: Option<String>,
    /// What it answered, without its secrets, where that was asked for.
    pub output: Option<String>,
    /// A text is longer than is kept of it.
    pub is_cut: bool,
    /// The status of an HTTP answer.
    pub http_status: Option<u16>,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Of a database's own client.
    Statement,
    /// All of a session that runs one script.
    Script,
    /// A line that was entered at a terminal.
    Command,
    /// Of HTTP.
    Request,
}

impl StepKind {
    /// Part of the ids of spans.
    pub fn as_str(self) -> &'static str {
        match self {
            StepKind::Statement => "statement",
            StepKind::Script => "script",
            StepKind::Command => "command",
            StepKind::Request => "request",
        }
    }
}

/// The steps of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// In order, at most [`Steps::MOST`].
    pub first: Vec<Step>,
    pub rest: Option<Rest>,
}

impl Steps {
    /// So many are told one by one.
    pub const MOST: usize = 1_000;
}

/// Steps beyond those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    pub count: u64,
    /// Of the first of them.
    pub index: u64,
    pub start: Duration,
    pub end: Duration,
}
