//! Dashboards beyond what was recorded: replaced whole, shown with what was given.

use ddctl::http::Method;
use serde_json::{Value, json};

use super::management::create;
use super::{API, World};

const DASHBOARD: &str = "/api/v1/dashboard";

fn dashboard(more: Value) -> Value {
    let note = json!({"definition": {"type": "note", "content": "a"}});
    let mut dashboard = json!({"title": "t", "layout_type": "ordered", "widgets": [note]});
    for (name, value) in more.as_object().expect("an object") {
        dashboard[name] = value.clone();
    }
    dashboard
}

#[tokio::test]
async fn a_replacement_keeps_nothing_but_the_id_and_the_birth() {
    let world = World::start().await;
    let given = json!({"description": "d", "tags": ["team:a"], "reflow_type": "auto"});
    let made = create(&world, DASHBOARD, &dashboard(given)).await;
    assert_eq!(
        (&made["tags"], &made["reflow_type"]),
        (&json!(["team:a"]), &json!("auto"))
    );
    assert!(made["widgets"][0]["id"].is_u64());
    let path = format!("{DASHBOARD}/{}", made["id"].as_str().expect("an id"));
    let body = dashboard(json!({"title": "u"}));
    let replaced = world
        .keyed(Method::PUT, API, &path)
        .json(&body)
        .await
        .json();
    assert_eq!(
        (&replaced["id"], &replaced["created_at"]),
        (&made["id"], &made["created_at"])
    );
    assert_eq!(
        (&replaced["title"], &replaced["description"]),
        (&json!("u"), &Value::Null)
    );
    assert_eq!(replaced.get("tags"), None);
    let read = world.keyed(Method::GET, API, &path).send().await.json();
    assert_eq!(read, replaced);
}

#[tokio::test]
async fn what_was_answered_can_be_sent_back() {
    let world = World::start().await;
    let made = create(&world, DASHBOARD, &dashboard(json!({}))).await;
    let path = format!("{DASHBOARD}/{}", made["id"].as_str().expect("an id"));
    let again = world.keyed(Method::PUT, API, &path).json(&made).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.json()["widgets"], made["widgets"]);
}

#[tokio::test]
async fn a_refused_dashboard_changes_nothing() {
    let world = World::start().await;
    let made = create(&world, DASHBOARD, &dashboard(json!({}))).await;
    let path = format!("{DASHBOARD}/{}", made["id"].as_str().expect("an id"));
    for body in [
        json!({"title": "t", "widgets": []}),
        dashboard(json!({"tags": ["env:prod"]})),
        dashboard(json!({"layout_type": "free"})),
        dashboard(json!({"reflow_type": "fixed"})),
        dashboard(json!({"titel": "t"})),
    ] {
        for (method, path) in [(Method::POST, DASHBOARD), (Method::PUT, path.as_str())] {
            let answer = world.keyed(method, API, path).json(&body).await;
            assert_eq!(answer.status, 400, "{body}");
            assert!(answer.json()["errors"][0].is_string());
        }
    }
    let list = world.keyed(Method::GET, API, DASHBOARD).send().await.json();
    assert_eq!(list["dashboards"].as_array().map(Vec::len), Some(1));
    let read = world.keyed(Method::GET, API, &path).send().await.json();
    assert_eq!(read, made);
}
