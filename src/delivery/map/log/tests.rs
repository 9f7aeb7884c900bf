//! The attribute table, attribute by attribute.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::delivery::testing::{event, profile, reviewed, session};
use crate::domain::event::{AppliedRules, ExpectedBy};
use crate::domain::session::{GuardrailHit, Status};

/// `printf 'select 1' | sha256sum`
const SELECT_1_SHA256: &str = "822ae07d4783158bc1912bb623e5107cc9002d519e1143a9c200ed6ee18b6d0f";

fn log_of(event: &SessionEvent) -> Value {
    Value::Object(to_log(event, &profile(), &Redactor::built_in()))
}

#[test]
fn a_closing_event_carries_the_whole_table() {
    let mut event = event(EventKind::Close, reviewed(session(1)));
    event.rules = AppliedRules {
        environment: Some("production".to_owned()),
        approval_expected: Some(true),
        approval_expected_by: Some(ExpectedBy::Reviewers),
        in_maintenance_window: Some(false),
    };
    event.actor = Some(Actor::Interactive {
        delegator: "ada@example.com".to_owned(),
    });
    assert_eq!(
        log_of(&event),
        json!({
            "ddsource": "hoop",
            "service": "agent-access",
            "hostname": "use.hoop.test",
            "ddtags": "env:prod,team:platform",
            "timestamp": 1_785_585_660_250_i64,
            "status": "info",
            "message": "agent-7 ran a script on prod-orders",
            "evt": {
                "name": "session.close",
                "outcome": "success",
                "id": event.id.to_string(),
                "actor": {"mode": "interactive"},
            },
            "usr": {"id": "sub-1", "email": "agent-7@example.com"},
            "identity": {"type": "machine", "machine_id": "mi-1"},
            "delegator": {"id": "ada@example.com", "email": "ada@example.com"},
            "connection": {
                "name": "prod-orders", "type": "database", "subtype": "postgres",
                "tags": {"team": "orders"}, "environment": "production",
            },
            "session": {
                "id": "a0000000-0000-4000-8000-000000000001",
                "url": "https://use.hoop.test/sessions/a0000000-0000-4000-8000-000000000001",
                "verb": "exec", "correlation_id": "run-1", "seq": 5, "status": "done",
                "exit_code": 0, "bytes": 512, "in_maintenance_window": false,
                "command": "select 1", "command_truncated": false, "command_sha256": SELECT_1_SHA256,
            },
            "approval": {
                "expected": true, "expected_by": "reviewers", "required": true,
                "status": "approved", "rule": "prod", "approvers": ["ada@example.com"],
                "wait": 30_000_000_000_i64,
            },
            "duration": 60_250_000_000_i64,
        })
    );
}

#[test]
fn an_opening_says_the_same_before_and_after_the_session_ended() {
    let mut running = session(1);
    running.status = Status::Open;
    running.exit_code = None;
    running.end_date = None;
    running.event_size = 0;
    let mut done = session(1);
    done.guardrails = vec![hit(None)];
    let mut late = event(EventKind::Open, done);
    late.outcome = Outcome::Unknown;
    let mut early = event(EventKind::Open, running);
    early.outcome = Outcome::Unknown;
    assert_eq!(log_of(&early), log_of(&late));
}

#[test]
fn a_pending_review_says_the_same_after_its_decision() {
    let event = event(
        EventKind::Review(ReviewState::Pending),
        reviewed(session(1)),
    );
    let approval = &log_of(&event)["approval"];
    assert_eq!(
        *approval,
        json!({"required": true, "status": "pending", "rule": "prod"})
    );
}

fn hit(message: Option<&str>) -> GuardrailHit {
    GuardrailHit {
        rule_name: "no-drop".to_owned(),
        direction: "input".to_owned(),
        matched_words: vec!["drop".to_owned()],
        message: message.map(str::to_owned),
    }
}

#[test]
fn a_blocked_event_names_the_rule_and_how_it_failed() {
    let mut blocked = session(1);
    blocked.guardrails = vec![hit(None)];
    let log = log_of(&event(EventKind::Blocked, blocked));
    assert_eq!(log["status"], "warn");
    assert_eq!(
        log["guardrails"],
        json!({"blocked": true, "rules": ["no-drop"]})
    );
    assert_eq!(log["error"]["kind"], "guardrail");
    assert_eq!(log["error"]["message"], "matched the guardrail `no-drop`");
}

#[test]
fn an_exit_code_is_told_apart_from_having_none() {
    let mut failed = session(1);
    failed.exit_code = Some(3);
    let log = log_of(&event(EventKind::Close, failed));
    assert_eq!(log["error"]["message"], "exited with code 3");
    let mut unknown = session(1);
    unknown.exit_code = Some(254);
    let log = log_of(&event(EventKind::Close, unknown));
    assert_eq!(log["error"]["kind"], "no_exit_code");
}

#[test]
fn an_event_without_a_user_id_is_marked_incomplete() {
    let mut nobody = session(1);
    nobody.identity.id.clear();
    let log = log_of(&event(EventKind::Close, nobody));
    assert_eq!(log["evt"]["incomplete"], true);
    assert_eq!(log["usr"].get("id"), None);
}

#[test]
fn a_test_event_is_marked_and_names_its_run() {
    let mut test = event(EventKind::Close, session(1));
    test.test_run = Some("run-9".to_owned());
    let log = log_of(&test);
    assert_eq!(log["evt"]["test"], true);
    assert_eq!(log["evt"]["test_run"], "run-9");
}

#[test]
fn the_env_tag_comes_first_and_the_profiles_own_wins() {
    let tags = |env: Option<&str>, tags: &[&str]| {
        LogProfile {
            env: env.map(str::to_owned),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..LogProfile::default()
        }
        .ddtags()
    };
    assert_eq!(tags(None, &[]), None);
    assert_eq!(tags(None, &["a:b", "env:x"]).as_deref(), Some("env:x,a:b"));
    assert_eq!(
        tags(Some("prod"), &["a:b", "env:x", " "]).as_deref(),
        Some("env:prod,a:b")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_command_is_cut_at_a_character_and_hashed_whole(text in "[aü€😀]{1,6000}") {
        let mut event = event(EventKind::Close, session(1));
        event.command = Some(text.clone());
        let log = to_log(&event, &profile(), &Redactor::off());
        let session = &log["session"];
        let kept = session["command"].as_str().expect("a text");
        prop_assert!(text.starts_with(kept));
        prop_assert!(kept.len() <= LONGEST_COMMAND);
        prop_assert!(kept.len() == text.len() || kept.len() > LONGEST_COMMAND - 4);
        prop_assert_eq!(session["command_truncated"].as_bool(), Some(kept != text));
        prop_assert_eq!(session["command_sha256"].as_str(), Some(&*hex(&Sha256::digest(text.as_bytes()))));
    }
}
