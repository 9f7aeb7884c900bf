//! Webhooks completed from a gateway on a socket.

use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::domain::event::{EventKind, ReviewState};
use crate::gateway::testing::{Asked, Reply, Server};
use crate::sources::testing::{at, at_millis, gateway_of, row};

const ID: &str = "a0000000-0000-4000-8000-000000000001";

fn webhook(body: Value) -> Webhook {
    Webhook {
        message_id: "msg_1".to_owned(),
        body: body.to_string().into(),
        received: at("2026-08-20T10:00:00Z"),
    }
}

fn opened(review: Value) -> Webhook {
    webhook(
        json!({"event_type": "session.open", "id": ID, "verb": "exec", "user_id": "s", "review": review}),
    )
}

fn closed() -> Webhook {
    webhook(json!({"event_type": "session.close", "id": ID, "exit_code": 0, "exit_err": null}))
}

/// One session that changes as it is asked for: its states in order, the last for ever.
async fn gateway(states: &[Value]) -> Server {
    let states = Mutex::new(states.to_vec());
    Server::with(move |_: &Asked| {
        let mut states = states.lock().expect("no test panicked in here");
        let state = match states.len() {
            1 => states[0].clone(),
            _ => states.remove(0),
        };
        let mut body = json!({
            "id": ID, "start_date": "2026-08-20T10:00:00Z", "user_id": "s", "user": "a@x.test",
            "connection": "pg-prod", "type": "database", "verb": "exec",
            "script": {"data": "select 1"},
        });
        let state = state.as_object().expect("an object").clone();
        body.as_object_mut().expect("an object").extend(state);
        Reply::json(200, body.to_string())
    })
    .await
}

fn open() -> Value {
    json!({"status": "open"})
}

fn done() -> Value {
    json!({"status": "done", "exit_code": 0, "end_date": "2026-08-20T10:00:02Z"})
}

fn review(status: &str) -> Value {
    json!({"id": "r", "type": "onetime", "status": status, "created_at": "2026-08-20T09:59:00Z",
        "review_groups_data": [{"group": "sre", "status": status}]})
}

/// Completes each webhook in turn, as if it had come ten seconds before.
async fn completed(server: &Server, webhooks: &[Webhook]) -> Vec<Done> {
    let gateway = server.gateway();
    let context = EventContext::default();
    let completer = completer(&gateway, &context);
    let mut done = Vec::new();
    for webhook in webhooks {
        let now = webhook.received + jiff::SignedDuration::from_secs(10);
        done.push(completer.complete(webhook, now).await);
    }
    done
}

fn completer<'a>(gateway: &'a Gateway, context: &'a EventContext) -> Completer<'a> {
    let settings = Completing {
        gateway,
        context,
        concurrency: 4,
    };
    Completer::new(settings, |_, _| None)
}

fn kinds(done: &Done) -> Vec<EventKind> {
    let kind = |event: &WebhookEvent| match event {
        WebhookEvent::Session(event) => event.kind,
        other => panic!("an event of the session: {other:?}"),
    };
    done.events.iter().map(kind).collect()
}

#[tokio::test]
async fn a_closing_is_asked_for_until_the_row_is_done() {
    let server = gateway(&[open(), open(), done()]).await;
    let asked = completed(&server, &[closed(), closed(), closed()]).await;
    for early in &asked[..2] {
        assert_eq!(kinds(early), [EventKind::Open], "what is sure by then");
        let again = early.again.clone().expect("not complete");
        assert_eq!(
            (again.after, again.why),
            (Duration::from_secs(5), Why::NotYet)
        );
    }
    assert!(asked[2].is_complete());
    assert_eq!(kinds(&asked[2]), [EventKind::Open, EventKind::Close]);
}

#[tokio::test]
async fn the_first_opening_of_a_reviewed_session_asks_and_the_second_opens() {
    let pending = EventKind::Review(ReviewState::Pending);
    let approved = EventKind::Review(ReviewState::Approved);
    let states = [
        json!({"status": "open", "review": review("PENDING")}),
        json!({"status": "ready", "review": review("APPROVED")}),
        json!({"status": "open", "review": review("PROCESSING")}),
    ];
    let server = gateway(&states).await;
    let webhooks = [
        review("PENDING"),
        review("PROCESSING"),
        review("PROCESSING"),
    ]
    .map(opened);
    let asked = completed(&server, &webhooks).await;
    assert!(asked[0].is_complete() && asked[2].is_complete());
    assert_eq!(kinds(&asked[0]), [pending]);
    assert_eq!(kinds(&asked[1]), [pending, approved]);
    assert_eq!(
        asked[1].again.as_ref().expect("not open yet").why,
        Why::NotYet
    );
    assert_eq!(kinds(&asked[2]), [EventKind::Open, pending, approved]);
}

#[tokio::test]
async fn an_opening_of_a_session_that_was_refused_since_waits_for_nothing() {
    let refused = json!({"status": "done", "review": review("REJECTED")});
    let server = gateway(&[refused]).await;
    let asked = completed(&server, &[opened(review("APPROVED"))]).await;
    assert!(asked[0].is_complete());
    assert!(!kinds(&asked[0]).contains(&EventKind::Open));
}

#[tokio::test]
async fn a_block_is_told_with_the_end() {
    let hit = json!([{"rule_name": "no-drop", "direction": "input"}]);
    let mut over = done();
    over["guardrails_info"] = hit.clone();
    let server = gateway(&[json!({"status": "open", "guardrails_info": hit}), over]).await;
    let asked = completed(&server, &[opened(Value::Null), closed()]).await;
    assert_eq!(kinds(&asked[0]), [EventKind::Open]);
    assert_eq!(
        kinds(&asked[1]),
        [EventKind::Open, EventKind::Blocked, EventKind::Close]
    );
}

#[tokio::test]
async fn several_webhooks_of_a_session_ask_once() {
    let server = gateway(&[done()]).await;
    let asked = completed(&server, &[opened(Value::Null), closed(), closed()]).await;
    assert!(asked.iter().all(Done::is_complete));
    assert_eq!(asked[0], asked[2]);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_session_that_is_withheld_is_asked_for_again_by_itself() {
    let server = gateway_of(vec![(1, at_millis(0), 0)]).await;
    let gone = webhook(json!({"event_type": "session.close", "id": row(2, at_millis(0)).id}));
    let asked = completed(&server, &[gone, closed()]).await;
    let again = asked[0].again.as_ref().expect("not complete");
    assert!(matches!(again.why, Why::Withheld(_)), "{:?}", again.why);
    assert!(
        again.why.to_string().contains("has no session"),
        "{}",
        again.why
    );
    assert!(asked[1].is_complete(), "the others go on");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_away_is_not_asked_for_every_webhook() {
    let failing = Reply::json(503, r#"{"message":"restarting"}"#);
    let good = gateway(&[done()]).await;
    let away = Server::with(move |_: &Asked| failing.clone()).await;
    let (gateway, context) = (away.gateway(), EventContext::default());
    let completer_of_away = completer(&gateway, &context);
    let now = closed().received;
    for _ in 0..100 {
        let done = completer_of_away.complete(&closed(), now).await;
        let again = done.again.expect("not complete");
        assert!(again.why.to_string().contains("503"), "{}", again.why);
        assert!(!again.after.is_zero() && again.after <= Duration::from_secs(1));
    }
    assert_eq!(away.requests().len(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    completer_of_away.complete(&closed(), now).await;
    assert_eq!(
        away.requests().len(),
        2,
        "somebody looks whether it is back"
    );
    assert!(completed(&good, &[closed()]).await[0].is_complete());
}

#[tokio::test]
async fn a_token_that_is_refused_keeps_every_webhook() {
    let refused = Reply::json(401, r#"{"message":"access denied"}"#);
    let server = Server::with(move |_: &Asked| refused.clone()).await;
    let asked = completed(&server, &[closed(), opened(Value::Null)]).await;
    for done in &asked {
        let again = done.again.as_ref().expect("not complete");
        assert!(matches!(again.why, Why::Away(_)));
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_is_of_no_session_is_passed_on_unasked() {
    let server = gateway(&[done()]).await;
    let job = json!({"event_type": "dbroles.job.finished", "event_payload": {}});
    let odd = [
        webhook(job.clone()),
        webhook(json!({"event_type": "session.close", "id": "7"})),
    ];
    let asked = completed(&server, &odd).await;
    assert!(asked.iter().all(Done::is_complete) && server.requests().is_empty());
    let [WebhookEvent::Raw(raw)] = &asked[0].events[..] else {
        panic!("as it came: {:?}", asked[0]);
    };
    assert_eq!(
        (raw.event_type.as_deref(), &raw.payload),
        (Some("dbroles.job.finished"), &job)
    );
    assert!(matches!(asked[1].events[..], [WebhookEvent::Raw(_)]));
}

#[tokio::test]
async fn what_the_webhook_alone_tells_has_the_id_of_the_complete_event() {
    let server = gateway(&[done()]).await;
    let (gateway, context) = (server.gateway(), EventContext::default());
    let completer = completer(&gateway, &context);
    for (webhook, place) in [(opened(Value::Null), 0), (closed(), 1)] {
        let partial = completer.partial(&webhook);
        assert!(matches!(partial, WebhookEvent::Partial(_)));
        let complete = completer.complete(&webhook, webhook.received).await;
        assert_eq!(partial.id(), complete.events[place].id());
    }
    let card = json!({"attachments": [{"contentType": "application/vnd.microsoft.card.adaptive",
        "content": {"body": [{"text": format!("[{ID}](https://gw.test/sessions/{ID})")}]}}]});
    let asked = completer.partial(&webhook(card)).id();
    assert_eq!(asked, completer.partial(&opened(review("PENDING"))).id());
}

#[tokio::test]
async fn only_the_rule_of_a_named_connection_gives_an_environment() {
    use crate::domain::connection::ConnectionRule;
    let server = gateway(&[done()]).await;
    let gateway = server.gateway();
    let rule = ConnectionRule {
        pattern: "*".to_owned(),
        environment: Some("production".to_owned()),
        approval_expected: None,
        windows: Vec::new(),
    };
    let context = EventContext {
        rules: vec![rule],
        ..EventContext::default()
    };
    let completer = completer(&gateway, &context);
    let environment = |webhook: &Webhook| match completer.partial(webhook) {
        WebhookEvent::Partial(event) => event.environment,
        other => panic!("a part of an event: {other:?}"),
    };
    let named = webhook(json!({"event_type": "session.open", "id": ID, "connection": "pg"}));
    assert_eq!(environment(&named).as_deref(), Some("production"));
    assert_eq!(environment(&opened(Value::Null)), None);
    assert_eq!(environment(&closed()), None);
}
