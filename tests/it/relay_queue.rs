//! `ddctl relay --queue`: several relays over one NATS server. Relays and the server are killed, and
//! every webhook that was answered 2xx is accounted for.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Attempt, CommandOutput, NatsServer, Running, SECRET, SandboxOptions, SandboxProcess,
    TestEnvironment, ask, until,
};

/// A relay with a home of its own, as on another machine.
struct Relay {
    running: Running,
    url: String,
    health: String,
    environment: TestEnvironment,
}

impl Relay {
    fn start(sandbox: &SandboxProcess, queue: &str, more: &[&str]) -> Self {
        let environment = TestEnvironment::of(sandbox);
        let file = environment.path("relay.secret");
        fs::write(&file, SECRET).expect("a writable folder");
        let file = file.display().to_string();
        let args = [
            "relay",
            "--listen",
            "0",
            "--signing-secret-file",
            &file,
            "--to",
            "logs",
            "--queue",
            queue,
            "--queue-ack-wait",
            "2s",
            "--health-listen",
            "0",
            "-o",
            "json",
        ];
        let command = environment.command(args.into_iter().chain(more.iter().copied()));
        let mut running = command.start();
        let said = running.wait_for_stderr("listening for webhooks at ");
        let behind = |text: &str, end: char| {
            let rest = said.split(text).nth(1).expect(text);
            rest.split(end).next().expect("an address").to_owned()
        };
        Self {
            url: behind("webhooks at ", '\n'),
            health: format!("http://{}", behind("health: http://", '/')),
            running,
            environment,
        }
    }

    /// True where the webhook was answered 2xx.
    fn takes(&self, id: &str, body: &Value) -> bool {
        let body = body.to_string();
        Attempt::of(id, body.as_bytes()).post(&self.url).status == 202
    }

    fn readiness(&self) -> u16 {
        ask("GET", &format!("{}/readyz", self.health), &[], b"").status
    }

    fn kill(self) {
        self.running.signal(Signal::KILL);
        let _ = self.running.finish();
    }

    fn stop(self) -> CommandOutput {
        self.running.signal(Signal::TERM);
        self.running.finish().exits(0)
    }
}

fn unknown(number: usize) -> Value {
    json!({"event_type": "plan.changed", "number": number})
}

fn closed(row: &Value) -> Value {
    json!({"event_type": "session.close", "id": row["id"], "exit_code": 0, "exit_err": null})
}

/// Values of `field` that arrived as logs, heartbeats aside.
fn arrived(sandbox: &SandboxProcess, field: &str) -> Vec<String> {
    let rows = sandbox.received("logs", &format!("evt.name,{field}"));
    let events = rows
        .iter()
        .filter(|row| row["evt.name"] != "ddctl.heartbeat");
    let values = events.filter_map(|row| row[field].as_str());
    values.map(str::to_owned).collect()
}

fn set(values: Vec<String>) -> BTreeSet<String> {
    values.into_iter().collect()
}

#[test]
fn two_relays_share_the_work_and_each_event_is_delivered_once() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let sandbox = SandboxOptions::default().sessions(40).start();
    let relays = [0, 1].map(|_| Relay::start(&sandbox, &server.url(), &[]));
    let rows = sandbox.sessions();
    let done: Vec<&Value> = rows.iter().filter(|row| row["status"] == "done").collect();
    for (number, row) in done.iter().enumerate() {
        let id = format!("msg_{number}");
        // Svix may send it to both, one after the other.
        assert!(relays.iter().all(|relay| relay.takes(&id, &closed(row))));
    }
    let ids: BTreeSet<&str> = done.iter().filter_map(|row| row["id"].as_str()).collect();
    until("an event of every session", || {
        let sessions = set(arrived(&sandbox, "session.id"));
        ids.iter().all(|id| sessions.contains(*id)).then_some(())
    });
    let environment = &relays[0].environment;
    until("a status", || {
        let told = environment.run(["status"]).stdout;
        told.contains("in the queue: ").then_some(())
    });
    let summaries = relays.map(|relay| relay.stop().json());
    let events = arrived(&sandbox, "evt.id");
    assert_eq!(events.len(), set(events.clone()).len(), "once each");
    let shares = summaries.map(|summary| summary["accepted"].as_u64().expect("a count"));
    assert_eq!(
        shares.iter().sum::<u64>(),
        events.len() as u64,
        "{shares:?}"
    );
}

#[test]
fn whichever_relay_is_killed_every_webhook_that_was_answered_arrives() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let sandbox = SandboxOptions::default().sessions(1).start();
    let start = || Relay::start(&sandbox, &server.url(), &[]);
    let mut relays = vec![start(), start()];
    let mut answered = BTreeSet::new();
    for round in 0..6 {
        for number in 0..40 {
            let (at, id) = (number % 2, format!("msg_{round}_{number}"));
            if relays[at].takes(&id, &unknown(number)) {
                answered.insert(id);
            }
        }
        // With whatever it has pulled, made and sent by then.
        relays.remove(round % 2).kill();
        relays.insert(round % 2, start());
    }
    assert_eq!(answered.len(), 240);
    until("every webhook", || {
        set(arrived(&sandbox, "webhook.id"))
            .is_superset(&answered)
            .then_some(())
    });
    for relay in relays {
        let _ = relay.stop();
    }
    assert_eq!(set(arrived(&sandbox, "webhook.id")), answered);
    // One webhook is one event, however often it went out.
    assert_eq!(set(arrived(&sandbox, "evt.id")).len(), answered.len());
}

#[test]
fn a_server_that_is_killed_is_answered_503_and_nothing_that_was_answered_2xx_is_lost() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let sandbox = SandboxOptions::default().sessions(1).start();
    let relays = [0, 1].map(|_| Relay::start(&sandbox, &server.url(), &[]));
    let mut answered = BTreeSet::new();
    for round in 0..2 {
        for number in 0..45 {
            let id = format!("msg_{round}_{number}");
            if relays[number % 2].takes(&id, &unknown(number)) {
                answered.insert(id);
            }
        }
        server.kill();
        let id = format!("msg_{round}_again");
        assert!(!relays[0].takes(&id, &unknown(round)), "nobody has it");
        let is_closed = || relays.iter().all(|relay| relay.readiness() == 503);
        until("both to say so", || is_closed().then_some(()));
        server.restart();
        // As Svix does.
        until("the server", || {
            relays[0].takes(&id, &unknown(round)).then_some(())
        });
        answered.insert(id);
        let is_open = || relays.iter().all(|relay| relay.readiness() == 200);
        until("both to say so", || is_open().then_some(()));
    }
    until("every webhook", || {
        set(arrived(&sandbox, "webhook.id"))
            .is_superset(&answered)
            .then_some(())
    });
    for relay in relays {
        let _ = relay.stop();
    }
    assert!(answered.len() >= 90, "{}", answered.len());
    let surplus = set(arrived(&sandbox, "webhook.id"));
    // One that nobody confirmed may be there all the same.
    assert!(surplus.len() <= answered.len() + 3, "{}", surplus.len());
}

#[test]
fn one_of_two_relays_reconciles_and_the_other_goes_on_when_it_dies() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let sandbox = SandboxOptions::default()
        .sessions(4)
        .open(6)
        .every("1s")
        .start();
    let start = || Relay::start(&sandbox, &server.url(), &["--reconcile-every", "1s"]);
    let mut relays = vec![start(), start()];
    // No webhook was sent: what arrives is what the list of sessions told.
    let closings = |sandbox: &SandboxProcess| {
        let names = arrived(sandbox, "evt.name");
        names.iter().filter(|name| *name == "session.close").count()
    };
    until("ends of sessions", || {
        (closings(&sandbox) >= 2).then_some(())
    });
    let events = arrived(&sandbox, "evt.id");
    assert_eq!(events.len(), set(events.clone()).len(), "each once");
    relays.remove(0).kill();
    let before = closings(&sandbox);
    until("more of them", || {
        (closings(&sandbox) >= before + 2).then_some(())
    });
    relays.push(start());
    let _ = relays.remove(0).stop();
    let before = closings(&sandbox);
    until("more of them", || {
        (closings(&sandbox) >= before + 2).then_some(())
    });
    let _ = relays.remove(0).stop();
}

#[test]
fn what_waits_for_the_gateway_goes_out_incomplete_and_complete_through_the_queue() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let sandbox = SandboxOptions::default().sessions(12).start();
    let rows = sandbox.sessions();
    let row = rows
        .iter()
        .find(|row| row["status"] == "done")
        .expect("one");
    let flags = ["--complete-within", "1s"];
    let relay = Relay::start(&sandbox, &server.url(), &flags);
    sandbox.put_faults(&["gateway:503@1"]);
    assert!(relay.takes("msg_1", &closed(row)));
    let of_it = |name: &str| {
        let fields = "session.id,evt.name,evt.id,evt.incomplete,evt.revision,usr.id";
        let rows = sandbox.received("logs", fields).into_iter();
        let of_it = |one: &Value| one["session.id"] == row["id"] && one["evt.name"] == name;
        rows.filter(of_it).collect::<Vec<_>>()
    };
    let partial = until("the incomplete one", || of_it("session.close").pop());
    assert_eq!(
        (&partial["evt.incomplete"], &partial["usr.id"]),
        (&json!(true), &Value::Null)
    );
    // Another relay makes it whole.
    relay.kill();
    sandbox.put_faults(&[]);
    let relay = Relay::start(&sandbox, &server.url(), &flags);
    let whole = until("the complete one", || {
        of_it("session.close")
            .into_iter()
            .find(|one| !one["evt.revision"].is_null())
    });
    assert_eq!(whole["evt.revision"], 2);
    assert_eq!(whole["evt.id"], partial["evt.id"]);
    assert!(whole["usr.id"].is_string() && whole["evt.incomplete"].is_null());
    let _ = relay.stop();
}

#[test]
fn a_queue_that_is_not_there_or_not_named_well_is_an_error() {
    let sandbox = SandboxOptions::default().sessions(1).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = |queue: &str| {
        let args = [
            "relay",
            "--unsigned",
            "--listen",
            "0",
            "--to",
            "logs",
            "--queue",
            queue,
        ];
        environment.run(args)
    };
    let _ = relay("nats://127.0.0.1:1")
        .exits(5)
        .says("cannot connect to the NATS server");
    let with_password = relay("nats://relay:hunter2@127.0.0.1").exits(2);
    let _ = with_password.says("belongs into a file");
}

#[test]
fn a_relay_signs_in_by_a_creds_file() {
    let data = |name: &str| format!("{}/tests/data/nats/{name}", env!("CARGO_MANIFEST_DIR"));
    let Some(server) = NatsServer::start_with(&["--config", &data("server.conf")]) else {
        return;
    };
    let sandbox = SandboxOptions::default().sessions(1).start();
    let flags = ["--queue-credential-file", &data("relay.creds")];
    let relay = Relay::start(&sandbox, &server.url(), &flags);
    assert!(relay.takes("msg_1", &unknown(1)));
    until("its event", || {
        let ids = set(arrived(&sandbox, "webhook.id"));
        ids.contains("msg_1").then_some(())
    });
    let _ = relay.stop();
    let environment = TestEnvironment::of(&sandbox);
    let broken = environment.path("broken.creds");
    fs::write(&broken, "-----BEGIN NATS USER JWT-----\nhunter2\n").expect("a writable folder");
    let url = server.url();
    let refused = |file: &str| {
        let queue = ["--queue", url.as_str(), "--queue-credential-file", file];
        let args = ["relay", "--unsigned", "--listen", "0", "--to", "logs"];
        environment
            .run(args.into_iter().chain(queue))
            .exits(4)
            .stderr
    };
    // Signed by a seed that is not the user's.
    let stranger = refused(&data("stranger.creds"));
    assert!(stranger.contains("refused the sign-in"), "{stranger}");
    let broken = refused(&broken.display().to_string());
    assert!(broken.contains("broken .creds file"), "{broken}");
    assert!(!broken.contains("hunter2"), "{broken}");
}
