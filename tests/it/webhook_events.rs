//! The same event by either road: what is made of a session's webhooks is what `sessions export`
//! makes of the session.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ddctl::delivery::map::log::LogProfile;
use ddctl::delivery::map::webhook::to_record;
use ddctl::domain::redaction::Redactor;
use ddctl::domain::secret::Secret;
use ddctl::gateway::{Credential, Gateway};
use ddctl::http::{Client, Options};
use ddctl::recording::first_statements;
use ddctl::sources::{ApprovalSources, Completer, Completing, EventContext, Webhook};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, until};

/// Events by their id.
type Events = BTreeMap<String, Value>;

/// What `sessions export` writes, before any restamping: a file keeps the times as they are.
fn exported(environment: &TestEnvironment) -> Events {
    let file = environment.path("exported.ndjson");
    let path = file.display().to_string();
    let args = [
        "sessions", "export", "--yes", "--again", "--since", "40d", "--to", &path,
    ];
    let _ = environment.run(args).exits(0);
    let text = fs::read_to_string(&file).expect("a file");
    let events = text.lines().map(|line| {
        let event: Value = serde_json::from_str(line).expect("an object a line");
        (
            event["evt"]["id"].as_str().expect("an id").to_owned(),
            event,
        )
    });
    let events: Vec<_> = events.collect();
    let count = events.len();
    let events: Events = events.into_iter().collect();
    assert_eq!(events.len(), count, "each id once");
    events
}

/// Webhooks of a session, as the gateway posts them
/// (hoophq/hoop `gateway/transport/plugins/webhooks/webhooks.go`): none of one that the analysis
/// stopped before it was opened, a second opening of one that was approved, and no closing of one
/// without an exit code of its own.
fn webhooks(row: &Value) -> Vec<Value> {
    let status = row["review"]["status"].as_str();
    let mut sent = match status {
        Some(_) => vec![opening(row, Some("PENDING"))],
        None if row["ai_analysis"]["action"] == "block_execution" => return Vec::new(),
        None => vec![opening(row, None)],
    };
    match (status, row["review"]["type"].as_str()) {
        (Some("APPROVED"), Some("jit")) => sent.push(opening(row, Some("APPROVED"))),
        (Some("PROCESSING" | "EXECUTED"), _) => sent.push(opening(row, Some("PROCESSING"))),
        _ => {}
    }
    if let Some(code) = row["exit_code"].as_i64().filter(|code| *code != 254) {
        sent.push(json!({
            "event_type": "session.close", "id": row["id"], "exit_code": code, "exit_err": null,
        }));
    }
    sent
}

fn opening(row: &Value, review: Option<&str>) -> Value {
    let script = row["script"]["data"].as_str().unwrap_or_default();
    let cut = &script.as_bytes()[..script.len().min(10_000)];
    let review = review.map(|status| {
        json!({"type": row["review"]["type"], "status": status, "owner_email": row["user"]})
    });
    json!({
        "event_type": "session.open", "id": row["id"], "user_id": row["user_id"],
        "user_email": row["user"], "connection": row["connection"], "connection_type": row["type"],
        "connection_envs": null, "input": BASE64_STANDARD.encode(cut),
        "is_input_truncated": script.len() > 10_000, "input_size": script.len(),
        "input_envs": null, "has_input_args": false, "review": review, "command": ["psql"],
        "verb": row["verb"],
    })
}

/// Completes webhooks as a relay does.
struct Relay {
    gateway: Gateway,
    context: EventContext,
    profile: LogProfile,
    redactor: Redactor,
}

impl Relay {
    async fn of(sandbox: &SandboxProcess) -> Self {
        let http = Arc::new(Client::new(Options::default()));
        let token = Secret::new(sandbox.var("HOOP_TOKEN"));
        let credential = Credential::of_token(token);
        let gateway = Gateway::new(http, sandbox.gateway_url(), credential).expect("an address");
        Self {
            context: EventContext {
                rules: Vec::new(),
                approval_sources: ApprovalSources::read(&gateway).await.expect("read"),
                page_base: gateway.page_base().to_owned(),
            },
            profile: LogProfile {
                service: "agent-access".to_owned(),
                hostname: gateway.host().to_owned(),
                ..LogProfile::default()
            },
            redactor: Redactor::built_in(),
            gateway,
        }
    }

    fn completer(&self) -> Completer<'_> {
        let settings = Completing {
            gateway: &self.gateway,
            context: &self.context,
            concurrency: 8,
        };
        Completer::new(settings, first_statements(self.redactor.clone()))
    }

    /// The events of one webhook, by id, once it is complete.
    async fn events(&self, completer: &Completer<'_>, body: &Value) -> Events {
        let webhook = webhook(body);
        loop {
            let done = completer.complete(&webhook, Timestamp::now()).await;
            let Some(again) = &done.again else {
                let records = done.events.iter();
                let records = records.map(|event| to_record(event, &self.profile, &self.redactor));
                return records
                    .map(|record| (record.id, Value::Object(record.body)))
                    .collect();
            };
            tokio::time::sleep(again.after.min(Duration::from_millis(100))).await;
        }
    }
}

fn webhook(body: &Value) -> Webhook {
    Webhook {
        message_id: "msg_1".to_owned(),
        body: body.to_string().into(),
        received: Timestamp::now(),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn environment_of(sandbox: &SandboxProcess) -> TestEnvironment {
    let mut environment = TestEnvironment::of(sandbox);
    environment.set("DD_SERVICE", "agent-access");
    environment
}

#[test]
fn every_session_gives_the_same_events_through_its_webhooks_as_exported() {
    let sandbox = SandboxOptions::default().sessions(300).start();
    let mut expected = exported(&environment_of(&sandbox));
    let (mut opened_twice, mut silent) = (0, BTreeSet::new());
    block_on(async {
        let relay = Relay::of(&sandbox).await;
        for row in sandbox.sessions() {
            let id = row["id"].as_str().expect("an id");
            let path = format!("/api/sessions/{id}");
            let bodies = webhooks(&sandbox.gateway("GET", &path, b"").json());
            let openings = bodies
                .iter()
                .filter(|body| body["event_type"] == "session.open");
            opened_twice += usize::from(openings.count() == 2);
            if bodies.is_empty() {
                silent.insert(id.to_owned());
                continue;
            }
            // Each webhook asks by itself: none is helped by what another one left.
            let mut made = Events::new();
            for body in &bodies {
                let completer = relay.completer();
                // What would go out while the gateway is away is what is revised later.
                let partial = completer.partial(&webhook(body)).id().to_string();
                let events = relay.events(&completer, body).await;
                assert!(events.contains_key(&partial), "{body}");
                for (id, event) in events {
                    assert_eq!(made.entry(id).or_insert_with(|| event.clone()), &event);
                }
            }
            let of_it = |event: &Value| event["session"]["id"] == id;
            let same = expected
                .extract_if(.., |_, event| of_it(event))
                .collect::<Events>();
            assert_eq!(made, same, "{row}");
        }
    });
    assert!(opened_twice >= 10, "{opened_twice}");
    for event in expected.values() {
        let id = event["session"]["id"].as_str().expect("an id");
        assert!(
            silent.contains(id),
            "no webhook of it was completed: {event}"
        );
    }
}

#[test]
fn what_was_completed_while_a_session_ran_is_what_is_exported_when_it_is_over() {
    let sandbox = SandboxOptions::default()
        .sessions(20)
        .open(6)
        .every("1s")
        .start();
    let running: Vec<Value> = until("open sessions", || {
        let rows = sandbox.sessions().into_iter();
        let open: Vec<Value> = rows
            .filter(|row| row["status"] == "open" && row["review"].is_null())
            .collect();
        (open.len() >= 3).then_some(open)
    });
    let early = block_on(async {
        let relay = Relay::of(&sandbox).await;
        let completer = relay.completer();
        let mut early = Events::new();
        for row in &running {
            early.extend(relay.events(&completer, &opening(row, None)).await);
        }
        early
    });
    assert!(early.len() >= running.len());
    until("the end of one of them", || {
        let is_over = |row: &Value| {
            let path = format!("/api/sessions/{}", row["id"].as_str().expect("an id"));
            sandbox.gateway("GET", &path, b"").json()["status"] == "done"
        };
        running.iter().any(is_over).then_some(())
    });
    let late = exported(&environment_of(&sandbox));
    for (id, event) in &early {
        assert_eq!(late.get(id), Some(event));
    }
}
