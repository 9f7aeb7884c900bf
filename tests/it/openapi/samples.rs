//! The checker itself: requests made by hand, good ones and ones with one fault each.

use serde_json::json;

use super::check::{Known, check};
use super::document::System;
use super::{Reference, Request};

fn get(system: System, host: &str, path: &str, query: &[(&str, &str)]) -> Request {
    Request {
        system,
        method: "GET".to_owned(),
        host: host.to_owned(),
        path: path.to_owned(),
        query: query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        headers: ["dd-api-key", "dd-application-key", "authorization"]
            .map(|name| (name.to_owned(), "****".to_owned()))
            .to_vec(),
        body: String::new(),
    }
}

fn post(system: System, host: &str, path: &str, body: &serde_json::Value) -> Request {
    let mut request = get(system, host, path, &[]);
    request.method = "POST".to_owned();
    request.body = body.to_string();
    request
        .headers
        .push(("content-type".to_owned(), "application/json".to_owned()));
    request
}

const API: &str = "api.datadoghq.eu";
const INTAKE: &str = "http-intake.logs.datadoghq.eu";

fn validate_key() -> Request {
    get(System::Datadog, API, "/api/v1/validate", &[])
}

fn sessions(query: &[(&str, &str)]) -> Request {
    get(System::Gateway, "127.0.0.1", "/api/sessions", query)
}

fn logs() -> Request {
    let logs = json!([{"message": "m", "ddsource": "hoop", "evt": {"id": "1"}}]);
    post(System::Datadog, INTAKE, "/api/v2/logs", &logs)
}

fn monitor(body: &serde_json::Value) -> Request {
    post(System::Datadog, API, "/api/v1/monitor/validate", body)
}

fn with(mut request: Request, change: impl FnOnce(&mut Request)) -> Request {
    change(&mut request);
    request
}

#[test]
fn good_requests_pass_and_are_told_by_their_operation() {
    let Some(reference) = Reference::get() else {
        return;
    };
    let monitor_body = json!({"name": "n", "type": "log alert", "query": "logs(\"*\")",
        "options": {"thresholds": {"critical": 1.0}}});
    let id = "/api/sessions/8a6f0e3c-1b2d-4c5e-9f80-7a6b5c4d3e2f";
    let good = [
        validate_key(),
        sessions(&[
            ("start_date", "2026-11-21T10:00:00Z"),
            ("limit", "100"),
            ("count", "none"),
        ]),
        get(
            System::Gateway,
            "127.0.0.1",
            id,
            &[("expand", "event_stream,session_input")],
        ),
        logs(),
        with(logs(), |request| {
            request
                .headers
                .push(("content-encoding".to_owned(), "gzip".to_owned()));
        }),
        monitor(&monitor_body),
        post(
            System::Gateway,
            "g",
            "/api/plugins",
            &json!({"name": "webhooks", "connections": [], "config": null}),
        ),
    ];
    for request in good {
        let known = check(reference, &request);
        assert!(
            matches!(known, Ok(Known::Described(_))),
            "{}: {known:?}",
            request.line()
        );
    }
}

#[test]
fn operations_on_the_list_pass_with_their_source() {
    let Some(reference) = Reference::get() else {
        return;
    };
    let endpoints = get(System::Gateway, "g", "/api/webhooks/endpoints/ep_1", &[]);
    assert_eq!(
        check(reference, &endpoints),
        Ok(Known::Listed("gateway/README.md, section 6"))
    );
}

/// Each request with a word of the one violation it must draw.
fn bad() -> Vec<(Request, &'static str)> {
    let monitor_of = |options: serde_json::Value| {
        monitor(&json!({"type": "log alert", "query": "q", "options": options}))
    };
    vec![
        (
            get(System::Datadog, API, "/api/v1/metrics", &[]),
            "no document",
        ),
        (
            get(System::Datadog, API, "/api/v2/logs", &[]),
            "no document",
        ),
        (get(System::Gateway, "g", "/sessions", &[]), "no document"),
        (
            get(System::Gateway, "g", "/api/webhooks/endpoints/", &[]),
            "no document",
        ),
        (
            with(validate_key(), |r| r.host = "api.example.com".to_owned()),
            "does not serve",
        ),
        (with(logs(), |r| r.host = API.to_owned()), "does not serve"),
        (
            with(validate_key(), |r| r.headers.clear()),
            "needs the headers",
        ),
        (
            with(validate_key(), |r| r.body = "{}".to_owned()),
            "takes no body",
        ),
        (
            sessions(&[("strat_date", "2026-11-21T10:00:00Z")]),
            "strat_date is not declared",
        ),
        (
            sessions(&[("start_date", "yesterday")]),
            "parameter start_date",
        ),
        (sessions(&[("limit", "many")]), "parameter limit"),
        (sessions(&[("count", "roughly")]), "parameter count"),
        (
            get(System::Datadog, API, "/api/v1/events", &[("end", "1")]),
            "start is missing",
        ),
        (
            get(System::Datadog, API, "/api/v1/monitor/abc", &[]),
            "parameter monitor_id",
        ),
        (with(logs(), |r| r.body.clear()), "body is missing"),
        (with(logs(), |r| r.body = "[{".to_owned()), "no JSON"),
        (
            with(logs(), |r| r.body = "{\"message\":\"m\"}".to_owned()),
            "body:",
        ),
        (
            with(logs(), |r| r.body = "[{\"ddsource\":\"x\"}]".to_owned()),
            "message",
        ),
        (
            with(logs(), |r| r.body = "[{\"message\":1}]".to_owned()),
            "body:",
        ),
        (
            with(logs(), |r| {
                r.headers
                    .push(("content-encoding".to_owned(), "zstd".to_owned()))
            }),
            "parameter Content-Encoding",
        ),
        (
            with(logs(), |r| {
                r.headers.retain(|(name, _)| name != "content-type")
            }),
            "takes no body of type",
        ),
        (
            monitor(&json!({"type": "log alarm", "query": "q"})),
            "body:",
        ),
        (monitor(&json!({"type": "log alert"})), "query"),
        (monitor_of(json!({"threshold": {}})), "threshold"),
        (
            monitor_of(json!({"thresholds": {"critical": "high"}})),
            "body:",
        ),
        (
            post(
                System::Gateway,
                "g",
                "/api/plugins",
                &json!({"name": "webhooks"}),
            ),
            "connections",
        ),
        (
            post(
                System::Gateway,
                "g",
                "/api/plugins",
                &json!({"name": "x", "connections": []}),
            ),
            "body:",
        ),
    ]
}

#[test]
fn a_request_with_a_fault_is_refused_and_the_fault_is_named() {
    let Some(reference) = Reference::get() else {
        return;
    };
    for (request, expected) in bad() {
        let found = check(reference, &request)
            .expect_err(&request.line())
            .join("; ");
        assert!(found.contains(expected), "{}: {found}", request.line());
    }
}

#[test]
fn a_path_without_parameters_goes_before_one_with() {
    let Some(reference) = Reference::get() else {
        return;
    };
    let search = get(System::Datadog, API, "/api/v1/monitor/search", &[]);
    let operation = reference.operation(&search).expect("it is described");
    assert_eq!(operation.path, "/api/v1/monitor/search");
}
