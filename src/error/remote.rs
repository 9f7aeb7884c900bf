//! What another system did: it cannot be reached, refuses, or answers what it should not.

use super::settings::{of_key_shape, of_secret};
use super::{Exit, Verdict};
use crate::config::{SecretError, SecretKind};
use crate::datadog::{DatadogError, Meaning, Refusal};
use crate::gateway::GatewayError;
use crate::http::TransportError;
use crate::sources::SourceError;
use crate::svix::SvixError;
pub(super) fn of_transport(error: &TransportError) -> Verdict {
    let exit = match error {
        TransportError::Settings { .. } => Exit::Usage,
        TransportError::TooLarge { .. } => Exit::Failed,
        _ => Exit::Unreachable,
    };
    Verdict {
        exit,
        hints: error.hint().map(str::to_owned).into_iter().collect(),
    }
}

/// `None` where the error only wraps another one.
pub(super) fn of_source(error: &SourceError) -> Option<Verdict> {
    match error {
        SourceError::Gateway(error) | SourceError::GaveUp { last: error, .. } => {
            Some(of_gateway(error))
        }
        SourceError::Reference { .. } => Some(Verdict::plain(Exit::Usage)),
        SourceError::Ambiguous { candidates, .. } => Some(Verdict::hinted(
            Exit::Usage,
            format!(
                "which one? The newest of them:\n  {}",
                candidates.join("\n  ")
            ),
        )),
        SourceError::NotFound { .. } => Some(Verdict::hinted(
            Exit::Failed,
            "`ddctl sessions list --since 90d` shows the ids; a whole id is found at any age",
        )),
        SourceError::TooDense { .. } => Some(Verdict::plain(Exit::WorkKept)),
        SourceError::Unstable { .. } | SourceError::Closed => None,
    }
}

pub(super) fn of_gateway(error: &GatewayError) -> Verdict {
    match error {
        GatewayError::Transport(error) => of_transport(error),
        GatewayError::Unauthorized { .. } | GatewayError::Token => Verdict::hinted(
            Exit::Credentials,
            "the token is wrong, expired or revoked: `hoop login` makes a new one, or set HOOP_TOKEN",
        ),
        GatewayError::Forbidden { .. } => Verdict::hinted(
            Exit::Credentials,
            "reading every session and the audit log needs a key in the group auditor or admin; \
             registering webhooks needs admin",
        ),
        GatewayError::Failing { .. } => Verdict::hinted(
            Exit::Unreachable,
            "the gateway's own log says more; run it again later",
        ),
        GatewayError::NotAGateway { .. } => Verdict::hinted(
            Exit::Unreachable,
            "--gateway-url names the address that people open, such as https://use.hoop.dev",
        ),
        GatewayError::Address { .. } => Verdict::hinted(
            Exit::Usage,
            "--gateway-url, HOOP_APIURL and gateway.url name the address that people open, such as \
             https://use.hoop.dev",
        ),
        GatewayError::SessionId { .. } => Verdict::plain(Exit::Usage),
        GatewayError::NoSession { .. } => Verdict::hinted(
            Exit::Failed,
            "`ddctl sessions list --since 90d` shows the ids; is it another gateway's session?",
        ),
        GatewayError::NotFound { .. }
        | GatewayError::Refused { .. }
        | GatewayError::Malformed { .. }
        | GatewayError::Spool { .. } => Verdict::plain(Exit::Failed),
    }
}

pub(super) fn of_svix(error: &SvixError) -> Verdict {
    match error {
        SvixError::Transport(error) => of_transport(error),
        SvixError::Unauthorized { .. } | SvixError::Token => Verdict::hinted(
            Exit::Credentials,
            "the token is wrong or expired: it is the gateway's WEBHOOK_APPKEY, and \
             `svix-server jwt generate` makes one",
        ),
        SvixError::Forbidden { .. } => Verdict::hinted(
            Exit::Credentials,
            "messages and event types need the organisation's token, not an application's",
        ),
        SvixError::Failing { .. } => Verdict::hinted(
            Exit::Unreachable,
            "Svix's own log says more; run it again later",
        ),
        SvixError::NotSvix { .. } => Verdict::hinted(
            Exit::Unreachable,
            "--svix-url names the server itself: the gateway's WEBHOOK_APPURL",
        ),
        SvixError::Address { .. } => Verdict::plain(Exit::Usage),
        SvixError::NotFound { .. } | SvixError::Refused { .. } | SvixError::Malformed { .. } => {
            Verdict::plain(Exit::Failed)
        }
    }
}

pub(super) fn of_datadog(error: &DatadogError) -> Verdict {
    match error {
        DatadogError::Transport(error) => of_transport(error),
        DatadogError::Key(shape) => of_key_shape(shape),
        DatadogError::NoApiKey { .. } => of_secret(&SecretError::Missing {
            kind: SecretKind::ApiKey,
        }),
        DatadogError::NoApplicationKey { .. } => of_secret(&SecretError::Missing {
            kind: SecretKind::AppKey,
        }),
        DatadogError::Refused(refusal) => of_refusal(refusal),
        DatadogError::Malformed { .. } => Verdict::plain(Exit::Failed),
        DatadogError::Partial { .. } => {
            Verdict::hinted(Exit::Failed, "ask for a shorter time, or less of it")
        }
    }
}

pub(super) fn of_refusal(refusal: &Refusal) -> Verdict {
    match refusal.meaning {
        Meaning::Pause if refusal.status == 403 && refusal.need.is_some() => Verdict {
            exit: Exit::Credentials,
            hints: refusal
                .need
                .iter()
                .map(ToString::to_string)
                .chain(["`ddctl validate` shows what the keys may do".to_owned()])
                .collect(),
        },
        Meaning::Pause => Verdict::hinted(
            Exit::Credentials,
            "`ddctl validate --all-sites` says which site the key belongs to",
        ),
        Meaning::Retry { .. } | Meaning::RetryAFewTimes { .. } | Meaning::Unreachable => {
            Verdict::hinted(Exit::Unreachable, "run the same command again")
        }
        Meaning::NotAnIntake => Verdict::hinted(
            Exit::Failed,
            "check --site and what stands between here and Datadog",
        ),
        Meaning::Delivered | Meaning::Split | Meaning::Poison => Verdict::plain(Exit::Failed),
    }
}
