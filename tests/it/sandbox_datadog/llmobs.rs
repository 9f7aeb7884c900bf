//! The intake of LLM Observability: what a span needs, and what of it can be asked back.

use ddctl::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{API, Answer, World};

const INTAKE: &str = "/api/intake/llm-obs/v1/trace/spans";

fn nanoseconds_ago(ago: SignedDuration) -> i64 {
    let at = Timestamp::now().checked_sub(ago).expect("in range");
    i64::try_from(at.as_nanosecond()).expect("in range")
}

fn span() -> Value {
    json!({
        "name": "run",
        "span_id": "1",
        "trace_id": "2",
        "parent_id": "undefined",
        "start_ns": nanoseconds_ago(SignedDuration::from_hours(23)),
        "duration": 1_500,
        "status": "ok",
        "meta": {"kind": "agent"},
        "metrics": {"total_cost": 0.25},
        "tags": ["a:b"],
    })
}

fn body(ml_app: &str, span: Value) -> Value {
    json!({"data": {"type": "span", "attributes": {
        "ml_app": ml_app, "session_id": "s", "tags": ["env:test"], "spans": [span]}}})
}

async fn send(world: &World, body: &Value) -> Answer {
    world.keyed(Method::POST, API, INTAKE).json(body).await
}

#[tokio::test]
async fn a_span_is_taken_with_what_its_request_says_of_all() {
    let world = World::start().await;
    let answer = send(&world, &body("agents", span())).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    let fields = "name,ml_app,session_id,tags,meta.kind,metrics.total_cost";
    let rows = world
        .sandbox(&format!("received?kind=llmobs&fields={fields}"))
        .await;
    assert_eq!(
        rows,
        json!([{
            "name": "run",
            "ml_app": "agents",
            "session_id": "s",
            "tags": ["a:b", "env:test"],
            "meta.kind": "agent",
            "metrics.total_cost": 0.25,
        }])
    );
}

#[tokio::test]
async fn every_rule_of_a_span_is_kept() {
    let world = World::start().await;
    let old = nanoseconds_ago(SignedDuration::from_hours(25));
    for (field, value, why) in [
        ("name", json!(""), "name is required"),
        ("parent_id", Value::Null, "parent_id is required"),
        ("start_ns", json!("1"), "start_ns is required"),
        ("start_ns", json!(old), "start_ns is more than 24 hours ago"),
        (
            "duration",
            json!(-1),
            "duration is required and is not negative",
        ),
        ("status", json!("failed"), "status is ok or error"),
        (
            "meta",
            json!({"kind": "chat"}),
            "meta.kind is one of agent, workflow, llm, tool, task, embedding, retrieval",
        ),
        ("metrics", json!({"total_cost": "1"}), "metrics are numbers"),
        ("tags", json!({"a": 1}), "tags must be a list of strings"),
    ] {
        let mut broken = span();
        broken[field] = value;
        let answer = send(&world, &body("agents", broken)).await;
        assert_eq!(answer.status, 400, "{field}");
        assert_eq!(answer.json()["errors"][0], format!("spans[0]: {why}"));
    }
    assert_eq!(world.sandbox("received?kind=llmobs").await, json!([]));
}

#[tokio::test]
async fn the_application_has_a_short_name_in_lower_case() {
    let world = World::start().await;
    let statuses = [
        ("a".repeat(193), 202),
        ("a".repeat(194), 400),
        ("Agents".to_owned(), 400),
    ];
    for (ml_app, status) in statuses {
        assert_eq!(send(&world, &body(&ml_app, span())).await.status, status);
    }
}

#[tokio::test]
async fn the_intake_wants_a_key_and_is_not_on_government_sites() {
    let world = World::start().await;
    let body = body("agents", span());
    let bare = world.bare(Method::POST, API, INTAKE).json(&body).await;
    assert_eq!(bare.status, 403);
    let elsewhere = world.keyed(Method::POST, "api.ddog-gov.com", INTAKE);
    assert!(elsewhere.json(&body).await.status >= 400);
}
