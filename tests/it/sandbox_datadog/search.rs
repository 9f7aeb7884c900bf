//! Searching logs: pages, the indexing delay, and what is refused.

use std::time::Duration;

use ddctl::http::Method;
use ddctl::sandbox::{Options, RateLimit, RateLimits};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{API, Answer, World};

const SEARCH: &str = "/api/v2/logs/events/search";

/// A sandbox whose search quota does not matter.
async fn generous(options: Options) -> World {
    World::with(Options {
        limits: RateLimits {
            logs_search: RateLimit {
                calls: 1_000_000,
                period: 3_600,
            },
            ..RateLimits::default()
        },
        ..options
    })
    .await
}

async fn search(world: &World, body: Value) -> Answer {
    world.keyed(Method::POST, API, SEARCH).json(&body).await
}

fn messages(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().expect("a list");
    data.iter()
        .map(|log| {
            log["attributes"]["message"]
                .as_str()
                .unwrap_or("")
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn pages_cover_everything_once_in_both_orders() {
    let world = generous(Options::default()).await;
    let now = Timestamp::now().as_millisecond();
    // Some share a millisecond, and they do not come in the order of time.
    let logs: Vec<Value> = (0..25)
        .map(|n| json!({"message": format!("m{n:02}"), "timestamp": now - (n * 7 % 25) / 2}))
        .collect();
    assert_eq!(world.send(&json!(logs)).await.status, 202);
    for sort in ["timestamp", "-timestamp"] {
        let mut found = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let page = json!({"limit": 4, "cursor": cursor});
            let page = search(&world, json!({"page": page, "sort": sort}))
                .await
                .json();
            found.extend(messages(&page));
            cursor = page["meta"]["page"]["after"].clone();
            if cursor.is_null() {
                assert_eq!(page, json!({"data": []}));
                break;
            }
        }
        assert_eq!(found.len(), 25);
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 25, "{sort}");
    }
}

#[tokio::test]
async fn both_forms_find_the_same() {
    let world = generous(Options::default()).await;
    world
        .send(&json!([
            {"message": "in", "ddtags": "env:prod"},
            {"message": "out", "ddtags": "env:dev"},
        ]))
        .await;
    let body = json!({"filter": {"query": "env:prod", "from": "now-1h", "indexes": ["main"]}});
    let posted = search(&world, body).await.json();
    let path = "/api/v2/logs/events?filter%5Bquery%5D=env%3Aprod&filter%5Bfrom%5D=now-1h";
    let got = world.keyed(Method::GET, API, path).send().await.json();
    assert_eq!(messages(&posted), ["in"]);
    assert_eq!(posted["data"], got["data"]);
    let next = got["links"]["next"].as_str().expect("a link");
    assert!(next.starts_with("https://api.datadoghq.com/api/v2/logs/events?"));
}

#[tokio::test]
async fn a_log_is_not_found_before_the_indexing_delay_is_over() {
    let world = generous(Options {
        index_delay: Duration::from_secs(3_600),
        ..Options::default()
    })
    .await;
    world.send(&json!({"message": "m"})).await;
    let page = search(&world, json!({})).await.json();
    assert_eq!(page["data"], json!([]));
}

#[tokio::test]
async fn malformed_searches_are_bad_requests() {
    let world = generous(Options::default()).await;
    for body in [
        json!({"filter": {"query": "(a"}}),
        json!({"filter": {"from": "yesterday"}}),
        json!({"page": {"limit": 1_001}}),
        json!({"page": {"cursor": "rubbish"}}),
        json!({"sort": "@duration"}),
    ] {
        let answer = search(&world, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["errors"][0].is_string());
    }
    let call = world.keyed(Method::POST, API, SEARCH);
    assert_eq!(call.text("application/json", "{").await.status, 400);
}
