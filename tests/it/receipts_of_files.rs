//! Receipts of what is written: every file and every stream has one, whose hash is that of its bytes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Pty, SandboxOptions, SandboxProcess, TestEnvironment, assert_shape, until};

/// Past every session of the sandbox.
const EVERYTHING: [&str; 2] = ["--since", "40d"];
const SMALL: [&str; 2] = ["--rotate-size", "4kB"];
const NO_RECEIPT: &str = "leaves no receipt";

/// `sessions export` of everything.
fn export<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["sessions", "export", "--yes"], &EVERYTHING[..], more].concat()
}

fn receipts(environment: &TestEnvironment) -> Vec<Value> {
    let listed = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    listed.json().as_array().expect("an array").clone()
}

/// The newest receipt, or the newest whose id begins so.
fn shown(environment: &TestEnvironment, id: &str) -> Value {
    let args = ["receipts", "show", id, "-o", "json"];
    environment.run(args).exits(0).json()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_file(path: &Path) -> String {
    sha256(&fs::read(path).expect("a finished file"))
}

/// Hashes by path, as the batches of a receipt have them.
fn told(receipt: &Value) -> BTreeMap<PathBuf, String> {
    let batches = receipt["batches"].as_array().expect("an array").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let files = batches.map(|batch| (text(&batch["file"]).into(), text(&batch["sha256"])));
    files.collect()
}

/// The finished files of a folder with their hashes.
fn found(folder: &Path) -> BTreeMap<PathBuf, String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_hidden = |path: &PathBuf| {
        let name = path.file_name().expect("a name");
        name.to_string_lossy().starts_with('.')
    };
    let finished = paths.filter(|path| !is_hidden(path));
    finished
        .map(|path| (path.clone(), of_file(&path)))
        .collect()
}

fn folder(environment: &TestEnvironment) -> (PathBuf, String) {
    let folder = environment.home().join("out");
    fs::create_dir(&folder).expect("a writable home");
    let to = folder.join("events.ndjson").display().to_string();
    (folder, to)
}

fn sandbox() -> SandboxProcess {
    SandboxOptions::default().sessions(60).start()
}

#[test]
fn the_receipt_of_a_file_has_the_hash_of_its_bytes() {
    let sandbox = sandbox();
    let environment = TestEnvironment::of(&sandbox);
    for name in ["events.ndjson", "events.json", "events.csv"] {
        let path = environment.path(name);
        let to = path.display().to_string();
        let summary = environment.run(export(&["--to", &to, "-o", "json"]));
        let summary = summary.exits(0).json();
        let receipt = shown(&environment, "");
        assert_eq!(summary["destinations"][0]["receipt"], receipt["id"]);
        assert_eq!(receipt["ending"], "done");
        assert_eq!(receipt["destination"], to);
        assert_eq!(receipt["site"], Value::Null);
        assert_eq!(told(&receipt), [(path.clone(), of_file(&path))].into());
        let totals = &receipt["totals"];
        assert_eq!(totals["events"], summary["accepted"]);
        assert_eq!(totals["bytes"], fs::metadata(&path).expect("it").len());
        let kinds = totals["kinds"].as_object().expect("an object");
        let sum: u64 = kinds.values().filter_map(Value::as_u64).sum();
        assert_eq!(Some(sum), totals["events"].as_u64());
        assert!(kinds.contains_key("session.close"), "{kinds:?}");
        assert!(receipt["operator"]["gateway"]["email"].is_string());
        if name == "events.csv" {
            assert_shape("receipts_show_file", &receipt);
        }
    }
    let _ = environment.run(["receipts", "list", "--check"]).exits(0);
}

#[test]
fn each_file_of_a_run_is_a_batch_of_its_receipt() {
    let sandbox = SandboxOptions::default().sessions(100).start();
    let environment = TestEnvironment::of(&sandbox);
    let (folder, to) = folder(&environment);
    let _ = environment
        .run(export(&["--to", &to, SMALL[0], SMALL[1]]))
        .exits(0);
    let receipt = shown(&environment, "");
    assert!(told(&receipt).len() > 3, "{receipt:#}");
    assert_eq!(told(&receipt), found(&folder));
}

#[test]
fn a_killed_run_has_a_receipt_of_the_files_that_are_in_their_place() {
    let sandbox = SandboxOptions::default().sessions(600).start();
    let environment = TestEnvironment::of(&sandbox);
    let (folder, to) = folder(&environment);
    let args = export(&["--to", &to, SMALL[0], SMALL[1]]);
    let running = environment.command(&args).start();
    until("some files are finished", || {
        (found(&folder).len() > 3).then_some(())
    });
    running.signal(Signal::KILL);
    let _ = running.finish();
    let (receipt, files) = (shown(&environment, ""), found(&folder));
    assert_eq!(receipt["ending"], "cut off");
    let told = told(&receipt);
    assert!(
        told.iter()
            .all(|(path, hash)| files.get(path) == Some(hash))
    );
    // The last may have got its name, and no line yet.
    assert!(files.len() - told.len() <= 1, "{told:?} of {files:?}");
    let _ = environment.run(&args).exits(0);
    let _ = environment
        .run(["receipts", "list", "--check", "--files"])
        .exits(0);
}

#[test]
fn what_was_not_placed_is_in_no_receipt() {
    let sandbox = SandboxOptions::default().sessions(600).start();
    let environment = TestEnvironment::of(&sandbox);
    let path = environment.path("events.ndjson");
    let to = path.display().to_string();
    let running = environment.command(export(&["--to", &to])).start();
    until("a receipt", || {
        (!receipts(&environment).is_empty()).then_some(())
    });
    running.signal(Signal::TERM);
    let _ = running.finish();
    let receipt = shown(&environment, "");
    let is_there = path.exists();
    assert_eq!(told(&receipt).contains_key(&path), is_there);
    assert_eq!(receipt["ending"] == "done", is_there, "{receipt:#}");
}

#[test]
fn standard_output_is_one_batch() {
    let sandbox = sandbox();
    let environment = TestEnvironment::of(&sandbox);
    let written = environment.run(export(&["--to", "-"])).exits(0);
    let receipt = shown(&environment, "");
    assert_eq!(receipt["destination"], "-");
    let [batch] = &receipt["batches"].as_array().expect("an array")[..] else {
        panic!("{receipt:#}")
    };
    assert_eq!(batch["sha256"], sha256(written.stdout.as_bytes()));
    assert_eq!(batch["events"], written.ndjson().len());
    assert_eq!(batch.get("file"), None);

    let line = format!(
        "{} sessions export --since 40d --to - | head -n 1",
        env!("CARGO_BIN_EXE_ddctl")
    );
    let many = SandboxOptions::default().sessions(2_000).start();
    let environment = TestEnvironment::of(&many);
    let _ = environment.program("sh", ["-c", &line]).run().exits(0);
    let left = until("the receipt is closed", || {
        let receipt = shown(&environment, "");
        (receipt["ending"] != "running").then_some(receipt)
    });
    assert_eq!(left["ending"], "interrupted");
    assert_eq!(left["why"], "whoever read standard output went away");
}

#[test]
fn a_file_beside_datadog_has_a_receipt_of_its_own_and_each_names_the_other() {
    let sandbox = sandbox();
    let environment = TestEnvironment::of(&sandbox);
    let path = environment.path("events.ndjson");
    let to = path.display().to_string();
    let both = export(&["--to", "logs", "--to", &to, "-o", "json"]);
    let summary = environment.run(both).exits(0).json();
    let of = |at: usize| {
        let id = summary["destinations"][at]["receipt"].as_str();
        shown(&environment, id.expect("a receipt"))
    };
    let (logs, file) = (of(0), of(1));
    assert_eq!(logs["destination"], "logs");
    assert_eq!(logs["beside"], json!([to]));
    assert_eq!(file["beside"], json!(["logs"]));
    assert_eq!(told(&file), [(path.clone(), of_file(&path))].into());
    assert_eq!(logs["totals"]["kinds"], file["totals"]["kinds"]);
    let _ = environment.run(["receipts", "list", "--check"]).exits(0);
}

#[test]
fn a_verification_leaves_files_out_and_says_so() {
    let sandbox = SandboxOptions::default()
        .sessions(60)
        .index_delay("0s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let path = environment.path("events.ndjson").display().to_string();
    let _ = environment.run(export(&["--to", &path])).exits(0);
    let page = environment.path("proof.html");
    let verify = [
        &["receipts", "verify", "--wait", "0s"],
        &EVERYTHING[..],
        &["--overwrite", "--report", page.to_str().expect("a text")],
    ]
    .concat();
    let text = environment.run(&verify).exits(3);
    let text = text.shows("1 receipt of files, stdout or other receivers: not looked up");
    assert!(text.stdout.contains("found now     0"), "{}", text.stdout);

    let _ = environment.run(export(&["--to", "logs"])).exits(0);
    let proof = environment.run([&verify[..], &["-o", "json"]].concat());
    let proof = proof.json();
    assert_eq!(proof["receipts"].as_array().map(Vec::len), Some(1));
    assert_eq!(proof["elsewhere"].as_array().map(Vec::len), Some(1));
    assert_eq!(proof["elsewhere"][0]["destination"], path);
    let report = fs::read_to_string(&page).expect("a page");
    assert!(report.contains(&path), "the page names it");
}

#[test]
fn a_file_that_was_changed_or_taken_away_is_named() {
    let sandbox = sandbox();
    let environment = TestEnvironment::of(&sandbox);
    let paths = ["a.ndjson", "b.ndjson", "c.ndjson"].map(|name| environment.path(name));
    for path in &paths {
        let to = path.display().to_string();
        let _ = environment.run(export(&["--to", &to])).exits(0);
    }
    // What took the place of an older file is what counts.
    let to = paths[2].display().to_string();
    let again = export(&["--to", &to, "--overwrite", "--limit", "5"]);
    let _ = environment.run(again).exits(0);
    let check = ["receipts", "list", "--check", "--files"];
    let whole = environment.run(check).exits(0);
    let _ = whole.says("4 receipts and 3 files, each as it was written");

    fs::write(&paths[0], "{}\n").expect("writable");
    fs::remove_file(&paths[1]).expect("ours");
    let broken = environment.run([&check[..], &["-o", "json"]].concat());
    let problems = broken.exits(3).json();
    assert_shape("receipts_check", &problems);
    let said: Vec<&str> = problems
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|one| one["what"].as_str())
        .collect();
    let named = |at: usize, what: &str| format!("{} {what}", paths[at].display());
    let expected = [
        named(0, "was changed after it had been written"),
        named(1, "is not there"),
    ];
    assert_eq!(said, expected);
    let _ = environment.run(["receipts", "list", "--check"]).exits(0);
    let _ = environment.run(["receipts", "list", "--files"]).exits(2);
}

#[test]
fn without_a_place_for_receipts_files_are_written_and_nothing_is_sent() {
    let sandbox = sandbox();
    let mut environment = TestEnvironment::of(&sandbox);
    let state = environment.path("state");
    fs::create_dir(&state).expect("a writable home");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o500)).expect("ours");
    if fs::write(state.join("probe"), "").is_ok() {
        // The tests run as root, whom no mode stops: a file stands where the folder would be.
        fs::remove_file(state.join("probe")).expect("ours");
        fs::remove_dir(&state).expect("ours");
        fs::write(&state, "").expect("a writable home");
    }
    environment.set("XDG_STATE_HOME", &state.display().to_string());
    let path = environment.path("events.ndjson");
    let to = path.display().to_string();
    let written = environment.run(export(&["--to", &to, "-o", "json"]));
    let written = written.exits(0).says(NO_RECEIPT);
    assert_eq!(written.json()["destinations"][0]["receipt"], Value::Null);
    assert!(
        fs::read_to_string(&path)
            .expect("it was written")
            .lines()
            .count()
            > 0
    );
    let _ = environment
        .run(export(&["--to", "-"]))
        .exits(0)
        .says(NO_RECEIPT);
    let _ = environment.run(export(&["--to", "logs"])).exits(1);
    assert!(sandbox.received("logs", "evt.id").is_empty());
}

#[test]
fn changes_and_traces_in_files_have_receipts_as_well() {
    let sandbox = sandbox();
    let environment = TestEnvironment::of(&sandbox);
    let path = environment.path("changes.csv");
    let to = path.display().to_string();
    let audit = ["audit", "export", "--since", "40d", "--to", &to];
    let _ = environment.run(audit).exits(0);
    let receipt = shown(&environment, "");
    assert_eq!(receipt["command"], "audit export");
    assert_eq!(told(&receipt), [(path.clone(), of_file(&path))].into());
    assert!(receipt["totals"]["kinds"]["gateway.audit"].as_u64() > Some(0));

    let lines = environment.path("traces.ndjson");
    let line = json!({
        "trace_id": "t-1", "agent_id": "a-1", "status": "completed",
        "timestamp": "2026-11-20T10:00:00Z",
    });
    environment.write(&lines, format!("{line}\n"));
    let lines = lines.display().to_string();
    let traces = ["traces", "export", "--file", &lines, "--to", "-"];
    let written = environment.run(traces).exits(0);
    let receipt = shown(&environment, "");
    assert_eq!(receipt["command"], "traces export");
    assert_eq!(receipt["source"], lines);
    let hash = sha256(written.stdout.as_bytes());
    assert_eq!(receipt["batches"][0]["sha256"], hash);
}

#[test]
fn recordings_that_leave_the_gateway_have_a_receipt_and_local_ones_none() {
    let sandbox = sandbox();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("recordings");
    fs::create_dir(&folder).expect("a writable home");
    let to = format!("{}/", folder.display());
    let args = export(&["--to", &to, "--format", "cast", "--limit", "4"]);
    let _ = environment.run(args).exits(0);
    let receipt = shown(&environment, "");
    assert_eq!(receipt["command"], "sessions export --recording");
    assert_eq!(receipt["ending"], "done");
    let files = found(&folder);
    assert!(!files.is_empty());
    assert_eq!(told(&receipt), files);
    assert_eq!(
        receipt["totals"]["kinds"],
        json!({ "recording": files.len() })
    );

    let recording = files.keys().next().expect("one").display().to_string();
    let before = receipts(&environment).len();
    let converted = [
        "sessions", "export", &recording, "--to", "-", "--format", "txt",
    ];
    let _ = environment.run(converted).exits(0);
    assert_eq!(receipts(&environment).len(), before);
}

#[test]
fn a_receipt_of_files_fits_a_terminal() {
    let sandbox = SandboxOptions::default().sessions(100).start();
    let mut environment = TestEnvironment::of(&sandbox);
    let (_, to) = folder(&environment);
    let _ = environment
        .run(export(&["--to", &to, SMALL[0], SMALL[1]]))
        .exits(0);
    environment.set("NO_COLOR", "1");
    for command in ["list", "show"] {
        let output = Pty::start(&environment, &["receipts", command]).finish();
        for line in output.unwrapped().lines() {
            // Hashes and paths stay in one piece, to be copied.
            let is_whole = ["to  ", "before it", "SHA-256  ", "file  "];
            let line = line.trim_end();
            let is_whole = is_whole
                .iter()
                .any(|name| line.trim_start().starts_with(name));
            assert!(is_whole || line.chars().count() <= 80, "{line}");
        }
    }
}
