//! Computing over logs: totals, groups, time series.

use ddctl::http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{API, Answer, World};

const PATH: &str = "/api/v2/logs/analytics/aggregate";

async fn aggregate(world: &World, body: Value) -> Answer {
    world.keyed(Method::POST, API, PATH).json(&body).await
}

async fn buckets(world: &World, body: Value) -> Value {
    let answer = aggregate(world, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(answer["meta"]["status"], "done");
    answer["data"]["buckets"].clone()
}

/// Five logs of three agents; one has none.
async fn filled() -> World {
    let world = World::start().await;
    let log = |agent: &str, cost: f64, env: &str| json!({"service": "api", "agent": agent, "cost": cost, "ddtags": format!("env:{env}")});
    let logs = json!([
        log("ada", 4.0, "prod"),
        log("ada", 1.0, "dev"),
        log("bob", 9.5, "prod"),
        log("eve", 0.5, "prod"),
        {"service": "web", "cost": 2},
    ]);
    assert_eq!(world.send(&logs).await.status, 202);
    world
}

#[tokio::test]
async fn totals_are_computed_over_what_the_filter_finds() {
    let world = filled().await;
    let of = |aggregation: &str| json!({"aggregation": aggregation, "metric": "@cost"});
    let body = json!({
        "filter": {"query": "service:api"},
        "compute": [
            {"aggregation": "count"}, of("sum"), of("min"), of("max"), of("avg"), of("median"),
            {"aggregation": "cardinality", "metric": "@agent"},
        ],
    });
    let expected = json!({
        "c0": 4.0, "c1": 15.0, "c2": 0.5, "c3": 9.5, "c4": 3.75, "c5": 2.5, "c6": 3.0,
    });
    assert_eq!(
        buckets(&world, body).await,
        json!([{"by": {}, "computes": expected}])
    );
    let nothing = json!({"filter": {"query": "service:nothing"}});
    assert_eq!(buckets(&world, nothing).await, json!([]));
}

#[tokio::test]
async fn groups_are_sorted_limited_and_told_when_missing() {
    let world = filled().await;
    let groups = |group: Value| json!({"compute": [{"aggregation": "sum", "metric": "@cost"}], "group_by": [group]});
    let by_cost =
        json!({"type": "measure", "aggregation": "sum", "metric": "@cost", "order": "desc"});
    let top = groups(json!({"facet": "@agent", "limit": 2, "sort": by_cost}));
    assert_eq!(
        buckets(&world, top).await,
        json!([
            {"by": {"@agent": "bob"}, "computes": {"c0": 9.5}},
            {"by": {"@agent": "ada"}, "computes": {"c0": 5.0}},
        ])
    );
    let all = groups(json!({"facet": "@agent", "missing": "nobody", "sort": {"order": "asc"}}));
    let all = buckets(&world, all).await;
    let names: Vec<&Value> = all
        .as_array()
        .expect("a list")
        .iter()
        .map(|bucket| &bucket["by"]["@agent"])
        .collect();
    assert_eq!(names, ["ada", "bob", "eve", "nobody"]);
    let two = json!({"group_by": [{"facet": "env"}, {"facet": "@agent", "limit": 1}]});
    assert_eq!(
        buckets(&world, two).await,
        json!([
            {"by": {"env": "prod", "@agent": "ada"}, "computes": {"c0": 1.0}},
            {"by": {"env": "dev", "@agent": "ada"}, "computes": {"c0": 1.0}},
        ])
    );
}

#[tokio::test]
async fn a_time_series_has_a_point_for_each_stretch_with_logs() {
    let world = World::start().await;
    let hour = Timestamp::now().as_millisecond() / 3_600_000 * 3_600_000;
    let log = |minute: i64| json!({"message": "m", "timestamp": hour - minute * 60_000});
    world.send(&json!([log(59), log(58), log(30)])).await;
    let compute = json!({"aggregation": "count", "type": "timeseries", "interval": "10m"});
    let body = json!({"filter": {"from": "now-2h"}, "compute": [compute]});
    let point = |minute: i64, value: f64| {
        let time = Timestamp::from_millisecond(hour - minute * 60_000).expect("an instant");
        json!({"time": format!("{time:.3}"), "value": value})
    };
    let expected = json!({"c0": [point(60, 2.0), point(30, 1.0)]});
    assert_eq!(
        buckets(&world, body).await,
        json!([{"by": {}, "computes": expected}])
    );
}

#[tokio::test]
async fn malformed_aggregations_are_bad_requests() {
    let world = World::start().await;
    for body in [
        json!({"compute": [{"aggregation": "guess"}]}),
        json!({"compute": [{"aggregation": "sum"}]}),
        json!({"group_by": [{"facet": "host", "sort": {"aggregation": "count"}}]}),
        json!({"filter": {"query": "(a"}}),
        json!({"filter": {"from": 1}}),
        json!({"groupby": []}),
    ] {
        let answer = aggregate(&world, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["errors"][0].is_string());
    }
}
