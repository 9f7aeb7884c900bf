//! Monitors over real sockets: paging, filters, searches, and states that follow the logs.

use std::time::Duration;

use ddctl::http::Method;
use ddctl::sandbox::Options;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::management::create;
use super::{API, Answer, World};

const MONITOR: &str = "/api/v1/monitor";

fn query(more: &str) -> String {
    format!(r#"logs("service:api").index("main").rollup("count"){more}"#)
}

fn log_alert(name: &str, query: &str, more: Value) -> Value {
    let mut monitor = json!({"type": "log alert", "name": name, "query": query});
    for (name, value) in more.as_object().expect("an object") {
        monitor[name] = value.clone();
    }
    monitor
}

async fn made(world: &World, monitor: &Value) -> u64 {
    let made = create(world, MONITOR, monitor).await;
    made["id"].as_u64().expect("an id")
}

async fn get(world: &World, path: &str) -> Answer {
    world.keyed(Method::GET, API, path).send().await
}

async fn listed(world: &World, parameters: &str) -> Vec<String> {
    let answer = get(world, &format!("{MONITOR}?{parameters}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    names(&answer.json())
}

async fn found(world: &World, search: &str) -> Vec<String> {
    let query: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
    let answer = get(world, &format!("{MONITOR}/search?query={query}")).await;
    assert_eq!(answer.status, 200, "{search}: {}", answer.body);
    names(&answer.json()["monitors"])
}

fn names(monitors: &Value) -> Vec<String> {
    let monitors = monitors.as_array().expect("a list").iter();
    let name = |monitor: &Value| monitor["name"].as_str().expect("a name").to_owned();
    monitors.map(name).collect()
}

/// Looks so often that nobody waits for it.
async fn busy() -> World {
    World::with(Options {
        evaluation_interval: Duration::from_millis(5),
        ..Options::default()
    })
    .await
}

/// The monitor with all its groups, once `is_there` says so of it.
async fn until(world: &World, id: u64, is_there: impl Fn(&Value) -> bool) -> Value {
    let path = format!("{MONITOR}/{id}?group_states=all");
    world.until(&path, is_there).await
}

async fn three_monitors(world: &World) -> Vec<u64> {
    let text = query(r#".last("5m") > 1"#);
    let mut ids = Vec::new();
    for (name, tags) in [
        (
            "Sessions in a burst",
            json!(["ddctl:a/hoop/one", "team:x", "env:prod"]),
        ),
        ("Cost runaway", json!(["ddctl:a/hoop/two", "env:dev"])),
        ("Nothing heard", json!([])),
    ] {
        let muted = if tags == json!([]) {
            json!({"*": null})
        } else {
            json!({})
        };
        let more = json!({"tags": tags, "options": {"silenced": muted}, "priority": ids.len() + 1});
        ids.push(made(world, &log_alert(name, &text, more)).await);
    }
    ids
}

#[tokio::test]
async fn monitors_are_listed_by_tags_names_and_pages() {
    let world = World::start().await;
    let ids = three_monitors(&world).await;
    for (parameters, expected) in [
        (
            "",
            vec!["Sessions in a burst", "Cost runaway", "Nothing heard"],
        ),
        ("monitor_tags=ddctl%3Aa%2Fhoop%2Ftwo", vec!["Cost runaway"]),
        (
            "monitor_tags=team%3Ax,env%3Aprod",
            vec!["Sessions in a burst"],
        ),
        ("monitor_tags=team%3Ax,env%3Adev", vec![]),
        ("tags=env%3Aprod", vec![]),
        ("name=cost", vec!["Cost runaway"]),
        ("page=1&page_size=2", vec!["Nothing heard"]),
        (
            "page=0&page_size=2",
            vec!["Sessions in a burst", "Cost runaway"],
        ),
        // Without a page the size says nothing.
        (
            "page_size=1",
            vec!["Sessions in a burst", "Cost runaway", "Nothing heard"],
        ),
        ("id_offset=0&page_size=1", vec!["Sessions in a burst"]),
    ] {
        assert_eq!(listed(&world, parameters).await, expected, "{parameters}");
    }
    let after = format!("id_offset={}", ids[1]);
    assert_eq!(listed(&world, &after).await, ["Nothing heard"]);
    for parameters in ["page=a", "page_size=1001", "page_size=0", "id_offset=-1"] {
        let answer = get(&world, &format!("{MONITOR}?{parameters}")).await;
        assert_eq!(answer.status, 400, "{parameters}");
    }
}

#[tokio::test]
async fn monitors_are_found_by_what_the_search_says() {
    let world = World::start().await;
    three_monitors(&world).await;
    let metric =
        json!({"type": "metric alert", "name": "Load", "query": "avg(last_5m):avg:a{*} > 1"});
    made(&world, &metric).await;
    for (search, expected) in [
        ("type:metric", vec!["Load"]),
        ("type:log tag:\"env:prod\"", vec!["Sessions in a burst"]),
        ("tag:env:*", vec!["Sessions in a burst", "Cost runaway"]),
        ("team:x", vec!["Sessions in a burst"]),
        ("muted:true", vec!["Nothing heard"]),
        ("priority:p2 OR title:load", vec!["Cost runaway", "Load"]),
        ("-muted:true AND NOT (burst OR runaway)", vec!["Load"]),
        ("\"a burst\"", vec!["Sessions in a burst"]),
        ("status:(alert OR warn)", vec![]),
        ("status:\"no data\" type:metric", vec!["Load"]),
    ] {
        assert_eq!(found(&world, search).await, expected, "{search}");
    }
    let sorted = get(
        &world,
        "/api/v1/monitor/search?sort=name,desc&per_page=2&page=0",
    )
    .await
    .json();
    assert_eq!(
        names(&sorted["monitors"]),
        ["Sessions in a burst", "Nothing heard"]
    );
    assert_eq!(sorted["metadata"]["page_count"], 2);
    assert_eq!(
        sorted["counts"]["type"][0],
        json!({"count": 3, "name": "log"})
    );
}

#[tokio::test]
async fn a_group_alerts_once_its_logs_came_and_others_keep_their_own_state() {
    let world = busy().await;
    let text = query(r#".by("@usr.id").last("5m") > 1"#);
    let id = made(&world, &log_alert("n", &text, json!({}))).await;
    let log = |user: &str| json!({"service": "api", "usr": {"id": user}, "evt": {"test": true}});
    world
        .send(&json!([log("ada"), log("ada"), log("bob")]))
        .await;
    let before = Timestamp::now().as_second() - 1;
    let monitor = until(&world, id, |monitor| monitor["overall_state"] == "Alert").await;
    let groups = &monitor["state"]["groups"];
    assert_eq!(groups["@usr.id:ada"]["status"], "Alert");
    assert_eq!(groups["@usr.id:ada"]["name"], "@usr.id:ada");
    assert!(groups["@usr.id:ada"]["last_triggered_ts"].as_i64() >= Some(before));
    assert_eq!(groups["@usr.id:bob"]["status"], "OK");
    assert_eq!(groups["@usr.id:bob"]["last_triggered_ts"], Value::Null);
    assert!(monitor["overall_state_modified"].is_string());
    let alerting = get(&world, &format!("{MONITOR}/{id}?group_states=alert,warn"))
        .await
        .json();
    let groups = alerting["state"]["groups"].as_object().expect("groups");
    assert_eq!(groups.keys().collect::<Vec<_>>(), ["@usr.id:ada"]);
    let plain = get(&world, &format!("{MONITOR}/{id}")).await.json();
    assert_eq!(plain.get("state"), None);
    let search = get(
        &world,
        "/api/v1/monitor/groups/search?query=group_status:alert",
    )
    .await
    .json();
    assert_eq!(search["groups"][0]["group"], "@usr.id:ada");
    assert_eq!(search["metadata"]["total_count"], 1);
}

#[tokio::test]
async fn logs_that_are_not_indexed_yet_do_not_alert() {
    let world = World::with(Options {
        evaluation_interval: Duration::from_millis(5),
        index_delay: Duration::from_secs(3_600),
        ..Options::default()
    })
    .await;
    let id = made(
        &world,
        &log_alert("n", &query(r#".last("5m") > 0"#), json!({})),
    )
    .await;
    world.send(&json!({"service": "api"})).await;
    let monitor = until(&world, id, |monitor| {
        !monitor["overall_state_modified"].is_null()
    })
    .await;
    assert_eq!(monitor["overall_state"], "OK");
}

#[tokio::test]
async fn a_changed_query_begins_anew_and_a_deleted_monitor_is_gone() {
    let world = busy().await;
    let id = made(
        &world,
        &log_alert("n", &query(r#".last("5m") > 0"#), json!({})),
    )
    .await;
    world.send(&json!({"service": "api"})).await;
    until(&world, id, |monitor| monitor["overall_state"] == "Alert").await;
    let path = format!("{MONITOR}/{id}");
    let change = json!({"query": query(r#".last("5m") > 5"#)});
    let changed = world
        .keyed(Method::PUT, API, &path)
        .json(&change)
        .await
        .json();
    assert_eq!(changed["overall_state"], "No Data");
    until(&world, id, |monitor| monitor["overall_state"] == "OK").await;
    let deleted = world.keyed(Method::DELETE, API, &path).send().await;
    assert_eq!(deleted.json(), json!({"deleted_monitor_id": id}));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(world.keyed(method, API, &path).send().await.status, 404);
    }
}

#[tokio::test]
async fn a_monitor_of_another_type_stays_without_data() {
    let world = busy().await;
    let text = r#"events("source:hoop").rollup("count").last("5m") > 0"#;
    let event = json!({"type": "event-v2 alert", "query": text});
    let event = made(&world, &event).await;
    let log = made(
        &world,
        &log_alert("n", &query(r#".last("5m") > 0"#), json!({})),
    )
    .await;
    until(&world, log, |monitor| monitor["overall_state"] == "OK").await;
    let monitor = until(&world, event, |_| true).await;
    assert_eq!(monitor["overall_state"], "No Data");
    assert_eq!(monitor["overall_state_modified"], Value::Null);
}

#[tokio::test]
async fn a_list_shows_the_groups_that_are_asked_for() {
    let world = busy().await;
    let id = made(
        &world,
        &log_alert("n", &query(r#".last("5m") > 0"#), json!({})),
    )
    .await;
    world.send(&json!({"service": "api"})).await;
    until(&world, id, |monitor| monitor["overall_state"] == "Alert").await;
    let list = get(&world, "/api/v1/monitor?group_states=all").await.json();
    assert_eq!(list[0]["state"]["groups"]["*"]["status"], "Alert");
}
