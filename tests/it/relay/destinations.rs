//! Several destinations over one spool.

use serde_json::Value;

use super::{Relay, logs, unknown};
use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, until};

/// Webhooks that came, each once.
const WEBHOOKS: u32 = 20;

/// How many came as events of Datadog, heartbeats aside.
fn events(sandbox: &SandboxProcess) -> usize {
    sandbox.received("events", "tags").len()
}

fn take_all(relay: &Relay) {
    for number in 0..WEBHOOKS {
        assert_eq!(relay.takes(&format!("msg_{number}"), &unknown(number)), 202);
    }
}

fn until_logged(sandbox: &SandboxProcess) {
    until("every log", || {
        (logs(sandbox, "evt.name,webhook.id").len() == WEBHOOKS as usize).then_some(())
    });
}

#[test]
fn what_one_destination_lacks_is_kept_for_it_alone() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    sandbox.put_faults(&["events:503@1"]);
    let relay = Relay::start(&environment, &["--to", "events"]);
    take_all(&relay);
    until_logged(&sandbox);
    let summary = relay.stop().json();
    assert_eq!(summary["left"]["events"], WEBHOOKS, "{summary}");
    assert_eq!(events(&sandbox), 0);
    sandbox.put_faults(&[]);
    let relay = Relay::start(&environment, &["--to", "events"]);
    until("every event", || {
        (events(&sandbox) == WEBHOOKS as usize).then_some(())
    });
    let summary = relay.stop().json();
    assert_eq!(summary["left"]["events"], 0, "{summary}");
    let ids: Vec<Value> = logs(&sandbox, "evt.name,webhook.id");
    assert_eq!(ids.len(), WEBHOOKS as usize, "the logs had them already");
}

#[test]
fn a_destination_of_best_effort_holds_nothing_back() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    sandbox.put_faults(&["events:503@1"]);
    let relay = Relay::start(&environment, &["--to", "events,best-effort"]);
    take_all(&relay);
    until_logged(&sandbox);
    let summary = relay.stop().json();
    assert_eq!(summary["left"]["events"], 0, "{summary}");
    assert_eq!(events(&sandbox), 0);
}
