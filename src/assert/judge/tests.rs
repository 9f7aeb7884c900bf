//! Policies against recordings, the gateway's and made-up ones.

use jiff::Timestamp;
use serde_json::Map;

use super::*;
use crate::assert::{Standing, Subject};
use crate::domain::session::{
    ConnectionRef, Identity, IdentityKind, Metrics, Review, ReviewGroup, ReviewStatus, Session,
    Status, Verb,
};
use crate::recording::{Strictness, open};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// A script of an agent on a production database that ran for a minute and a half.
fn session(change: impl FnOnce(&mut Session)) -> Session {
    let mut session = Session {
        id: "a0000000-0000-4000-8000-000000000001".to_owned(),
        org_id: "o".to_owned(),
        identity: Identity {
            id: "sub".to_owned(),
            email: "codex@agents.example".to_owned(),
            name: "codex".to_owned(),
            kind: IdentityKind::Machine,
            machine_identity_id: None,
        },
        connection: ConnectionRef {
            name: "prod-orders".to_owned(),
            kind: "database".to_owned(),
            subtype: "postgres".to_owned(),
            resource_name: String::new(),
            tags: Map::new(),
        },
        verb: Verb::Exec,
        status: Status::Done,
        exit_code: Some(0),
        start_date: at("2026-08-20T10:00:00Z"),
        end_date: Some(at("2026-08-20T10:01:30Z")),
        script: None,
        script_size: 0,
        event_size: 10,
        review: None,
        ai_analysis: None,
        guardrails: Vec::new(),
        metrics: Metrics::default(),
        metadata: Map::new(),
        labels: Map::new(),
        integrations_metadata: Map::new(),
        correlation_id: None,
        session_batch_id: None,
    };
    change(&mut session);
    session
}

fn standing(session: &Session) -> Standing<'_> {
    Standing {
        session,
        environment: Some("production"),
        approval_expected: None,
        now: at("2026-08-20T12:00:00Z"),
    }
}

fn review(status: ReviewStatus, by: &str) -> Review {
    Review {
        id: "r".to_owned(),
        kind: "onetime".to_owned(),
        status,
        created_at: None,
        groups: vec![ReviewGroup {
            group: "sre".to_owned(),
            status: ReviewStatus::Approved,
            reviewed_by: Some(by.to_owned()),
            review_date: None,
        }],
        access_request_rule_name: None,
        rejection_reason: None,
    }
}

/// A policy of one rule.
fn policy(rule: &str) -> Policy {
    let text = format!("version: 1\nrules:\n  - {{ name: it, {rule} }}\n");
    Policy::parse(&text).expect("a policy")
}

/// A recording of a script and what it printed.
fn script(script: &str, output: &str) -> String {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    format!(
        r#"[[0.1,"i","{}"],[1.5,"o","{}"]]"#,
        encode(script),
        encode(output)
    )
}

fn of_standing(rule: &str, standing: Standing<'_>, json: &str) -> Option<Answer> {
    let reader = open(json.as_bytes(), Strictness::Lenient).expect("a recording");
    let mut opened = Opened::of_session(reader, standing.session);
    let subject = Subject::Session(standing);
    let verdicts = judge(&policy(rule), &subject, &mut opened, &Redactor::built_in());
    verdicts.into_iter().next().map(|verdict| verdict.answer)
}

#[track_caller]
fn answer(rule: &str, session: &Session, json: &str) -> Answer {
    of_standing(rule, standing(session), json).expect("the rule applies")
}

#[track_caller]
fn evidence(answer: Answer) -> Vec<Evidence> {
    match answer {
        Answer::Broken(evidence) => evidence,
        other => panic!("it is {other:?}"),
    }
}

#[test]
fn a_drop_in_a_string_is_no_drop_and_one_in_the_script_is() {
    let rule = "statements: { forbid: [drop] }";
    let session = session(|_| ());
    let quoted = script("SELECT 'DROP TABLE t'; -- DROP TABLE t", "");
    assert_eq!(answer(rule, &session, &quoted), Answer::Holds);
    let dropped = script("SELECT 1;\nDROP  TABLE\n t;", "");
    let evidence = evidence(answer(rule, &session, &dropped));
    assert_eq!(evidence[0].what, "DROP TABLE is forbidden");
    let place = evidence[0].place.as_ref().expect("a place");
    assert_eq!(place.text, "DROP TABLE t");
    assert_eq!(place.clip(), "0..4");
}

#[test]
fn statements_of_a_native_client_are_judged_at_their_time() {
    let json = include_str!("../../sandbox/world/recordings/pg-native-ddl.json");
    let native = session(|session| session.verb = Verb::Connect);
    let found = evidence(answer("statements: { forbid: [drop role] }", &native, json));
    let place = found[0].place.as_ref().expect("a place");
    assert_eq!(place.text, "DROP ROLE reporting;".trim_end_matches(';'));
    assert_eq!(place.start.as_secs(), 11);
    let created = evidence(answer("statements: { forbid: [create] }", &native, json));
    let text = format!("{created:?}");
    assert!(
        !text.contains("S3cr3t") && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn what_a_statement_did_may_be_unknown() {
    let session = session(|_| ());
    let block = script("DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$;", "");
    let rule = |unclear: &str| format!("statements: {{ forbid: [drop], unclear: {unclear} }}");
    assert!(matches!(
        answer(&rule("cannot-tell"), &session, &block),
        Answer::CannotTell(why) if why[0].contains("DO block")
    ));
    assert_eq!(evidence(answer(&rule("broken"), &session, &block)).len(), 1);
    assert_eq!(answer(&rule("ignore"), &session, &block), Answer::Holds);
}

#[test]
fn what_is_not_allowed_is_broken() {
    let session = session(|_| ());
    let rule = "statements: { allow: [select, show, begin, commit] }";
    let reads = script("BEGIN; SELECT 1; SHOW ALL; COMMIT;", "");
    assert_eq!(answer(rule, &session, &reads), Answer::Holds);
    let writes = script("SELECT 1; UPDATE t SET a = 1;", "");
    let evidence = evidence(answer(rule, &session, &writes));
    assert_eq!(
        evidence[0].what,
        "UPDATE without WHERE is not among what is allowed"
    );
}

#[test]
fn a_text_must_or_must_not_be_there() {
    let session = session(|_| ());
    let json = script(
        "SELECT email FROM customers",
        "ana@corp.example\nPGPASSWORD=hunter22\n",
    );
    let must = |text: &str| format!("must_match: [{{ text: {text}, in: [statements] }}]");
    assert_eq!(answer(&must("customers"), &session, &json), Answer::Holds);
    let missing = evidence(answer(&must("orders"), &session, &json));
    assert_eq!(missing, [Evidence::fact("`orders` is nowhere")]);
    let mails = "must_not_match: [{ regex: '[a-z]+@corp', in: [output] }]";
    let found = evidence(answer(mails, &session, &json));
    let place = found[0].place.as_ref().expect("a place");
    assert_eq!(
        (place.text.as_str(), place.start.as_millis()),
        ("ana@corp.example", 1_500)
    );
    // Output counts only where it is asked for, and secrets nowhere.
    let default = "must_not_match: [{ text: ana@corp }]";
    assert_eq!(answer(default, &session, &json), Answer::Holds);
    let secret = "must_not_match: [{ text: hunter22, in: [output] }]";
    assert_eq!(answer(secret, &session, &json), Answer::Holds);
}

#[test]
fn what_is_not_recorded_is_unknown_and_what_never_was_is_not() {
    let json = include_str!("../../sandbox/world/recordings/pg-native-ddl.json");
    let native = session(|session| session.verb = Verb::Connect);
    let output = "must_not_match: [{ text: x, in: [output] }]";
    assert!(matches!(
        answer(output, &native, json),
        Answer::CannotTell(why) if why[0].contains("no answers")
    ));
    let commands = "must_not_match: [{ text: x, in: [commands] }]";
    assert_eq!(answer(commands, &native, json), Answer::Holds);
}

#[test]
fn a_session_that_goes_on_or_was_cut_is_unknown_unless_it_is_broken_already() {
    let rule = "must_not_match: [{ text: DROP }]";
    let open = session(|session| {
        session.status = Status::Open;
        session.end_date = None;
        session.exit_code = None;
    });
    let cut = session(|session| session.metrics.is_truncated = true);
    for session in [&open, &cut] {
        let fine = answer(rule, session, &script("SELECT 1", ""));
        assert!(matches!(fine, Answer::CannotTell(_)), "{fine:?}");
        let broken = answer(rule, session, &script("DROP TABLE t", ""));
        assert!(matches!(broken, Answer::Broken(_)), "{broken:?}");
    }
    let half = script("SELECT 1", "x");
    let half = &half[..half.len() - 8];
    let fine = answer(rule, &session(|_| ()), half);
    assert!(matches!(fine, Answer::CannotTell(_)), "{fine:?}");
}

#[test]
fn facts_of_the_session_are_judged_without_its_recording() {
    let judged = |rule: &str, session: &Session| {
        let subject = Subject::Session(standing(session));
        without_recording(&policy(rule), &subject, "it is gone")[0]
            .answer
            .clone()
    };
    let done = session(|_| ());
    assert_eq!(judged("exit_code: [0]", &done), Answer::Holds);
    assert_eq!(judged("longest: 2m", &done), Answer::Holds);
    let long = evidence(judged("longest: 1m", &done));
    assert_eq!(long[0].what, "it ran for 1m 30s, longer than 1m 00s");
    let lost = session(|session| session.exit_code = Some(254));
    let lost = evidence(judged("exit_code: [0]", &lost));
    assert!(lost[0].what.contains("killed, blocked or lost"));
    let open = session(|session| session.status = Status::Open);
    assert!(matches!(
        judged("exit_code: [0]", &open),
        Answer::CannotTell(_)
    ));
    assert!(
        matches!(judged("longest: 1h", &open), Answer::Broken(_)),
        "two hours by now"
    );
    assert_eq!(
        judged("must_match: [{ text: x }]", &done),
        Answer::cannot_tell("it is gone")
    );
}

#[test]
fn an_approval_is_by_whom_it_has_to_be() {
    let judged = |rule: &str, change: &dyn Fn(&mut Session), expected: Option<bool>| {
        let session = session(|session| change(session));
        let standing = Standing {
            approval_expected: expected,
            ..standing(&session)
        };
        let subject = Subject::Session(standing);
        without_recording(&policy(rule), &subject, "")[0]
            .answer
            .clone()
    };
    let none = |_: &mut Session| ();
    let by = |who: &'static str| {
        move |session: &mut Session| session.review = Some(review(ReviewStatus::Executed, who))
    };
    let always = "approval: { needed: always }";
    assert!(matches!(judged(always, &none, None), Answer::Broken(_)));
    assert_eq!(judged(always, &by("ana@sre.example"), None), Answer::Holds);
    let expected = "approval: { needed: where-expected }";
    assert!(matches!(
        judged(expected, &none, Some(true)),
        Answer::Broken(_)
    ));
    assert_eq!(judged(expected, &none, Some(false)), Answer::Holds);
    assert!(matches!(
        judged(expected, &none, None),
        Answer::CannotTell(_)
    ));
    let named = "approval: { needed: always, by: ['*@sre.example'], not_self: true }";
    assert_eq!(judged(named, &by("ana@sre.example"), None), Answer::Holds);
    for other in ["ana@shop.example", "codex@agents.example"] {
        let found = evidence(judged(named, &by(other), None));
        assert!(found[0].what.contains(other));
    }
    let pending = |session: &mut Session| {
        session.review = Some(review(ReviewStatus::Pending, "x"));
    };
    assert!(matches!(judged(always, &pending, None), Answer::Broken(_)));
}

#[test]
fn a_rule_is_about_the_sessions_of_its_scope() {
    let session = session(|_| ());
    let applies = |scope: &str| {
        let rule = format!("where: {{ {scope} }}, exit_code: [0]");
        of_standing(&rule, standing(&session), &script("", "")).is_some()
    };
    for scope in [
        "connection: ['prod-*']",
        "environment: [production]",
        "type: [postgres]",
        "type: [database]",
        "identity: machine",
        "verb: exec",
    ] {
        assert!(applies(scope), "{scope}");
    }
    for scope in [
        "connection: ['staging-*']",
        "environment: [staging]",
        "type: [mysql]",
        "identity: user",
        "verb: connect",
        "connection: ['prod-*'], verb: connect",
    ] {
        assert!(!applies(scope), "{scope}");
    }
}

#[test]
fn a_file_is_judged_by_what_it_says_itself() {
    let cast = "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n[1,\"o\",\"$ rm -rf /etc\\r\\n\"]\n[1,\"x\",\"3\"]\n";
    let judged = |rule: &str| {
        let reader = open(cast.as_bytes(), Strictness::Strict).expect("a recording");
        let mut opened = Opened::of_file(reader);
        let verdicts = judge(
            &policy(rule),
            &Subject::File,
            &mut opened,
            &Redactor::built_in(),
        );
        verdicts[0].answer.clone()
    };
    assert!(matches!(
        judged("must_not_match: [{ text: rm, in: [output] }]"),
        Answer::Broken(_)
    ));
    assert_eq!(
        evidence(judged("exit_code: [0]"))[0].what,
        "it has the exit code 3"
    );
    assert!(matches!(judged("longest: 1s"), Answer::Broken(_)));
    for rule in [
        "must_not_match: [{ text: rm, in: [commands] }]",
        "approval: { needed: always }",
        "where: { connection: [x] }, exit_code: [3]",
    ] {
        assert!(matches!(judged(rule), Answer::CannotTell(_)), "{rule}");
    }
}
