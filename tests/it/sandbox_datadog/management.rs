//! The recordings of monitors, dashboards, keys and aggregations, replayed one request after the
//! other: status, content type, rate-limit bucket and every value that does not differ from one
//! organisation and moment to the next.
//!
//! Each recording in these folders is replayed, so a new one is too; what cannot be is named here,
//! with the reason, and held against the sandbox in [`super::members`].

use std::time::Duration;

use ddctl::http::Method;
use ddctl::sandbox::Options;
use serde_json::{Map, Value, json};

use super::recordings::{Interaction, Keys, names, recorded};
use super::{API, World};

/// Recordings that are not replayed as they are, and why.
const APART: &[(&str, &str)] = &[
    (
        "v1/go/Create-monitor-403.json",
        "a wrong key: in cassettes.rs",
    ),
    (
        "v1/go/Event-lifecycle-with-rate-limit-headers.json",
        "events: in cassettes.rs",
    ),
    (
        "v1/go/List-events-400.json",
        "the list of events is not served",
    ),
    (
        "v1/go/Validate-with-an-invalid-API-key-403.json",
        "a wrong key: in cassettes.rs",
    ),
    (
        "v1/monitors/Monitors-search-returns-OK-response.json",
        "an organisation of its own: in members.rs",
    ),
    (
        "v1/monitors/Monitors-group-search-returns-OK-response.json",
        "an organisation of its own: in members.rs",
    ),
    (
        "v1/go/Can-delete-monitor-409.json",
        "its monitors were made before: in members.rs",
    ),
    (
        "v1/dashboards/Get-all-dashboards-returns-OK-response-with-pagination.json",
        "preset dashboards: in members.rs",
    ),
    (
        "v2/key_management/Get-all-application-keys-owned-by-current-user-returns-OK-response.json",
        "sixteen keys: in members.rs",
    ),
    (
        "v1/monitors/Get-a-monitor-s-details-with-downtime-returns-OK-response.json",
        "downtimes are not served",
    ),
    (
        "v2/key_management/Create-an-Application-key-with-scopes-for-current-user-returns-Created-response.json",
        "no keys are made here",
    ),
];

/// Requests that the sandbox does not serve: their paths begin so.
const UNSERVED: &[&str] = &[
    "/api/v2/roles",
    "/api/v2/api_keys",
    "/api/v2/personal_access_tokens",
];

/// Keys that answers have by now and older recordings lack.
const NEWER: &[&str] = &[
    // On every monitor of the recordings since 2025, on none before.
    "draft_status",
    "assets",
    // On monitors just made or changed, in recordings since 2024.
    "restriction_policy",
];

/// Keys that recordings have and the newest ones lack.
const OLDER: &[&str] = &[
    // On dashboards until 2024.
    "is_read_only",
];

/// Values that belong to an organisation or to a moment: compared by type.
const OWN: &[&str] = &[
    "id",
    "org_id",
    "created_at",
    "created",
    "modified",
    "modified_at",
    "author_handle",
    "elapsed",
    "request_id",
];

#[tokio::test]
async fn every_recorded_call_is_answered_as_recorded() {
    let folders = ["v1/monitors", "v1/dashboards", "v1/go", "v2/key_management"];
    let mut replayed = 0;
    for name in folders
        .iter()
        .flat_map(|folder| names(folder))
        .chain(aggregations())
    {
        if APART.iter().all(|(apart, _)| *apart != name) {
            replay(&name).await;
            replayed += 1;
        }
    }
    assert!(
        replayed > 40 || names("v1/monitors").is_empty(),
        "{replayed}"
    );
}

fn aggregations() -> Vec<String> {
    let mut names = names("v2/logs");
    names.retain(|name| name.contains("Aggregate"));
    names
}

/// Replays one recording in a sandbox of its own, with live ids in the place of recorded ones.
async fn replay(name: &str) {
    let Some(interactions) = recorded(name) else {
        return;
    };
    // No look falls into the replay: the recorded monitors were read before their first.
    let world = World::with(Options {
        evaluation_interval: Duration::from_secs(3_600),
        ..Options::default()
    })
    .await;
    let mut ids = prepare(&world, name, &interactions).await;
    for interaction in interactions {
        if UNSERVED
            .iter()
            .any(|path| interaction.url.path().starts_with(path))
        {
            continue;
        }
        let interaction = with_ids(interaction, &ids);
        let answer = interaction.replay(&world, Keys::Valid).await;
        let place = format!("{name}: {} {}", interaction.method, interaction.url.path());
        assert_eq!(
            answer.status, interaction.status,
            "{place}: {}",
            answer.body
        );
        let content_type = Some(interaction.answer_type.as_str());
        assert_eq!(answer.header("content-type"), content_type, "{place}");
        if let Some(bucket) = &interaction.bucket {
            assert_eq!(
                answer.header("x-ratelimit-name"),
                Some(bucket.as_str()),
                "{place}"
            );
        }
        let live = answer.json();
        ids.extend(pair_of_ids(&interaction.answer, &live));
        let expected = text_with_ids(&interaction.answer.to_string(), &ids);
        let expected = serde_json::from_str(&expected).expect("still JSON");
        assert_same(&place, &expected, &live);
    }
}

/// Makes what a recording takes for granted.
async fn prepare(world: &World, name: &str, recorded: &[Interaction]) -> Vec<(String, String)> {
    let mut ids = Vec::new();
    if name.ends_with("Get-all-monitors-returns-OK-response-with-pagination.json") {
        for monitor in recorded
            .iter()
            .flat_map(|page| page.answer.as_array())
            .flatten()
        {
            create(world, "/api/v1/monitor", &settable(monitor)).await;
        }
    }
    if name.ends_with("Update-monitor-type-change-400.json") {
        let query = r#"logs("a").index("main").rollup("count").last("5m") > 2"#;
        let monitor = json!({"type": "log alert", "query": query});
        let made = create(world, "/api/v1/monitor", &monitor).await;
        ids.push(("74567339".to_owned(), made["id"].to_string()));
    }
    ids
}

pub async fn create(world: &World, path: &str, body: &Value) -> Value {
    let answer = world.keyed(Method::POST, API, path).json(body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// A monitor as one would send it.
fn settable(monitor: &Value) -> Value {
    let names = ["type", "name", "message", "tags", "query", "options"];
    let fields = names.map(|name| (name.to_owned(), monitor[name].clone()));
    Value::Object(Map::from_iter(fields))
}

/// The recorded id and the live one of what an answer is about.
fn pair_of_ids(recorded: &Value, live: &Value) -> Option<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    text(&recorded["id"]).zip(text(&live["id"]))
}

fn text_with_ids(text: &str, ids: &[(String, String)]) -> String {
    ids.iter().fold(text.to_owned(), |text, (recorded, live)| {
        text.replace(recorded, live)
    })
}

fn with_ids(interaction: Interaction, ids: &[(String, String)]) -> Interaction {
    let url = text_with_ids(interaction.url.as_str(), ids);
    Interaction {
        url: url.parse().expect("an address"),
        body: text_with_ids(&interaction.body, ids),
        ..interaction
    }
}

/// Compares two values to their leaves.
#[track_caller]
fn assert_same(place: &str, recorded: &Value, live: &Value) {
    match (recorded, live) {
        (Value::Object(recorded), Value::Object(live)) => {
            assert_same_members(place, recorded, live)
        }
        (Value::Array(recorded), Value::Array(live)) => {
            assert_eq!(recorded.len(), live.len(), "{place}: {live:?}");
            for (at, (recorded, live)) in recorded.iter().zip(live).enumerate() {
                assert_same(&format!("{place}[{at}]"), recorded, live);
            }
        }
        _ => assert_eq!(live, recorded, "{place}"),
    }
}

#[track_caller]
fn assert_same_members(place: &str, recorded: &Map<String, Value>, live: &Map<String, Value>) {
    for (name, value) in recorded {
        let place = format!("{place}.{name}");
        match live.get(name) {
            None => assert!(OLDER.contains(&name.as_str()), "{place} is missing"),
            Some(_) if is_ours_alone(name, value) => {}
            Some(live) if OWN.contains(&name.as_str()) => {
                assert_eq!(kind(live), kind(value), "{place}: {live}");
            }
            Some(live) => assert_same(&place, value, live),
        }
    }
    for name in live.keys().filter(|name| !recorded.contains_key(*name)) {
        assert!(
            NEWER.contains(&name.as_str()),
            "{place}.{name} was not recorded"
        );
    }
}

/// Who made something, with the name or without; and that a monitor was looked at, where the
/// recording is of an old one.
fn is_ours_alone(name: &str, recorded: &Value) -> bool {
    matches!(name, "creator" | "author_name")
        || name == "overall_state_modified" && !recorded.is_null()
}

/// A value's type; whole numbers and others apart, as JSON writes them.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "whole",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
