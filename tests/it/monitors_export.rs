//! `monitors export` through the front door: from Datadog into files and back.

use serde_json::{Value, json};

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, assert_shape};

const QUERY: &str =
    r#"logs("service:orders").index("*").rollup("count").by("@region").last("15m") > 2"#;

fn world() -> (SandboxProcess, TestEnvironment) {
    let sandbox = SandboxOptions::default().sessions(1).start();
    let environment = TestEnvironment::of(&sandbox);
    (sandbox, environment)
}

#[track_caller]
fn made(sandbox: &SandboxProcess, body: &Value) -> String {
    let answer = sandbox.datadog("POST", "/api/v1/monitor", body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["id"].to_string()
}

fn by_hand() -> Value {
    json!({"name": "Orders: ${x} refused", "type": "log alert", "query": QUERY, "priority": 2,
        "message": "too many\n\n{{log.link}} @slack-orders\n", "tags": ["team:orders", "yes"],
        "options": {"thresholds": {"critical": 2, "warning": 1}, "renotify_interval": 60,
            "on_missing_data": "show_no_data"}})
}

#[test]
fn a_monitor_made_by_hand_is_taken_over_and_shows_no_difference_then() {
    let (sandbox, environment) = world();
    let id = made(&sandbox, &by_hand());
    let _ = environment
        .run(["monitors", "export", &id, "--to", "mine"])
        .exits(0);
    let planned = environment
        .run(["monitors", "plan", "mine", "-o", "json"])
        .exits(0)
        .json();
    let step = &planned["steps"][0];
    assert_eq!(
        (&step["action"], &step["ids"]),
        (&json!("adopt"), &json!([id]))
    );
    let fields: Vec<&Value> = step["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|change| &change["field"])
        .collect();
    assert_eq!(fields, ["tags"], "nothing but the mark");
    let _ = environment
        .run(["monitors", "apply", "mine", "--yes"])
        .exits(0);
    assert_eq!(sandbox.monitors().len(), 1, "no second one");
    let _ = environment
        .run(["monitors", "plan", "mine", "--check"])
        .exits(0);
}

#[test]
fn what_is_kept_as_code_is_exported_to_where_it_belongs_and_back() {
    let (sandbox, environment) = world();
    let _ = environment
        .run(["monitors", "apply", "--pack", "execlave", "--yes"])
        .exits(0);
    let rows = environment
        .run(["monitors", "export", "--owned", "--to", "out", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("monitors_export", &rows);
    assert_eq!(
        rows.as_array().map(Vec::len),
        Some(sandbox.monitors().len())
    );
    let _ = environment
        .run(["monitors", "plan", "out/execlave", "--check"])
        .exits(0)
        .shows("unchanged");
    let _ = environment
        .run(["monitors", "export", "--owned", "--to", "out"])
        .exits(2)
        .says("--overwrite");
    let _ = environment
        .run([
            "monitors",
            "export",
            "--owned",
            "--to",
            "out",
            "--overwrite",
        ])
        .exits(0);
}

#[test]
fn one_monitor_is_printed_and_can_be_tested_at_once() {
    let (sandbox, environment) = world();
    let id = made(&sandbox, &by_hand());
    let text = environment.run(["monitors", "export", &id]).exits(0).stdout;
    assert!(text.starts_with("why: "), "{text}");
    let _ = environment
        .command(["monitors", "validate", "-", "--offline"])
        .stdin(text)
        .run()
        .exits(0);
}

#[test]
fn types_without_a_file_are_refused_by_name_and_others_are_written() {
    let (sandbox, environment) = world();
    let metric = json!({"name": "load", "type": "metric alert", "tags": ["team:a"],
        "query": "avg(last_5m):avg:system.load.5{*} > 0.5"});
    let metric = made(&sandbox, &metric);
    let mut log = by_hand();
    log["tags"] = json!(["team:a"]);
    let log = made(&sandbox, &log);
    let rows = environment
        .run([
            "monitors", "export", "--tag", "team:a", "--to", "mine", "-o", "json",
        ])
        .exits(1);
    let _ = rows.clone().says("`query alert`");
    let rows = rows.json();
    for row in rows.as_array().expect("rows") {
        assert_eq!(row["file"].is_string(), row["id"] == log.as_str(), "{row}");
        assert_eq!(
            row["refused"].is_string(),
            row["id"] == metric.as_str(),
            "{row}"
        );
    }
    let _ = environment
        .run(["monitors", "export", "1"])
        .exits(1)
        .says("has no monitor 1");
    let _ = environment
        .run(["monitors", "export"])
        .exits(2)
        .says("say which monitors");
    let _ = environment
        .run(["monitors", "export", "--tag", "team:a"])
        .exits(2)
        .says("--to FOLDER");
}
