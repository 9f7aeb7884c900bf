//! A long-running export seen from outside: its heartbeat, `ddctl status`, its health over HTTP, and
//! what it does while its key is refused.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    Asked, Running, SandboxOptions, ScriptedServer, TestEnvironment, assert_shape, until,
};

fn follow(environment: &TestEnvironment, flags: &[&str], intake: Option<&str>) -> Running {
    let args = [
        "sessions", "export", "--follow", "--since", "40d", "--to", "logs",
    ];
    let command = environment.command(args.into_iter().chain(flags.iter().copied()));
    match intake {
        Some(url) => command.env("DDCTL_DATADOG_URL", url).start(),
        None => command.start(),
    }
}

fn stopped(running: Running) {
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
}

/// What `ddctl status` says, once it says anything.
fn status(environment: &TestEnvironment, is_it: impl Fn(&Value) -> bool) -> (i32, Value) {
    until("a status like that", || {
        let output = environment.run(["status", "-o", "json"]);
        let reports = serde_json::from_str::<Value>(&output.stdout).ok()?;
        let is_it = reports.get(0).is_some_and(&is_it);
        is_it.then(|| (output.code(), reports))
    })
}

#[test]
fn it_is_known_while_it_runs_and_gone_when_it_ends() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    let absent = environment.run(["status"]).exits(1);
    assert!(absent.stderr.contains("nothing that stays is running"));
    let running = follow(&environment, &[], None);
    let (code, reports) = status(&environment, |report| {
        report["destinations"][0]["delivered"].as_u64() > Some(0)
    });
    assert_eq!(code, 0);
    assert_eq!(reports[0]["command"], "sessions export --follow");
    assert_eq!(reports[0]["stale"], false);
    assert_shape("status", &reports);
    let text = environment.run(["status"]).exits(0).stdout;
    assert!(text.contains("logs datadoghq.com: delivering"), "{text}");
    stopped(running);
    let _ = environment.run(["status"]).exits(1);
}

#[test]
fn one_that_was_killed_is_said_to_be_gone() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let running = follow(&environment, &[], None);
    let _ = status(&environment, |_| true);
    running.signal(Signal::KILL);
    let _ = running.finish();
    let output = environment.run(["status"]).exits(1);
    let _ = output
        .shows("gone: last heard of at")
        .shows("was delivering")
        .says("what was running is gone");
    let reports = environment.run(["status", "-o", "json"]).exits(1).json();
    assert_eq!(
        (&reports[0]["gone"], &reports[0]["stale"]),
        (&true.into(), &true.into())
    );

    // Of another machine nothing is known but how long it has been silent.
    let folder = environment.home().join(".local/state/ddctl/default/status");
    let mut entries = fs::read_dir(folder).expect("a folder").flatten();
    let report = entries.find(|entry| entry.path().extension().is_some_and(|end| end == "json"));
    let path = report.expect("a report").path();
    let mut report: Value =
        serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    report["at"] = "2026-01-01T00:00:00Z".into();
    report["host"] = "another-machine".into();
    fs::write(&path, report.to_string()).expect("ours");
    let output = environment.run(["status"]).exits(1);
    let _ = output.shows("stale").says("gone or stuck");
}

#[test]
fn a_required_destination_that_fails_is_told_of_at_once_as_well() {
    let sandbox = SandboxOptions::default().sessions(3).every("300ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("parts");
    fs::create_dir(&folder).expect("a writable home");
    let file = folder.join("events.ndjson").display().to_string();
    let flags = ["--to", &file, "--rotate-age", "1s", "--interval", "200ms"];
    let mut running = follow(&environment, &flags, None);
    until("a finished file", || {
        fs::read_dir(&folder).expect("ours").next().map(drop)
    });
    fs::rename(&folder, environment.home().join("away")).expect("ours");
    let said = running.wait_for_stderr("nothing more goes there in this run");
    assert!(said.contains("is gone"), "{said}");
    let (code, report) = status(&environment, |report| {
        report.to_string().contains("is gone")
    });
    assert_eq!(code, 3, "{report}");
    let count = sandbox.received("logs", "").len();
    until("the other goes on", || {
        (sandbox.received("logs", "").len() > count).then_some(())
    });
    running.signal(Signal::TERM);
    let _ = running.finish().exits(1);
}

#[test]
fn a_heartbeat_goes_to_the_logs_as_the_pack_expects_it() {
    let sandbox = SandboxOptions::default().sessions(5).start();
    let environment = TestEnvironment::of(&sandbox);
    let running = follow(&environment, &["--heartbeat", "200ms"], None);
    let beat = until("a second heartbeat", || {
        let rows = sandbox.received("logs", "evt.name,evt.id,ddctl.state,ddsource");
        let mut beats = rows
            .into_iter()
            .filter(|row| row["evt.name"] == "ddctl.heartbeat");
        let first = beats.next()?;
        beats
            .next()
            .filter(|second| second["evt.id"] != first["evt.id"])
    });
    assert_eq!(beat["ddctl.state"], "delivering");
    assert_eq!(beat["ddsource"], "hoop");
    stopped(running);
}

#[test]
fn a_heartbeat_arrives_where_the_intake_takes_no_zstd() {
    let sandbox = SandboxOptions::default().sessions(5).start();
    let environment = TestEnvironment::of(&sandbox);
    let intake = ScriptedServer::start(|asked: &Asked| {
        let (status, body) = match (asked.target.as_str(), asked.header("content-encoding")) {
            ("/api/v1/validate", _) => (200, r#"{"valid":true}"#),
            (_, Some("zstd")) => (415, r#"{"errors":["Unsupported Media Type"]}"#),
            _ => (202, "{}"),
        };
        (status, "application/json", body.to_owned())
    });
    let flags = ["--heartbeat", "200ms", "--yes"];
    let running = follow(&environment, &flags, Some(intake.url()));
    until("a heartbeat that is taken", || {
        let beats = |asked: &Asked| {
            let body = String::from_utf8_lossy(&asked.body);
            asked.header("content-encoding") != Some("zstd") && body.contains("ddctl.heartbeat")
        };
        intake.asked().iter().any(beats).then_some(())
    });
    stopped(running);
}

#[test]
fn health_is_answered_to_this_machine() {
    let sandbox = SandboxOptions::default().sessions(5).start();
    let environment = TestEnvironment::of(&sandbox);
    let mut running = follow(&environment, &["--health-listen", "0"], None);
    let line = running.wait_for_stderr("and /metrics");
    let address = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("an address")
        .to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    let ask = |path: &str| {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(&address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").expect("open");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        text
    };
    assert!(ask("/healthz").contains(" 200 "));
    assert!(ask("/readyz").contains(" 200 "));
    let metrics = until("something delivered", || {
        let text = ask("/metrics");
        let name = "ddctl_events_delivered_total{destination=\"logs datadoghq.com\"} ";
        let value = text.split(name).nth(1)?.lines().next()?.to_owned();
        (value != "0").then_some(text)
    });
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    stopped(running);
}

#[test]
fn while_the_key_is_refused_it_says_where_the_key_came_from_and_a_person_is_waited_for() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    let is_revoked = Arc::new(AtomicBool::new(false));
    let revoked = Arc::clone(&is_revoked);
    let intake = ScriptedServer::start(move |asked: &Asked| {
        let (status, body) = match asked.target.as_str() {
            "/api/v1/validate" => {
                // Good when it is checked first, and refused from then on.
                revoked.store(true, Ordering::SeqCst);
                (200, r#"{"valid":true}"#)
            }
            _ if revoked.load(Ordering::SeqCst) => (403, r#"{"errors":["Forbidden"]}"#),
            _ => (202, "{}"),
        };
        (status, "application/json", body.to_owned())
    });
    let key = environment.home().join("key");
    fs::write(&key, "0123456789abcdef0123456789abcdef").expect("a file");
    let path = key.display().to_string();
    let mut running = follow(&environment, &["--api-key-file", &path], Some(intake.url()));
    let line = running.wait_for_stderr("next try");
    assert!(line.contains("403"), "{line}");
    let remedy = format!("the key came from {path}, which is read again at every try");
    assert!(line.contains(&remedy), "{line}");
    let (code, reports) = status(&environment, |report| report["waits_for_a_person"] == true);
    assert_eq!(code, 3);
    let waiting = &reports[0]["destinations"][0]["waiting"];
    assert_eq!(waiting["for_a_person"], true);
    assert_eq!(waiting["remedy"], remedy);
    stopped(running);
}

#[test]
fn a_destination_that_fails_is_told_of_at_once_while_the_others_go_on() {
    let sandbox = SandboxOptions::default().every("300ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.path("parts");
    fs::create_dir(&folder).expect("our folder");
    let args = [
        "sessions", "export", "--follow", "--since", "1h", "--to", "logs",
    ];
    let more = [
        "--interval",
        "200ms",
        "--to",
        "parts/x.ndjson,best-effort",
        "--rotate-age",
        "300ms",
    ];
    let mut running = environment.command(args.into_iter().chain(more)).start();
    until("a file is finished", || {
        let mut names = fs::read_dir(&folder).ok()?.flatten();
        let is_whole = |name: &str| !name.starts_with('.');
        let found = names.any(|entry| is_whole(&entry.file_name().to_string_lossy()));
        found.then_some(())
    });
    fs::rename(&folder, environment.path("away")).expect("our folder");
    running.wait_for_stderr("parts/x.ndjson: nothing more goes there in this run");
    let (code, reports) = status(&environment, |report| {
        !report["destinations"][1]["failed"].is_null()
    });
    assert_eq!(code, 3, "{reports}");
    let before = sandbox.received("logs", "evt.id").len();
    until("the other goes on", || {
        sandbox.has_received("logs", before + 3).then_some(())
    });
    running.signal(Signal::TERM);
    let stopped = running.finish().exits(0);
    assert!(!stopped.stderr.contains("too slow"), "{stopped}");
}

/// The names of design's attribute table, as they are searched for.
const HEARTBEAT: &str = "evt.name,evt.id,ddsource,service,hostname,status,timestamp,message,\
                         ddctl.lag_s,ddctl.oldest_undelivered_s,ddctl.delivered,\
                         ddctl.dead_letters,ddctl.late,ddctl.state,sessions.open_too_long";

fn heartbeats(sandbox: &crate::support::SandboxProcess) -> Vec<Value> {
    let rows = sandbox.received("logs", HEARTBEAT);
    let is_beat = |row: &Value| row["evt.name"] == "ddctl.heartbeat";
    rows.into_iter().filter(is_beat).collect()
}

#[test]
fn the_heartbeat_names_sessions_that_are_open_for_too_long_and_has_every_attribute() {
    let sandbox = SandboxOptions::default().sessions(5).open(2).start();
    let environment = TestEnvironment::of(&sandbox);
    let flags = ["--heartbeat", "200ms", "--interval", "200ms"];
    let often = [&flags[..], &["--open-too-long", "1ms"]].concat();
    let running = follow(&environment, &often, None);
    let beat = until("a heartbeat that names them", || {
        let beats = heartbeats(&sandbox).into_iter();
        beats
            .filter(|beat| beat["sessions.open_too_long"].is_array())
            .find(|beat| beat["ddctl.delivered"].as_u64() > Some(0))
    });
    assert_shape("heartbeat", &beat);
    let list = ["sessions", "list", "--status", "open", "-o", "json"];
    let open = environment
        .run(list.iter().chain(&["--since", "40d"]))
        .exits(0)
        .json();
    let ids = open.as_array().expect("a list").iter();
    let mut ids: Vec<&str> = ids.filter_map(|one| one["id"].as_str()).collect();
    let named = beat["sessions.open_too_long"].as_array().expect("a list");
    let mut named: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
    ids.sort_unstable();
    named.sort_unstable();
    assert_eq!(named, ids);
    let (_, reports) = status(&environment, |_| true);
    assert_eq!(
        reports[0]["source"]["open_too_long"]
            .as_array()
            .map(Vec::len),
        Some(ids.len())
    );
    stopped(running);

    sandbox.reset();
    let running = follow(&environment, &flags, None);
    let beat = until("a heartbeat", || heartbeats(&sandbox).pop());
    assert!(
        beat["sessions.open_too_long"].is_null(),
        "not open for 8 h: {beat}"
    );
    stopped(running);
}

#[test]
fn while_the_gateway_is_away_the_heartbeat_says_so_and_falls_behind() {
    let sandbox = SandboxOptions::default().sessions(5).start();
    let environment = TestEnvironment::of(&sandbox);
    let flags = ["--heartbeat", "200ms", "--interval", "200ms"];
    let mut running = follow(&environment, &flags, None);
    let _ = until("a first heartbeat", || heartbeats(&sandbox).pop());
    sandbox.put_faults(&["gateway:503@1"]);
    running.wait_for_stderr("asking again until the gateway answers");
    let beat = until("one that has waited", || {
        let beat = heartbeats(&sandbox).pop()?;
        let has_waited = beat["ddctl.oldest_undelivered_s"].as_u64() > Some(1);
        (has_waited && beat["ddctl.state"] == "source away").then_some(beat)
    });
    assert!(beat["ddctl.lag_s"].as_u64() > Some(1), "{beat}");
    let _ = status(&environment, |report| !report["source"]["away"].is_null());
    let text = environment.run(["status"]).exits(0).stdout;
    assert!(text.contains("the source is away since"), "{text}");
    sandbox.put_faults(&[]);
    running.wait_for_stderr("the gateway answers again");
    until("the next one is well", || {
        let beat = heartbeats(&sandbox).pop()?;
        (beat["ddctl.state"] == "delivering").then_some(())
    });
    stopped(running);
}

#[test]
fn a_terminal_shows_the_rate_and_what_is_left_or_the_lag_and_a_pipe_nothing() {
    let sandbox = SandboxOptions::default().sessions(300).start();
    let environment = TestEnvironment::of(&sandbox);
    sandbox.put_faults(&["logs:429@0.5"]);
    let once = [
        "sessions", "export", "--since", "40d", "--yes", "--to", "logs",
    ];
    let mut terminal = crate::support::Pty::start_sized(&environment, (80, 24), &once);
    let screen = terminal.wait_for("shipping: ");
    let line = screen.iter().find(|line| line.contains("shipping: "));
    assert!(
        line.is_some_and(|line| line.chars().count() <= 80),
        "{screen:?}"
    );
    terminal.wait_for("all read");
    sandbox.put_faults(&[]);
    let screen = terminal.wait_for("receipt ");
    let is_gone = !screen.iter().any(|line| line.contains("shipping: "));
    assert!(is_gone, "{screen:?}");
    assert_eq!(terminal.finish().code, 0);

    let stay = ["sessions", "export", "--follow", "--to", "logs"];
    let mut terminal = crate::support::Pty::start_sized(&environment, (80, 24), &stay);
    terminal.wait_for("nothing waits");
    terminal.signal(Signal::TERM);
    let _ = terminal.finish();

    let piped = environment.run(once.iter().chain(&["--again"])).exits(0);
    assert!(!piped.stderr.contains("shipping"), "{}", piped.stderr);
}
