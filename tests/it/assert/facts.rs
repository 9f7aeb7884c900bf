//! What the session itself says: exit code, length, approval.

use serde_json::{Value, json};

use super::verdict;
use crate::support::RecordedSession;

fn session() -> RecordedSession {
    RecordedSession::script(1, "postgres", "SELECT 1;")
}

fn reviewed(status: &str, by: &str) -> RecordedSession {
    session().with(
        "review",
        json!({
            "id": "r", "type": "onetime", "status": status,
            "review_groups_data": [{
                "group": "sre", "status": "APPROVED",
                "reviewed_by": {"id": "1", "name": by, "email": by},
            }],
        }),
    )
}

#[track_caller]
fn check(cases: Vec<(RecordedSession, &str, &str, &str)>) {
    for (session, rule, word, said) in cases {
        let (found, texts) = verdict(session, rule);
        assert_eq!(found, word, "{rule}: {texts:?}");
        assert!(texts.join(" ").contains(said), "{rule}: {texts:?}");
    }
}

#[test]
fn an_exit_code_is_one_of_those_that_are_named() {
    let code = |code: Value| session().with("exit_code", code);
    let rule = "exit_code: [0, 2]";
    check(vec![
        (code(json!(0)), rule, "holds", ""),
        (code(json!(2)), rule, "holds", ""),
        (code(json!(1)), rule, "broken", "the exit code 1"),
        (code(json!(254)), rule, "broken", "killed, blocked or lost"),
        (code(Value::Null), rule, "cannot-tell", "no exit code"),
        (
            session().with("status", json!("open")),
            rule,
            "cannot-tell",
            "not over",
        ),
    ]);
}

#[test]
fn a_session_that_ran_too_long_is_broken_even_while_it_goes_on() {
    let open = || {
        session()
            .with("status", json!("open"))
            .with("end_date", Value::Null)
    };
    check(vec![
        (session(), "longest: 2m", "holds", ""),
        (
            session(),
            "longest: 1m",
            "broken",
            "it ran for 1m 30s, longer than 1m 00s",
        ),
        (open(), "longest: 1m", "broken", "longer than 1m 00s"),
        (open(), "longest: 9000d", "cannot-tell", "not over"),
    ]);
}

#[test]
fn an_approval_is_there_and_by_whom_it_has_to_be() {
    let named = "approval: { needed: always, by: ['*@sre.example'], not_self: true }";
    check(vec![
        (
            session(),
            "approval: { needed: always }",
            "broken",
            "without an approval",
        ),
        (reviewed("EXECUTED", "ana@sre.example"), named, "holds", ""),
        (
            reviewed("EXECUTED", "ana@shop.example"),
            named,
            "broken",
            "ana@shop.example",
        ),
        (
            reviewed("EXECUTED", "codex@agents.example"),
            named,
            "broken",
            "codex@agents.example",
        ),
        (
            reviewed("REVOKED", "ana@sre.example"),
            named,
            "cannot-tell",
            "revoked",
        ),
    ]);
}
