//! The logs intake: keys, sizes, counts, ages, codings, and what of it can be asked back.

use std::io::Write;
use std::time::Duration;

use ddctl::domain::site::Site;
use ddctl::http::Method;
use ddctl::sandbox::{API_KEY, Options};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{API, LOGS, World};

const INTAKE: &str = "/api/v2/logs";

fn log_error(status: u16, title: &str, detail: &str) -> Value {
    json!({"errors": [{"status": status.to_string(), "title": title, "detail": detail}]})
}

#[tokio::test]
async fn a_key_opens_its_own_site_only() {
    let world = World::with(Options {
        site: Site::Eu1,
        ..Options::default()
    })
    .await;
    for site in Site::ALL {
        let expected = if site == Site::Eu1 { 200 } else { 403 };
        let answer = world
            .keyed(Method::GET, &site.api_host(), "/api/v1/validate")
            .send()
            .await;
        assert_eq!(answer.status, expected, "{site}");
        let answer = world
            .keyed(Method::POST, &site.logs_intake_host(), INTAKE)
            .json(&json!({"message": "m"}))
            .await;
        assert_eq!(answer.status == 202, site == Site::Eu1, "{site}");
    }
    let environment = world.sandbox.environment();
    assert!(environment.contains(&("DD_SITE", "datadoghq.eu".to_owned())));
    assert!(environment.contains(&("DD_API_KEY", API_KEY.to_owned())));
}

#[tokio::test]
async fn the_intake_refuses_a_missing_and_a_wrong_key_in_its_own_shape() {
    let world = World::start().await;
    let body = json!({"message": "m"});
    let missing = world.bare(Method::POST, LOGS, INTAKE).json(&body).await;
    assert_eq!(missing.status, 401);
    assert_eq!(
        missing.json(),
        log_error(401, "Unauthorized", "API key is missing or invalid")
    );
    let wrong = world
        .bare(Method::POST, LOGS, INTAKE)
        .header("dd-api-key", "wrong")
        .json(&body)
        .await;
    assert_eq!(wrong.status, 403);
    assert_eq!(
        wrong.json(),
        log_error(403, "Forbidden", "API key is missing or invalid")
    );
    let in_query = format!("{INTAKE}?dd-api-key={API_KEY}");
    let answer = world.bare(Method::POST, LOGS, &in_query).json(&body).await;
    assert_eq!(answer.status, 202);
}

#[tokio::test]
async fn both_keys_are_validated_together() {
    let world = World::start().await;
    let path = "/api/v2/validate_keys";
    let both = world.keyed(Method::GET, API, path).send().await;
    assert_eq!((both.status, both.json()), (200, json!({"status": "ok"})));
    let without = world.bare(Method::GET, API, path);
    let without = without.header("dd-api-key", API_KEY).send().await;
    assert_eq!(without.status, 403);
    let none = world.bare(Method::GET, API, path).send().await;
    assert_eq!(none.status, 401);
}

#[tokio::test]
async fn every_coding_is_unpacked() {
    let world = World::start().await;
    let plain = json!([{"message": "m", "n": 1}]).to_string().into_bytes();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&plain).expect("memory takes it");
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&plain).expect("memory takes it");
    for (coding, body) in [
        ("identity", plain.clone()),
        ("gzip", gzip.finish().expect("memory takes it")),
        ("deflate", zlib.finish().expect("memory takes it")),
        (
            "zstd",
            zstd::bulk::compress(&plain, 1).expect("memory takes it"),
        ),
    ] {
        let call = world.keyed(Method::POST, LOGS, INTAKE);
        let answer = call
            .header("content-encoding", coding)
            .text("application/json", body)
            .await;
        assert_eq!(answer.status, 202, "{coding}");
    }
    let rows = world.sandbox("received?kind=logs&fields=n").await;
    assert_eq!(rows, json!([{"n": 1}, {"n": 1}, {"n": 1}, {"n": 1}]));
    let requests = world.sandbox("requests?body=true").await;
    for request in requests.as_array().expect("a list") {
        assert_eq!(
            request["body"].as_str().map(str::as_bytes),
            Some(&plain[..])
        );
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_bad_request() {
    let world = World::start().await;
    let refused = [
        ("application/json", "identity", "{"),
        ("application/json", "identity", "[1]"),
        ("application/json", "gzip", "no gzip"),
        ("application/json", "br", "{}"),
        ("application/x-yaml", "identity", "a: 1"),
    ];
    for (content_type, coding, body) in refused {
        let answer = world
            .keyed(Method::POST, LOGS, INTAKE)
            .header("content-encoding", coding)
            .text(content_type, body)
            .await;
        assert_eq!(answer.status, 400, "{content_type} {coding} {body}");
        assert_eq!(answer.json()["errors"][0]["title"], "Bad Request");
    }
    assert_eq!(world.sandbox("received").await, json!([]));
    let requests = world.sandbox("requests").await;
    let none_stored = |request: &Value| request["stored"] == "none" && request["status"] == 400;
    assert!(requests.as_array().expect("a list").iter().all(none_stored));
}

#[tokio::test]
async fn the_limits_of_a_request_hold_uncompressed() {
    let world = World::start().await;
    let exactly = |size: usize| {
        let frame = json!([{ "message": "" }]).to_string().len();
        let text = json!([{ "message": "a".repeat(size - frame) }]).to_string();
        zstd::bulk::compress(text.as_bytes(), 1).expect("memory takes it")
    };
    for (size, status) in [(5_000_000, 202), (5_000_001, 413)] {
        let answer = world
            .keyed(Method::POST, LOGS, INTAKE)
            .header("content-encoding", "zstd")
            .text("application/json", exactly(size))
            .await;
        assert_eq!(answer.status, status, "{size} bytes");
    }
    let logs = |count| json!(vec![json!({"message": "m"}); count]);
    assert_eq!(world.send(&logs(1_000)).await.status, 202);
    assert_eq!(world.send(&logs(1_001)).await.status, 400);
    let rows = world.sandbox("received?fields=sandbox.n").await;
    assert_eq!(rows.as_array().map(Vec::len), Some(1_001));
}

#[tokio::test]
async fn an_entry_above_one_megabyte_is_cut_without_a_word() {
    let world = World::start().await;
    let answer = world
        .send(&json!([{"message": "a".repeat(1_200_000), "id": 7}]))
        .await;
    assert_eq!(answer.status, 202);
    let rows = world.sandbox("received?fields=message,id").await;
    let message = rows[0]["message"].as_str().expect("a text");
    assert!(message.len() < 1_000_000 && message.len() > 999_000);
    assert_eq!(rows[0]["id"], 7);
}

#[tokio::test]
async fn old_and_future_logs_are_taken_and_never_indexed() {
    let world = World::start().await;
    let at = |hours: i64| (Timestamp::now() + SignedDuration::from_hours(hours)).as_millisecond();
    let logs: Vec<Value> = [-19, -17, 1, 3]
        .map(|hours| json!({"message": "m", "hours": hours, "timestamp": at(hours)}))
        .to_vec();
    assert_eq!(world.send(&json!(logs)).await.status, 202);
    let rows = world
        .sandbox("received?state=accepted&fields=hours,sandbox.reason")
        .await;
    assert_eq!(
        rows,
        json!([
            {"hours": -19, "sandbox.reason": "older than 18 hours"},
            {"hours": -17, "sandbox.reason": null},
            {"hours": 1, "sandbox.reason": null},
            {"hours": 3, "sandbox.reason": "more than 2 hours ahead"},
        ])
    );
    let rows = world.sandbox("received?state=indexed&fields=hours").await;
    assert_eq!(rows, json!([{"hours": -17}, {"hours": 1}]));
}

#[tokio::test]
async fn the_empty_object_that_probes_the_intake_is_no_log() {
    let world = World::start().await;
    let answer = world.send(&json!({})).await;
    assert_eq!((answer.status, answer.json()), (202, json!({})));
    assert_eq!(world.sandbox("received").await, json!([]));
}

#[tokio::test]
async fn received_rows_can_be_paged_and_are_whole_without_fields() {
    let world = World::start().await;
    for part in [0..3, 3..7] {
        let logs: Vec<Value> = part.map(|n| json!({"evt": {"id": n}})).collect();
        world.send(&json!(logs)).await;
    }
    let ids = |rows: &Value| -> Vec<u64> {
        let rows = rows.as_array().expect("a list");
        rows.iter()
            .filter_map(|row| row["evt.id"].as_u64())
            .collect()
    };
    let rows = world
        .sandbox("received?fields=evt.id&after=1&limit=3")
        .await;
    assert_eq!(ids(&rows), [1, 2, 3]);
    let rows = world.sandbox("received?fields=evt.id&after=6").await;
    assert_eq!(ids(&rows), [6]);
    let rows = world.sandbox("received?limit=1").await;
    assert_eq!(rows, json!([{"evt": {"id": 0}}]));
    assert_eq!(world.sandbox("received?kind=spans").await, json!([]));
}

#[tokio::test]
async fn what_is_indexed_later_is_accepted_at_once() {
    let world = World::with(Options {
        index_delay: Duration::from_secs(3_600),
        ..Options::default()
    })
    .await;
    world.send(&json!({"message": "m"})).await;
    let event = json!({"title": "t", "text": "x"});
    let call = world.keyed(Method::POST, API, "/api/v1/events");
    assert_eq!(call.json(&event).await.status, 202);
    for kind in ["logs", "events"] {
        let accepted = format!("received?kind={kind}&fields=sandbox.state");
        assert_eq!(
            world.sandbox(&accepted).await,
            json!([{"sandbox.state": "accepted"}])
        );
        let indexed = format!("received?kind={kind}&state=indexed");
        assert_eq!(world.sandbox(&indexed).await, json!([]));
    }
}

#[tokio::test]
async fn events_keep_the_rules_of_their_schema() {
    let world = World::start().await;
    let now = Timestamp::now().as_second();
    for (event, status) in [
        (json!({"title": "t", "text": "x"}), 202),
        (
            json!({"title": "t", "text": "x", "date_happened": now - 64_000}),
            202,
        ),
        (
            json!({"title": "t", "text": "x", "date_happened": now - 66_000}),
            400,
        ),
        (
            json!({"title": "t", "text": "x", "date_happened": now + 8_000}),
            400,
        ),
        (
            json!({"title": "t", "text": "x", "date_happened": "1"}),
            400,
        ),
        (json!({"title": "t"}), 400),
        (json!({"title": "t", "text": "x".repeat(4_001)}), 400),
        (json!([]), 400),
    ] {
        let call = world.keyed(Method::POST, API, "/api/v1/events");
        assert_eq!(call.json(&event).await.status, status, "{event}");
    }
    let rows = world.sandbox("received?kind=events&fields=title").await;
    assert_eq!(rows, json!([{"title": "t"}, {"title": "t"}]));
}

#[tokio::test]
async fn monitors_need_both_keys() {
    let world = World::start().await;
    let call = world.bare(Method::POST, API, "/api/v1/monitor/validate");
    let answer = call
        .header("dd-api-key", API_KEY)
        .json(&json!({"type": "log alert", "query": "query"}))
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["errors"], json!(["Forbidden"]));
}
