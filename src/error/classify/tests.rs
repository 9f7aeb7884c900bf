//! Which code and which hint each cause comes to.

use std::time::Duration;

use anyhow::Context;

use super::*;
use crate::config::SecretKind;
use crate::datadog::{Meaning, Need, Permission, Refusal};
use crate::delivery::queue::Servers;
use crate::delivery::{Cause, Reason, Summary, Trouble};

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

#[test]
fn an_address_that_another_has_is_wrong_usage_and_one_that_is_not_there_yet_is_not() {
    let listening = |kind: io::ErrorKind| {
        of(ListenError {
            address: ([127, 0, 0, 1], 8_080).into(),
            source: kind.into(),
        })
    };
    let taken = listening(io::ErrorKind::AddrInUse);
    assert_eq!(taken.exit, Exit::Usage);
    assert!(taken.hints[0].contains("another port"));
    let absent = listening(io::ErrorKind::AddrNotAvailable);
    assert_eq!(absent.exit, Exit::Failed);
}
