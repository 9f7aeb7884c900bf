//! Exit codes, what a failure means for the caller, and what to do next.

mod classify;
mod remote;
mod settings;
mod work;

use std::time::Duration;

use crate::domain::time::human_duration;

pub use classify::classify;

/// What the program's exit code says (`design.md` §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// Failed, or cannot tell.
    Failed,
    /// Usage, or malformed settings.
    Usage,
    /// A question was answered with no.
    AnswerIsNo,
    /// A key or token is missing or refused.
    Credentials,
    /// A remote is unreachable or still failing; run again.
    Unreachable,
    /// Work is kept in the dead letters.
    WorkKept,
    Interrupted,
    /// The code of a program that was run on somebody's behalf.
    OfProgram(u8),
}

impl Exit {
    /// Every one of the program's own.
    pub const ALL: [Exit; 8] = [
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::AnswerIsNo,
        Exit::Credentials,
        Exit::Unreachable,
        Exit::WorkKept,
        Exit::Interrupted,
    ];

    /// For the manual.
    pub fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "Done.",
            Exit::Failed => "Failed, or cannot tell.",
            Exit::Usage => "Wrong usage, or malformed settings.",
            Exit::AnswerIsNo => {
                "A question was answered with no: a key is not valid, a gap was found, a monitor \
                 would not fire, --check found a difference, a policy is broken."
            }
            Exit::Credentials => "A key or token is missing or refused.",
            Exit::Unreachable => "A remote cannot be reached or keeps failing; run again.",
            Exit::WorkKept => "Work is kept in the spool or among the dead letters.",
            Exit::Interrupted => "Interrupted.",
            Exit::OfProgram(_) => "The code of the program that was run.",
        }
    }

    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::AnswerIsNo => 3,
            Exit::Credentials => 4,
            Exit::Unreachable => 5,
            Exit::WorkKept => 6,
            Exit::Interrupted => 130,
            Exit::OfProgram(code) => code,
        }
    }
}

/// A command was called in a way that has no meaning.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    message: String,
    hint: Option<String>,
}

impl UsageError {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub fn with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

/// `--timeout` ran out.
#[derive(Debug, thiserror::Error)]
#[error("the command did not end within {}", human_duration(*.0))]
pub struct TimedOut(pub Duration);

/// What a failure means for the caller, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub exit: Exit,
    pub hints: Vec<String>,
}

impl Verdict {
    fn plain(exit: Exit) -> Self {
        Self {
            exit,
            hints: Vec::new(),
        }
    }

    fn hinted(exit: Exit, hint: impl Into<String>) -> Self {
        Self {
            exit,
            hints: vec![hint.into()],
        }
    }
}

/// What a command was about when something failed, where it knows better than the cause what to do.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Advised {
    pub what: &'static str,
    pub hint: &'static str,
}
