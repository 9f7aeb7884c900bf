//! Every fault on a real socket.

use std::io::ErrorKind;

use ddctl::http::Method;
use ddctl::sandbox::{API_KEY, Options};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{API, LOGS, World};

/// A request to the logs intake with one log in it, as bytes.
fn post_of_a_log() -> String {
    let body = r#"{"message":"m"}"#;
    format!(
        "POST /api/v2/logs HTTP/1.1\r\nHost: {LOGS}\r\nDD-API-KEY: {API_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn with_faults(faults: &[&str]) -> World {
    let faults = faults.iter().map(|text| text.parse().expect("a fault"));
    World::with(Options {
        faults: faults.collect(),
        ..Options::default()
    })
    .await
}

async fn connect(world: &World) -> TcpStream {
    let address = world.sandbox.datadog_url().replace("http://", "");
    TcpStream::connect(address).await.expect("it listens")
}

/// Sends bytes and reads to the end of the stream.
async fn exchange(world: &World, bytes: &str) -> std::io::Result<String> {
    let mut stream = connect(world).await;
    stream.write_all(bytes.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

async fn last_request(world: &World) -> Value {
    let requests = world.sandbox("requests").await;
    let requests = requests.as_array().expect("a list");
    requests.last().expect("a request was filed").clone()
}

async fn stored(world: &World) -> usize {
    let rows = world.sandbox("received?fields=message").await;
    rows.as_array().expect("a list").len()
}

#[tokio::test]
async fn a_status_is_answered_in_the_products_shape_and_nothing_is_stored() {
    let world = with_faults(&["logs:503", "api:429=soon"]).await;
    let answer = world.send(&json!({"message": "m"})).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["errors"][0]["title"], "Service Unavailable");
    let answer = world
        .keyed(Method::GET, API, "/api/v1/validate")
        .send()
        .await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("soon"));
    assert_eq!(answer.json(), json!({"errors": ["Too Many Requests"]}));
    assert_eq!(stored(&world).await, 0);
    let requests = world.sandbox("requests").await;
    assert_eq!(requests[0]["fault"], "503");
    assert_eq!(requests[0]["stored"], "none");
    assert_eq!(requests[1]["fault"], "429=soon");
}

#[tokio::test]
async fn a_reset_is_a_reset_and_nothing_is_stored() {
    let world = with_faults(&["reset"]).await;
    let error = exchange(&world, &post_of_a_log())
        .await
        .expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(stored(&world).await, 0);
    let request = last_request(&world).await;
    assert_eq!(request["status"], Value::Null);
    assert_eq!(request["stored"], "none");
}

#[tokio::test]
async fn a_reset_after_the_store_leaves_the_log_behind() {
    let world = with_faults(&["reset-after-store"]).await;
    let error = exchange(&world, &post_of_a_log())
        .await
        .expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(stored(&world).await, 1);
    let request = last_request(&world).await;
    assert_eq!(request["status"], Value::Null);
    assert_eq!(request["stored"], "before");
}

#[tokio::test]
async fn a_stalled_request_is_read_and_never_answered() {
    let world = with_faults(&["logs:stall"]).await;
    let mut stream = connect(&world).await;
    let request = post_of_a_log();
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is read");
    let filed = loop {
        let requests = world.sandbox("requests?body=true").await;
        if requests[0]["body"].is_string() {
            break requests[0].clone();
        }
    };
    assert_eq!(filed["status"], Value::Null);
    assert_eq!(filed["fault"], "stall");
    let nothing = stream.try_read(&mut [0; 1]).expect_err("no answer");
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    assert_eq!(stored(&world).await, 0);
}

#[tokio::test]
async fn a_slow_answer_comes_in_small_pieces_and_whole() {
    let world = with_faults(&["slow=2ms"]).await;
    let mut stream = connect(&world).await;
    let request = post_of_a_log();
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is read");
    let (mut answer, mut pieces) = (Vec::new(), 0);
    loop {
        let read = stream.read_buf(&mut answer).await.expect("it answers");
        if read == 0 {
            break;
        }
        pieces += 1;
    }
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 202 ") && answer.ends_with("\r\n\r\n{}"));
    assert!(pieces > 10, "{pieces} pieces");
}

#[tokio::test]
async fn a_cut_answer_promises_more_than_it_sends() {
    let world = with_faults(&["cut"]).await;
    let answer = exchange(&world, &post_of_a_log()).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    assert!(head.starts_with("HTTP/1.1 202 "), "{head}");
    assert!(head.to_lowercase().contains("content-length: 2"), "{head}");
    assert_eq!(body, "{");
    assert_eq!(stored(&world).await, 1);
}

#[tokio::test]
async fn a_redirect_leads_to_another_origin_that_says_whether_a_key_came() {
    let world = with_faults(&["logs:redirect"]).await;
    let answer = world.send(&json!({"message": "m"})).await;
    assert_eq!(answer.status, 307);
    let elsewhere = format!("{}/elsewhere", world.sandbox.gateway_url());
    assert_eq!(answer.header("location"), Some(elsewhere.as_str()));
    let follow = |key: Option<&str>| {
        let base = world.sandbox.gateway_url();
        let call = world.call(base, Method::POST, "/elsewhere", "127.0.0.1");
        match key {
            Some(key) => call.header("dd-api-key", key),
            None => call,
        }
    };
    follow(None).send().await;
    let request = last_request(&world).await;
    assert_eq!(request["product"], "elsewhere");
    assert_eq!(request["headers"]["dd-api-key"], Value::Null);
    follow(Some(API_KEY)).send().await;
    assert_eq!(last_request(&world).await["headers"]["dd-api-key"], "****");
    assert_eq!(stored(&world).await, 0);
}

#[tokio::test]
async fn a_limit_counts_decompressed_bytes() {
    let world = with_faults(&["logs:limit=100"]).await;
    for (length, status) in [(50, 202), (200, 413)] {
        let body = json!({"message": "a".repeat(length)}).to_string();
        let body = zstd::bulk::compress(body.as_bytes(), 1).expect("memory takes it");
        assert!(body.len() < 100);
        let answer = world
            .keyed(Method::POST, LOGS, "/api/v2/logs")
            .header("content-encoding", "zstd")
            .text("application/json", body)
            .await;
        assert_eq!(answer.status, status);
    }
    assert_eq!(stored(&world).await, 1);
}

#[tokio::test]
async fn a_poison_refuses_the_bodies_it_stands_in() {
    let world = with_faults(&["logs:poison=bad one"]).await;
    for (text, status) in [("a good one", 202), ("a bad one", 400)] {
        let body = json!({"message": text}).to_string();
        let body = zstd::bulk::compress(body.as_bytes(), 1).expect("memory takes it");
        let answer = world
            .keyed(Method::POST, LOGS, "/api/v2/logs")
            .header("content-encoding", "zstd")
            .text("application/json", body)
            .await;
        assert_eq!(answer.status, status);
    }
    assert_eq!(stored(&world).await, 1);
}

#[tokio::test]
async fn a_clock_fault_shifts_the_date_and_the_ages_that_are_judged() {
    let world = with_faults(&["clock=+1h"]).await;
    let at =
        |minutes: i64| (Timestamp::now() - SignedDuration::from_mins(minutes)).as_millisecond();
    let logs = json!([
        {"message": "a", "timestamp": at(17 * 60 - 5)},
        {"message": "b", "timestamp": at(17 * 60 + 5)},
    ]);
    let answer = world.send(&logs).await;
    let date = answer.header("date").expect("every answer has a date");
    let date = DateTimeParser::new()
        .parse_timestamp(date)
        .expect("an HTTP date");
    let ahead = date.duration_since(Timestamp::now());
    assert!((58..=60).contains(&ahead.as_mins()), "{ahead}");
    let rows = world.sandbox("received?state=indexed&fields=message").await;
    assert_eq!(rows, json!([{"message": "a"}]));
}

#[tokio::test]
async fn a_rate_strikes_the_same_requests_of_every_run_with_the_seed() {
    let run = async |seed| {
        let world = World::with(Options {
            seed,
            faults: vec!["503@0.5".parse().expect("a fault")],
            ..Options::default()
        })
        .await;
        let mut statuses = Vec::new();
        for _ in 0..24 {
            statuses.push(world.send(&json!({"message": "m"})).await.status);
        }
        statuses
    };
    let first = run(1).await;
    assert!(first.contains(&503) && first.contains(&202));
    assert_eq!(first, run(1).await);
    assert_ne!(first, run(2).await);
}

#[tokio::test]
async fn faults_are_replaced_and_a_malformed_one_changes_nothing() {
    let world = with_faults(&["503"]).await;
    let refused = world.set_faults("reset\nlogs:explode@1").await;
    assert_eq!(refused.status, 400);
    let error = refused.json()["errors"][0].to_string();
    assert!(error.contains("explode"), "{error}");
    assert_eq!(world.sandbox("faults").await, json!(["503@1"]));
    let call = world.bare(Method::PUT, "127.0.0.1", "/sandbox/faults");
    let answer = call.json(&json!(["events:429=3@0.25"])).await;
    assert_eq!(answer.json(), json!(["events:429=3@0.25"]));
    assert_eq!(world.send(&json!({"message": "m"})).await.status, 202);
}

#[tokio::test]
async fn a_reset_of_the_sandbox_is_a_fresh_start_with_the_faults_of_the_start() {
    let world = with_faults(&["api:500"]).await;
    world.send(&json!({"message": "m"})).await;
    world.set_faults("").await;
    let call = world.bare(Method::POST, "127.0.0.1", "/sandbox/reset");
    assert_eq!(call.send().await.status, 200);
    assert_eq!(stored(&world).await, 0);
    assert_eq!(world.sandbox("requests").await, json!([]));
    assert_eq!(world.sandbox("faults").await, json!(["api:500@1"]));
    world.send(&json!({"message": "m"})).await;
    let request = last_request(&world).await;
    assert_eq!(
        (&request["n"], &request["stored"]),
        (&json!(1), &json!("before"))
    );
}
