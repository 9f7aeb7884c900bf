//! Receipts by the front door: what a run says that it sent is what arrived, and what is done to a
//! receipt is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{
    Chromium, CommandOutput, Pty, SandboxOptions, SandboxProcess, TestEnvironment, Window,
    assert_shape, until,
};

/// Past every session of the sandbox.
const EVERYTHING: &str = "40d";

/// A token that the sandbox shows its own sessions alone.
const STANDARD: &str = "hpk_sandbox-standard-000000000000000000000000000";

fn ship(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "export", "--yes", "--to", "logs", "-o", "json"];
    args.extend(flags);
    environment.run(args)
}

fn receipts(environment: &TestEnvironment) -> Vec<Value> {
    let listed = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    listed.json().as_array().expect("an array").clone()
}

fn newest(environment: &TestEnvironment) -> Value {
    environment
        .run(["receipts", "show", "-o", "json"])
        .exits(0)
        .json()
}

fn file_of(receipt: &Value) -> PathBuf {
    PathBuf::from(receipt["file"].as_str().expect("a path"))
}

/// The payloads that the intake took, by the SHA-256 of their text, with the entries in each.
fn payloads(sandbox: &SandboxProcess) -> BTreeMap<String, usize> {
    let requests = sandbox.requests(true);
    let is_taken = |row: &&Value| row["path"] == "/api/v2/logs" && row["stored"] == "before";
    let payload = |row: &Value| {
        let body = row["body"].as_str().expect("a body");
        let digest = Sha256::digest(body.as_bytes());
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let entries: Vec<Value> = serde_json::from_str(body).expect("an array");
        (hash, entries.len())
    };
    requests.iter().filter(is_taken).map(payload).collect()
}

#[test]
fn a_receipt_says_what_arrived_batch_by_batch_and_who_sent_it() {
    let sandbox = SandboxOptions::default().sessions(600).start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("USER", "ada");
    let summary = ship(&environment, &["--since", EVERYTHING, "--agent", "*"]).exits(0);
    let receipt = newest(&environment);
    assert_shape("receipts_show", &receipt);
    assert_eq!(summary.json()["destinations"][0]["receipt"], receipt["id"]);
    assert_eq!(receipt["ending"], "done");
    assert_eq!(receipt["filter"], "agent=\"*\"");
    assert_eq!(receipt["gateway"], sandbox.gateway_url());
    assert_eq!(receipt["operator"]["user"], "ada");
    assert!(receipt["operator"]["gateway"]["email"].is_string());
    let batches = receipt["batches"].as_array().expect("an array");
    let told: BTreeMap<String, usize> = batches
        .iter()
        .map(|batch| {
            let hash = batch["sha256"].as_str().expect("a hash").to_owned();
            (hash, batch["events"].as_u64().expect("a count") as usize)
        })
        .collect();
    assert!(batches.iter().all(|batch| batch["status"] == 202));
    assert_eq!(told, payloads(&sandbox));

    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let mut late = BTreeSet::new();
    for row in sandbox.received("logs", "evt.id,evt.name,evt.original_time") {
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        *kinds.entry(text("evt.name").expect("a kind")).or_default() += 1;
        late.extend(text("evt.original_time").and(text("evt.id")));
    }
    let totals = &receipt["totals"];
    assert_eq!(totals["kinds"], serde_json::json!(kinds));
    let ids = batches
        .iter()
        .flat_map(|batch| batch["late"].as_array().expect("an array"))
        .flat_map(|late| late["ids"].as_array().expect("an array"));
    let told: BTreeSet<String> = ids
        .map(|id| id.as_str().expect("an id").to_owned())
        .collect();
    assert!(!told.is_empty());
    assert_eq!(told, late);
}

#[test]
fn the_list_keeps_its_shape_and_fits_a_terminal() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let mut environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["receipts", "list"])
        .exits(0)
        .says("nothing was sent or written yet");
    let empty = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    assert_eq!(empty.json(), serde_json::json!([]));
    let _ = environment.run(["receipts", "show"]).exits(2);
    let _ = ship(&environment, &["--since", "10d"]).exits(0);
    let _ = ship(&environment, &["--new"]).exits(0);
    let listed = receipts(&environment);
    assert_shape("receipts_list", &Value::Array(listed.clone()));
    assert_eq!(listed[0]["command"], "sessions export --new");
    assert_eq!(listed[1]["command"], "sessions export");
    environment.set("NO_COLOR", "1");
    for command in ["list", "show"] {
        let output = Pty::start(&environment, &["receipts", command]).finish();
        for line in output.unwrapped().lines() {
            // Hashes and paths stay in one piece, to be copied.
            let is_whole = ["before it", "SHA-256  ", "file  "];
            let is_whole = is_whole
                .iter()
                .any(|name| line.trim_start().starts_with(name));
            assert!(is_whole || line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_run_that_sends_nothing_leaves_no_receipt() {
    let sandbox = SandboxOptions::default().sessions(30).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = ship(&environment, &["--since", EVERYTHING, "--dry-run"]).exits(0);
    let to_file = [
        "sessions",
        "export",
        "--since",
        EVERYTHING,
        "--to",
        "x.csv",
        "--dry-run",
    ];
    let _ = environment.run(to_file).exits(0);
    assert!(receipts(&environment).is_empty());
}

#[test]
fn a_killed_run_is_recognised_and_the_chain_stays_whole() {
    let sandbox = SandboxOptions::default()
        .sessions(3_000)
        .fault("logs:slow=2ms@1")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "logs",
    ];
    let running = environment.command(args).start();
    until("a batch that is written down", || {
        let listed = receipts(&environment);
        let is_running = |row: &Value| row["ending"] == "running";
        (listed.iter().any(is_running) && listed[0]["events"].as_u64() > Some(0)).then_some(())
    });
    running.signal(Signal::KILL);
    let _ = running.finish();
    let cut_off = newest(&environment);
    assert_eq!(cut_off["ending"], "cut off");
    let written = cut_off["totals"]["events"].as_u64().expect("a count") as usize;
    assert!(written > 0 && written <= sandbox.received("logs", "evt.id").len());

    let _ = ship(&environment, &["--since", EVERYTHING]).exits(0);
    let listed = receipts(&environment);
    assert_eq!(listed[0]["ending"], "done");
    assert_eq!(listed[1]["ending"], "cut off");
    assert!(listed[1]["sha256"].is_string(), "nobody sealed it");
    let _ = environment.run(["receipts", "list", "--check"]).exits(0);
}

#[test]
fn a_refused_key_and_an_outage_are_endings_that_a_receipt_knows() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    sandbox.put_faults(&["logs:403@1"]);
    let _ = ship(&environment, &["--since", EVERYTHING]).exits(4);
    let refused = newest(&environment);
    assert_eq!(refused["ending"], "failed");
    let why = refused["why"].as_str().expect("why");
    assert!(why.contains("403"), "{why}");
    assert_eq!(refused["totals"]["events"], 0);

    sandbox.put_faults(&["logs:reset-after-store@1"]);
    let flags = ["--since", EVERYTHING, "--timeout", "3s"];
    let _ = ship(&environment, &flags).exits(5);
    let outage = newest(&environment);
    let stored = sandbox.received("logs", "evt.id").len();
    assert!(stored > 0, "the intake kept what it did not answer to");
    let uncertain = outage["totals"]["uncertain"].as_u64().expect("a count");
    assert!(uncertain > 0, "{outage:#}");
}

#[test]
fn what_was_done_to_receipts_is_named_and_exits_3() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    for since in ["5d", "10d", EVERYTHING] {
        let _ = ship(&environment, &["--since", since]).exits(0);
    }
    let whole = environment.run(["receipts", "list", "--check"]).exits(0);
    let _ = whole.says("3 receipts, each as it was written; the newest hash is ");
    let listed = receipts(&environment);
    let path = file_of(&listed[0]);
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, text.replace("\"status\":202", "\"status\":200")).expect("writable");
    fs::remove_file(file_of(&listed[1])).expect("writable");
    let broken = environment.run(["receipts", "list", "--check", "-o", "json"]);
    let problems = broken.exits(3).json();
    assert_shape("receipts_check", &problems);
    let named: BTreeMap<&str, &str> = problems
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|one| Some((one["receipt"].as_str()?, one["what"].as_str()?)))
        .collect();
    let id = |row: &Value| row["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        named[&*id(&listed[0])],
        "it was changed after it had been closed"
    );
    assert_eq!(named[&*id(&listed[1])], "it was taken out");
    assert_eq!(named.len(), 2);
}

fn verify(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["receipts", "verify", "--since", EVERYTHING, "-o", "json"];
    args.extend(flags);
    environment.run(args)
}

fn asked(sandbox: &SandboxProcess, path: &str) -> usize {
    let requests = sandbox.requests(false);
    requests.iter().filter(|row| row["path"] == path).count()
}

const SEARCH: &str = "/api/v2/logs/events/search";
const AGGREGATE: &str = "/api/v2/logs/analytics/aggregate";

#[test]
fn what_was_sent_is_proven_by_counting_alone_and_the_proof_lasts() {
    let sandbox = SandboxOptions::default()
        .sessions(300)
        .index_delay("0s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let sent = ship(&environment, &["--since", EVERYTHING]).exits(0).json();
    // What a rehearsal sent does not count.
    let test = serde_json::json!([{
        "ddsource": "hoop",
        "hostname": "127.0.0.1",
        "message": "rehearsed",
        "evt": {"name": "session.open", "id": "0".repeat(32), "test": true},
    }]);
    assert_eq!(sandbox.datadog("POST", "/api/v2/logs", &test).status, 202);
    let proof = verify(&environment, &[]).exits(0);
    let proof = proof.says("counting ").json();
    assert_shape("receipts_verify", &proof);
    assert_eq!(proof["expected"], sent["accepted"]);
    assert_eq!(proof["found"], sent["accepted"]);
    assert_eq!(asked(&sandbox, SEARCH), 0, "every hour agreed");
    assert_eq!(proof["requests"], asked(&sandbox, AGGREGATE));
    let of_hours = |name: &str| -> u64 {
        let hours = proof["hours"].as_array().expect("an array");
        hours.iter().filter_map(|hour| hour[name].as_u64()).sum()
    };
    assert_eq!(Some(of_hours("expected")), proof["expected"].as_u64());
    assert_eq!(Some(of_hours("found")), proof["found"].as_u64());
    assert_eq!(
        proof["receipts"][0]["id"],
        sent["destinations"][0]["receipt"]
    );

    // Datadog forgets; what was proven stays proven.
    sandbox.reset();
    let later = verify(&environment, &["--wait", "0s"]).exits(0).json();
    assert_eq!(later["found"], 0);
    assert_eq!(later["proven_earlier"], sent["accepted"]);
    let listed = receipts(&environment);
    assert_eq!(listed[0]["command"], "receipts verify");
    assert_eq!(listed[1]["found"], sent["accepted"]);
    let _ = environment.run(["receipts", "list", "--check"]).exits(0);
}

#[test]
fn a_proof_that_was_changed_proves_nothing() {
    let sandbox = SandboxOptions::default()
        .sessions(40)
        .index_delay("0s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = ship(&environment, &["--since", EVERYTHING]).exits(0);
    let _ = verify(&environment, &[]).exits(0);
    let path = file_of(&receipts(&environment)[0]);
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, text.replace("\"found\":", "\"found\": ")).expect("writable");
    sandbox.reset();
    let later = verify(&environment, &["--wait", "0s"]).exits(3).json();
    assert_eq!(later["proven_earlier"], 0);
    assert_eq!(later["chain"]["problems"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_nobody_sent_is_missing_by_name() {
    let sandbox = SandboxOptions::default()
        .sessions(200)
        .index_delay("0s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let sent = ship(&environment, &["--since", EVERYTHING, "--agent", "*"]).exits(0);
    let sent = sent.json();
    // All that was sent is there: nothing is to be waited for.
    let wait = ["--wait", "1h", "--timeout", "60s"];
    let output = verify(&environment, &wait).exits(3);
    assert!(
        !output.stderr.contains("looking again"),
        "{}",
        output.stderr
    );
    let proof = output.json();
    assert_eq!(proof["found"], sent["accepted"]);
    assert!(asked(&sandbox, SEARCH) > 0);
    let shown = environment.run(["receipts", "verify", "--since", EVERYTHING]);
    let shown = shown.exits(3);
    for named in [
        "missing ",
        "expired unproven ",
        " expired unproven more: -o json",
    ] {
        assert!(shown.stdout.contains(named), "{}", shown.stdout);
    }
    let arrived: BTreeSet<String> = sandbox
        .received("logs", "evt.id")
        .iter()
        .map(|row| row["evt.id"].as_str().expect("an id").to_owned())
        .collect();
    let to_stdout = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "-",
    ];
    let rows = environment.run(to_stdout).exits(0).ndjson();
    let everything: BTreeSet<String> = rows
        .iter()
        .map(|row| row["evt"]["id"].as_str().expect("an id").to_owned())
        .collect();
    let findings = proof["findings"].as_array().expect("an array");
    let named: BTreeSet<String> = findings
        .iter()
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(named, everything.difference(&arrived).cloned().collect());
    let with = |finding: &str| {
        findings
            .iter()
            .filter(|one| one["finding"] == finding)
            .count()
    };
    assert_eq!(proof["missing"], with("missing"));
    assert_eq!(proof["expired_unproven"], with("expired_unproven"));
    // The sandbox keeps logs for 15 days, and its sessions go back 30.
    assert!(with("missing") > 0 && with("expired_unproven") > 0);
}

#[test]
fn an_event_sent_twice_does_not_stand_for_one_that_is_not_there() {
    let sandbox = SandboxOptions::default()
        .sessions(60)
        .index_delay("0s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let to_stdout = ["sessions", "export", "--yes", "--since", "16h", "--to", "-"];
    let rows = environment.run(to_stdout).exits(0).ndjson();
    let hour = |row: &Value| row["timestamp"].as_i64().expect("a time") / 3_600_000;
    let is_open = |row: &&Value| row["evt"]["name"] == "session.open";
    let opened: Vec<&Value> = rows.iter().filter(is_open).collect();
    let (lost, doubled) = opened
        .iter()
        .zip(opened.iter().skip(1))
        .find(|(one, other)| hour(one) == hour(other))
        .expect("two sessions in one hour");
    let sent: Vec<&Value> = rows
        .iter()
        .map(|row| if row == *lost { doubled } else { row })
        .collect();
    let body = serde_json::json!(sent);
    let taken = sandbox.datadog("POST", "/api/v2/logs", &body);
    assert_eq!(taken.status, 202);
    let args = [
        "receipts", "verify", "--since", "16h", "--wait", "0s", "-o", "json",
    ];
    let proof = environment.run(args).exits(3).json();
    assert_eq!(proof["missing"], 1);
    assert_eq!(proof["findings"][0]["id"], lost["evt"]["id"]);
}

#[test]
fn what_is_not_indexed_yet_is_waited_for_and_is_never_missing() {
    let sandbox = SandboxOptions::default()
        .sessions(60)
        .index_delay("8s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = ship(&environment, &["--since", EVERYTHING]).exits(0);
    let _ = verify(&environment, &[])
        .exits(0)
        .says("up to 9 looks more")
        .says("looking again in 2.0s");

    let slow = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&slow);
    let _ = ship(&environment, &["--since", EVERYTHING]).exits(0);
    slow.reset();
    let args = [
        "receipts",
        "verify",
        "--since",
        EVERYTHING,
        "-o",
        "json",
        "--timeout",
        "3s",
    ];
    let unknown = environment.run(args).exits(1).json();
    assert_eq!(unknown["missing"], 0);
    assert_eq!(unknown["not_indexed_yet"], unknown["expected"]);
}

#[test]
fn a_key_without_rights_and_a_range_without_sessions_are_told() {
    let sandbox = SandboxOptions::default().sessions(0).start();
    let mut environment = TestEnvironment::of(&sandbox);
    let nothing = verify(&environment, &[]).exits(0).json();
    assert_eq!(nothing["expected"], 0);
    environment.set("HOOP_TOKEN", STANDARD);
    let unseen = verify(&environment, &[]).exits(1).says("role `standard`");
    assert_eq!(unseen.json()["own_sessions_alone"], true);
    environment.unset("DD_APP_KEY");
    let _ = verify(&environment, &[]).exits(4);
}

#[test]
fn an_export_proves_itself_once_it_is_indexed() {
    let sandbox = SandboxOptions::default()
        .sessions(80)
        .index_delay("3s")
        .start();
    let mut environment = TestEnvironment::of(&sandbox);
    let flags = ["--since", EVERYTHING, "--verify"];
    let proven = ship(&environment, &flags).exits(0).json();
    assert_eq!(proven["verification"]["found"], proven["accepted"]);
    assert_eq!(proven["verification"]["expected"], proven["accepted"]);
    let listed = receipts(&environment);
    assert_eq!(listed[0]["id"], proven["verification"]["receipt"]);

    let left_out = [
        "--since", EVERYTHING, "--again", "--late", "skip", "--verify",
    ];
    sandbox.reset();
    let wait = ["--verify-wait", "0s"];
    let lacking = ship(&environment, &[&left_out[..], &wait].concat()).json();
    // The first proof lasts.
    assert_eq!(lacking["verification"]["missing"], 0);

    let to_file = [
        "sessions", "export", "--since", "1h", "--to", "x.ndjson", "--verify",
    ];
    let _ = environment.run(to_file).exits(2).says("--to logs");
    let again = ["--since", EVERYTHING, "--again", "--verify"];
    let sent = sandbox.received("logs", "evt.id").len();
    environment.set("DD_APP_KEY", "no application key");
    let malformed = ship(&environment, &again).exits(4);
    let _ = malformed.says("application key");
    environment.unset("DD_APP_KEY");
    let _ = ship(&environment, &again).exits(4);
    assert_eq!(
        sandbox.received("logs", "evt.id").len(),
        sent,
        "checked first"
    );
}

/// An operator and a filter that would do something wherever they became markup.
const HOSTILE: &str =
    "</td><script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\">";

#[test]
fn the_auditors_page_works_from_disk_in_every_light_and_width() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let sandbox = SandboxOptions::default()
        .sessions(150)
        .index_delay("0s")
        .start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("USER", HOSTILE);
    let _ = ship(&environment, &["--since", EVERYTHING, "--agent", "*"]).exits(0);
    let report = environment.path("proof.html");
    let path = report.to_str().expect("text");
    let flags = ["--wait", "0s", "--report", path];
    let proof = verify(&environment, &flags).exits(3).json();
    let _ = verify(&environment, &flags).exits(2).says("--overwrite");

    for (width, height, is_dark) in [
        (1280, 800, false),
        (1280, 800, true),
        (1000, 800, false),
        (390, 800, false),
    ] {
        let window = Window {
            width,
            height,
            is_dark,
        };
        let mut tab = chromium.open(&report, "", window, "document.readyState === 'complete'");
        assert_eq!(tab.value("window.hacked"), Value::Null);
        assert!(tab.complaints().is_empty(), "{:?}", tab.complaints());
        let asked = tab.requests();
        assert!(
            asked.iter().all(|url| url.starts_with("file:")),
            "{asked:?}"
        );
        let is_wide = "document.documentElement.scrollWidth > innerWidth";
        assert_eq!(tab.value(is_wide), false, "{width} is too narrow");
        // The reason is seen at once, and on a screen that is no telephone's all of it.
        let findings = "document.querySelector('section[aria-label=\"Findings\"] .scroll')";
        let why = format!("{findings}.querySelectorAll('th')[1].getBoundingClientRect().right");
        assert_eq!(tab.value(&format!("{why} < innerWidth")), true, "{width}");
        let fits = format!("{findings}.scrollWidth <= {findings}.clientWidth");
        assert_eq!(tab.value(&fits), width >= 1000, "{width}");
        let text = tab.text("body");
        for (name, fact) in [
            ("filter", "none: every session"),
            ("gateway", sandbox.gateway_url()),
            ("chain", proof["chain"]["head"].as_str().expect("a hash")),
            ("receipt", proof["receipt"].as_str().expect("an id")),
            ("version", env!("CARGO_PKG_VERSION")),
            ("operator", HOSTILE),
        ] {
            assert!(text.contains(fact), "{name}: {fact}");
        }
        let rows = |title: &str| {
            format!("document.querySelectorAll('section[aria-label=\"{title}\"] tbody tr').length")
        };
        let findings = proof["findings"].as_array().expect("an array").len();
        let hours = proof["hours"].as_array().expect("an array").len();
        assert_eq!(tab.value(&rows("Findings")), findings);
        assert_eq!(tab.value(&rows("By hour and kind")), hours);
        assert_eq!(tab.value(&rows("Receipts")), 1);
        let background = tab.value("getComputedStyle(document.documentElement).backgroundColor");
        assert_eq!(background == "rgb(12, 15, 19)", is_dark, "{background}");
    }
}

#[test]
fn an_estimate_says_beforehand_what_an_export_then_is() {
    let sandbox = SandboxOptions::default().sessions(300).start();
    let environment = TestEnvironment::of(&sandbox);
    let prices = ["--price-per-million", "1.5", "--price-per-gb", "100"];
    let flags = ["--since", EVERYTHING, "--estimate"];
    let told = ship(&environment, &[&flags[..], &prices].concat()).exits(0);
    let told = told.json();
    assert_shape("sessions_export_estimate", &told);
    assert!(
        sandbox.received("logs", "evt.id").is_empty(),
        "nothing is sent"
    );
    assert!(receipts(&environment).is_empty());

    let sent = ship(&environment, &["--since", EVERYTHING]).exits(0).json();
    for name in ["sessions", "late"] {
        assert_eq!(told[name], sent[name], "{name}");
    }
    assert_eq!(told["events"], sent["accepted"]);
    let number = |value: &Value| value.as_f64().expect("a number");
    let (guessed, real) = (number(&told["bytes"]), number(&sent["bytes_raw"]));
    assert!(
        (guessed / real - 1.0).abs() < 0.2,
        "{guessed} against {real}"
    );
    let cost = number(&told["events"]) * 1.5e-6 + guessed * 1e-7;
    assert!((number(&told["cost"]) - cost).abs() < 1e-9);

    // What was sent is no part of it.
    let left = ship(&environment, &flags).exits(0).json();
    assert_eq!(left["cost"], Value::Null);
    assert!(left["events"].as_u64() < Some(20), "{left}");
    assert!(
        left["sent_before"].as_u64() >= sent["accepted"].as_u64(),
        "{left}"
    );
    let to_logs = [
        "sessions",
        "export",
        "--to",
        "logs",
        "--since",
        EVERYTHING,
        "--estimate",
    ];
    let shown = environment.run(to_logs).exits(0).stdout;
    assert!(
        shown.contains(" more left out: sent by an earlier run (--again"),
        "{shown}"
    );
}
