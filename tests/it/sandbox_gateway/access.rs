//! Credentials, roles, and the form of every answer.

use super::*;

#[tokio::test]
async fn both_kinds_of_credential_sign_in() {
    let gateway = gateway();
    let by_key = get("/api/userinfo").admin().send(&gateway).await.json();
    assert_eq!(by_key["role"], "admin");
    let server_key = options().tokens.server;
    let by_server_key = get("/api/userinfo")
        .header("api-key", &server_key)
        .send(&gateway)
        .await;
    assert_eq!(by_server_key.json()["email"], "API_KEY");
    let person = token_of(&gateway, "rosa@shop.example").await;
    let by_login = get("/api/userinfo")
        .bearer(&person)
        .send(&gateway)
        .await
        .json();
    assert_eq!(
        (&by_login["name"], &by_login["role"]),
        (&"Rosa Lindqvist".into(), &"standard".into())
    );
}

#[tokio::test]
async fn a_bearer_header_is_two_words_and_case_sensitive() {
    let gateway = gateway();
    let key = options().tokens.admin;
    for wrong in [
        format!("bearer {key}"),
        format!("Bearer  {key}"),
        format!("Bearer {key} x"),
        key.clone(),
        "Bearer hpk_wrong".to_owned(),
    ] {
        let answer = get("/api/sessions")
            .header("authorization", &wrong)
            .send(&gateway)
            .await;
        answer.is(401, "access denied");
    }
    get("/api/sessions")
        .send(&gateway)
        .await
        .is(401, "access denied");
}

#[tokio::test]
async fn a_wrong_server_key_beside_a_good_bearer_is_refused() {
    let gateway = gateway();
    let answer = get("/api/sessions")
        .admin()
        .header("api-key", "xapi-wrong")
        .send(&gateway)
        .await;
    answer.is(401, "unauthorize");
}

#[tokio::test]
async fn auditors_pass_only_where_a_route_names_them() {
    let gateway = gateway();
    for path in [
        "/api/serverinfo",
        "/api/sessions",
        "/api/connections",
        "/api/access-requests/rules",
        "/api/audit/logs",
        "/api/plugins",
        "/api/webhooks/eventtypes",
    ] {
        assert_eq!(
            get(path).auditor().send(&gateway).await.status,
            200,
            "{path}"
        );
    }
    get("/api/api-keys")
        .auditor()
        .send(&gateway)
        .await
        .is(403, "access denied");
    let id = ids(&gateway, "limit=1").await.remove(0);
    let kill = post(&format!("/api/sessions/{id}/kill"), "")
        .auditor()
        .send(&gateway)
        .await;
    kill.is(403, "access denied");
    let endpoint = post("/api/webhooks/endpoints", r#"{"url":"http://127.0.0.1/"}"#);
    endpoint
        .auditor()
        .send(&gateway)
        .await
        .is(403, "access denied");
}

#[tokio::test]
async fn standard_callers_are_kept_from_what_is_for_admins_and_auditors() {
    let gateway = gateway();
    for path in [
        "/api/audit/logs",
        "/api/access-requests/rules",
        "/api/webhooks/endpoints",
    ] {
        get(path)
            .standard()
            .send(&gateway)
            .await
            .is(403, "access denied");
    }
    assert_eq!(
        get("/api/connections")
            .standard()
            .send(&gateway)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_path_that_does_not_exist_is_answered_by_the_router() {
    let gateway = gateway();
    for call in [
        get("/api/no/such/path"),
        get("/nothing"),
        delete("/api/sessions").admin(),
    ] {
        let answer = call.send(&gateway).await;
        assert_eq!(
            (answer.status, answer.content_type(), answer.text()),
            (404, "text/plain", "404 page not found")
        );
    }
}

#[tokio::test]
async fn a_slash_too_many_is_redirected_before_anything_else() {
    let answer = get("/api/sessions/").send(&gateway()).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (301, "/api/sessions")
    );
    assert_eq!(
        answer.text(),
        "<a href=\"/api/sessions\">Moved Permanently</a>.\n\n"
    );
    assert_eq!(answer.header("server"), "");
}

#[tokio::test]
async fn every_answer_names_the_gateways_release() {
    let gateway = gateway();
    for call in [
        get("/api/healthz"),
        get("/api/sessions"),
        get("/api/sessions").admin(),
    ] {
        let answer = call.send(&gateway).await;
        assert_eq!(answer.header("server"), "hoopgateway/1.148.0");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.content_type(), "application/json; charset=utf-8");
    }
}

#[tokio::test]
async fn every_get_route_answers_head() {
    let gateway = gateway();
    for path in ["/api/healthz", "/api/sessions?limit=1"] {
        let asked = call(Method::HEAD, path).admin().send(&gateway).await;
        let got = get(path).admin().send(&gateway).await;
        assert_eq!(
            (asked.status, asked.headers),
            (got.status, got.headers),
            "{path}"
        );
    }
}

#[tokio::test]
async fn health_and_sign_in_methods_need_no_sign_in() {
    let gateway = gateway();
    let health = get("/api/healthz").send(&gateway).await;
    assert_eq!(health.text(), r#"{"liveness":"OK"}"#);
    let public = get("/api/publicserverinfo").send(&gateway).await;
    assert_eq!(
        public.text(),
        r#"{"auth_method":"local","setup_required":false}"#
    );
}

#[tokio::test]
async fn the_licence_is_the_one_the_stand_in_was_given() {
    use ddctl::sandbox::gateway::Licence;
    for (licence, name) in [(Licence::Oss, "oss"), (Licence::Enterprise, "enterprise")] {
        let gateway = GatewayStandIn::new(Options {
            licence,
            ..options()
        });
        let info = get("/api/serverinfo").auditor().send(&gateway).await.json();
        assert_eq!(info["license_info"]["type"], name);
        assert_eq!(info["license_info"]["status"], "valid");
        assert_eq!(info["license_info"]["verified_host"], "127.0.0.1");
        assert_eq!(info["has_webhook_app_key"], true);
    }
}

#[tokio::test]
async fn a_wrong_login_says_whether_the_person_exists() {
    let gateway = gateway();
    let login = |body: &str| post("/api/localauth/login", body);
    let unknown = login(r#"{"email":"nobody@shop.example","password":"sandbox"}"#);
    unknown.send(&gateway).await.is(404, "user not found");
    let wrong = login(r#"{"email":"rosa@shop.example","password":"guess"}"#);
    wrong.send(&gateway).await.is(401, "invalid credentials");
}

#[tokio::test]
async fn a_created_key_is_shown_once_and_signs_in() {
    let gateway = gateway();
    let body = r#"{"name":"exporter","groups":["auditor"]}"#;
    let made = post("/api/api-keys", body).admin().send(&gateway).await;
    assert_eq!(made.status, 201);
    let key = made.json()["key"].as_str().expect("a key").to_owned();
    assert_eq!((key.starts_with("hpk_"), key.len()), (true, 47));
    let info = get("/api/userinfo")
        .bearer(&key)
        .send(&gateway)
        .await
        .json();
    assert_eq!(
        (&info["id"], &info["role"]),
        (&made.json()["id"], &"auditor".into())
    );
    let listed = get("/api/api-keys").admin().send(&gateway).await;
    assert!(!listed.text().contains(&key));
    let again = post("/api/api-keys", body).admin().send(&gateway).await;
    again.is(409, "an api key with this name already exists");
    let log = get("/api/audit/logs?resource_type=api_keys&page_size=1")
        .admin()
        .send(&gateway)
        .await;
    assert_eq!(
        log.json()["data"][0]["request_payload_redacted"]["name"],
        "exporter"
    );
}
