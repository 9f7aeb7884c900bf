//! What interrupted rehearsals left behind, and `--cleanup`.

use serde_json::{Value, json};

use super::{ENDLESS, endless, quick, watched_copy, world};
use crate::support::{SandboxProcess, TestEnvironment, assert_shape, until};

/// A copy as a rehearsal makes it, left behind an hour ago.
fn leave_stray(sandbox: &SandboxProcess, run: &str) {
    let body = json!({"type": "log alert", "name": format!("[ddctl rehearsal {run}] x"),
        "query": r#"logs("a").index("*").rollup("count").last("5m") > 0"#,
        "tags": ["ddctl:rehearsal", format!("ddctl_run:{run}"), "ddctl_made:1780000000"]});
    let made = sandbox.datadog("POST", "/api/v1/monitor", &body);
    assert_eq!(made.status, 200, "{}", made.text());
}

#[test]
fn strays_are_deleted_and_nothing_else() {
    let (sandbox, environment) = world();
    leave_stray(&sandbox, "0a1b");
    leave_stray(&sandbox, "2c3d");
    let own = json!({"type": "log alert", "name": "own", "tags": ["ddctl:rehearsal"],
        "query": r#"logs("a").index("*").rollup("count").last("5m") > 0"#});
    let _ = sandbox.datadog("POST", "/api/v1/monitor", &own);
    let _ = environment
        .run(["test-event", "--cleanup"])
        .exits(2)
        .says("Delete 2 temporary monitors?");
    assert_eq!(sandbox.monitors().len(), 3, "nobody said yes");
    let output = environment
        .run(["test-event", "--cleanup", "--yes", "-ojson"])
        .exits(0)
        .says("deleted 2 monitors");
    assert_shape("test_event_cleanup", &output.json());
    let left = sandbox.monitors();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["name"], "own");
    let _ = environment
        .run(["test-event", "--cleanup", "--yes"])
        .exits(0)
        .says("no rehearsal left anything behind");
}

#[test]
fn under_read_only_strays_stay() {
    let (sandbox, environment) = world();
    leave_stray(&sandbox, "0a1b");
    let _ = environment
        .run(["test-event", "--cleanup", "--yes", "--read-only"])
        .exits(2)
        .says("--read-only forbids it");
    assert_eq!(sandbox.monitors().len(), 1);
}

#[test]
fn a_copy_that_cannot_be_deleted_is_named_and_the_cleanup_finds_it() {
    let (sandbox, environment) = endless();
    let running = environment.command(ENDLESS).start();
    let id = watched_copy(&sandbox);
    sandbox.put_faults(&["monitors:403"]);
    let _ = running
        .finish()
        .exits(4)
        .says(&format!("the temporary monitor {id} could not be deleted"))
        .says("`ddctl test-event --cleanup` deletes what is left");
    sandbox.put_faults(&[]);
    let _ = environment
        .run(["test-event", "--cleanup", "--yes"])
        .exits(0)
        .shows(&id.to_string());
    assert!(sandbox.monitors().is_empty());
}

#[test]
fn a_copy_whose_making_was_not_answered_is_looked_for_and_deleted() {
    let sandbox = quick().fault("monitors:reset-after-store").start();
    let environment = TestEnvironment::of(&sandbox);
    let running = environment.command(["test-event", "silence"]).start();
    until("the making of a copy", || {
        let made = |row: &Value| row["method"] == "POST" && row["path"] == "/api/v1/monitor";
        sandbox.requests(false).iter().any(made).then_some(())
    });
    sandbox.put_faults(&[]);
    let _ = running
        .finish()
        .exits(5)
        .says("make a temporary copy of the monitor");
    assert!(sandbox.monitors().is_empty());
}
