//! Exit codes, and the one function that turns a cause chain into a code and hints.

use std::io;

use crate::config::{ConfigError, SecretError, SecretKind};
use crate::domain::site::UnknownSite;
use crate::domain::time::TimeError;
use crate::http::TransportError;
use crate::ui::prompt::CannotAsk;

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
        Self { message: message.into(), hint: None }
    }

    pub fn with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// What a failure means for the caller, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub exit: Exit,
    pub hints: Vec<String>,
}

impl Verdict {
    fn plain(exit: Exit) -> Self {
        Self { exit, hints: Vec::new() }
    }

    fn hinted(exit: Exit, hint: impl Into<String>) -> Self {
        Self { exit, hints: vec![hint.into()] }
    }
}

/// Walks the cause chain once; the first cause that is known decides.
pub fn classify(error: &anyhow::Error) -> Verdict {
    error
        .chain()
        .find_map(|cause| {
            None.or_else(|| cause.downcast_ref::<UsageError>().map(of_usage))
                .or_else(|| cause.downcast_ref::<SecretError>().map(of_secret))
                .or_else(|| cause.downcast_ref::<ConfigError>().map(of_config))
                .or_else(|| cause.downcast_ref::<TransportError>().map(of_transport))
                .or_else(|| cause.downcast_ref::<CannotAsk>().map(of_question))
                .or_else(|| cause.downcast_ref::<TimeError>().map(|_| Verdict::plain(Exit::Usage)))
                .or_else(|| cause.downcast_ref::<UnknownSite>().map(|_| Verdict::plain(Exit::Usage)))
                .or_else(|| cause.downcast_ref::<io::Error>().and_then(of_io))
        })
        .unwrap_or(Verdict::plain(Exit::Failed))
}

fn of_usage(error: &UsageError) -> Verdict {
    Verdict { exit: Exit::Usage, hints: error.hint.iter().cloned().collect() }
}

fn of_secret(error: &SecretError) -> Verdict {
    let hint = match error {
        SecretError::Missing { kind: SecretKind::ApiKey } => {
            "set DD_API_KEY, or give it by --api-key-file FILE or --api-key-stdin"
        }
        SecretError::Missing { kind: SecretKind::AppKey } => {
            "set DD_APP_KEY, or give it by --app-key-file FILE"
        }
        SecretError::Missing { kind: SecretKind::GatewayToken } => {
            "set HOOP_TOKEN, give it by --gateway-token-file FILE, or sign in with `hoop login`"
        }
        _ => return Verdict::plain(Exit::Credentials),
    };
    Verdict::hinted(Exit::Credentials, hint)
}

fn of_config(error: &ConfigError) -> Verdict {
    match error {
        ConfigError::Read { .. } | ConfigError::Write { .. } => Verdict::plain(Exit::Failed),
        ConfigError::UnknownKey { .. } | ConfigError::Syntax { .. } => {
            Verdict::hinted(Exit::Usage, "`ddctl config edit` opens the file and checks it on saving")
        }
        ConfigError::UnknownProfile { .. } => {
            Verdict::hinted(Exit::Usage, "`ddctl config set site SITE --profile NAME` makes one")
        }
        _ => Verdict::plain(Exit::Usage),
    }
}

fn of_transport(error: &TransportError) -> Verdict {
    match error {
        TransportError::Settings { .. } => Verdict::plain(Exit::Usage),
        TransportError::Certificate { .. } => Verdict::hinted(
            Exit::Unreachable,
            "behind a proxy that opens TLS, name its certificate by --ca-file FILE",
        ),
        TransportError::UnknownHost { .. } | TransportError::Connect { .. } => Verdict::hinted(
            Exit::Unreachable,
            "check the address, the network and HTTPS_PROXY; then run the same command again",
        ),
        TransportError::TooLarge { .. } => Verdict::plain(Exit::Failed),
        TransportError::Timeout { .. } | TransportError::Broken { .. } => {
            Verdict::hinted(Exit::Unreachable, "run the same command again")
        }
    }
}

fn of_question(error: &CannotAsk) -> Verdict {
    Verdict::hinted(Exit::Usage, format!("answer it by {}", error.flag))
}

/// A reader that went away is no failure.
fn of_io(error: &io::Error) -> Option<Verdict> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Some(Verdict::plain(Exit::Done)),
        io::ErrorKind::StorageFull => {
            Some(Verdict::hinted(Exit::Failed, "the disk is full; nothing was left behind"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    fn of<E: std::error::Error + Send + Sync + 'static>(error: E) -> Verdict {
        let chain = Err::<(), _>(error).context("outer").context("outermost");
        classify(&chain.expect_err("an error"))
    }

    #[test]
    fn a_closed_pipe_is_success() {
        assert_eq!(of(io::Error::from(io::ErrorKind::BrokenPipe)).exit, Exit::Done);
    }

    #[test]
    fn a_missing_key_is_named_with_the_way_to_give_it() {
        let verdict = of(SecretError::Missing { kind: SecretKind::ApiKey });
        assert_eq!(verdict.exit, Exit::Credentials);
        assert!(verdict.hints[0].contains("DD_API_KEY"));
    }

    #[test]
    fn what_may_pass_by_itself_is_worth_running_again() {
        assert_eq!(of(TransportError::Timeout { url: "x".to_owned() }).exit, Exit::Unreachable);
        assert_eq!(of(TransportError::Settings { why: "x".to_owned() }).exit, Exit::Usage);
    }

    #[test]
    fn an_unknown_cause_is_a_plain_failure() {
        assert_eq!(classify(&anyhow::anyhow!("odd")), Verdict::plain(Exit::Failed));
    }
}
