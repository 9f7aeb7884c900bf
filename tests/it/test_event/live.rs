//! `--live`: the real monitor, after saying who would hear of it.

use serde_json::{Value, json};

use super::{OWN, own_events, own_monitor, world};
use crate::support::{Pty, SandboxProcess, TestEnvironment};

/// A monitor that is there already; its id.
#[track_caller]
fn monitor(sandbox: &SandboxProcess, name: &str, query: &str, message: &str) -> u64 {
    let body = json!({"type": "log alert", "name": name, "query": query, "message": message});
    let made = sandbox.datadog("POST", "/api/v1/monitor", &body);
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()["id"].as_u64().expect("an id")
}

fn counts(search: &str, by: &str, threshold: u32) -> String {
    format!(r#"logs("{search}").index("*").rollup("count").by("{by}").last("5m") > {threshold}"#)
}

fn live_world() -> (SandboxProcess, TestEnvironment, u64) {
    let (sandbox, environment) = world();
    let id = monitor(
        &sandbox,
        "the real one",
        &counts("source:hoop @evt.name:session.open", "@usr.id", 0),
        "see @pagerduty-night",
    );
    (sandbox, environment, id)
}

fn live(id: u64) -> Vec<String> {
    let flags = ["test-event", "unapproved-prod", "--live", "--monitor"];
    let flags = flags.into_iter().map(str::to_owned);
    flags.chain([id.to_string()]).collect()
}

#[test]
fn it_says_whom_it_tells_and_what_else_the_events_would_trip() {
    let (sandbox, environment, id) = live_world();
    let other = monitor(
        &sandbox,
        "every agent",
        &counts("source:hoop", "@usr.id", 0),
        "@slack-sec",
    );
    let quiet = monitor(
        &sandbox,
        "many",
        &counts("source:hoop", "@usr.id", 90),
        "@boss",
    );
    let mut args = live(id);
    args.extend(["--yes".to_owned(), "-ojson".to_owned()]);
    let output = environment
        .run(args)
        .exits(0)
        .says(&format!(
            "monitor {id} (the real one) would tell @pagerduty-night"
        ))
        .says(&format!(
            "monitor {other} (every agent) would alert too, and tell @slack-sec"
        ));
    assert!(!output.stderr.contains(&quiet.to_string()), "{output}");
    let answer = output.json();
    assert_eq!(
        (&answer["monitor_id"], &answer["is_copy"]),
        (&json!(id), &json!(false))
    );
    let url = format!("https://app.datadoghq.com/monitors/{id}");
    assert_eq!(answer["monitor_url"], url);
    assert_eq!(sandbox.monitors().len(), 3, "the real one stays");
    let sent = sandbox.received("logs", "evt.test");
    assert!(sent.iter().all(|log| log["evt.test"] == true), "{sent:?}");
}

#[test]
fn where_nobody_can_be_asked_nothing_is_sent() {
    let (sandbox, environment, id) = live_world();
    let _ = environment
        .run(live(id))
        .exits(2)
        .says("would tell @pagerduty-night")
        .says("answer it by --yes");
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn a_no_sends_nothing() {
    let (sandbox, environment, id) = live_world();
    let args = live(id);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut pty = Pty::start(&environment, &args);
    let _ = pty.wait_for("Send 2 events to the real monitor");
    pty.type_keys("n");
    assert_eq!(pty.finish().code, 1);
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn a_monitor_that_was_in_the_state_before_proves_nothing() {
    let (sandbox, environment) = world();
    own_monitor(&environment, "thresholds: {critical: 5}");
    let id = monitor(
        &sandbox,
        "all orders",
        r#"logs("service:orders").index("*").rollup("count").last("15m") > 5"#,
        "",
    );
    own_events(&environment, "orders", 6);
    let _ = environment.run([&OWN[..], &["-ojson"]].concat()).exits(0);
    alerts(&sandbox, id);
    let mut args = OWN.map(str::to_owned).to_vec();
    args[4] = id.to_string();
    let flags = ["--live", "--yes", "--timeout=4s", "-ojson"];
    args.extend(flags.map(str::to_owned));
    let answer = environment.run(args).exits(3).json();
    assert_eq!(answer["verdict"], "timed_out");
    assert_eq!(answer["state"], "alert since before the events (*)");
}

/// Waits until the monitor alerts, and until the second in which it did is over.
#[track_caller]
fn alerts(sandbox: &SandboxProcess, id: u64) {
    let path = format!("/api/v1/monitor/{id}?group_states=all");
    crate::support::until("an alert of some seconds ago", || {
        let monitor = sandbox.datadog("GET", &path, &Value::Null).json();
        let at = monitor["state"]["groups"]["*"]["last_triggered_ts"].as_i64()?;
        (jiff::Timestamp::now().as_second() > at + 2).then_some(())
    });
}

#[test]
fn the_monitor_of_the_profile_is_found_by_its_mark_and_unmarked_events_reach_it() {
    let (sandbox, environment) = world();
    let _ = environment
        .run(["test-event", "high-risk-command", "--live"])
        .exits(2)
        .says("carries the mark ddctl:default/hoop/high-risk-command")
        .says("`ddctl monitors apply` makes it");
    let _ = environment
        .run(["monitors", "apply", "--pack", "hoop", "--yes"])
        .exits(0);
    let _ = environment
        .run(["test-event", "high-risk-command", "--live", "--yes"])
        .exits(0)
        .says("the monitor leaves test events out, so these are not marked as such")
        .says("would tell nobody: its message names no handle")
        .says("no other log monitor of the organisation would react");
    let sent = sandbox.received("logs", "evt.test");
    assert!(sent.iter().all(|log| log["evt.test"].is_null()), "{sent:?}");
}
