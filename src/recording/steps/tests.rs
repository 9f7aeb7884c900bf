use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::session::{ConnectionRef, Identity, IdentityKind, Metrics, Status, Verb};

fn session(kind: &str, subtype: &str, verb: Verb) -> Session {
    Session {
        id: "s".to_owned(),
        org_id: String::new(),
        identity: Identity {
            id: "u".to_owned(),
            email: String::new(),
            name: String::new(),
            kind: IdentityKind::Machine,
            machine_identity_id: None,
        },
        connection: ConnectionRef {
            name: "c".to_owned(),
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            resource_name: String::new(),
            tags: Map::new(),
        },
        verb,
        status: Status::Done,
        exit_code: Some(0),
        start_date: Timestamp::UNIX_EPOCH,
        end_date: None,
        script: Some("select 1".to_owned()),
        script_size: 8,
        event_size: 1,
        review: None,
        ai_analysis: None,
        guardrails: Vec::new(),
        metrics: Metrics::default(),
        metadata: Map::new(),
        labels: Map::new(),
        integrations_metadata: Map::new(),
        correlation_id: None,
        session_batch_id: None,
    }
}

/// An event a second.
fn stream(events: &[(&str, &[u8])]) -> Vec<u8> {
    let rows = events.iter().enumerate();
    let rows = rows.map(|(at, (code, data))| json!([at as f64, code, STANDARD.encode(data)]));
    Value::Array(rows.collect()).to_string().into_bytes()
}

fn read(session: &Session, events: &[(&str, &[u8])], has_output: bool) -> Steps {
    let redactor = Redactor::built_in();
    steps(session, &stream(events), &redactor, has_output).expect("a recording of steps")
}

fn seconds(steps: &Steps) -> Vec<(u64, u64)> {
    let times = steps.first.iter();
    times
        .map(|one| (one.start.as_secs(), one.end.as_secs()))
        .collect()
}

fn terminal() -> Session {
    session("custom", "", Verb::Connect)
}

#[test]
fn a_statement_ends_where_the_next_begins_since_no_answers_are_recorded() {
    let session = session("database", "mysql", Verb::Connect);
    let steps = read(
        &session,
        &[("i", b"\x03SELECT 1"), ("i", b"\x03SELECT 2")],
        true,
    );
    assert_eq!(seconds(&steps), [(0, 1), (1, 1)]);
    assert!(steps.first.iter().all(|step| step.is_end_inferred));
    let texts: Vec<_> = steps
        .first
        .iter()
        .map(|step| step.text.as_deref())
        .collect();
    assert_eq!(texts, [Some("SELECT 1"), Some("SELECT 2")]);
}

#[test]
fn a_script_is_one_step_that_ends_with_its_output() {
    let session = session("database", "postgres", Verb::Exec);
    let events: [(&str, &[u8]); 3] = [("i", b"select 1"), ("o", b"1\n"), ("o", b"(1 row)\n")];
    let steps = read(&session, &events, true);
    assert_eq!(seconds(&steps), [(0, 2)]);
    let step = &steps.first[0];
    assert_eq!(step.text.as_deref(), Some("select 1"));
    assert_eq!(step.output.as_deref(), Some("1\n(1 row)\n"));
    assert!(!step.is_end_inferred);
    assert_eq!(read(&session, &events, false).first[0].output, None);
}

#[test]
fn what_is_typed_at_a_terminal_is_no_text_of_a_step() {
    let steps = read(
        &terminal(),
        &[
            ("o", b"$ "),
            ("i", b"sudo id\r"),
            ("o", b"\r\npassword: "),
            ("i", b"hunter2\r"),
            ("o", b"\r\nuid=0\r\n$ "),
        ],
        false,
    );
    assert_eq!(seconds(&steps), [(1, 2), (3, 4)]);
    assert!(steps.first.iter().all(|step| step.text.is_none()));
}

#[test]
fn a_request_is_told_by_method_path_and_status() {
    let session = session("httpproxy", "", Verb::Connect);
    let steps = read(
        &session,
        &[
            ("i", b"GET /pods?token=abc HTTP/1.1\r\n\r\n"),
            ("o", b"HTTP/1.1 403 Forbidden\r\n\r\n"),
        ],
        false,
    );
    assert_eq!(steps.first[0].text.as_deref(), Some("GET /pods"));
    assert_eq!(steps.first[0].http_status, Some(403));
}

#[test]
fn secrets_do_not_get_into_a_step() {
    let session = session("database", "postgres", Verb::Exec);
    let token = b"ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let output = [&b"export TOKEN="[..], token].concat();
    let steps = read(&session, &[("i", b"x"), ("o", &output)], true);
    let output = steps.first[0].output.as_deref().expect("an output");
    assert!(output.contains("[redacted:"), "{output}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_step_is_told_or_counted_and_texts_are_bounded(
        count in 0_usize..1_300,
        long in 0_usize..20_000,
    ) {
        let line = "x".repeat(long);
        let events: Vec<(&str, &[u8])> = (0..count)
            .map(|at| match at {
                0 => ("i", line.as_bytes()),
                _ => ("i", b"\x03SELECT 1".as_slice()),
            })
            .filter(|(_, data)| !data.is_empty())
            .collect();
        let session = session("database", "mysql", Verb::Connect);
        let steps = steps(&session, &stream(&events), &Redactor::built_in(), false);
        let steps = steps.unwrap_or_default();
        let rest = steps.rest.map_or(0, |rest| rest.count as usize);
        prop_assert_eq!(steps.first.len() + rest, events.len());
        prop_assert!(steps.first.len() <= Steps::MOST);
        for step in &steps.first {
            prop_assert!(step.start <= step.end);
            prop_assert!(step.text.as_ref().is_none_or(|text| text.len() <= LONGEST));
        }
        let mut indexes: Vec<u64> = steps.first.iter().map(|step| step.index).collect();
        indexes.dedup();
        prop_assert_eq!(indexes.len(), steps.first.len());
    }
}
