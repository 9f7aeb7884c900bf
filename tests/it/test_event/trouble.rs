//! What goes wrong on the way: keys, quotas, clocks, hands.

use ddctl::sandbox::SCOPED_APP_KEY;
use serde_json::Value;

use super::{ENDLESS, SEARCH, endless, has_asked, own_events, quick, watched_copy, world};
use crate::support::{TestEnvironment, until};

const RUN: [&str; 2] = ["test-event", "unapproved-prod"];

#[test]
fn without_keys_it_says_which_is_missing() {
    let _ = TestEnvironment::empty()
        .run(RUN)
        .exits(4)
        .says("no Datadog API key was given");
    let (_sandbox, mut environment) = world();
    environment.unset("DD_APP_KEY");
    let _ = environment
        .run(RUN)
        .exits(4)
        .says("needs an application key");
}

#[test]
fn a_wrong_key_is_refused_before_anything_is_made_or_sent() {
    let (sandbox, mut environment) = world();
    environment.set("DD_API_KEY", &"f".repeat(32));
    let _ = environment.run(RUN).exits(4).says("refused the key");
    assert!(sandbox.received("logs", "").is_empty());
    assert!(sandbox.monitors().is_empty());
}

#[test]
fn a_scoped_application_key_is_refused_with_the_reason() {
    let (sandbox, mut environment) = world();
    environment.set("DD_APP_KEY", SCOPED_APP_KEY);
    let _ = environment
        .run(RUN)
        .exits(4)
        .says("log monitors need an application key without scopes");
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn nobody_listens() {
    let (_sandbox, mut environment) = world();
    environment.set("DDCTL_DATADOG_URL", "http://127.0.0.1:1");
    let _ = environment.run(RUN).exits(5).says("cannot connect");
}

#[test]
fn read_only_sends_nothing() {
    let (sandbox, environment) = world();
    let _ = environment
        .run([&RUN[..], &["--read-only"]].concat())
        .exits(2)
        .says("`--dry-run` shows what would be sent");
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn a_429_in_the_middle_is_waited_out() {
    for (fault, path) in [
        ("search:429=1", SEARCH),
        ("monitors:429=1", "/api/v1/monitor"),
    ] {
        let sandbox = quick().fault(fault).start();
        let environment = TestEnvironment::of(&sandbox);
        let running = environment.command(RUN).start();
        until("a refusal", || has_asked(&sandbox, path, 429).then_some(()));
        sandbox.put_faults(&[]);
        let _ = running
            .finish()
            .exits(0)
            .says("Datadog limits how often this is asked");
        assert!(sandbox.monitors().is_empty());
    }
}

#[test]
fn a_monitor_that_somebody_deletes_is_missed() {
    let (sandbox, environment) = endless();
    let running = environment.command(ENDLESS).start();
    let id = watched_copy(&sandbox);
    let path = format!("/api/v1/monitor/{id}");
    assert_eq!(sandbox.datadog("DELETE", &path, &Value::Null).status, 200);
    let output = running
        .finish()
        .exits(1)
        .says(&format!("monitor {id} was deleted by somebody else"))
        .says(&format!("delete: monitor {id}, which was gone"));
    assert_eq!(output.stdout, "", "there is no answer");
}

#[test]
fn a_clock_that_is_off_is_said_and_does_no_harm() {
    for clock in ["clock=+5h", "clock=-5h"] {
        let sandbox = quick().fault(clock).start();
        let environment = TestEnvironment::of(&sandbox);
        let _ = environment
            .run(RUN)
            .exits(0)
            .says("this machine's clock is");
    }
}

#[test]
fn an_intake_that_fails_leaves_no_copy_behind() {
    let (sandbox, environment) = world();
    sandbox.put_faults(&["logs:403"]);
    let _ = environment
        .run(RUN)
        .exits(4)
        .says("send the test events")
        .says("delete: monitor");
    assert!(sandbox.monitors().is_empty());
}

#[test]
fn events_of_ones_own_have_to_be_events_and_need_a_monitor() {
    let (sandbox, environment) = world();
    environment.write(&environment.path("broken.ndjson"), "{}\n[1]\n");
    let _ = environment
        .run(["test-event", "--file", "broken.ndjson"])
        .exits(2)
        .says("broken.ndjson: line 2 is no JSON object");
    own_events(&environment, "orders", 1);
    let _ = environment
        .run(["test-event", "--file", "events.ndjson"])
        .exits(2)
        .says("name one: --monitor PACK/NAME, FILE or ID");
    assert!(sandbox.received("logs", "").is_empty());
}
