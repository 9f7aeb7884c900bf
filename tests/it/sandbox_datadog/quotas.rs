//! Rate limits: which calls share a bucket, and what is answered when it is empty.

use ddctl::http::Method;
use ddctl::sandbox::{Options, RateLimit, RateLimits};
use serde_json::{Value, json};

use super::{API, Answer, World};

const QUERY: &str = r#"logs("a").index("main").rollup("count").last("5m") > 2"#;

async fn list(world: &World) -> Answer {
    world
        .keyed(Method::GET, API, "/api/v1/monitor")
        .send()
        .await
}

async fn create(world: &World) -> Answer {
    let body = json!({"type": "log alert", "query": QUERY});
    world
        .keyed(Method::POST, API, "/api/v1/monitor")
        .json(&body)
        .await
}

/// An hour, so that no window ends within a test but for one in many thousands.
fn an_hour(calls: u64) -> RateLimit {
    RateLimit {
        calls,
        period: 3_600,
    }
}

#[tokio::test]
async fn each_kind_of_call_is_counted_by_its_recorded_bucket() {
    let world = World::start().await;
    let id = create(&world).await.json()["id"].clone();
    let monitor = format!("/api/v1/monitor/{id}");
    let calls = [
        (
            Method::GET,
            "/api/v1/monitor",
            Value::Null,
            "get_all_monitors",
            "1000",
        ),
        (
            Method::POST,
            "/api/v1/monitor",
            json!({"type": "log alert", "query": QUERY}),
            "post_monitors",
            "500",
        ),
        (
            Method::PUT,
            monitor.as_str(),
            json!({"name": "n"}),
            "put_monitors",
            "500",
        ),
        (
            Method::GET,
            monitor.as_str(),
            Value::Null,
            "get_monitors",
            "3000",
        ),
        (
            Method::GET,
            "/api/v1/monitor/search",
            Value::Null,
            "global_org",
            "12000",
        ),
        (
            Method::DELETE,
            monitor.as_str(),
            Value::Null,
            "global_org",
            "12000",
        ),
        (
            Method::GET,
            "/api/v1/dashboard",
            Value::Null,
            "global_org",
            "12000",
        ),
        (
            Method::POST,
            "/api/v2/logs/events/search",
            json!({}),
            "logs_public_search_api",
            "10",
        ),
        (
            Method::POST,
            "/api/v2/logs/analytics/aggregate",
            json!({}),
            "logs_public_aggregate_api",
            "10",
        ),
    ];
    for (method, path, body, name, limit) in calls {
        let call = world.keyed(method.clone(), API, path);
        let answer = match body {
            Value::Null => call.send().await,
            body => call.json(&body).await,
        };
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        assert_eq!(
            answer.header("x-ratelimit-name"),
            Some(name),
            "{method} {path}"
        );
        assert_eq!(
            answer.header("x-ratelimit-limit"),
            Some(limit),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn an_empty_bucket_refuses_its_own_calls_alone() {
    let limits = RateLimits {
        create_monitor: an_hour(2),
        ..RateLimits::default()
    };
    let world = World::with(Options {
        limits,
        ..Options::default()
    })
    .await;
    assert_eq!(
        create(&world).await.header("x-ratelimit-remaining"),
        Some("1")
    );
    assert_eq!(
        create(&world).await.header("x-ratelimit-remaining"),
        Some("0")
    );
    let refused = create(&world).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json(), json!({"errors": ["Too many requests"]}));
    let reset: u64 = refused
        .header("x-ratelimit-reset")
        .and_then(|text| text.parse().ok())
        .expect("seconds");
    assert!((1..=3_600).contains(&reset));
    assert_eq!(list(&world).await.json().as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_fault_puts_a_quota_on_a_product_and_takes_it_away_again() {
    let world = World::start().await;
    world.set_faults("monitors:quota=1/3600s").await;
    assert_eq!(create(&world).await.status, 200);
    let refused = create(&world).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("x-ratelimit-limit"), Some("1"));
    // Another product has its own limit.
    let dashboards = world
        .keyed(Method::GET, API, "/api/v1/dashboard")
        .send()
        .await;
    assert_eq!(dashboards.header("x-ratelimit-limit"), Some("12000"));
    world.set_faults("").await;
    assert_eq!(create(&world).await.status, 200);
}

#[tokio::test]
async fn a_429_on_request_announces_the_bucket_as_spent() {
    let world = World::start().await;
    world.set_faults("monitors:429").await;
    let refused = create(&world).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json(), json!({"errors": ["Too Many Requests"]}));
    let header = |name: &str| refused.header(&format!("x-ratelimit-{name}"));
    let announced = ["name", "limit", "remaining", "reset"].map(header);
    assert_eq!(
        announced,
        [Some("post_monitors"), Some("500"), Some("0"), Some("1")]
    );
    world.set_faults("monitors:429=7").await;
    let plain = list(&world).await;
    assert_eq!(plain.header("retry-after"), Some("7"));
    assert_eq!(plain.header("x-ratelimit-reset"), None);
    world.set_faults("").await;
    assert_eq!(list(&world).await.json(), json!([]), "nothing was stored");
}

#[tokio::test]
async fn dashboards_are_a_product_of_their_own() {
    let world = World::start().await;
    world.set_faults("dashboards:503").await;
    let dashboards = world
        .keyed(Method::GET, API, "/api/v1/dashboard")
        .send()
        .await;
    assert_eq!(dashboards.status, 503);
    assert_eq!(list(&world).await.status, 200);
    let rows = world.sandbox("requests").await;
    assert_eq!(rows[0]["product"], "dashboards");
}
