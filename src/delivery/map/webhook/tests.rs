//! What goes out of webhooks, attribute by attribute.

use serde_json::json;

use super::*;
use crate::delivery::testing::{at, event, profile, session};
use crate::domain::event::EventId;
use crate::domain::session::ReviewStatus;

const ID: &str = "a0000000-0000-4000-8000-000000000001";
/// `printf 'select 1' | sha256sum`
const SELECT_1_SHA256: &str = "822ae07d4783158bc1912bb623e5107cc9002d519e1143a9c200ed6ee18b6d0f";

fn partial(kind: EventKind, told: Told) -> WebhookEvent {
    WebhookEvent::Partial(Box::new(PartialEvent {
        id: EventId::of_session(ID, kind),
        kind,
        session_id: ID.to_owned(),
        received: at("2026-08-01T12:00:01Z"),
        url: format!("https://use.hoop.test/sessions/{ID}"),
        environment: None,
        told,
    }))
}

fn opening() -> Opening {
    Opening {
        user_id: "sub-1".to_owned(),
        user_email: "agent-7@example.com".to_owned(),
        connection: "prod-orders".to_owned(),
        connection_type: "database".to_owned(),
        verb: Some(Verb::Exec),
        input: Some("select 1".to_owned()),
        ..Opening::default()
    }
}

fn raw(event_type: Option<&str>, payload: Value) -> WebhookEvent {
    WebhookEvent::Raw(Box::new(RawWebhook {
        message_id: "msg_1".to_owned(),
        event_type: event_type.map(str::to_owned),
        payload,
        received: at("2026-08-01T12:00:01Z"),
    }))
}

fn log_of(event: &WebhookEvent) -> Value {
    let record = to_record(event, &profile(), &Redactor::built_in());
    assert_eq!(record.body["evt"]["id"], Value::from(record.id));
    Value::Object(record.body)
}

#[test]
fn an_opening_that_only_the_webhook_tells_has_what_it_says_and_no_more() {
    let id = EventId::of_session(ID, EventKind::Open).to_string();
    let url = format!("https://use.hoop.test/sessions/{ID}");
    let log = log_of(&partial(EventKind::Open, Told::Opened(opening())));
    assert_eq!(
        log,
        json!({
            "ddsource": "hoop",
            "service": "agent-access",
            "hostname": "use.hoop.test",
            "ddtags": "env:prod,team:platform",
            "timestamp": 1_785_585_601_000_i64,
            "status": "info",
            "message": format!("agent-7@example.com started a script on prod-orders; the gateway could not be asked for more — {url}"),
            "evt": {"name": "session.open", "outcome": "unknown", "id": id, "incomplete": true},
            "usr": {"id": "sub-1", "email": "agent-7@example.com"},
            "connection": {"name": "prod-orders", "type": "database"},
            "session": {
                "id": ID, "url": url, "verb": "exec", "seq": 1, "command": "select 1",
                "command_truncated": false, "command_sha256": SELECT_1_SHA256,
            },
        })
    );
}

#[test]
fn of_a_closing_nobody_is_named() {
    let closed = |exit_code, error: Option<&str>| {
        let error = error.map(str::to_owned);
        let told = Told::Closed(Closing { exit_code, error });
        log_of(&partial(EventKind::Close, told))
    };
    let failed = closed(Some(2), Some("exit status 2 password=hunter2hunter2"));
    assert_eq!(
        (&failed["status"], &failed["evt"]["outcome"]),
        (&json!("error"), &json!("failure"))
    );
    assert_eq!(failed["session"]["exit_code"], 2);
    let text = failed.to_string();
    assert!(
        text.contains("exit status 2") && !text.contains("hunter2"),
        "{text}"
    );
    for absent in ["usr", "identity", "connection", "approval", "duration"] {
        assert!(failed.get(absent).is_none(), "{absent}");
    }
    let outcome = |exit_code| closed(exit_code, None)["evt"]["outcome"].clone();
    assert_eq!(outcome(Some(0)), "success");
    assert_eq!(outcome(Some(254)), "unknown", "it may have been blocked");
    assert_eq!(outcome(None), "unknown");
}

#[test]
fn a_review_that_is_asked_for_is_pending() {
    let kind = EventKind::Review(ReviewState::Pending);
    let asked = Opening {
        review: Some(ReviewStatus::Pending),
        ..opening()
    };
    for told in [Told::Opened(asked), Told::ReviewAsked] {
        let log = log_of(&partial(kind, told));
        assert_eq!(log["evt"]["name"], "session.review");
        assert_eq!(
            log["approval"],
            json!({"required": true, "status": "pending"})
        );
    }
}

#[test]
fn of_a_script_that_the_gateway_cut_there_is_no_hash() {
    let cut = Opening {
        is_input_cut: true,
        ..opening()
    };
    let log = log_of(&partial(EventKind::Open, Told::Opened(cut)));
    assert_eq!(log["session"]["command_truncated"], true);
    assert!(log["session"].get("command_sha256").is_none());
}

#[test]
fn a_complete_event_is_the_log_of_the_export_and_its_revision_says_so() {
    let event = event(EventKind::Close, session(1));
    let exported = log::to_record(&event, &profile(), &Redactor::built_in());
    let relayed = to_record(
        &WebhookEvent::Session(Box::new(event)),
        &profile(),
        &Redactor::built_in(),
    );
    assert_eq!(relayed, exported);
    let mut revised = revised(relayed);
    let mut evt = revised.body["evt"].clone();
    assert_eq!(evt["revision"], 2);
    evt.as_object_mut().expect("an object").remove("revision");
    revised.body.insert("evt".to_owned(), evt);
    assert_eq!(revised, exported, "nothing else is changed");
}

#[test]
fn a_webhook_of_another_type_goes_out_as_it_came_and_marked() {
    let payload = json!({"event_type": "dbroles.job.finished", "event_payload": {"status": "ok", "items": [1, null]}});
    let log = log_of(&raw(Some("dbroles.job.finished"), payload.clone()));
    assert_eq!(log["webhook"]["payload"], payload);
    assert_eq!(log["webhook"]["type"], "dbroles.job.finished");
    assert_eq!(
        (&log["evt"]["name"], &log["evt"]["incomplete"]),
        (&json!("gateway.webhook"), &json!(true))
    );
    assert!(log["evt"].get("test").is_none());
    let text = log_of(&raw(None, "no json".into()));
    assert_eq!(text["webhook"]["payload"], "no json");
    let test = log_of(&raw(
        Some("ddctl.test"),
        json!({"event_type": "ddctl.test"}),
    ));
    assert_eq!(test["evt"]["test"], true);
}

#[test]
fn no_secret_passes_in_a_payload_of_which_nothing_is_known() {
    let log = log_of(&raw(
        Some("new.type"),
        json!({"password": "hunter2hunter2", "list": ["AKIAIOSFODNN7EXAMPLE"], "kept": 1}),
    ));
    let text = log.to_string();
    assert!(
        !text.contains("hunter2") && !text.contains("AKIAIOSFODNN7EXAMPLE"),
        "{text}"
    );
    assert_eq!(log["webhook"]["payload"]["kept"], 1);
}
