//! Recorded interactions with the real Datadog, replayed against the sandbox.
//!
//! Compared are status, content type and body, once ids, times and the cursors built from them
//! are put aside. The recordings lie beside the repository; without them the tests say SKIPPED.

use std::time::Duration;

use ddctl::http::Method;
use ddctl::sandbox::Options;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::World;
use super::recordings::{Interaction, Keys, recorded};

/// Replays a recording of one interaction whose answer holds no id and no time.
async fn replays_exactly(name: &str, keys: Keys) {
    let Some(interactions) = recorded(name) else {
        return;
    };
    let world = World::start().await;
    for interaction in interactions {
        let answer = interaction.replay(&world, keys).await;
        interaction.assert_envelope(&answer);
        assert_eq!(answer.json(), interaction.answer);
        // Their order and spacing differ from year to year, their words do not.
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        assert_eq!(letters(&answer.body), letters(&interaction.answer_text));
    }
}

#[tokio::test]
async fn keys_are_validated_as_recorded() {
    replays_exactly(
        "v1/authentication/Validate-API-key-returns-OK-response.json",
        Keys::Valid,
    )
    .await;
    replays_exactly(
        "v1/authentication/Validate-API-key-returns-Forbidden-response.json",
        Keys::None,
    )
    .await;
    replays_exactly(
        "v1/go/Validate-with-an-invalid-API-key-403.json",
        Keys::Wrong,
    )
    .await;
    replays_exactly("v1/go/Create-monitor-403.json", Keys::Wrong).await;
}

#[tokio::test]
async fn logs_are_taken_as_recorded() {
    for name in [
        "v1/logs/Send-logs-returns-Response-from-server-always-200-empty-JSON-response.json",
        "v2/logs/Send-logs-returns-Request-accepted-for-processing-always-202-empty-JSON-response.json",
    ] {
        replays_exactly(name, Keys::Valid).await;
    }
}

#[tokio::test]
async fn monitors_are_validated_as_recorded() {
    for name in [
        "v1/monitors/Validate-a-monitor-returns-OK-response.json",
        "v1/monitors/Validate-a-multi-alert-monitor-returns-OK-response.json",
        "v1/monitors/Validate-a-monitor-returns-Invalid-JSON-response.json",
        "v1/go/Validate-monitor-missing-type-400.json",
    ] {
        replays_exactly(name, Keys::Valid).await;
    }
}

#[tokio::test]
async fn an_event_of_the_past_is_refused_as_recorded() {
    replays_exactly(
        "v1/events/Post-an-event-in-the-past-returns-Bad-Request-response.json",
        Keys::Valid,
    )
    .await;
}

/// An event without its ids and times.
fn without_identity(mut answer: Value) -> Value {
    for name in ["id", "id_str", "url", "resource", "date_happened"] {
        if let Some(value) = answer["event"].get_mut(name) {
            *value = json!(value.is_string());
        }
    }
    answer
}

#[tokio::test]
async fn events_are_taken_as_recorded() {
    for name in [
        "v1/events/Post-an-event-returns-OK-response.json",
        "v1/events/Post-an-event-with-a-long-title-returns-OK-response.json",
    ] {
        let Some(interactions) = recorded(name) else {
            return;
        };
        let world = World::start().await;
        let answer = interactions[0].replay(&world, Keys::Valid).await;
        interactions[0].assert_envelope(&answer);
        let event = answer.json();
        let id = event["event"]["id_str"]
            .as_str()
            .expect("a text")
            .to_owned();
        assert_eq!(
            event["event"]["url"],
            format!("https://app.datadoghq.com/event/event?id={id}")
        );
        assert_eq!(
            without_identity(event),
            without_identity(interactions[0].answer.clone())
        );
    }
}

#[tokio::test]
async fn an_event_is_not_found_until_it_is_indexed_as_recorded() {
    let Some(interactions) = recorded("v1/go/Event-lifecycle-with-rate-limit-headers.json") else {
        return;
    };
    let (post, before, after) = (&interactions[0], &interactions[1], &interactions[5]);
    for (index_delay, read) in [
        (Duration::from_secs(3_600), before),
        (Duration::ZERO, after),
    ] {
        let world = World::with(Options {
            index_delay,
            ..Options::default()
        })
        .await;
        let posted = post.replay(&world, Keys::Valid).await;
        post.assert_envelope(&posted);
        let id = posted.json()["event"]["id_str"].clone();
        let path = format!("/api/v1/events/{}", id.as_str().expect("a text"));
        let answer = world.keyed(Method::GET, super::API, &path).send().await;
        read.assert_envelope(&answer);
        assert_eq!(answer.header("x-ratelimit-name"), Some("global_org"));
        if read.status == 200 {
            assert_eq!(
                without_identity(answer.json()),
                without_identity(read.answer.clone())
            );
        } else {
            assert_eq!(answer.json(), read.answer);
        }
    }
}

/// A page of logs without ids, cursors, the order of tags, and what newer answers add to `meta`.
fn page_without_identity(mut page: Value) -> Value {
    for log in page["data"].as_array_mut().expect("a list") {
        assert!(log["id"].is_string());
        log["id"] = json!("ID");
        let tags = log["attributes"]["tags"].as_array_mut().expect("a list");
        tags.sort_by_key(Value::to_string);
    }
    if let Some(meta) = page.get_mut("meta").and_then(Value::as_object_mut) {
        for name in ["elapsed", "request_id", "status"] {
            meta.remove(name);
        }
        if let Some(page) = meta.get_mut("page") {
            assert!(page["after"].is_string());
            page["after"] = json!("CURSOR");
        }
        if meta.is_empty() {
            page.as_object_mut().expect("an object").remove("meta");
        }
    }
    if let Some(next) = page.pointer_mut("/links/next") {
        *next = link(next.as_str().expect("a text"));
    }
    page
}

/// An address as its host, path and sorted parameters, without the cursor's value.
fn link(address: &str) -> Value {
    let url = Url::parse(address).expect("a valid address");
    let mut pairs: Vec<String> = url
        .query_pairs()
        .map(|(name, value)| match name.as_ref() {
            "page[cursor]" => "page[cursor]".to_owned(),
            _ => format!("{name}={value}"),
        })
        .collect();
    pairs.sort();
    json!([url.host_str(), url.path(), pairs])
}

/// Sets the sandbox's clock back to a recorded instant.
async fn set_clock(world: &World, at: &str) {
    let at: Timestamp = at.parse().expect("an instant");
    let back = Timestamp::now().duration_since(at).as_secs();
    assert_eq!(
        world.set_faults(&format!("clock=-{back}s")).await.status,
        200
    );
}

#[tokio::test]
async fn logs_are_indexed_and_found_as_recorded() {
    let Some(interactions) = recorded("v2/go/Logs-search-with-rate-limit-headers.json") else {
        return;
    };
    let world = World::start().await;
    set_clock(&world, "2022-10-25T14:03:49Z").await;
    let mut cursor = Value::Null;
    for interaction in interactions {
        // While it was not indexed yet; here that is a test of its own.
        if interaction.answer["data"] == json!([]) {
            continue;
        }
        let body = with_cursor(&interaction.body, &cursor);
        let interaction = Interaction {
            body,
            ..interaction
        };
        let answer = interaction.replay(&world, Keys::Valid).await;
        interaction.assert_envelope(&answer);
        if interaction.answer.get("data").is_none() {
            assert_eq!(answer.json(), interaction.answer);
            continue;
        }
        cursor = answer.json()["meta"]["page"]["after"].clone();
        assert_eq!(
            answer.header("x-ratelimit-name"),
            Some("logs_public_search_api")
        );
        assert_eq!(
            page_without_identity(answer.json()),
            page_without_identity(interaction.answer)
        );
    }
}

/// A body with the cursor of the live answer in place of the recorded one.
fn with_cursor(body: &str, cursor: &Value) -> String {
    let mut body: Value = serde_json::from_str(body).expect("a recorded body is JSON");
    if let Some(recorded) = body.pointer_mut("/page/cursor") {
        *recorded = cursor.clone();
    }
    body.to_string()
}

#[tokio::test]
async fn a_search_without_hits_answers_as_recorded() {
    for name in [
        "v2/logs/Search-logs-returns-OK-response.json",
        "v2/logs/Get-a-quick-list-of-logs-returns-OK-response.json",
    ] {
        let Some(interactions) = recorded(name) else {
            return;
        };
        let world = World::start().await;
        let answer = interactions[0].replay(&world, Keys::Valid).await;
        interactions[0].assert_envelope(&answer);
        let without_id = |mut answer: Value| {
            assert!(answer["meta"]["request_id"].is_string());
            answer["meta"]["request_id"] = json!("ID");
            answer
        };
        assert_eq!(
            without_id(answer.json()),
            without_id(interactions[0].answer.clone())
        );
    }
}

#[tokio::test]
async fn pages_follow_each_other_as_recorded() {
    for (name, at) in [
        (
            "v2/logs/Search-logs-returns-OK-response-with-pagination.json",
            "2022-04-11T16:44:42Z",
        ),
        (
            "v2/logs/Get-a-list-of-logs-returns-OK-response-with-pagination.json",
            "2022-04-12T09:52:05Z",
        ),
    ] {
        let Some(interactions) = recorded(name) else {
            return;
        };
        let world = World::start().await;
        set_clock(&world, at).await;
        let logs: Vec<Value> = interactions
            .iter()
            .flat_map(|page| page.answer["data"].as_array().expect("a list"))
            .map(as_sent)
            .collect();
        assert_eq!(world.send(&json!(logs)).await.status, 202);
        let mut cursor = Value::Null;
        for interaction in interactions {
            let interaction = at_cursor(interaction, &cursor);
            let answer = interaction.replay(&world, Keys::Valid).await;
            interaction.assert_envelope(&answer);
            cursor = answer.json()["meta"]["page"]["after"].clone();
            assert_eq!(
                page_without_identity(without_reserved(answer.json())),
                page_without_identity(without_reserved(interaction.answer))
            );
        }
    }
}

/// A log that is indexed as the recorded one: the pipelines that parsed it are done already.
fn as_sent(log: &Value) -> Value {
    let recorded = &log["attributes"];
    let tags: Vec<&str> = recorded["tags"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .filter(|tag| !tag.starts_with("source:"))
        .collect();
    let mut sent = recorded["attributes"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    for name in ["status", "timestamp", "host", "message"] {
        sent.insert(name.to_owned(), recorded[name].clone());
    }
    sent.insert("ddsource".to_owned(), json!("sinatra"));
    sent.insert("ddtags".to_owned(), json!(tags.join(",")));
    Value::Object(sent)
}

/// A page without the reserved attributes that stay among the attributes as they were sent.
fn without_reserved(mut page: Value) -> Value {
    for log in page["data"].as_array_mut().expect("a list") {
        let Some(attributes) = log.pointer_mut("/attributes/attributes") else {
            continue;
        };
        let attributes = attributes.as_object_mut().expect("an object");
        for name in ["status", "timestamp", "host"] {
            attributes.remove(name);
        }
        if attributes.is_empty() {
            let log = log["attributes"].as_object_mut().expect("an object");
            log.remove("attributes");
        }
    }
    page
}

/// The same request with the cursor of the live answer.
fn at_cursor(mut interaction: Interaction, cursor: &Value) -> Interaction {
    if interaction.method == Method::POST {
        interaction.body = with_cursor(&interaction.body, cursor);
        return interaction;
    }
    let pairs: Vec<(String, String)> = interaction
        .url
        .query_pairs()
        .map(|(name, value)| match name.as_ref() {
            "page[cursor]" => (name.into_owned(), cursor.as_str().unwrap_or("").to_owned()),
            _ => (name.into_owned(), value.into_owned()),
        })
        .collect();
    interaction
        .url
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs);
    interaction
}

#[tokio::test]
async fn an_exhausted_quota_is_announced_as_recorded() {
    let Some(interactions) = recorded("v2/go/Logs-search-429.json") else {
        return;
    };
    let world = World::start().await;
    let mut last = interactions[0].replay(&world, Keys::Valid).await;
    // Twice the quota: one change of the window cannot hide it.
    for _ in 0..20 {
        if last.status == 429 {
            break;
        }
        last = interactions[0].replay(&world, Keys::Valid).await;
    }
    interactions[0].assert_envelope(&last);
    let announced = ["limit", "period", "remaining", "name"].map(|name| {
        last.header(&format!("x-ratelimit-{name}"))
            .unwrap_or("")
            .to_owned()
    });
    assert_eq!(announced, ["10", "10", "0", "logs_public_search_api"]);
    let reset: u64 = last
        .header("x-ratelimit-reset")
        .and_then(|text| text.parse().ok())
        .expect("a number of seconds");
    assert!((1..=10).contains(&reset));
    assert!(last.json()["errors"].is_array());
}
