//! The routes under `/webhooks`.

use super::*;

/// A gateway whose webhooks are on and whose two event types exist.
async fn ready() -> GatewayStandIn {
    let gateway = gateway();
    let plugin = r#"{"name":"webhooks","connections":[],"config":null}"#;
    assert_eq!(
        post("/api/plugins", plugin)
            .admin()
            .send(&gateway)
            .await
            .status,
        201
    );
    for name in ["session.open", "session.close"] {
        let body = format!(r#"{{"name":"{name}","description":"x"}}"#);
        let made = post("/api/webhooks/eventtypes", &body)
            .admin()
            .send(&gateway)
            .await;
        assert_eq!(made.status, 201);
    }
    gateway
}

fn wrapped(operation: &str, resource: &str, status: &str, body: &str) -> String {
    let code = &status[..3];
    format!(
        "failed performing operation to Svix API, op={operation}, resource={resource}, \
         status={code}, error={status}, body={body}"
    )
}

const NOT_FOUND: &str = r#"{"code":"not_found","detail":"Entity not found"}"#;

async fn create(gateway: &GatewayStandIn, body: &str) -> Answer {
    post("/api/webhooks/endpoints", body)
        .admin()
        .send(gateway)
        .await
}

#[tokio::test]
async fn without_the_plugin_the_application_is_missing() {
    let gateway = gateway();
    let missing = wrapped("endpoint-list", "", "404 Not Found", NOT_FOUND);
    get("/api/webhooks/endpoints")
        .auditor()
        .send(&gateway)
        .await
        .is(400, &missing);
    let types = get("/api/webhooks/eventtypes").admin().send(&gateway).await;
    assert_eq!(types.text(), r#"{"data":[],"done":true,"iterator":null}"#);
    let config = put("/api/plugins/webhooks/config", "{}")
        .admin()
        .send(&gateway)
        .await;
    config.is(404, "plugin not found");
    ready().await;
}

#[tokio::test]
async fn an_endpoint_comes_back_without_its_secret_and_unknown_keys() {
    let gateway = ready().await;
    let body = r#"{"url":"http://127.0.0.1:8099/ok?ddsource=hoop","description":"lab","uid":"ddctl",
        "filterTypes":["session.open","session.close"],"metadata":{"made_by":"ddctl"},
        "secret":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz","headers":{"DD-API-KEY":"fake"}}"#;
    let made = create(&gateway, body).await;
    assert_eq!(made.status, 201);
    let shape = [
        "createdAt",
        "description",
        "disabled",
        "filterTypes",
        "id",
        "metadata",
        "rateLimit",
        "uid",
        "updatedAt",
        "url",
        "version",
    ];
    assert_eq!(Answer::keys(&made.json()), shape);
    assert!(made.json()["rateLimit"].is_null());
    let by_uid = get("/api/webhooks/endpoints/ddctl")
        .auditor()
        .send(&gateway)
        .await;
    assert_eq!(by_uid.json()["id"], made.json()["id"]);
    assert!(!by_uid.text().contains("whsec_"));
    let list = get("/api/webhooks/endpoints")
        .admin()
        .send(&gateway)
        .await
        .json();
    assert!(
        list["data"][0].get("rateLimit").is_none(),
        "a list leaves out what is not set"
    );
    let stats = serde_json::json!({"fail": 0, "pending": 0, "sending": 0, "success": 0});
    assert_eq!(list["data"][0]["stats"], stats);
}

#[tokio::test]
async fn the_newest_endpoint_is_first_and_an_empty_list_is_bare() {
    let gateway = ready().await;
    let list = async || get("/api/webhooks/endpoints").admin().send(&gateway).await;
    assert_eq!(list().await.text(), r#"{"data":[],"done":true}"#);
    for uid in ["first", "second"] {
        create(
            &gateway,
            &format!(r#"{{"url":"http://127.0.0.1/","uid":"{uid}"}}"#),
        )
        .await;
    }
    let page = list().await.json();
    assert_eq!(
        (&page["data"][0]["uid"], &page["data"][1]["uid"]),
        (&"second".into(), &"first".into())
    );
    assert_eq!(page["iterator"], page["data"][1]["id"]);
    let first = page["data"][0]["id"].as_str().expect("an id");
    assert_eq!(page["prevIterator"], format!("-{first}"));
}

#[tokio::test]
async fn svixs_refusals_are_a_400_around_its_answer() {
    let gateway = ready().await;
    let refused = async |body: &str, status: &str, answer: &str| {
        let text = wrapped("endpoint-create", "", status, answer);
        create(&gateway, body).await.is(400, &text);
    };
    let unprocessable = "422 Unprocessable Entity";
    refused(
        r#"{"url":"http://127.0.0.1/","filterTypes":["session.open","session.nope"]}"#,
        unprocessable,
        r#"{"detail":[{"loc":["body","eventTypes"],"msg":"The following event types don't exist: session.nope","type":"value_error"}]}"#,
    )
    .await;
    refused(
        r#"{"url":"nonsense"}"#,
        unprocessable,
        r#"{"detail":[{"loc":["body","url"],"msg":"url: relative URL without a base: \"nonsense\" at line 1 column 17","type":"value_error.jsondecode"}]}"#,
    )
    .await;
    refused(
        r#"{"description":"x"}"#,
        unprocessable,
        r#"{"detail":[{"loc":["body","url"],"msg":"url: relative URL without a base: \"\" at line 1 column 27","type":"value_error.jsondecode"}]}"#,
    )
    .await;
    refused(
        r#"{"url":"http://127.0.0.1/","secret":"whsec_c2hvcnQ="}"#,
        unprocessable,
        r#"{"detail":[{"loc":["body","key","__all__"],"msg":"secret length invalid","type":"value_error"}]}"#,
    )
    .await;
    refused(
        r#"{"url":"http://127.0.0.1/","secret":"not-a-secret"}"#,
        unprocessable,
        r#"{"detail":[{"loc":["body","secret"],"msg":"secret: invalid prefix at line 1 column 24","type":"value_error.jsondecode"}]}"#,
    )
    .await;
    create(&gateway, r#"{"url":"http://127.0.0.1/","uid":"taken"}"#).await;
    refused(
        r#"{"url":"http://127.0.0.1/","uid":"taken"}"#,
        "409 Conflict",
        r#"{"code":"conflict","detail":"A conflict has occurred"}"#,
    )
    .await;
}

#[tokio::test]
async fn a_uid_must_not_look_like_an_id() {
    let gateway = ready().await;
    let refused = create(&gateway, r#"{"url":"http://127.0.0.1/","uid":"ep_mine"}"#).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused
            .text()
            .contains("Uids are not allowed to have the same prefix as the ID")
    );
    let refused = create(&gateway, r#"{"url":"http://127.0.0.1/","uid":"not plain"}"#).await;
    assert!(
        refused
            .text()
            .contains("String must match the following pattern")
    );
}

#[tokio::test]
async fn a_body_that_go_cannot_bind_is_refused_by_the_gateway() {
    let gateway = ready().await;
    create(&gateway, r#"{"url":"#)
        .await
        .is(400, "unexpected EOF");
    create(&gateway, r#"{"url":"http://127.0.0.1/","disabled":"yes"}"#)
        .await
        .is(
            400,
            "json: cannot unmarshal string into Go struct field EndpointIn.disabled of type bool",
        );
}

#[tokio::test]
async fn a_put_resets_what_it_leaves_out_and_erases_the_uid() {
    let gateway = ready().await;
    let body = r#"{"url":"http://127.0.0.1/a","uid":"mine","description":"d",
        "filterTypes":["session.open"],"disabled":true,"metadata":{"a":"b"}}"#;
    let id = create(&gateway, body).await.json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/api/webhooks/endpoints/{id}");
    let changed = put(&path, r#"{"url":"http://127.0.0.1/b"}"#)
        .admin()
        .send(&gateway)
        .await
        .json();
    assert_eq!(changed["id"], id.as_str());
    assert!(changed["uid"].is_null() && changed.get("filterTypes").is_none());
    assert_eq!(
        (&changed["description"], &changed["disabled"]),
        (&"".into(), &false.into())
    );
    assert_eq!(changed["metadata"], serde_json::json!({}));
    let missing = wrapped("endpoint-get", "mine", "404 Not Found", NOT_FOUND);
    get("/api/webhooks/endpoints/mine")
        .admin()
        .send(&gateway)
        .await
        .is(400, &missing);
}

#[tokio::test]
async fn a_put_to_an_unknown_uid_makes_an_endpoint_without_it() {
    let gateway = ready().await;
    let body = r#"{"url":"http://127.0.0.1/third"}"#;
    let made = put("/api/webhooks/endpoints/nobody", body)
        .admin()
        .send(&gateway)
        .await;
    assert_eq!((made.status, &made.json()["uid"]), (200, &Value::Null));
    let list = get("/api/webhooks/endpoints")
        .admin()
        .send(&gateway)
        .await
        .json();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_deleted_endpoint_is_gone() {
    let gateway = ready().await;
    create(&gateway, r#"{"url":"http://127.0.0.1/","uid":"mine"}"#).await;
    let path = "/api/webhooks/endpoints/mine";
    let gone = delete(path).admin().send(&gateway).await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    let missing = wrapped("endpoint-delete", "mine", "404 Not Found", NOT_FOUND);
    delete(path).admin().send(&gateway).await.is(400, &missing);
}

#[tokio::test]
async fn event_types_are_listed_by_name_without_their_schemas() {
    let gateway = ready().await;
    let with = r#"{"name":"a.b","schemas":{"1":{"type":"object"}}}"#;
    let made = post("/api/webhooks/eventtypes", with)
        .admin()
        .send(&gateway)
        .await
        .json();
    let shape = [
        "archived",
        "createdAt",
        "description",
        "featureFlag",
        "name",
        "schemas",
        "updatedAt",
    ];
    assert_eq!(Answer::keys(&made), shape);
    let list = get("/api/webhooks/eventtypes")
        .auditor()
        .send(&gateway)
        .await
        .json();
    assert!(list["data"][0].get("schemas").is_none());
    assert_eq!(
        (&list["iterator"], &list["prevIterator"]),
        (&"session.open".into(), &"-a.b".into())
    );
    let again = post("/api/webhooks/eventtypes", with)
        .admin()
        .send(&gateway)
        .await;
    let exists =
        r#"{"code":"event_type_exists","detail":"An event_type with this name already exists"}"#;
    again.is(
        400,
        &wrapped("event-type-create", "", "409 Conflict", exists),
    );
    let put = put(
        "/api/webhooks/eventtypes/a.b",
        r#"{"description":"changed"}"#,
    );
    let changed = put.admin().send(&gateway).await.json();
    assert_eq!(
        (&changed["description"], changed.get("schemas")),
        (&"changed".into(), None)
    );
    assert_eq!(
        delete("/api/webhooks/eventtypes/a.b")
            .admin()
            .send(&gateway)
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn a_message_is_kept_with_sorted_keys_and_found_by_its_event_id() {
    let gateway = ready().await;
    let body =
        r#"{"eventType":"session.open","eventId":"one","payload":{"b":1,"a":{"d":1,"c":2}}}"#;
    let made = post("/api/webhooks/messages", body)
        .admin()
        .send(&gateway)
        .await;
    assert_eq!(made.status, 201);
    assert!(
        made.text()
            .contains(r#""payload":{"a":{"c":2,"d":1},"b":1}"#),
        "keys are sorted"
    );
    let by_event_id = get("/api/webhooks/messages/one")
        .auditor()
        .send(&gateway)
        .await;
    assert_eq!(by_event_id.text(), made.text());
    let conflict = r#"{"code":"conflict","detail":"A conflict has occurred"}"#;
    let again = post("/api/webhooks/messages", body)
        .admin()
        .send(&gateway)
        .await;
    again.is(
        400,
        &wrapped("message-create", "", "409 Conflict", conflict),
    );
}

#[tokio::test]
async fn attempts_want_an_endpoint_unless_there_is_exactly_one() {
    let gateway = ready().await;
    let attempts = async |query: &str| {
        get(&format!("/api/webhooks/messages?{query}"))
            .admin()
            .send(&gateway)
            .await
    };
    let text =
        "a default endpoint was not found, specify one by passing the query string: endpoint_id";
    attempts("").await.is(422, text);
    create(&gateway, r#"{"url":"http://127.0.0.1/","uid":"mine"}"#).await;
    assert_eq!(attempts("").await.json()["data"], serde_json::json!([]));
    assert_eq!(attempts("endpoint_id=mine&limit=x").await.status, 200);
    let missing = wrapped("message-list", "", "404 Not Found", NOT_FOUND);
    attempts("endpoint_id=nobody").await.is(400, &missing);
    assert!(
        attempts("limit=1000")
            .await
            .text()
            .contains("Given limit must not exceed 250")
    );
}

#[tokio::test]
async fn the_dashboard_is_that_of_hosted_svix_alone() {
    let answer = get("/api/webhooks-dashboard")
        .auditor()
        .send(&gateway())
        .await;
    answer.is(
        400,
        "dashboard is not available using self hosted Svix (webhook provider)",
    );
}
