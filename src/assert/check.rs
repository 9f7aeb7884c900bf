//! The single things that a rule may ask for.

use std::time::Duration;

use super::sql::KindPattern;
use crate::search::{Parts, Pattern};

/// One thing that must hold.
#[derive(Clone, Debug)]
pub enum Check {
    /// A text is there, or is not.
    Match {
        is_wanted: bool,
        pattern: Pattern,
        parts: Parts,
        /// As it is written, for people.
        text: String,
    },
    Statements(Statements),
    /// The session ended with one of these.
    ExitCode(Vec<i64>),
    /// The session ran no longer.
    Longest(Duration),
    Approval(Approval),
}

/// Which statements may run.
#[derive(Clone, Debug)]
pub struct Statements {
    pub forbid: Vec<KindPattern>,
    /// Empty: all that are not forbidden.
    pub allow: Vec<KindPattern>,
    pub unclear: Unclear,
}

/// What a statement counts for of which nobody can tell what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclear {
    CannotTell,
    Broken,
    Ignore,
}

/// Whether somebody agreed.
#[derive(Clone, Debug)]
pub struct Approval {
    pub needed: Needed,
    /// Globs over the e-mail of who approved; at least one approver fits. Empty: anybody.
    pub by: Vec<String>,
    /// Nobody approves what they run themselves.
    pub not_self: bool,
}

/// Which sessions need an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    Always,
    /// Those of which the gateway's rules or the profile say so.
    WhereExpected,
}
