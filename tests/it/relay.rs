//! `ddctl relay` through its door: what it takes, what it refuses, what it remembers, and what it
//! delivers.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Attempt, CommandOutput, OTHER_SECRET, Running, SECRET, SandboxOptions, SandboxProcess,
    TestEnvironment, ask, assert_shape, until,
};

/// A relay under way.
struct Relay {
    running: Running,
    /// Of the door.
    url: String,
}

fn secrets(environment: &TestEnvironment, secrets: &[&str]) -> PathBuf {
    let path = environment.path("relay.secret");
    fs::write(&path, secrets.join("\n")).expect("a writable folder");
    path
}

impl Relay {
    fn start(environment: &TestEnvironment, more: &[&str]) -> Self {
        let file = secrets(environment, &[SECRET]).display().to_string();
        let args = [
            "relay",
            "--listen",
            "0",
            "--signing-secret-file",
            &file,
            "--to",
            "logs",
            "--disk-free",
            "1kB",
            "-o",
            "json",
        ];
        Self::of(
            environment
                .command(args.into_iter().chain(more.iter().copied()))
                .start(),
        )
    }

    fn of(mut running: Running) -> Self {
        let said = running.wait_for_stderr("listening for webhooks at ");
        let url = said
            .split("webhooks at ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let url = url.expect("an address").to_owned();
        Self { running, url }
    }

    /// The status that a webhook is answered.
    fn takes(&self, id: &str, body: &Value) -> u16 {
        Attempt::of(id, body.to_string().as_bytes())
            .post(&self.url)
            .status
    }

    fn stop(self) -> CommandOutput {
        self.running.signal(Signal::TERM);
        self.running.finish().exits(0)
    }
}

fn closed(row: &Value) -> Value {
    json!({"event_type": "session.close", "id": row["id"], "exit_code": 0, "exit_err": null})
}

fn unknown(number: u32) -> Value {
    json!({"event_type": "plan.changed", "number": number})
}

fn logs(sandbox: &SandboxProcess, fields: &str) -> Vec<Value> {
    let rows = sandbox.received("logs", fields);
    rows.into_iter()
        .filter(|row| row["evt.name"] != "ddctl.heartbeat")
        .collect()
}

/// The finished sessions of the sandbox.
fn done(sandbox: &SandboxProcess) -> Vec<Value> {
    let rows = sandbox.sessions();
    rows.into_iter()
        .filter(|row| row["status"] == "done")
        .collect()
}

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
fn what_is_not_signed_as_it_came_is_refused_and_nothing_of_it_is_kept() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    let body = unknown(1).to_string();
    let attempt = Attempt::of("msg_1", body.as_bytes());
    let url = format!("{}/any/path", relay.url);
    let altered = body.replace('1', "2");
    let far = 6 * 60;
    let refused = |attempt: Attempt<'_>| attempt.post(&url).status;
    assert_eq!(
        attempt
            .post_signed(&url, &attempt.signature(), altered.as_bytes())
            .status,
        401
    );
    assert_eq!(
        attempt.post_signed(&url, "v1,AAAA", attempt.body).status,
        401
    );
    assert_eq!(attempt.post_signed(&url, "", attempt.body).status, 401);
    assert_eq!(ask("POST", &url, &[], attempt.body).status, 401);
    let secret = OTHER_SECRET;
    assert_eq!(
        refused(Attempt {
            secret,
            ..attempt.clone()
        }),
        401
    );
    assert_eq!(
        refused(Attempt {
            at: attempt.at - far,
            ..attempt.clone()
        }),
        401
    );
    assert_eq!(
        refused(Attempt {
            at: attempt.at + far,
            ..attempt.clone()
        }),
        401
    );
    assert_eq!(
        refused(Attempt {
            at: 0,
            ..attempt.clone()
        }),
        401
    );
    let answer = ask("GET", &url, &[], b"");
    assert_eq!((answer.status, answer.text().as_str()), (405, ""));
    assert_eq!(too_large(&relay, &attempt), 413);
    let state = environment
        .run(["state", "show", "-o", "json"])
        .exits(0)
        .json();
    assert_eq!(
        (&state[0]["webhooks"], &state[0]["events"]),
        (&json!(0), &json!(0))
    );
    // What was refused is not known: the same message is taken when it is signed.
    assert_eq!(attempt.post(&url).status, 202);
    let summary = relay.stop().json();
    assert_eq!(summary["webhooks"]["accepted"], 1);
    let refused = &summary["webhooks"]["refused"];
    assert_eq!(refused["wrongly signed"], 4);
    assert_eq!(refused["too old or too new"], 3);
    assert_eq!(refused["unsigned"], 1);
}

/// Says that much more will come, and sends none of it: the answer does not wait for the rest.
fn too_large(relay: &Relay, attempt: &Attempt<'_>) -> u16 {
    let authority = relay.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).expect("it listens");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\nsvix-id: {}\r\n\
         svix-timestamp: {}\r\nsvix-signature: {}\r\n\r\n",
        attempt.id,
        attempt.at,
        attempt.signature()
    );
    stream.write_all(head.as_bytes()).expect("open");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer[9..])
        .parse()
        .expect("a status")
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
fn a_secret_is_replaced_without_a_gap() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let mut relay = Relay::start(&environment, &[]);
    let post = |relay: &Relay, id: &str, secret| {
        let body = unknown(1).to_string();
        let attempt = Attempt::of(id, body.as_bytes());
        Attempt { secret, ..attempt }.post(&relay.url).status
    };
    assert_eq!(post(&relay, "msg_1", OTHER_SECRET), 401);
    secrets(&environment, &[SECRET, OTHER_SECRET]);
    relay.running.signal(Signal::HUP);
    relay
        .running
        .wait_for_stderr("2 signing secrets read again");
    assert_eq!(post(&relay, "msg_1", OTHER_SECRET), 202);
    assert_eq!(post(&relay, "msg_2", SECRET), 202);
    // A change is found without a signal, and a mistake leaves what was there.
    secrets(&environment, &["whsec_nonsense"]);
    relay.running.wait_for_stderr("is no signing secret");
    assert_eq!(post(&relay, "msg_3", SECRET), 202);
    secrets(&environment, &[OTHER_SECRET]);
    relay.running.wait_for_stderr("1 signing secret read again");
    assert_eq!(post(&relay, "msg_4", SECRET), 401);
    let output = relay.stop();
    assert!(!output.stderr.contains("nonsense"), "{}", output.stderr);
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

fn health(address: &str, path: &str) -> (u16, String) {
    let answer = ask("GET", &format!("http://{address}{path}"), &[], b"");
    (answer.status, answer.text())
}

fn health_address(relay: &mut Relay) -> String {
    let said = relay.running.wait_for_stderr("health: http://");
    let rest = said.split("health: http://").nth(1).expect("an address");
    rest.split('/').next().expect("an address").to_owned()
}

#[test]
fn without_room_a_webhook_is_answered_503_and_the_relay_is_not_ready() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let flags = ["--disk-free", "4000000GB", "--health-listen", "0"];
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let args = [
        "relay",
        "--listen",
        "0",
        "--signing-secret-file",
        &file,
        "--to",
        "logs",
    ];
    let running = environment.command(args.into_iter().chain(flags)).start();
    let mut relay = Relay::of(running);
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

#[test]
fn idle_connections_give_way_to_a_webhook() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    // Few open files, so that few connections are many.
    let shell = "ulimit -n 192; exec \"$0\" relay --listen 0 --signing-secret-file \"$1\" --to logs \
                 --disk-free 1kB";
    let args = ["-c", shell, env!("CARGO_BIN_EXE_ddctl"), &file];
    let relay = Relay::of(environment.program("sh", args).start());
    let authority = relay.url.trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut stream = TcpStream::connect(&authority).expect("it listens");
        // Some say nothing, some begin and do not go on.
        if number % 2 == 0 {
            let _ = stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\n");
        }
        idle.push(stream);
    }
    assert_eq!(relay.takes("msg_1", &unknown(1)), 202);
    until("its event", || {
        (logs(&sandbox, "evt.name").len() == 1).then_some(())
    });
    drop(idle);
    let _ = relay.stop();
}

#[test]
fn a_second_relay_is_told_who_has_the_spool() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let second = [
        "relay",
        "--listen",
        "0",
        "--signing-secret-file",
        &file,
        "--to",
        "logs",
    ];
    let refused = environment.run(second).exits(1);
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
fn nobody_elsewhere_is_listened_to_without_a_signature() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "relay",
        "--unsigned",
        "--to",
        "logs",
        "--disk-free",
        "1kB",
        "--listen",
    ];
    let elsewhere = environment
        .run(args.into_iter().chain(["0.0.0.0:0"]))
        .exits(2);
    assert!(
        elsewhere.stderr.contains("nobody has to sign"),
        "{}",
        elsewhere.stderr
    );
    let relay = Relay::of(environment.command(args.into_iter().chain(["0"])).start());
    for _ in 0..2 {
        assert_eq!(ask("POST", &relay.url, &[], b"{}").status, 202);
    }
    until("one event", || {
        (logs(&sandbox, "evt.name").len() == 1).then_some(())
    });
    let _ = relay.stop();
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_opened() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let with = |more: &[&str]| {
        let args = ["relay", "--listen", "0", "--signing-secret-file", &file];
        environment.run(args.into_iter().chain(more.iter().copied()))
    };
    assert!(
        with(&["--to", "out.ndjson"])
            .exits(2)
            .stderr
            .contains("--follow` writes files")
    );
    assert!(
        with(&["--to", "logs", "--dry-run"])
            .exits(2)
            .stderr
            .contains("--dry-run")
    );
    let _ = with(&["--to", "logs", "--tls-cert", "x.pem"]).exits(2);
    let _ = with(&["--to", "logs", "--reconcile-every", "10ms"]).exits(2);
    fs::write(environment.path("relay.secret"), "hunter2\n").expect("ours");
    let refused = with(&["--to", "logs"]).exits(4);
    assert!(refused.stderr.contains("line 1 of "), "{}", refused.stderr);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
    assert!(
        !environment
            .home()
            .join(".local/state/ddctl/default/relay.db")
            .exists()
    );
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
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let args = [
        "relay",
        "--listen",
        "0",
        "--signing-secret-file",
        &file,
        "--to",
        "logs",
    ];
    let refused = environment.run(args).exits(1);
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

#[test]
fn tls_is_spoken_where_there_is_a_certificate() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let data = |name: &str| format!("{}/tests/data/relay/{name}", env!("CARGO_MANIFEST_DIR"));
    let (cert, key) = (data("cert.pem"), data("key.pem"));
    let relay = Relay::start(&environment, &["--tls-cert", &cert, "--tls-key", &key]);
    let authority = relay.url.strip_prefix("https://").expect("it speaks TLS");
    let body = unknown(1).to_string();
    let attempt = Attempt::of("msg_1", body.as_bytes());
    let request = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\nsvix-id: {}\r\n\
         svix-timestamp: {}\r\nsvix-signature: {}\r\n\r\n{body}",
        body.len(),
        attempt.id,
        attempt.at,
        attempt.signature()
    );
    let answer = over_tls(authority, &cert, &request);
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    let _ = relay.stop();
}

fn over_tls(authority: &str, cert: &str, request: &str) -> String {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    let cert = CertificateDer::from_pem_file(cert).expect("a certificate");
    roots.add(cert).expect("a root");
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let talk = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    let socket = TcpStream::connect(authority).expect("it listens");
    let mut stream = rustls::StreamOwned::new(talk, socket);
    stream.write_all(request.as_bytes()).expect("open");
    let mut answer = Vec::new();
    // The end may come without a goodbye.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_service_manager_hands_over_the_socket_and_is_told_how_it_goes() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixDatagram;
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let path = environment.path("notify");
    let manager = UnixDatagram::bind(&path).expect("a socket");
    // The socket stands on descriptor 3, as systemd has it.
    let shell = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" relay --signing-secret-file \"$1\" --to logs \
                 --disk-free 1kB 3<&0 </dev/null";
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", shell, env!("CARGO_BIN_EXE_ddctl"), &file])
        .env_clear()
        .envs(environment.surroundings())
        .envs(
            environment
                .variables()
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "120000000")
        .stdin(std::process::Stdio::from(OwnedFd::from(listener)))
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("a shell");
    manager
        .set_read_timeout(Some(std::time::Duration::from_secs(30)))
        .expect("a timeout");
    let heard = || {
        let mut buffer = [0; 256];
        let length = manager.recv(&mut buffer).expect("it says something");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let ready = heard();
    assert!(
        ready.starts_with("READY=1\nSTATUS=listening for webhooks at "),
        "{ready}"
    );
    assert_eq!(heard(), "WATCHDOG=1");
    let body = unknown(1).to_string();
    let url = format!("http://{address}");
    assert_eq!(Attempt::of("msg_1", body.as_bytes()).post(&url).status, 202);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM)
        .expect("it runs");
    let stopping = heard();
    assert!(stopping.starts_with("STOPPING=1\n"), "{stopping}");
    assert!(child.wait().expect("ours").success());
}
