//! What it keeps, and when it keeps nothing.

use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{Relay, command, health, health_address, logs, unknown};
use crate::support::{Attempt, SandboxOptions, TestEnvironment, assert_shape, until};

#[test]
fn without_room_a_webhook_is_answered_503_and_the_relay_is_not_ready() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let flags = ["--disk-free", "4000000GB", "--health-listen", "0"];
    let mut relay = Relay::of(command(&environment, &flags).start());
    let address = health_address(&mut relay);
    let body = unknown(1).to_string();
    assert_eq!(
        Attempt::of("msg_1", body.as_bytes())
            .post(&relay.url)
            .status,
        503
    );
    let (status, text) = health(&address, "/readyz");
    assert_eq!(status, 503);
    assert!(text.contains("the disk has "), "{text}");
    let (_, metrics) = health(&address, "/metrics");
    assert!(metrics.contains("ddctl_door_closed 1\n"), "{metrics}");
    assert!(metrics.contains("ddctl_webhooks_refused_total{reason=\"no room\"} 1\n"));
    let told = environment.run(["status"]).exits(0).stdout;
    assert!(told.contains("refusing webhooks"), "{told}");
    let _ = relay.stop();
    assert!(logs(&sandbox, "evt.name").is_empty());
}

/// A webhook of about 1 MB that no compression makes smaller.
fn bulky(number: u64) -> Value {
    let mut state = number + 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'0' + (state % 64) as u8)
    };
    let text: String = (0..900_000).map(|_| letter()).collect();
    json!({"event_type": "plan.changed", "text": text})
}

#[test]
fn a_relay_is_ready_again_when_there_is_room_and_waits_for_no_webhook() {
    let sandbox = SandboxOptions::default()
        .sessions(3)
        .fault("logs:503@1")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let flags = ["--spool-size", "16MB", "--health-listen", "0"];
    let mut relay = Relay::start(&environment, &flags);
    let address = health_address(&mut relay);
    let refused =
        (0..64).find(|number| relay.takes(&format!("msg_{number}"), &bulky(*number)) == 503);
    assert!(refused.is_some(), "there was room for everything");
    assert_eq!(health(&address, "/readyz").0, 503);
    relay.running.wait_for_stderr("webhooks are answered 503");
    sandbox.put_faults(&[]);
    until("a relay that is ready", || {
        (health(&address, "/readyz").0 == 200).then_some(())
    });
    relay.running.wait_for_stderr("webhooks are taken again");
    assert_eq!(relay.takes("msg_after", &unknown(1)), 202);
    let _ = relay.stop();
}

#[test]
fn a_relay_whose_key_is_refused_is_ready_and_keeps_what_comes() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let mut relay = Relay::start(&environment, &["--health-listen", "0"]);
    let address = health_address(&mut relay);
    sandbox.put_faults(&["logs:403@1"]);
    assert_eq!(relay.takes("msg_1", &unknown(1)), 202);
    relay.running.wait_for_stderr("paused");
    assert_eq!(health(&address, "/readyz"), (200, "ready\n".to_owned()));
    let (_, metrics) = health(&address, "/metrics");
    assert!(metrics.contains("ddctl_spool_events 1\n"), "{metrics}");
    relay.running.signal(Signal::TERM);
    let _ = relay.running.finish();
    sandbox.put_faults(&[]);
    let relay = Relay::start(&environment, &[]);
    until("what was kept", || {
        (logs(&sandbox, "evt.name").len() == 1).then_some(())
    });
    let _ = relay.stop();
}

#[test]
fn a_second_relay_is_told_who_has_the_spool() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    let refused = command(&environment, &[]).run().exits(1);
    assert!(
        refused
            .stderr
            .contains("is in use by `ddctl relay` (process "),
        "{}",
        refused.stderr
    );
    let rows = environment
        .run(["state", "show", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("state_show_spool", &rows);
    assert_eq!(
        (&rows[0]["kind"], &rows[0]["held"]),
        (&json!("spool"), &json!(true))
    );
    let held = environment
        .run(["state", "reset", "relay", "--yes"])
        .exits(1);
    assert!(held.stderr.contains("in use by"), "{}", held.stderr);
    let status = environment.run(["status", "-o", "json"]).exits(0).json();
    assert_shape("status_relay", &status);
    assert_eq!(status[0]["command"], "relay");
    let _ = relay.stop();
}

#[test]
fn a_damaged_spool_is_refused_and_repaired_without_what_is_damaged() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    sandbox.put_faults(&["logs:503@1"]);
    for number in 0..3 {
        assert_eq!(relay.takes(&format!("msg_{number}"), &unknown(number)), 202);
    }
    relay.running.signal(Signal::KILL);
    let _ = relay.running.finish();
    let path = environment
        .home()
        .join(".local/state/ddctl/default/relay.db");
    for companion in ["relay.db-wal", "relay.db-shm"] {
        let _ = fs::remove_file(path.with_file_name(companion));
    }
    fs::write(&path, b"no database").expect("ours");
    let refused = command(&environment, &[]).run().exits(1);
    assert!(
        refused.stderr.contains("ddctl state repair"),
        "{}",
        refused.stderr
    );
    let verified = environment
        .run(["state", "verify", "-o", "json"])
        .exits(3)
        .json();
    assert_eq!(verified["spool"]["sound"], false);
    assert_eq!(verified["sound"], true);
    let repaired = environment
        .run(["state", "repair", "-o", "json"])
        .exits(0)
        .json();
    let aside = repaired["spool"]["aside"].as_str().expect("a path");
    assert_eq!(fs::read(aside).expect("kept"), b"no database");
    let _ = environment.run(["state", "verify"]).exits(0);
    sandbox.put_faults(&[]);
    let relay = Relay::start(&environment, &[]);
    assert_eq!(relay.takes("msg_9", &unknown(9)), 202);
    let _ = relay.stop();
}
