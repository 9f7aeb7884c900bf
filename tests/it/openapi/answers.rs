//! What the sandbox answers in Datadog's place, held against the documents' answers: each status
//! it gives is one of the operation's, and the body fits.
//!
//! The real answers go beyond the documents, and so do the sandbox's: nulls where the schema
//! allows none, and the members named in [`RECORDED`]. Both are taken out before.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::check::errors;
use super::document::System;
use super::{Reference, Request};
use crate::support::{SandboxOptions, SandboxProcess, ask};

/// Members that recorded answers have and the document's schemas lack, by the beginning of the
/// path.
const RECORDED: &[(&str, &[&str])] = &[
    (
        "/api/v1/monitor",
        &[
            "org_id",
            "created_at",
            "overall_state_modified",
            "restriction_policy",
        ],
    ),
    ("/api/v1/monitor", &["/creator/id"]),
    (
        "/api/v1/monitor/search",
        &["muted_until_ts", "priority", "restricted_roles"],
    ),
    (
        "/api/v1/monitor/groups/search",
        &[
            "env_tags",
            "muted_remaining",
            "muted_until_ts",
            "all_tags",
            "team_tags",
            "downtimes",
            "priority",
            "muted",
        ],
    ),
    (
        "/api/v1/monitor/groups/search",
        &["/counts/muted", "/counts/tag"],
    ),
    ("/api/v1/dashboard", &["description", "deleted_at"]),
    (
        "/api/v2/current_user/application_keys",
        &["/relationships/leak_information"],
    ),
];

/// A call and the status it is to have.
type Call<'c> = (&'c str, &'c str, Value, u16);

const QUERY: &str = r#"logs("*").index("main").rollup("count").by("source").last("5m") > 0"#;

fn log_alert() -> Value {
    json!({
        "type": "log alert", "query": QUERY, "name": "n", "tags": ["env:ci"], "priority": 3,
        "message": "m @somebody",
        "options": {"thresholds": {"critical": 0, "warning": null}, "silenced": {"*": null}},
    })
}

fn dashboard() -> Value {
    let note = json!({"definition": {"type": "note", "content": "a"}});
    json!({
        "title": "t", "layout_type": "ordered", "reflow_type": "auto", "widgets": [note],
        "tags": ["team:a"],
    })
}

/// Calls that need nothing to be there before, good and bad.
fn calls<'c>() -> Vec<Call<'c>> {
    let aggregation = json!({
        "compute": [
            {"aggregation": "count"},
            {"aggregation": "count", "type": "timeseries", "interval": "1m"},
        ],
        "group_by": [{"facet": "source", "missing": "none"}],
    });
    vec![
        ("GET", "/api/v1/validate", Value::Null, 200),
        ("GET", "/api/v2/validate", Value::Null, 200),
        ("GET", "/api/v2/validate_keys", Value::Null, 200),
        (
            "GET",
            "/api/v2/current_user/application_keys",
            Value::Null,
            200,
        ),
        (
            "GET",
            "/api/v2/current_user/application_keys/none",
            Value::Null,
            404,
        ),
        ("POST", "/api/v1/monitor/validate", log_alert(), 200),
        (
            "POST",
            "/api/v1/monitor/validate",
            json!({"type": "log alert"}),
            400,
        ),
        (
            "POST",
            "/api/v1/monitor",
            json!({"type": "log alert", "query": "query"}),
            400,
        ),
        ("GET", "/api/v1/monitor?group_states=all", Value::Null, 200),
        ("GET", "/api/v1/monitor?group_states=none", Value::Null, 400),
        ("GET", "/api/v1/monitor/search", Value::Null, 200),
        (
            "GET",
            "/api/v1/monitor/search?query=status%3Anone",
            Value::Null,
            400,
        ),
        ("GET", "/api/v1/monitor/groups/search", Value::Null, 200),
        (
            "GET",
            "/api/v1/monitor/can_delete?monitor_ids=1",
            Value::Null,
            400,
        ),
        ("GET", "/api/v1/monitor/1", Value::Null, 404),
        ("PUT", "/api/v1/monitor/1", json!({"name": "n"}), 404),
        ("DELETE", "/api/v1/monitor/1", Value::Null, 404),
        ("GET", "/api/v1/dashboard", Value::Null, 200),
        ("POST", "/api/v1/dashboard", json!({"title": "t"}), 400),
        ("GET", "/api/v1/dashboard/a", Value::Null, 404),
        ("DELETE", "/api/v1/dashboard/a", Value::Null, 404),
        ("GET", "/api/v1/logs/config/indexes", Value::Null, 200),
        ("GET", "/api/v1/logs/config/indexes/main", Value::Null, 200),
        ("GET", "/api/v1/logs/config/indexes/none", Value::Null, 404),
        ("POST", "/api/v2/logs/analytics/aggregate", aggregation, 200),
        (
            "POST",
            "/api/v2/logs/analytics/aggregate",
            json!({"compute": [{}]}),
            400,
        ),
        ("POST", "/api/v2/logs/events/search", json!({}), 200),
    ]
}

/// The sandbox, and the documents its answers have to fit.
struct Answers {
    sandbox: SandboxProcess,
    reference: &'static Reference,
    misfits: Vec<String>,
}

impl Answers {
    fn ask(&mut self, (method, path, body, status): Call<'_>) -> Value {
        let url = format!("{}{path}", self.sandbox.var("DDCTL_DATADOG_URL"));
        let headers = [
            ("content-type", "application/json"),
            ("dd-api-key", self.sandbox.var("DD_API_KEY")),
            ("dd-application-key", self.sandbox.var("DD_APP_KEY")),
        ];
        let text = match &body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let answer = ask(method, &url, &headers, text.as_bytes());
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        let answer = answer.json();
        self.check(method, path, status, &answer);
        answer
    }

    fn check(&mut self, method: &str, path_and_query: &str, status: u16, answer: &Value) {
        let (path, query) = path_and_query
            .split_once('?')
            .unwrap_or((path_and_query, ""));
        let request = Request {
            system: System::Datadog,
            method: method.to_owned(),
            host: "api.datadoghq.com".to_owned(),
            path: path.to_owned(),
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: Vec::new(),
            body: String::new(),
        };
        let operation = self.reference.operation(&request);
        let operation = operation.unwrap_or_else(|| panic!("{method} {path} is in no document"));
        let Some(schema) = operation.answer(status) else {
            let title = operation.title();
            return self.misfits.push(format!("{title} has no answer {status}"));
        };
        let found = errors(&operation, schema, &described(path, answer));
        let line = |error: &String| format!("{method} {path} {status}: {error}");
        self.misfits.extend(found.iter().map(line));
    }
}

/// An answer without what the documents leave out.
fn described(path: &str, answer: &Value) -> Value {
    let mut answer = answer.clone();
    for (beginning, names) in RECORDED {
        if path.starts_with(beginning) {
            names.iter().for_each(|name| take_out(&mut answer, name));
        }
    }
    without_nulls(&mut answer);
    answer
}

/// Takes a member, or `/one/of/another`, out of the answer and of the objects in its lists.
fn take_out(value: &mut Value, name: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| take_out(item, name)),
        Value::Object(members) => {
            members.remove(name);
            for inner in members.values_mut().filter(|inner| inner.is_array()) {
                take_out(inner, name);
            }
            let nested = name.strip_prefix('/').and_then(|path| path.split_once('/'));
            if let Some((outer, inner)) = nested
                && let Some(Value::Object(outer)) = members.get_mut(outer)
            {
                outer.remove(inner);
            }
        }
        _ => {}
    }
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
        _ => {}
    }
}

#[test]
fn every_answer_of_the_sandbox_is_as_its_document_says() {
    let Some(reference) = Reference::get() else {
        return;
    };
    let mut answers = Answers {
        sandbox: SandboxOptions::default().index_delay("0s").start(),
        reference,
        misfits: Vec::new(),
    };
    send_logs(&answers.sandbox);
    walk_a_monitor(&mut answers);
    walk_a_dashboard(&mut answers);
    for call in calls() {
        answers.ask(call);
    }
    let throttled = &["monitors:429", "dashboards:429", "search:429", "api:429"];
    answers.sandbox.put_faults(throttled);
    for (method, path, body, _) in calls() {
        answers.ask((method, path, body, 429));
    }
    assert!(answers.misfits.is_empty(), "{:#?}", answers.misfits);
}

fn send_logs(sandbox: &SandboxProcess) {
    let url = format!("{}/api/v2/logs", sandbox.var("DDCTL_DATADOG_URL"));
    let headers = [
        ("content-type", "application/json"),
        ("dd-api-key", sandbox.var("DD_API_KEY")),
    ];
    let logs = json!([{"message": "m", "ddsource": "hoop"}, {"message": "n"}]);
    let answer = ask("POST", &url, &headers, logs.to_string().as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
}

/// Made, alerting, changed, held by a composite, deleted.
fn walk_a_monitor(answers: &mut Answers) {
    let id = answers.ask(("POST", "/api/v1/monitor", log_alert(), 200))["id"].clone();
    let path = format!("/api/v1/monitor/{id}");
    let detailed = format!("{path}?group_states=all&with_downtimes=true&with_assets=true");
    crate::support::until("the monitor alerts", || {
        let monitor = answers.ask(("GET", &detailed, Value::Null, 200));
        (monitor["overall_state"] == "Alert").then_some(())
    });
    answers.ask(("GET", "/api/v1/monitor/groups/search", Value::Null, 200));
    answers.ask(("PUT", &path, json!({"name": "m"}), 200));
    answers.ask(("PUT", &path, json!({"type": "composite"}), 400));
    answers.ask(("POST", &format!("{path}/validate"), log_alert(), 200));
    let can_delete = format!("/api/v1/monitor/can_delete?monitor_ids={id}");
    answers.ask(("GET", &can_delete, Value::Null, 200));
    let composite = json!({"type": "composite", "query": format!("{id} && !{id}")});
    answers.ask(("POST", "/api/v1/monitor", composite, 200));
    answers.ask(("GET", &can_delete, Value::Null, 409));
    answers.ask(("DELETE", &path, Value::Null, 400));
    answers.ask(("DELETE", &format!("{path}?force=true"), Value::Null, 200));
}

fn walk_a_dashboard(answers: &mut Answers) {
    let made = answers.ask(("POST", "/api/v1/dashboard", dashboard(), 200));
    let path = format!("/api/v1/dashboard/{}", made["id"].as_str().expect("an id"));
    answers.ask(("GET", "/api/v1/dashboard", Value::Null, 200));
    answers.ask(("GET", &path, Value::Null, 200));
    answers.ask(("PUT", &path, dashboard(), 200));
    answers.ask(("PUT", &path, json!({"title": "t"}), 400));
    answers.ask(("DELETE", &path, Value::Null, 200));
}
