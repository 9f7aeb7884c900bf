//! Exit codes, and the one function that turns a cause chain into a code and hints.

use std::io;
use std::time::Duration;

use crate::config::vault::VaultError;
use crate::config::{ConfigError, SecretError, SecretKind};
use crate::context::UnreadableSettings;
use crate::datadog::{DatadogError, KeyShape, Meaning, Refusal};
use crate::delivery::dead_letter::DeadLetterError;
use crate::delivery::queue::QueueError;
use crate::delivery::spool::NotStored;
use crate::delivery::state::StateError;
use crate::delivery::{Cause, DeliveryError, FileError};
use crate::domain::redaction::WeakKey;
use crate::domain::site::UnknownSite;
use crate::domain::time::{TimeError, human_duration};
use crate::gateway::GatewayError;
use crate::http::TransportError;
use crate::monitors::as_code::AsCodeError;
use crate::page::PageError;
use crate::relay::KeysError;
use crate::sources::SourceError;
use crate::svix::SvixError;
use crate::ui::prompt::{CannotAsk, StoppedAsking};

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

/// Walks the cause chain once; the first cause that is known decides, and whoever knows better what
/// to do says so.
pub fn classify(error: &anyhow::Error) -> Verdict {
    let verdict = of_chain(error);
    match error.downcast_ref::<Advised>() {
        Some(advised) => Verdict::hinted(verdict.exit, advised.hint),
        None => verdict,
    }
}

fn of_chain(error: &anyhow::Error) -> Verdict {
    error
        .chain()
        .find_map(|cause| {
            None.or_else(|| cause.downcast_ref::<UsageError>().map(of_usage))
                .or_else(|| cause.downcast_ref::<SecretError>().map(of_secret))
                .or_else(|| cause.downcast_ref::<VaultError>().map(of_vault))
                .or_else(|| cause.downcast_ref::<WeakKey>().map(of_weak_key))
                .or_else(|| cause.downcast_ref::<ConfigError>().map(of_config))
                // It shows the error that it shares, which the chain therefore leaves out.
                .or_else(|| {
                    cause
                        .downcast_ref()
                        .map(|UnreadableSettings(error)| of_config(error))
                })
                .or_else(|| cause.downcast_ref::<AsCodeError>().map(of_as_code))
                .or_else(|| cause.downcast_ref::<DeliveryError>().map(of_delivery))
                .or_else(|| cause.downcast_ref::<PageError>().and_then(of_page))
                .or_else(|| cause.downcast_ref::<FileError>().map(of_file))
                .or_else(|| cause.downcast_ref::<DeadLetterError>().map(of_dead_letters))
                .or_else(|| cause.downcast_ref::<StateError>().map(of_state))
                .or_else(|| cause.downcast_ref::<QueueError>().map(of_queue))
                .or_else(|| cause.downcast_ref::<NotStored>().and_then(of_spool))
                .or_else(|| cause.downcast_ref::<KeysError>().map(of_keys))
                .or_else(|| cause.downcast_ref::<SourceError>().and_then(of_source))
                .or_else(|| cause.downcast_ref::<GatewayError>().map(of_gateway))
                .or_else(|| cause.downcast_ref::<SvixError>().map(of_svix))
                .or_else(|| cause.downcast_ref::<DatadogError>().map(of_datadog))
                .or_else(|| cause.downcast_ref::<KeyShape>().map(of_key_shape))
                .or_else(|| cause.downcast_ref::<TransportError>().map(of_transport))
                .or_else(|| {
                    cause
                        .downcast_ref::<TimedOut>()
                        .map(|_| Verdict::plain(Exit::Unreachable))
                })
                .or_else(|| cause.downcast_ref::<CannotAsk>().map(of_question))
                .or_else(|| {
                    cause
                        .downcast_ref::<StoppedAsking>()
                        .map(|_| Verdict::plain(Exit::Interrupted))
                })
                .or_else(|| {
                    cause
                        .downcast_ref::<TimeError>()
                        .map(|_| Verdict::plain(Exit::Usage))
                })
                .or_else(|| {
                    cause
                        .downcast_ref::<UnknownSite>()
                        .map(|_| Verdict::plain(Exit::Usage))
                })
                .or_else(|| cause.downcast_ref::<io::Error>().and_then(of_io))
        })
        .unwrap_or(Verdict::plain(Exit::Failed))
}

fn of_usage(error: &UsageError) -> Verdict {
    Verdict {
        exit: Exit::Usage,
        hints: error.hint.iter().cloned().collect(),
    }
}

fn of_secret(error: &SecretError) -> Verdict {
    let hint = match error {
        SecretError::Missing {
            kind: SecretKind::ApiKey,
        } => {
            "set DD_API_KEY, give it by --api-key-file FILE or --api-key-stdin, or keep it: \
             `ddctl auth set api-key`"
        }
        SecretError::Missing {
            kind: SecretKind::AppKey,
        } => "set DD_APP_KEY, give it by --app-key-file FILE, or keep it: `ddctl auth set app-key`",
        SecretError::Missing {
            kind: SecretKind::GatewayToken,
        } => {
            "set HOOP_TOKEN, give it by --gateway-token-file FILE, keep it (`ddctl auth set \
             gateway-token`), or sign in with `hoop login`"
        }
        SecretError::Missing {
            kind: SecretKind::SvixToken,
        } => {
            "set DDCTL_SVIX_TOKEN, give it by --svix-token-file FILE, or keep it: \
             `ddctl auth set svix-token`"
        }
        SecretError::Vault { source, .. } => return of_vault(source),
        SecretError::Command { .. } => "run the command by itself to see what it says",
        _ => return Verdict::plain(Exit::Credentials),
    };
    Verdict::hinted(Exit::Credentials, hint)
}

fn of_vault(error: &VaultError) -> Verdict {
    let exit = match error {
        VaultError::NotAsked(_) => Exit::Interrupted,
        error if error.is_about_access() => Exit::Credentials,
        _ => Exit::Failed,
    };
    Verdict {
        exit,
        hints: error.hint().into_iter().collect(),
    }
}

fn of_weak_key(_: &WeakKey) -> Verdict {
    Verdict::hinted(Exit::Usage, "`openssl rand -hex 32` makes a good one")
}

fn of_config(error: &ConfigError) -> Verdict {
    match error {
        ConfigError::Read { .. } | ConfigError::Write { .. } => Verdict::plain(Exit::Failed),
        ConfigError::Overtaken { .. } => Verdict::hinted(
            Exit::Failed,
            "open it again, and change what you wanted there",
        ),
        ConfigError::Secret { kind, .. } => Verdict::hinted(
            Exit::Usage,
            format!(
                "`ddctl auth set {0}` keeps it; or say where it is: [profiles.NAME.secrets] {0} = \
                 {{ file = \"PATH\" }}",
                kind.name()
            ),
        ),
        ConfigError::UnknownKey { .. } | ConfigError::Shape { .. } | ConfigError::Syntax { .. } => {
            Verdict::hinted(
                Exit::Usage,
                "`ddctl config edit` opens the file and checks it on saving",
            )
        }
        ConfigError::Missing { .. } => Verdict::hinted(
            Exit::Usage,
            "`ddctl config set site SITE --config FILE` makes one",
        ),
        ConfigError::UnknownProfile { .. } => Verdict::hinted(
            Exit::Usage,
            "`ddctl config set site SITE --profile NAME` makes one",
        ),
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

/// `None` where the error only wraps another one.
fn of_source(error: &SourceError) -> Option<Verdict> {
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

fn of_gateway(error: &GatewayError) -> Verdict {
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
        GatewayError::Address { .. } | GatewayError::SessionId { .. } => {
            Verdict::plain(Exit::Usage)
        }
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

fn of_svix(error: &SvixError) -> Verdict {
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

fn of_datadog(error: &DatadogError) -> Verdict {
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

fn of_as_code(error: &AsCodeError) -> Verdict {
    match error {
        AsCodeError::Datadog(error) => of_datadog(error),
        AsCodeError::Stopped => Verdict::plain(Exit::Interrupted),
        error => Verdict {
            exit: Exit::Failed,
            hints: error.way_out().into_iter().collect(),
        },
    }
}

/// When several hold: credentials, then work kept, then unreachable (`design.md` §2).
fn of_delivery(error: &DeliveryError) -> Verdict {
    let again = "run the same command again: an event that arrives twice has the same evt.id";
    let verdict = match &error.cause {
        Cause::KeyRefused(trouble) if trouble.is_foreign => {
            let hint = "ddctl sends a key to Datadog alone: let the receiver take spans from here \
                        without one, or name a collector that has it";
            return Verdict::hinted(Exit::Credentials, hint);
        }
        Cause::NotAnIntake(trouble) | Cause::Misconfigured(trouble) if trouble.is_foreign => {
            let hint = "is OTLP over HTTP switched on there, and is it its port, 4318 as a rule?";
            Verdict::hinted(Exit::Failed, hint)
        }
        Cause::KeyRefused(_) => {
            let hint = "`ddctl validate --all-sites` says which site the key belongs to";
            return Verdict::hinted(Exit::Credentials, hint);
        }
        Cause::Unreachable(_) | Cause::OutOfTime => Verdict::hinted(Exit::Unreachable, again),
        Cause::NotAnIntake(_) | Cause::Misconfigured(_) => Verdict::hinted(
            Exit::Failed,
            "check --site and what stands between here and Datadog",
        ),
        Cause::DeadLetters(error) => of_dead_letters(error),
        Cause::State(error) => of_state(error),
    };
    match error.summary.dead_letters {
        0 => verdict,
        _ => Verdict {
            exit: Exit::WorkKept,
            ..verdict
        },
    }
}

fn of_dead_letters(error: &DeadLetterError) -> Verdict {
    Verdict {
        exit: Exit::Failed,
        hints: error.hint().map(str::to_owned).into_iter().collect(),
    }
}

fn of_state(error: &StateError) -> Verdict {
    Verdict {
        exit: Exit::Failed,
        hints: error.hint().map(str::to_owned).into_iter().collect(),
    }
}

fn of_queue(error: &QueueError) -> Verdict {
    match error {
        QueueError::Address { .. } => Verdict::plain(Exit::Usage),
        QueueError::Credential | QueueError::Creds | QueueError::Refused { .. } => Verdict::hinted(
            Exit::Credentials,
            "give --queue-credential-file FILE with a token, with user:password, or a .creds file",
        ),
        QueueError::SetUp { .. } => Verdict::hinted(
            Exit::Failed,
            "the server needs JetStream (`nats-server --jetstream`), and the user the right to make \
             streams; `--queue-replicas 1` where there are fewer than three servers",
        ),
        QueueError::Unfit { .. } => Verdict::hinted(
            Exit::Failed,
            "let ddctl make it: move its messages elsewhere and remove it, or use another profile",
        ),
        QueueError::TooLarge { .. } | QueueError::Overtaken { .. } => Verdict::plain(Exit::Failed),
        QueueError::Connect { .. }
        | QueueError::Full { .. }
        | QueueError::Unconfirmed { .. }
        | QueueError::Unanswered { .. } => Verdict::plain(Exit::Unreachable),
    }
}

fn of_spool(error: &NotStored) -> Option<Verdict> {
    match error {
        NotStored::State(error) => Some(of_state(error)),
        NotStored::Queue(error) => Some(of_queue(error)),
        NotStored::NoRoom(_) | NotStored::Closed => None,
    }
}

fn of_keys(_: &KeysError) -> Verdict {
    Verdict::hinted(
        Exit::Credentials,
        "`ddctl webhooks register` makes one and keeps it in the file that it is given",
    )
}

fn of_file(error: &FileError) -> Verdict {
    match error {
        FileError::Exists { .. } | FileError::NotAFile { .. } | FileError::NoFolder { .. } => {
            Verdict::plain(Exit::Usage)
        }
        FileError::FolderGone { .. } | FileError::DiskFull { .. } | FileError::Io { .. } => {
            Verdict::plain(Exit::Failed)
        }
    }
}

fn of_refusal(refusal: &Refusal) -> Verdict {
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

fn of_page(error: &PageError) -> Option<Verdict> {
    matches!(error, PageError::TooLarge).then(|| {
        Verdict::hinted(
            Exit::Failed,
            "cut a part out with --clip A..B, or take all as --to FILE.cast or FILE.txt",
        )
    })
}

fn of_key_shape(shape: &KeyShape) -> Verdict {
    Verdict::hinted(Exit::Credentials, shape.advice())
}

fn of_question(error: &CannotAsk) -> Verdict {
    Verdict::hinted(Exit::Usage, format!("answer it by {}", error.flag))
}

/// A reader that went away is no failure.
fn of_io(error: &io::Error) -> Option<Verdict> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Some(Verdict::plain(Exit::Done)),
        io::ErrorKind::StorageFull => Some(Verdict::hinted(
            Exit::Failed,
            "the disk is full; nothing was left behind",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::datadog::{Need, Permission};
    use crate::delivery::queue::Servers;
    use crate::delivery::{Reason, Summary, Trouble};

    fn of<E: std::error::Error + Send + Sync + 'static>(error: E) -> Verdict {
        let chain = Err::<(), _>(error).context("outer").context("outermost");
        classify(&chain.expect_err("an error"))
    }

    #[test]
    fn a_closed_pipe_is_success() {
        assert_eq!(
            of(io::Error::from(io::ErrorKind::BrokenPipe)).exit,
            Exit::Done
        );
    }

    #[test]
    fn a_queue_is_away_unfit_or_keeps_out() {
        let servers = || "nats://nats.test:4222".to_owned();
        let why = || "refused".to_owned();
        let away = of(QueueError::Connect {
            servers: servers(),
            why: why(),
        });
        assert_eq!(away, Verdict::plain(Exit::Unreachable));
        let refused = of(QueueError::Refused {
            servers: servers(),
            why: why(),
        });
        assert_eq!(refused.exit, Exit::Credentials);
        assert!(refused.hints[0].contains("--queue-credential-file"));
        let address = "nats:".parse::<Servers>().expect_err("no address");
        assert_eq!(of(address).exit, Exit::Usage);
        let what = "the stream ddctl-default".to_owned();
        let unmade = of(NotStored::Queue(QueueError::SetUp { what, why: why() }));
        assert_eq!(unmade.exit, Exit::Failed);
        assert!(unmade.hints[0].contains("JetStream"));
    }

    #[test]
    fn a_recording_too_large_for_a_page_can_be_cut() {
        let verdict = of(PageError::TooLarge);
        assert_eq!(verdict.exit, Exit::Failed);
        assert!(verdict.hints[0].contains("--clip"));
    }

    #[test]
    fn a_missing_key_is_named_with_the_way_to_give_it() {
        let verdict = of(SecretError::Missing {
            kind: SecretKind::ApiKey,
        });
        assert_eq!(verdict.exit, Exit::Credentials);
        assert!(verdict.hints[0].contains("DD_API_KEY"));
    }

    #[test]
    fn settings_that_cannot_be_read_are_malformed_whoever_shares_them() {
        let error = || ConfigError::Syntax {
            path: "x".into(),
            at: String::new(),
            why: "y".to_owned(),
        };
        let shared = of(UnreadableSettings(std::sync::Arc::new(error())));
        assert_eq!(shared, of(error()));
        assert_eq!((shared.exit, shared.hints.len()), (Exit::Usage, 1));
    }

    #[test]
    fn what_may_pass_by_itself_is_worth_running_again() {
        assert_eq!(
            of(TransportError::Timeout {
                url: "x".to_owned()
            })
            .exit,
            Exit::Unreachable
        );
        assert_eq!(
            of(TransportError::Settings {
                why: "x".to_owned()
            })
            .exit,
            Exit::Usage
        );
    }

    #[test]
    fn a_refused_token_is_told_from_a_failing_gateway() {
        let request = "GET /sessions".to_owned();
        let message = "access denied".to_owned();
        let refused = GatewayError::Unauthorized {
            request: request.clone(),
            message: message.clone(),
        };
        assert_eq!(of(refused).exit, Exit::Credentials);
        let failing = GatewayError::Failing {
            request,
            status: 502,
            message,
        };
        assert_eq!(
            of(SourceError::GaveUp {
                attempts: 5,
                last: failing
            })
            .exit,
            Exit::Unreachable
        );
        assert_eq!(
            of(SourceError::Reference {
                given: "x".to_owned()
            })
            .exit,
            Exit::Usage
        );
    }

    #[test]
    fn a_refused_key_points_to_the_site_it_belongs_to() {
        let refusal = Refusal {
            host: "api.datadoghq.com".to_owned(),
            request: "GET /api/v1/validate".to_owned(),
            status: 403,
            meaning: Meaning::Pause,
            text: String::new(),
            is_datadogs: true,
            need: None,
            redirected_to: None,
            rate_limit: None,
        };
        let verdict = of(DatadogError::Refused(Box::new(refusal)));
        assert_eq!(verdict.exit, Exit::Credentials);
        assert!(verdict.hints[0].contains("--all-sites"));
        assert_eq!(of(KeyShape::NoApiKey(7)).exit, Exit::Credentials);
    }

    #[test]
    fn what_a_key_is_not_allowed_is_explained_by_its_scope() {
        let refused = |status, is_unscoped| {
            let need = Need {
                permission: Permission::MonitorsWrite,
                is_unscoped,
                token: None,
            };
            of(DatadogError::Refused(Box::new(Refusal {
                host: "api.datadoghq.com".to_owned(),
                request: "POST /api/v1/monitor".to_owned(),
                status,
                meaning: Meaning::Pause,
                text: "Forbidden".to_owned(),
                is_datadogs: true,
                need: Some(need),
                redirected_to: None,
                rate_limit: None,
            })))
        };
        let verdict = refused(403, false);
        assert_eq!(verdict.exit, Exit::Credentials);
        assert!(verdict.hints[0].contains("`monitors_write`"));
        assert!(refused(403, true).hints[0].starts_with("log monitors need"));
        assert!(refused(401, false).hints[0].contains("--all-sites"));
    }

    #[test]
    fn set_aside_events_weigh_more_than_an_unreachable_intake_and_less_than_a_refused_key() {
        let ended = |cause, dead_letters| {
            let summary = Summary {
                dead_letters,
                ..Summary::default()
            };
            of(DeliveryError {
                cause,
                summary: Box::new(summary),
            })
            .exit
        };
        assert_eq!(ended(Cause::OutOfTime, 0), Exit::Unreachable);
        assert_eq!(ended(Cause::OutOfTime, 1), Exit::WorkKept);
        let refused = || {
            let reason = Reason::Status(403);
            Cause::KeyRefused(Trouble {
                is_foreign: false,
                meaning: Meaning::Pause,
                reason,
                text: String::new(),
            })
        };
        assert_eq!(ended(refused(), 1), Exit::Credentials);
    }

    #[test]
    fn a_deadline_is_worth_running_again() {
        assert_eq!(of(TimedOut(Duration::from_secs(1))).exit, Exit::Unreachable);
    }

    #[test]
    fn an_unknown_cause_is_a_plain_failure() {
        assert_eq!(
            classify(&anyhow::anyhow!("odd")),
            Verdict::plain(Exit::Failed)
        );
    }
}
