//! What the API answers.

use super::*;

const NOT_FOUND: &str = r#"{"code":"not_found","detail":"Entity not found"}"#;

#[test]
fn nobody_is_let_in_without_the_token() {
    let sandbox = ready(SandboxOptions::default());
    let url = format!("{}/api/v1/app", sandbox.var("DDCTL_SANDBOX_SVIX_URL"));
    let refused = r#"{"code":"authentication_failed","detail":"Invalid token"}"#;
    for headers in [&[][..], &[("authorization", "Bearer wrong")]] {
        let answer = ask("GET", &url, headers, b"");
        assert_eq!((answer.status, answer.text().as_str()), (401, refused));
    }
    let nowhere = sandbox.svix("GET", "/api/v1/nowhere", &Value::Null);
    assert_eq!((nowhere.status, nowhere.text().as_str()), (404, ""));
    let method = sandbox.svix("DELETE", "/api/v1/app", &Value::Null);
    assert_eq!((method.status, method.text().as_str()), (405, ""));
}

#[test]
fn the_application_is_the_gateways_organisation() {
    let sandbox = ready(SandboxOptions::default());
    let app = asked(&sandbox, "GET", APP, Value::Null, 200);
    assert_eq!(
        (&app["name"], &app["metadata"]),
        (&json!("7f1a6c02"), &json!({}))
    );
    let keys: Vec<&String> = app.as_object().expect("an object").keys().collect();
    let order = "uid name throttleRate id createdAt updatedAt metadata";
    assert_eq!(keys, order.split(' ').collect::<Vec<_>>());
    let again = json!({"name": "x", "uid": app["uid"]});
    asked(&sandbox, "POST", "/api/v1/app", again.clone(), 409);
    let found = asked(
        &sandbox,
        "POST",
        "/api/v1/app?get_if_exists=true",
        again,
        200,
    );
    assert_eq!(found["id"], app["id"]);
    asked(&sandbox, "DELETE", APP, Value::Null, 204);
    let gone = sandbox.gateway("GET", "/api/webhooks/endpoints", b"");
    assert!(gone.text().contains("status=404"), "{}", gone.text());
}

#[test]
fn an_endpoint_has_svixs_own_keys_and_the_gateway_sees_the_same_one() {
    let sandbox = ready(SandboxOptions::default());
    let made = endpoint(&sandbox, "http://127.0.0.1:9/ok?ddsource=hoop", "ddctl");
    let keys: Vec<&String> = made.as_object().expect("an object").keys().collect();
    let order = "description rateLimit throttleRate uid url version disabled eventTypes \
                 filterTypes channels createdAt updatedAt id metadata";
    assert_eq!(keys, order.split_whitespace().collect::<Vec<_>>());
    let path = "/api/webhooks/endpoints/ddctl";
    assert_eq!(sandbox.gateway("GET", path, b"").json()["id"], made["id"]);
    let secret = format!("{APP}/endpoint/ddctl/secret");
    let secret = asked(&sandbox, "GET", &secret, Value::Null, 200);
    assert_eq!(secret, json!({ "key": SECRET }));
}

#[test]
fn a_patch_changes_what_it_names_and_a_put_resets_the_rest() {
    let sandbox = ready(SandboxOptions::default());
    endpoint(&sandbox, "http://127.0.0.1:9/", "ddctl");
    let path = format!("{APP}/endpoint/ddctl");
    let patch = json!({"description": "d", "metadata": {"a": "b"}});
    let patched = asked(&sandbox, "PATCH", &path, patch, 200);
    assert_eq!(
        (
            &patched["description"],
            &patched["uid"],
            &patched["metadata"]
        ),
        (&json!("d"), &json!("ddctl"), &json!({"a": "b"}))
    );
    let put = json!({"url": "http://127.0.0.1:9/other"});
    let replaced = asked(&sandbox, "PUT", &path, put.clone(), 200);
    assert_eq!(
        (
            &replaced["description"],
            &replaced["uid"],
            &replaced["metadata"]
        ),
        (&json!(""), &Value::Null, &json!({}))
    );
    assert_eq!(sandbox.svix("GET", &path, &Value::Null).text(), NOT_FOUND);
    let new = asked(&sandbox, "PUT", &path, put, 201);
    assert_ne!(
        new["id"], replaced["id"],
        "a name that is not there makes a new one"
    );
}

#[test]
fn headers_are_taken_shown_and_refused_as_svix_does() {
    let sandbox = ready(SandboxOptions::default());
    endpoint(&sandbox, "http://127.0.0.1:9/", "ddctl");
    let path = format!("{APP}/endpoint/ddctl/headers");
    let given = json!({"headers": {"DD-API-KEY": "fake", "Authorization": "b", "X-A": "1"}});
    asked(&sandbox, "PUT", &path, given, 204);
    let patch = json!({"headers": {"X-A": null, "X-B": "2"}});
    asked(&sandbox, "PATCH", &path, patch, 204);
    let shown = asked(&sandbox, "GET", &path, Value::Null, 200);
    let expected = json!({
        "headers": {"DD-API-KEY": "fake", "X-B": "2"}, "sensitive": ["Authorization"]
    });
    assert_eq!(shown, expected);
    let refused = |name: &str, value: &str| {
        let body = json!({"headers": {name: value}});
        asked(&sandbox, "PATCH", &path, body, 422)["detail"][0]["msg"].clone()
    };
    assert_eq!(refused("user-agent", "x"), "Header uses a forbidden key.");
    assert_eq!(
        refused("Svix-Id", "x"),
        "Header starts with a forbidden prefix."
    );
    refused("X-Long", &"x".repeat(4_097));
    refused("X A", "x");
}

#[test]
fn a_body_that_cannot_be_read_is_refused_where_it_is_wrong() {
    let sandbox = ready(SandboxOptions::default());
    let refused = |path: &str, body: Value| {
        let answer = asked(&sandbox, "POST", &format!("{APP}/{path}"), body, 422);
        let detail = answer["detail"][0].clone();
        let word = |key: &str| detail[key].as_str().unwrap_or_default().to_owned();
        (detail["loc"].clone(), word("msg"))
    };
    let (at, why) = refused("endpoint", json!({"url": "nonsense"}));
    assert_eq!(at, json!(["body", "url"]));
    assert!(why.starts_with("url: relative URL without a base"), "{why}");
    let (at, why) = refused("endpoint", json!({"url": "ftp://127.0.0.1/"}));
    assert_eq!(
        (at, why.as_str()),
        (
            json!(["body", "url"]),
            "Endpoint URL schemes must be http or https"
        )
    );
    let (_, why) = refused("msg", json!({"eventType": "a b", "payload": {}}));
    assert!(why.contains("following pattern"), "{why}");
    let (_, why) = refused("msg", json!({"eventType": "a", "payload": []}));
    assert_eq!(why, "Payload must be an object.");
    let (_, why) = refused("msg", json!({"eventType": "a"}));
    assert!(why.starts_with("missing field `payload`"), "{why}");
    endpoint(&sandbox, "http://127.0.0.1:9/", "ddctl");
    let long_ago = json!({"since": "2020-01-01T00:00:00Z"});
    let (at, _) = refused("endpoint/ddctl/recover", long_ago);
    assert_eq!(at, json!(["body", "since"]));
}

#[test]
fn lists_come_in_pages_and_250_is_the_most() {
    let sandbox = ready(SandboxOptions::default());
    for uid in ["one", "two", "three"] {
        endpoint(&sandbox, "http://127.0.0.1:9/", uid);
    }
    let page = |query: &str| {
        let path = format!("{APP}/endpoint?{query}");
        asked(&sandbox, "GET", &path, Value::Null, 200)
    };
    let first = page("limit=2");
    let uids = |page: &Value| -> Vec<String> {
        let rows = page["data"].as_array().expect("a list").iter();
        rows.map(|row| row["uid"].as_str().expect("a uid").to_owned())
            .collect()
    };
    assert_eq!(
        (uids(&first), &first["done"]),
        (vec!["three".into(), "two".into()], &json!(false))
    );
    let iterator = first["iterator"].as_str().expect("there is more");
    let second = page(&format!("limit=2&iterator={iterator}"));
    assert_eq!(
        (uids(&second), &second["done"]),
        (vec!["one".into()], &json!(true))
    );
    let path = format!("{APP}/endpoint?limit=251");
    asked(&sandbox, "GET", &path, Value::Null, 422);
}

#[test]
fn numbers_go_back_28_days_at_most() {
    let sandbox = ready(SandboxOptions::default());
    endpoint(&sandbox, "http://127.0.0.1:9/", "ddctl");
    let path = format!("{APP}/endpoint/ddctl/stats");
    let none = json!({"success": 0, "pending": 0, "sending": 0, "fail": 0, "canceled": 0});
    assert_eq!(asked(&sandbox, "GET", &path, Value::Null, 200), none);
    let far = format!("{path}?since=2020-01-01T00:00:00Z");
    let refused = asked(&sandbox, "GET", &far, Value::Null, 400);
    assert_eq!(refused["code"], "invalid_range");
}
