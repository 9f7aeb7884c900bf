//! What is judged: a session of the gateway, or a file of which only the recording is known.

use std::time::Duration;

use jiff::Timestamp;

use super::policy::Scope;
use crate::domain::connection::glob_matches;
use crate::domain::session::{Outcome, Session, Status};
use crate::recording::Kind;

/// Whose recording it is.
#[derive(Clone, Debug)]
pub enum Subject<'s> {
    Session(Standing<'s>),
    File,
}

/// A session, and what is known around it.
#[derive(Clone, Debug)]
pub struct Standing<'s> {
    pub session: &'s Session,
    /// The environment that the profile gives its connection.
    pub environment: Option<&'s str>,
    /// Whether an approval was to be expected; `None` where nobody can tell.
    pub approval_expected: Option<bool>,
    pub now: Timestamp,
}

/// Whether a rule is about a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applies {
    Yes,
    No,
    /// With what the subject does not say.
    CannotTell(&'static str),
}

impl Subject<'_> {
    pub(super) fn is_in(&self, scope: &Scope, kind: Option<Kind>) -> Applies {
        match self {
            Subject::Session(standing) => match standing.is_in(scope) {
                true => Applies::Yes,
                false => Applies::No,
            },
            Subject::File => file_is_in(scope, kind),
        }
    }

    /// Why the recording is not all that happened.
    pub(super) fn incomplete(&self) -> Option<&'static str> {
        match self {
            Subject::File => None,
            Subject::Session(standing) if !standing.session.is_done() => {
                Some("the session is not over")
            }
            Subject::Session(standing) if standing.session.metrics.is_truncated => {
                Some("the gateway cut the recording at its limit of 110 MiB")
            }
            Subject::Session(_) => None,
        }
    }
}

impl Standing<'_> {
    fn is_in(&self, scope: &Scope) -> bool {
        let session = self.session;
        let connection = &session.connection;
        let any = |globs: &[String], text: &str| {
            globs.is_empty() || globs.iter().any(|glob| glob_matches(glob, text))
        };
        any(&scope.connections, &connection.name)
            && any(&scope.environments, self.environment.unwrap_or_default())
            && (scope.types.is_empty()
                || scope
                    .types
                    .iter()
                    .any(|kind| [&connection.kind, &connection.subtype].contains(&kind)))
            && scope.verb.is_none_or(|verb| verb == session.verb)
            && scope
                .identity
                .is_none_or(|kind| kind == session.identity.kind)
    }

    /// A session that was turned down, or that waits, has done nothing to be judged.
    pub fn has_run(&self) -> bool {
        self.session.status != Status::Ready && self.session.outcome() != Outcome::Rejected
    }

    /// How long it ran, or runs by now.
    pub(super) fn ran(&self) -> Option<Duration> {
        let until = match self.session.is_done() {
            true => self.session.end_date?,
            false => self.now,
        };
        until
            .duration_since(self.session.start_date)
            .try_into()
            .ok()
    }
}

fn file_is_in(scope: &Scope, kind: Option<Kind>) -> Applies {
    let is_database = kind.is_some_and(Kind::is_native_database);
    match scope {
        Scope { connections, .. } if !connections.is_empty() => {
            Applies::CannotTell("a file does not say its connection")
        }
        Scope { environments, .. } if !environments.is_empty() => {
            Applies::CannotTell("a file does not say its environment")
        }
        Scope { identity, .. } if identity.is_some() => {
            Applies::CannotTell("a file does not say who it was")
        }
        Scope { types, .. } if types.iter().any(|kind| kind == "database") && is_database => {
            Applies::Yes
        }
        Scope { types, .. } if !types.is_empty() => {
            Applies::CannotTell("a file does not say the type of its connection")
        }
        Scope { verb, .. } if verb.is_some() => {
            Applies::CannotTell("a file does not say how it was used")
        }
        _ => Applies::Yes,
    }
}
