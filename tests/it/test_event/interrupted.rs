//! Ctrl-C in the middle: the temporary monitor goes, and that is said.

use rustix::process::Signal;
use serde_json::Value;

use super::{ENDLESS, endless, quick, watched_copy};
use crate::support::{Pty, TestEnvironment};

#[test]
fn while_watching_the_copy_is_deleted() {
    let (sandbox, environment) = endless();
    let running = environment.command(ENDLESS).start();
    let id = watched_copy(&sandbox);
    running.signal(Signal::INT);
    let output = running
        .finish()
        .exits(130)
        .says("stopped; the temporary monitor is deleted");
    let answer = output.json();
    assert_eq!(answer["verdict"], "stopped");
    assert_eq!(answer["monitor_id"], id);
    let last = answer["steps"].as_array().and_then(|steps| steps.last());
    assert_eq!(last.map(|step| &step["step"]), Some(&Value::from("delete")));
    assert!(sandbox.monitors().is_empty());
}

#[test]
fn a_wait_for_the_quota_does_not_hold_it_back() {
    let sandbox = quick().fault("search:429=100").start();
    let environment = TestEnvironment::of(&sandbox);
    let mut running = environment.command(["test-event", "silence"]).start();
    running.wait_for_stderr("search goes on in");
    running.signal(Signal::INT);
    let _ = running
        .finish()
        .exits(130)
        .says("stopped; the temporary monitor is deleted");
    assert!(sandbox.monitors().is_empty());
}

#[test]
fn at_the_question_nothing_has_been_sent() {
    let (sandbox, environment) = endless();
    let body = serde_json::json!({"type": "log alert", "name": "all",
        "query": r#"logs("source:hoop").index("*").rollup("count").last("5m") > 0"#});
    let real = sandbox.datadog("POST", "/api/v1/monitor", &body).json();
    let id = real["id"].to_string();
    let mut pty = Pty::start(
        &environment,
        &["test-event", "silence", "--live", "--monitor", &id],
    );
    let _ = pty.wait_for("Send 1 event to the real monitor");
    pty.type_keys("\x03");
    let ended = pty.finish();
    assert_eq!(ended.code, 130);
    assert!(ended.is_given_back);
    assert!(sandbox.received("logs", "").is_empty());
}
