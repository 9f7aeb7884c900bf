//! `state`: positions are shown with who holds them, checked, mended and forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{SandboxOptions, TestEnvironment, assert_shape, until};

fn folder(environment: &TestEnvironment) -> PathBuf {
    environment.home().join(".local/state/ddctl/default")
}

fn show(environment: &TestEnvironment) -> Vec<Value> {
    match environment
        .run(["state", "show", "-o", "json"])
        .exits(0)
        .json()
    {
        Value::Array(rows) => rows,
        other => panic!("a bare array: {other}"),
    }
}

fn lines(count: u32) -> String {
    let now = Timestamp::now().as_millisecond();
    (0..count)
        .map(|number| format!("{{\"timestamp\":{now},\"evt\":{{\"id\":\"e{number}\"}}}}\n"))
        .collect()
}

/// Delivers a range of sessions and a file.
fn deliver(environment: &TestEnvironment) {
    let sessions = ["sessions", "export", "--since", "40d", "--to", "logs"];
    let _ = environment.run(sessions).exits(0);
    let path = environment.home().join("events.ndjson");
    fs::write(&path, lines(5)).expect("a writable home");
    let file = path.display().to_string();
    let _ = environment
        .run(["sessions", "export", "--to", "logs", "--file", &file])
        .exits(0);
}

/// Changes a byte of the text `word` in the file of positions.
fn damage(environment: &TestEnvironment, word: &str) {
    let path = folder(environment).join("state.db");
    let mut bytes = fs::read(&path).expect("a file");
    let found = bytes
        .windows(word.len())
        .position(|part| part == word.as_bytes());
    bytes[found.expect("the word is there")] ^= 1;
    fs::write(&path, bytes).expect("our file");
}

#[test]
fn without_a_file_there_is_nothing_to_show_to_mend_or_to_forget() {
    let environment = TestEnvironment::empty();
    assert!(show(&environment).is_empty());
    let verified = environment.run(["state", "verify"]).exits(0);
    assert!(verified.stdout.contains("does not exist yet"));
    let repair = environment.run(["state", "repair"]).exits(0);
    let _ = repair.says("there is no state to repair");
    let _ = environment.run(["state", "reset", "--all"]).exits(0);
    let unknown = environment.run(["state", "reset", "4f2a"]).exits(2);
    assert!(unknown.stderr.contains("state show"));
    assert!(!folder(&environment).join("state.db").exists());
}

#[test]
fn positions_are_shown_and_one_that_is_forgotten_sends_again() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    deliver(&environment);
    let rows = show(&environment);
    assert_shape("state_show", &Value::Array(rows.clone()));
    let kinds: Vec<&str> = rows.iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["sessions", "file"]);
    assert_eq!(rows[1]["line"], 6);
    let shown = environment.run(["state", "show"]).exits(0);
    assert!(shown.stdout.contains("every session") && shown.stdout.contains("5 lines"));

    let id = rows[1]["id"].as_str().expect("an id");
    let asked = environment.run(["state", "reset", id]).exits(2);
    assert!(asked.stderr.contains("events.ndjson") && asked.stderr.contains("same ids"));
    let args = ["state", "reset", id, "--yes", "-o", "json"];
    let forgotten = environment.run(args).exits(0).json();
    assert_shape("state_reset", &forgotten);
    assert_eq!(show(&environment).len(), 1);
}

#[test]
fn who_is_at_work_is_named_and_keeps_its_position() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    deliver(&environment);
    // It leaves its own name in the lock of the whole file.
    damage(&environment, "events.ndjson");
    let _ = environment.run(["state", "repair"]).exits(0);
    sandbox.put_faults(&["logs:stall@1"]);
    let path = environment.home().join("more.ndjson");
    fs::write(&path, format!("{}broken\n", lines(5))).expect("a writable home");
    let file = path.display().to_string();
    let args = ["sessions", "export", "--to", "logs", "--file", &file];
    let running = environment.command(args).start();
    let row = until("the position is there", || {
        show(&environment)
            .into_iter()
            .find(|row| row["held"] == true)
    });
    assert_eq!(row["holder"]["command"], "sessions export --file");
    let refused = environment
        .run(["state", "reset", "--all", "--yes"])
        .exits(1);
    assert!(
        refused.stderr.contains("in use by `ddctl sessions export"),
        "{}",
        refused.stderr
    );
    let pid = row["holder"]["pid"].as_u64().expect("a process");
    let holder = format!("in use by `ddctl sessions export --file` (process {pid} on ");
    let _ = refused.says(&holder).says("since");
    running.signal(Signal::KILL);
    let _ = running.finish();
    assert!(show(&environment).iter().all(|row| row["held"] == false));
}

#[test]
fn damage_is_named_and_mended() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    deliver(&environment);
    let sound = environment.run(["state", "verify", "-o", "json"]).exits(0);
    assert_shape("state_verify", &sound.json());
    let kept = environment.run(["state", "repair"]).exits(0);
    let _ = kept.says("is sound: there is nothing to repair");
    assert!(!show(&environment).is_empty());
    damage(&environment, "events.ndjson");
    let damaged = environment.run(["state", "verify"]).exits(3);
    assert!(damaged.stdout.contains("of `file`"), "{}", damaged.stdout);
    assert!(damaged.stderr.contains("ddctl state repair"));
    let path = environment
        .home()
        .join("events.ndjson")
        .display()
        .to_string();
    let export = ["sessions", "export", "--to", "logs", "--file", &path];
    let refused = environment.run(export).exits(1);
    assert!(
        refused.stderr.contains("ddctl state repair"),
        "{}",
        refused.stderr
    );

    let repaired = environment
        .run(["state", "repair", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("state_repair", &repaired);
    assert_eq!(repaired["lost"]["file"], 1);
    let aside = repaired["aside"].as_str().expect("a path");
    assert!(fs::exists(aside).expect("a folder"));
    let _ = environment.run(["state", "verify"]).exits(0);
    assert_eq!(show(&environment).len(), 1);
    let again = environment.run(export).exits(0);
    assert!(again.stderr.contains("5 events"), "{}", again.stderr);
}

#[test]
fn what_a_newer_one_or_another_program_wrote_is_left_alone() {
    for (at, value, word) in [(60, 99_u32, "newer ddctl"), (68, 1, "another program")] {
        let sandbox = SandboxOptions::default().sessions(5).start();
        let environment = TestEnvironment::of(&sandbox);
        deliver(&environment);
        let path = folder(&environment).join("state.db");
        let mut bytes = fs::read(&path).expect("a file");
        // The user version and the application id in SQLite's header.
        bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
        fs::write(&path, &bytes).expect("our file");
        for command in ["show", "repair"] {
            let _ = environment.run(["state", command]).exits(1).says(word);
        }
        let verified = environment.run(["state", "verify"]);
        let _ = match word {
            "another program" => verified.exits(3).shows(word).says("move it away"),
            _ => verified.exits(1).says(word),
        };
        assert_eq!(fs::read(&path).expect("a file"), bytes);
    }
}

#[test]
fn an_empty_file_is_damaged_and_the_advice_leads_on() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    deliver(&environment);
    let path = folder(&environment).join("state.db");
    // A file without a byte, and one of SQLite without a table.
    for empty in [Vec::new(), without_tables(&environment)] {
        fs::write(&path, &empty).expect("our file");
        let verified = environment.run(["state", "verify"]).exits(3);
        let _ = verified.shows("it is empty").says("ddctl state repair");
        let new = ["sessions", "export", "--new", "--to", "logs"];
        let refused = environment.run(new).exits(1);
        let _ = refused.says("it is empty").says("ddctl state repair");
        let _ = environment.run(["state", "show"]).exits(1);
        assert_eq!(fs::read(&path).expect("a file"), empty, "no fresh start");

        let repaired = environment.run(["state", "repair"]).exits(0);
        let _ = repaired.says("ask once for --since").says("receipts list");
        let _ = environment.run(["state", "verify"]).exits(0);
        let refused = environment.run(new).exits(2);
        let _ = refused
            .says("word of it is gone")
            .says("--new --since")
            .says("receipts list");
        let since = ["--since", "40d", "--yes"];
        let again = environment.run(new.iter().chain(&since)).exits(0);
        let _ = again.says("events of 20 sessions");
        let _ = environment.run(new).exits(0);
    }
}

/// The bytes of a file of SQLite with nothing in it.
fn without_tables(environment: &TestEnvironment) -> Vec<u8> {
    let path = environment.home().join("nothing.db");
    let connection = rusqlite::Connection::open(&path).expect("a writable home");
    let made = connection.execute_batch("CREATE TABLE t (n); DROP TABLE t; VACUUM");
    made.expect("an empty database");
    drop(connection);
    fs::read(path).expect("a file")
}

#[test]
fn what_was_put_aside_before_is_never_written_over() {
    let environment = TestEnvironment::empty();
    let folder = folder(&environment);
    fs::create_dir_all(&folder).expect("a writable home");
    let path = folder.join("state.db");
    // Every second in which this test may run has its name taken already.
    let now = Timestamp::now().as_second();
    let taken: Vec<PathBuf> = (now - 5..now + 900)
        .map(|second| {
            let at = Timestamp::from_second(second).expect("a time");
            folder.join(at.strftime("state.db.damaged-%Y%m%dT%H%M%SZ").to_string())
        })
        .collect();
    for name in &taken {
        fs::write(name, "an earlier one").expect("our folder");
    }
    for rubbish in ["first", "second"] {
        fs::write(&path, rubbish).expect("our folder");
        let repaired = environment.run(["state", "repair", "-o", "json"]).exits(0);
        let aside = repaired.json()["aside"].as_str().map(PathBuf::from);
        let aside = aside.expect("a path");
        assert!(!taken.contains(&aside), "{}", aside.display());
        assert_eq!(fs::read_to_string(aside).expect("the old file"), rubbish);
    }
    let is_kept = |name: &PathBuf| fs::read(name).is_ok_and(|text| text == b"an earlier one");
    assert!(taken.iter().all(is_kept));
}

#[test]
fn a_folder_in_place_of_the_state_is_said_with_what_helps() {
    let environment = TestEnvironment::empty();
    fs::create_dir_all(folder(&environment).join("state.db")).expect("a writable home");
    for args in [["state", "show"], ["state", "verify"], ["state", "repair"]] {
        let refused = environment.run(args).exits(1);
        let _ = refused.says("a directory").says("move it away");
    }
}

#[test]
fn a_file_that_may_not_grow_is_an_error_and_loses_nothing() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    let limited =
        "ulimit -f 8; exec \"$0\" sessions export --since 12h --to logs --late restamp --yes";
    let program = env!("CARGO_BIN_EXE_ddctl");
    let output = environment.program("bash", ["-c", limited, program]).run();
    let _ = output.exits(1).says("nothing was lost");
    let export = [
        "sessions", "export", "--since", "12h", "--to", "logs", "--yes", "-o", "json",
    ];
    let _ = environment.run(export).exits(0);
    let ids = sandbox.received("logs", "evt.id");
    let different: BTreeSet<String> = ids.iter().map(|row| row["evt.id"].to_string()).collect();
    let _ = environment.run(export).exits(0);
    assert_eq!(sandbox.received("logs", "evt.id").len(), ids.len());
    assert!(different.len() >= 20);
}
