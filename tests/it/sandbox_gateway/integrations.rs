//! Connections, rules, plugins and the audit log.

use super::*;

#[tokio::test]
async fn connections_are_an_array_by_name_without_secrets() {
    let answer = get("/api/connections").auditor().send(&gateway()).await;
    let rows = answer.json();
    let rows = rows.as_array().expect("an array");
    assert!(rows.is_sorted_by_key(|row| row["name"].as_str().map(str::to_owned)));
    assert!(
        rows.iter()
            .all(|row| row["secret"] == serde_json::json!({}))
    );
    assert_eq!(Answer::keys(&rows[0]).len(), 28);
    let host = rows
        .iter()
        .find(|row| row["name"] == "prod-shop-host")
        .expect("the host");
    assert_eq!(host["reviewers"], serde_json::json!(["sre"]));
    assert_eq!(host["connection_tags"]["environment"], "production");
}

#[tokio::test]
async fn connections_come_in_pages_only_where_a_page_is_asked_for() {
    let gateway = gateway();
    let page = get("/api/connections?page=2&page_size=10")
        .admin()
        .send(&gateway)
        .await
        .json();
    assert_eq!(
        page["pages"],
        serde_json::json!({"total": 13, "page": 2, "size": 10})
    );
    assert_eq!(page["data"].as_array().map(Vec::len), Some(3));
    let bad = get("/api/connections?page_size=101")
        .admin()
        .send(&gateway)
        .await;
    bad.is(422, "page_size must be between 1 and 100");
}

#[tokio::test]
async fn every_session_that_needed_a_rule_has_a_review() {
    let gateway = GatewayStandIn::new(Options {
        sessions: 100,
        ..options()
    });
    let rules = get("/api/access-requests/rules")
        .auditor()
        .send(&gateway)
        .await
        .json();
    assert_eq!(
        rules["pages"],
        serde_json::json!({"total": 1, "page": 1, "size": 0})
    );
    let names = rules["data"][0]["connection_names"]
        .as_array()
        .expect("names")
        .clone();
    let page = get("/api/sessions?limit=100")
        .admin()
        .send(&gateway)
        .await
        .json();
    let mut guarded = 0;
    for row in page["data"].as_array().expect("rows") {
        let is_guarded = row["verb"] == "exec" && names.contains(&row["connection"]);
        // The analysis refuses before anybody is asked.
        if is_guarded && row["exit_code"] != 254 {
            guarded += 1;
            assert!(!row["review"].is_null(), "{row}");
        }
    }
    assert!(guarded > 3);
}

#[tokio::test]
async fn an_agent_reached_production_and_nobody_was_asked() {
    let gateway = gateway();
    let id = id_where(&gateway, |row| {
        row["identity_type"] == "machine"
            && row["connection_tags"]["environment"] == "production"
            && row["review"].is_null()
            && row["exit_code"] == 0
    });
    assert!(!id.await.is_empty());
}

#[tokio::test]
async fn plugins_that_every_gateway_has_are_there_and_webhooks_is_not() {
    let gateway = gateway();
    let plugins = get("/api/plugins").auditor().send(&gateway).await.json();
    let names: Vec<&Value> = plugins
        .as_array()
        .expect("plugins")
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["audit", "dlp", "editor", "review", "slack"]);
    get("/api/plugins/webhooks")
        .admin()
        .send(&gateway)
        .await
        .is(404, "plugin not found");
}

#[tokio::test]
async fn a_plugin_is_turned_on_once_and_needs_a_list_of_connections() {
    let gateway = gateway();
    let body = r#"{"name":"webhooks","connections":[],"config":null}"#;
    let lacking = post("/api/plugins", r#"{"name":"webhooks"}"#)
        .admin()
        .send(&gateway)
        .await;
    let text = "Key: 'PluginRequest.Connections' Error:Field validation for 'Connections' failed \
                on the 'required' tag";
    lacking.is(400, text);
    let made = post("/api/plugins", body).admin().send(&gateway).await;
    assert_eq!(made.status, 201);
    let shape = ["id", "name", "connections", "config", "source", "priority"];
    assert_eq!(Answer::keys(&made.json()), shape);
    let got = get("/api/plugins/webhooks").auditor().send(&gateway).await;
    assert_eq!(got.json(), made.json());
    post("/api/plugins", body)
        .admin()
        .send(&gateway)
        .await
        .is(400, "plugin already enabled");
}

const ORDERS_DB: &str = "0f5a1c3e-7b24-4d86-9e10-a2c4e6f80b13";

#[tokio::test]
async fn attaching_on_an_open_source_licence_refuses_the_connections_sessions() {
    use ddctl::sandbox::gateway::Licence;
    for (licence, is_refused) in [(Licence::Oss, true), (Licence::Enterprise, false)] {
        let gateway = GatewayStandIn::new(Options {
            licence,
            ..options()
        });
        let body = r#"{"name":"webhooks","connections":[],"config":null}"#;
        post("/api/plugins", body).admin().send(&gateway).await;
        assert!(!gateway.refuses_sessions_on("prod-orders-db"));
        let path = format!("/api/plugins/webhooks/conn/{ORDERS_DB}");
        let attached = put(&path, r#"{"config":[]}"#).admin().send(&gateway).await;
        let shape = ["id", "plugin_id", "connection_id", "config", "updated_at"];
        assert_eq!(Answer::keys(&attached.json()), shape);
        assert_eq!(gateway.refuses_sessions_on("prod-orders-db"), is_refused);
        assert_eq!(
            get(&path).auditor().send(&gateway).await.json(),
            attached.json()
        );
        assert_eq!(delete(&path).admin().send(&gateway).await.status, 204);
        assert!(!gateway.refuses_sessions_on("prod-orders-db"));
        let gone = delete(&path).admin().send(&gateway).await;
        gone.is(404, "either the plugin or the connection does not exist");
    }
}

#[tokio::test]
async fn putting_a_plugin_replaces_its_whole_list() {
    let gateway = gateway();
    let with =
        format!(r#"{{"name":"webhooks","connections":[{{"id":"{ORDERS_DB}","config":null}}]}}"#);
    post("/api/plugins", &with).admin().send(&gateway).await;
    assert!(gateway.refuses_sessions_on("prod-orders-db"));
    let without = r#"{"name":"webhooks","connections":[]}"#;
    let replaced = put("/api/plugins/webhooks", without)
        .admin()
        .send(&gateway)
        .await;
    assert_eq!(replaced.status, 200);
    assert!(!gateway.refuses_sessions_on("prod-orders-db"));
}

#[tokio::test]
async fn the_audit_log_is_newest_first_and_filtered() {
    let gateway = gateway();
    let log = async |query: &str| {
        get(&format!("/api/audit/logs?{query}"))
            .auditor()
            .send(&gateway)
            .await
    };
    let all = log("page_size=100").await.json();
    let rows = all["data"].as_array().expect("rows");
    assert_eq!(
        all["pages"],
        serde_json::json!({"total": 60, "page": 1, "size": 100})
    );
    assert!(rows.is_sorted_by(|newer, older| {
        newer["created_at"].as_str() > older["created_at"].as_str()
    }));
    assert_eq!(Answer::keys(&rows[0]).len(), 15);
    assert_eq!(log("action=revoke").await.json()["pages"]["total"], 10);
    assert_eq!(log("outcome=false").await.json()["pages"]["total"], 10);
    assert_eq!(log("actor_email=INES").await.json()["pages"]["total"], 60);
    assert_eq!(
        log("http_status=404&page_size=1&page=10").await.json()["data"][0]["error_message"],
        "user not found"
    );
    let at = rows[3]["created_at"].as_str().expect("a date");
    assert_eq!(
        log(&format!("created_after={at}")).await.json()["pages"]["total"],
        4
    );
    assert_eq!(log("created_after=today").await.status, 200);
}

#[tokio::test]
async fn the_audit_log_refuses_each_kind_of_mistake_with_its_own_status() {
    let gateway = gateway();
    let log = async |query: &str| {
        get(&format!("/api/audit/logs?{query}"))
            .admin()
            .send(&gateway)
            .await
    };
    log("page=0").await.is(422, "page must be >= 1");
    assert!(log("page=0").await.text().contains(r"\u003e= 1"));
    log("page_size=101")
        .await
        .is(422, "page_size must be between 1 and 100");
    log("outcome=maybe")
        .await
        .is(400, "outcome must be true or false");
    log("http_status=ok")
        .await
        .is(400, "http_status must be a valid integer");
    log("created_after=not-a-date")
        .await
        .is(500, "failed listing security audit logs");
}
