//! What becomes of the webhooks that it takes.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Relay, closed, done, logs, unknown};
use crate::support::{
    Attempt, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment, ask, assert_shape,
    until,
};

#[test]
fn closings_are_completed_and_delivered_under_the_ids_of_an_export() {
    let sandbox = SandboxOptions::default().sessions(12).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    let sessions = done(&sandbox);
    for (number, row) in sessions.iter().enumerate() {
        assert_eq!(relay.takes(&format!("msg_{number}"), &closed(row)), 202);
    }
    let wanted: BTreeSet<String> = sessions
        .iter()
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect();
    let fields = "evt.name,evt.id,session.id,usr.id,evt.incomplete";
    let events = until("an end of every session", || {
        let events = logs(&sandbox, fields);
        let ended = |row: &&Value| row["evt.name"] == "session.close";
        let closings = events
            .iter()
            .filter(ended)
            .filter_map(|row| row["session.id"].as_str());
        let closings: BTreeSet<String> = closings.map(str::to_owned).collect();
        (closings == wanted).then_some(events)
    });
    for event in &events {
        assert!(
            event["usr.id"].is_string() || event["evt.incomplete"] == true,
            "{event}"
        );
    }
    let output = relay.stop();
    let summary = output.json();
    assert_shape("relay", &summary);
    assert_eq!(summary["webhooks"]["accepted"], sessions.len());
    assert_eq!(summary["left"], json!({"webhooks": 0, "events": 0}));
    let _ = environment
        .run([
            "sessions",
            "export",
            "--yes",
            "--since",
            "40d",
            "--to",
            "all.ndjson",
        ])
        .exits(0);
    let exported = fs::read_to_string(environment.path("all.ndjson")).expect("written");
    let exported: BTreeSet<String> = exported
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|event| event["evt"]["id"].as_str().map(str::to_owned))
        .collect();
    let ids: BTreeSet<String> = events
        .iter()
        .filter_map(|event| event["evt.id"].as_str().map(str::to_owned))
        .collect();
    assert!(ids.is_subset(&exported));
    assert_eq!(ids.len(), events.len(), "each once");
}

#[test]
fn what_is_no_session_is_kept_and_goes_out_as_it_is_marked() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    assert_eq!(relay.takes("msg_unknown", &unknown(7)), 202);
    for (id, body) in [
        ("msg_text", &b"hello <&> world"[..]),
        ("msg_none", b""),
        ("msg_raw", b"\xff\0"),
    ] {
        assert_eq!(Attempt::of(id, body).post(&relay.url).status, 202, "{id}");
    }
    let fields =
        "evt.name,evt.incomplete,webhook.id,webhook.type,webhook.payload,webhook.payload.number";
    let events = until("four events", || {
        let events = logs(&sandbox, fields);
        (events.len() == 4).then_some(events)
    });
    let of = |id: &str| {
        events
            .iter()
            .find(|event| event["webhook.id"] == id)
            .expect("it arrived")
    };
    assert_eq!(of("msg_unknown")["webhook.type"], "plan.changed");
    assert_eq!(of("msg_unknown")["webhook.payload.number"], 7);
    assert_eq!(of("msg_text")["webhook.payload"], "hello <&> world");
    assert!(events.iter().all(|event| event["evt.incomplete"] == true));
    let _ = relay.stop();
}

#[test]
fn a_webhook_that_comes_twice_at_once_and_after_a_restart_is_one_event() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let post = || relay.takes("msg_1", &unknown(1));
        let both = [scope.spawn(post), scope.spawn(post)];
        both.into_iter()
            .map(|one| one.join().expect("answered"))
            .collect()
    });
    assert_eq!(answers, [202, 202]);
    let first = relay.stop().json();
    assert_eq!(first["webhooks"]["duplicates"], 1);
    let relay = Relay::start(&environment, &[]);
    assert_eq!(relay.takes("msg_1", &unknown(1)), 202);
    assert_eq!(relay.takes("msg_2", &unknown(2)), 202);
    until("the second event", || {
        let events = logs(&sandbox, "evt.name,webhook.id");
        events
            .iter()
            .any(|event| event["webhook.id"] == "msg_2")
            .then_some(())
    });
    let second = relay.stop().json();
    assert_eq!(second["webhooks"]["duplicates"], 1);
    assert_eq!(logs(&sandbox, "evt.name,webhook.id").len(), 2);
}

#[test]
fn while_the_gateway_is_away_an_incomplete_event_goes_out_and_the_whole_one_follows() {
    let sandbox = SandboxOptions::default().sessions(6).start();
    let environment = TestEnvironment::of(&sandbox);
    let row = done(&sandbox).remove(0);
    let mut relay = Relay::start(&environment, &["--complete-within", "1s"]);
    // Once the first is complete the relay knows all that it needs of the gateway.
    assert_eq!(relay.takes("msg_first", &closed(&done(&sandbox)[1])), 202);
    until("an event", || {
        (!logs(&sandbox, "evt.name").is_empty()).then_some(())
    });
    sandbox.put_faults(&["gateway:503@1"]);
    assert_eq!(relay.takes("msg_1", &closed(&row)), 202);
    let fields = "evt.name,evt.id,evt.incomplete,evt.revision,session.id,usr.id";
    let of_row = || {
        let events = logs(&sandbox, fields);
        let closings = events.into_iter().filter(|event| {
            event["session.id"] == row["id"] && event["evt.name"] == "session.close"
        });
        closings.collect::<Vec<Value>>()
    };
    let incomplete = until("what the webhook says", || of_row().pop());
    assert_eq!(incomplete["evt.incomplete"], true);
    assert!(incomplete["usr.id"].is_null(), "{incomplete}");
    sandbox.put_faults(&[]);
    let whole = until("the whole event", || of_row().into_iter().nth(1));
    assert_eq!(whole["evt.id"], incomplete["evt.id"]);
    assert_eq!(whole["evt.revision"], 2);
    assert!(
        whole["usr.id"].is_string() && whole["evt.incomplete"].is_null(),
        "{whole}"
    );
    let said = relay.running.wait_for_stderr("listening");
    assert!(!said.contains("panicked"), "{said}");
    let summary = relay.stop().json();
    assert_eq!(summary["webhooks"]["incomplete"], 1);
}

#[test]
fn a_relay_starts_and_takes_webhooks_while_gateway_and_datadog_are_away() {
    let sandbox = SandboxOptions::default().sessions(4).start();
    let environment = TestEnvironment::of(&sandbox);
    let row = done(&sandbox).remove(0);
    sandbox.put_faults(&["gateway:503@1", "logs:503@1"]);
    let relay = Relay::start(&environment, &[]);
    assert_eq!(relay.takes("msg_1", &closed(&row)), 202);
    sandbox.put_faults(&[]);
    until("its event", || {
        let events = logs(&sandbox, "evt.name,session.id");
        events
            .iter()
            .any(|event| event["session.id"] == row["id"])
            .then_some(())
    });
    let _ = relay.stop();
}

/// The gateway of `sandbox`, whose list of sessions takes longer than a relay waits between two looks.
fn slow_list(sandbox: &SandboxProcess) -> ScriptedServer {
    let gateway = sandbox.gateway_url().to_owned();
    ScriptedServer::start(move |asked| {
        if asked.target.starts_with("/api/sessions?") {
            std::thread::sleep(Duration::from_millis(1_500));
        }
        let names = ["authorization", "api-key"].into_iter();
        let headers = names.filter_map(|name| Some((name, asked.header(name)?)));
        let headers: Vec<(&str, &str)> = headers.collect();
        let url = format!("{gateway}{}", asked.target);
        let answer = ask(&asked.method, &url, &headers, &asked.body);
        (answer.status, "application/json", answer.text())
    })
}

#[test]
fn a_look_at_the_list_that_takes_longer_than_its_pace_comes_to_its_end() {
    let sandbox = SandboxOptions::default().sessions(3).every("300ms").start();
    let slow = slow_list(&sandbox);
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("HOOP_APIURL", slow.url());
    environment.set("DDCTL_GATEWAY_URL", slow.url());
    let mut relay = Relay::start(&environment, &["--reconcile-every", "1s"]);
    relay
        .running
        .wait_for_stderr("no relay has read the list of sessions");
    until("events that nobody told", || {
        (logs(&sandbox, "evt.name").len() >= 2).then_some(())
    });
    let _ = relay.stop();
}

#[test]
fn a_gateway_token_that_is_refused_waits_for_a_person_until_it_is_good_again() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let mut relay = Relay::start(&environment, &["--reconcile-every", "1s"]);
    sandbox.put_faults(&["gateway:401@1"]);
    relay
        .running
        .wait_for_stderr("wait until somebody acts: give it another gateway token");
    until("a status that asks for a person", || {
        let told = environment.run(["status"]);
        (told.code() == 3 && told.stdout.contains("--gateway-token-file")).then_some(())
    });
    sandbox.put_faults(&[]);
    until("a status that asks for nobody", || {
        (environment.run(["status"]).code() == 0).then_some(())
    });
    let _ = relay.stop();
}

#[test]
fn sessions_without_a_webhook_are_found_in_the_gateways_list() {
    let sandbox = SandboxOptions::default().sessions(3).every("300ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &["--reconcile-every", "1s"]);
    until("events that nobody told", || {
        (logs(&sandbox, "evt.name").len() >= 2).then_some(())
    });
    let summary = relay.stop().json();
    assert!(summary["reconciled"].as_u64() >= Some(2), "{summary}");
    assert_eq!(summary["webhooks"]["accepted"], 0);
}
