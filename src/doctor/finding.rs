//! What a check found: how it stands, by what that is known, and what helps.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use crate::domain::endpoint::NewEventType;
use crate::gateway::Attached;

/// How it stands with what was looked at. The worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// It is not in use here, or what it needs is not there.
    Skipped,
    /// Nobody answered, or the answer does not tell.
    Unknown,
    /// It works, and will not always.
    Warning,
    /// Something does not work.
    Problem,
}

impl State {
    pub const ALL: [State; 5] = [
        State::Ok,
        State::Skipped,
        State::Unknown,
        State::Warning,
        State::Problem,
    ];

    pub fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Skipped => "skipped",
            State::Unknown => "unknown",
            State::Warning => "warning",
            State::Problem => "problem",
        }
    }
}

/// What can be done about it without harm, once somebody said yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Let the owner alone use a file.
    MakePrivate(PathBuf),
    /// Let nobody but the owner and the group use a file.
    CloseToOthers(PathBuf),
    /// Take out what a process that was killed left behind.
    RemoveStatus(PathBuf),
    /// Make a sound state of a damaged one; the old file is kept.
    RepairState,
    /// Enable the gateway's plugin, with no connection attached.
    EnableWebhooks,
    /// Have the gateway make its application at Svix.
    MakeApplication,
    /// Make event types known to Svix.
    MakeEventTypes(Vec<NewEventType>),
    /// Take connections off the plugin that has their every session refused.
    Detach(Vec<Attached>),
}

impl Repair {
    /// Whether the gateway is changed by it.
    pub fn is_remote(&self) -> bool {
        match self {
            Repair::MakePrivate(_)
            | Repair::CloseToOthers(_)
            | Repair::RemoveStatus(_)
            | Repair::RepairState => false,
            Repair::EnableWebhooks
            | Repair::MakeApplication
            | Repair::MakeEventTypes(_)
            | Repair::Detach(_) => true,
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repair::MakePrivate(path) => {
                write!(f, "let nobody but its owner use {}", path.display())
            }
            Repair::CloseToOthers(path) => {
                write!(
                    f,
                    "let nobody but its owner and group use {}",
                    path.display()
                )
            }
            Repair::RemoveStatus(path) => write!(f, "remove {}", path.display()),
            Repair::RepairState => {
                f.write_str("repair the state; the damaged file is kept beside it")
            }
            Repair::EnableWebhooks => {
                f.write_str("enable the gateway's webhooks plugin, with no connection attached")
            }
            Repair::MakeApplication => f.write_str("have the gateway make its application at Svix"),
            Repair::MakeEventTypes(types) => {
                let names: Vec<&str> = types.iter().map(|it| it.name).collect();
                write!(f, "make known to Svix: {}", names.join(", "))
            }
            Repair::Detach(connections) => {
                let names: Vec<&str> = connections.iter().map(|it| it.name.as_str()).collect();
                write!(f, "take off the webhooks plugin: {}", names.join(", "))
            }
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub state: State,
    /// What was seen, one thing a line.
    pub evidence: Vec<String>,
    /// What helps; each once.
    pub fixes: Vec<String>,
    pub repairs: Vec<Repair>,
    /// A remote did not answer: the same run may end otherwise later.
    pub is_away: bool,
}

impl Finding {
    /// Nothing is wrong so far.
    pub fn ok() -> Self {
        Self {
            state: State::Ok,
            evidence: Vec::new(),
            fixes: Vec::new(),
            repairs: Vec::new(),
            is_away: false,
        }
    }

    pub fn skipped(why: impl Into<String>) -> Self {
        Self::ok().add(State::Skipped, why)
    }

    pub fn unknown(why: impl Into<String>) -> Self {
        Self::ok().add(State::Unknown, why)
    }

    pub fn warning(what: impl Into<String>) -> Self {
        Self::ok().warn(what)
    }

    pub fn problem(what: impl Into<String>) -> Self {
        Self::ok().fail(what)
    }

    /// A remote that did not answer.
    pub fn away(what: impl Into<String>) -> Self {
        Self {
            is_away: true,
            ..Self::problem(what)
        }
    }

    /// Something that was seen.
    pub fn note(self, text: impl Into<String>) -> Self {
        self.add(State::Ok, text)
    }

    pub fn warn(self, text: impl Into<String>) -> Self {
        self.add(State::Warning, text)
    }

    pub fn fail(self, text: impl Into<String>) -> Self {
        self.add(State::Problem, text)
    }

    /// Something that was seen, and how it stands because of it; what is worse stays.
    pub fn add(mut self, state: State, text: impl Into<String>) -> Self {
        self.state = self.state.max(state);
        self.evidence.push(text.into());
        self
    }

    /// What helps.
    pub fn fix(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !self.fixes.contains(&text) {
            self.fixes.push(text);
        }
        self
    }

    /// What can be done about it; each once.
    pub fn repair(mut self, repair: Repair) -> Self {
        if !self.repairs.contains(&repair) {
            self.repairs.push(repair);
        }
        self
    }

    /// Both in one, the worse state of the two. It is away where nothing else is a problem.
    pub fn and(mut self, other: Finding) -> Self {
        let may_pass = |it: &Finding| it.is_away || it.state < State::Problem;
        self.is_away = (self.is_away || other.is_away) && may_pass(&self) && may_pass(&other);
        self.state = self.state.max(other.state);
        self.evidence.extend(other.evidence);
        let with_repairs = other.repairs.into_iter().fold(self, Finding::repair);
        other.fixes.into_iter().fold(with_repairs, Finding::fix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_that_was_seen_decides() {
        let finding = Finding::ok().warn("a").note("b").fix("do").fix("do");
        assert_eq!(finding.state, State::Warning);
        assert_eq!(finding.evidence, ["a", "b"]);
        assert_eq!(finding.fixes, ["do"]);
        let both = finding.and(Finding::problem("c").fix("do"));
        assert_eq!((both.state, both.fixes.len()), (State::Problem, 1));
    }

    #[test]
    fn it_may_pass_where_nothing_but_a_remote_that_is_away_is_wrong() {
        let away = Finding::ok().and(Finding::away("a"));
        assert!(away.is_away);
        assert!(!away.and(Finding::problem("p")).is_away);
    }
}
