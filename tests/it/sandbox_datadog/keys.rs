//! Who may what: keys, their scopes, tokens, and where none of them is looked at.

use ddctl::http::Method;
use ddctl::sandbox::{
    API_KEY, APP_KEY, FULLY_SCOPED_APP_KEY, PERSONAL_TOKEN, READ_ONLY_APP_KEY, SCOPED_APP_KEY,
    SERVICE_TOKEN,
};
use serde_json::{Value, json};

use super::{API, Answer, LOGS, World};

const QUERY: &str = r#"logs("a").index("main").rollup("count").last("5m") > 2"#;

/// A call with an application key.
async fn with_key(world: &World, key: &str, method: Method, path: &str, body: Value) -> Answer {
    let call = world
        .bare(method, API, path)
        .header("dd-api-key", API_KEY)
        .header("dd-application-key", key);
    match body {
        Value::Null => call.send().await,
        body => call.json(&body).await,
    }
}

#[tokio::test]
async fn each_operation_asks_for_its_scope() {
    let world = World::start().await;
    let metric = json!({"type": "metric alert", "query": "avg(last_5m):avg:a{*} > 1"});
    let log_alert = json!({"type": "log alert", "query": QUERY});
    let dashboard = json!({"title": "t", "layout_type": "ordered", "widgets": []});
    let statuses = [
        (
            Method::GET,
            "/api/v1/monitor",
            Value::Null,
            [200, 200, 200, 200],
        ),
        (
            Method::GET,
            "/api/v1/monitor/search",
            Value::Null,
            [200, 200, 200, 200],
        ),
        (
            Method::POST,
            "/api/v1/monitor/validate",
            metric.clone(),
            [200, 200, 200, 200],
        ),
        (
            Method::POST,
            "/api/v1/monitor",
            metric,
            [200, 403, 403, 200],
        ),
        // Scopes do not reach as far as log monitors, whichever they are.
        (
            Method::POST,
            "/api/v1/monitor/validate",
            log_alert.clone(),
            [200, 403, 403, 403],
        ),
        (
            Method::POST,
            "/api/v1/monitor",
            log_alert,
            [200, 403, 403, 403],
        ),
        (
            Method::GET,
            "/api/v1/dashboard",
            Value::Null,
            [200, 403, 200, 200],
        ),
        (
            Method::POST,
            "/api/v1/dashboard",
            dashboard,
            [200, 403, 403, 200],
        ),
        (
            Method::POST,
            "/api/v2/logs/events/search",
            json!({}),
            [200, 200, 200, 200],
        ),
        (
            Method::POST,
            "/api/v2/logs/analytics/aggregate",
            json!({}),
            [200, 200, 200, 200],
        ),
        (
            Method::GET,
            "/api/v1/logs/config/indexes",
            Value::Null,
            [200, 403, 200, 200],
        ),
        (
            Method::GET,
            "/api/v2/current_user/application_keys",
            Value::Null,
            [200, 403, 403, 200],
        ),
        (
            Method::GET,
            "/api/v2/validate_keys",
            Value::Null,
            [200, 200, 200, 200],
        ),
    ];
    let keys = [
        APP_KEY,
        SCOPED_APP_KEY,
        READ_ONLY_APP_KEY,
        FULLY_SCOPED_APP_KEY,
    ];
    for (method, path, body, expected) in statuses {
        for (key, status) in keys.into_iter().zip(expected) {
            let answer = with_key(&world, key, method.clone(), path, body.clone()).await;
            assert_eq!(
                answer.status, status,
                "{method} {path} {key}: {}",
                answer.body
            );
            if status == 403 {
                let expected =
                    json!({"errors": ["Forbidden", "Failed permission authorization checks"]});
                assert_eq!(answer.json(), expected);
            }
        }
    }
}

#[tokio::test]
async fn a_scoped_key_cannot_change_a_log_monitor_and_can_delete_it() {
    let world = World::start().await;
    let body = json!({"type": "log alert", "query": QUERY});
    let made = with_key(&world, APP_KEY, Method::POST, "/api/v1/monitor", body)
        .await
        .json();
    let path = format!("/api/v1/monitor/{}", made["id"]);
    let by = |method, body| with_key(&world, FULLY_SCOPED_APP_KEY, method, &path, body);
    assert_eq!(by(Method::PUT, json!({"name": "n"})).await.status, 403);
    assert_eq!(by(Method::DELETE, Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_token_opens_the_api_alone_and_without_an_api_key() {
    let world = World::start().await;
    let path = "/api/v1/monitor";
    for token in [PERSONAL_TOKEN, SERVICE_TOKEN] {
        let bearer = world
            .bare(Method::GET, API, path)
            .header("authorization", &format!("Bearer {token}"));
        assert_eq!(bearer.send().await.status, 200);
        let in_place = world
            .bare(Method::GET, API, path)
            .header("dd-application-key", token);
        assert_eq!(in_place.send().await.status, 200);
        // The API key is then not looked at.
        let beside = world
            .bare(Method::GET, API, path)
            .header("dd-api-key", &"f".repeat(32))
            .header("dd-application-key", token);
        assert_eq!(beside.send().await.status, 200);
        for header in ["dd-api-key", "dd-application-key"] {
            let intake = world
                .bare(Method::POST, LOGS, "/api/v2/logs")
                .header(header, token);
            assert!(matches!(intake.json(&json!([])).await.status, 401 | 403));
        }
        let bearer = world
            .bare(Method::POST, LOGS, "/api/v2/logs")
            .header("authorization", &format!("Bearer {token}"));
        assert_eq!(bearer.json(&json!([])).await.status, 401);
    }
    let dashboard = json!({"title": "t", "layout_type": "ordered", "widgets": []});
    let writing = world
        .bare(Method::POST, API, "/api/v1/dashboard")
        .header("authorization", &format!("Bearer {SERVICE_TOKEN}"));
    assert_eq!(writing.json(&dashboard).await.status, 403);
    let unknown = world
        .bare(Method::GET, API, path)
        .header("authorization", "Bearer ddpat_a_b");
    assert_eq!(unknown.send().await.json()["code"], 403);
}

#[tokio::test]
async fn keys_are_unknown_on_every_other_site() {
    let world = World::start().await;
    for (header, key) in [
        ("authorization", format!("Bearer {PERSONAL_TOKEN}")),
        ("dd-api-key", API_KEY.to_owned()),
    ] {
        let call = world
            .bare(Method::GET, "api.datadoghq.eu", "/api/v1/monitor")
            .header("dd-application-key", APP_KEY)
            .header(header, &key);
        assert_eq!(call.send().await.status, 403, "{header}");
    }
}

#[tokio::test]
async fn an_api_key_is_told_about_itself() {
    let world = World::start().await;
    let path = "/api/v2/validate";
    let answer = world.keyed(Method::GET, API, path).send().await.json();
    assert_eq!(answer["data"]["type"], "validate_v2");
    assert_eq!(answer["data"]["attributes"]["valid"], true);
    assert!(answer["data"]["attributes"]["api_key_id"].is_string());
    assert_eq!(world.bare(Method::GET, API, path).send().await.status, 403);
}

#[tokio::test]
async fn an_application_key_is_found_by_its_last_four_characters() {
    let world = World::start().await;
    let path = "/api/v2/current_user/application_keys";
    let list = world
        .keyed(Method::GET, API, &format!("{path}?page%5Bsize%5D=100"))
        .send()
        .await
        .json();
    let keys = list["data"].as_array().expect("a list");
    for (secret, scopes) in [
        (APP_KEY, Value::Null),
        (SCOPED_APP_KEY, json!(["monitors_read", "logs_read_data"])),
    ] {
        let ends = |key: &&Value| key["attributes"]["last4"] == secret[secret.len() - 4..];
        let found: Vec<&Value> = keys.iter().filter(ends).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["attributes"]["scopes"], scopes);
        let id = found[0]["id"].as_str().expect("an id");
        let one = world
            .keyed(Method::GET, API, &format!("{path}/{id}"))
            .send()
            .await
            .json();
        assert_eq!(one["data"]["attributes"], found[0]["attributes"]);
        assert!(!list.to_string().contains(secret) && !one.to_string().contains(secret));
    }
    let second = world.keyed(
        Method::GET,
        API,
        &format!("{path}?page%5Bsize%5D=3&page%5Bnumber%5D=1"),
    );
    assert_eq!(
        second.send().await.json()["data"].as_array().map(Vec::len),
        Some(1)
    );
    let too_many = world.keyed(Method::GET, API, &format!("{path}?page%5Bsize%5D=101"));
    assert_eq!(too_many.send().await.status, 400);
}
