//! `sessions export`: what is read is what arrives, once, without secrets; and what is said where
//! that cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    Asked, CommandOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment,
    assert_shape, until,
};

/// Past every session of the sandbox.
const EVERYTHING: &str = "40d";

fn ship(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec![
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "logs", "-o", "json",
    ];
    args.extend(flags);
    environment.run(args)
}

/// How often each event arrived, by its id.
fn arrived(sandbox: &SandboxProcess) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for row in sandbox.received("logs", "evt.id") {
        let id = row["evt.id"].as_str().expect("every event has an id");
        *count.entry(id.to_owned()).or_default() += 1;
    }
    count
}

/// The ids of what a file would hold.
fn expected(environment: &TestEnvironment) -> BTreeSet<String> {
    let to_stdout = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "-",
    ];
    let rows = environment.run(to_stdout).exits(0).ndjson();
    let ids = rows
        .iter()
        .map(|row| row["evt"]["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

#[test]
fn every_event_of_300_sessions_arrives_once_and_again_under_the_same_id() {
    let sandbox = SandboxOptions::default().sessions(300).start();
    let environment = TestEnvironment::of(&sandbox);
    let expected = expected(&environment);
    let summary = ship(&environment, &[]).exits(0).json();
    let first = arrived(&sandbox);
    assert_eq!(first.keys().cloned().collect::<BTreeSet<_>>(), expected);
    assert!(first.values().all(|count| *count == 1));
    assert_eq!(summary["sessions"], 300);
    assert_eq!(summary["accepted"], first.len());
    sandbox.reset();
    let _ = ship(&environment, &["--again"]).exits(0);
    assert_eq!(arrived(&sandbox), first, "other events the second time");
}

#[test]
fn every_session_is_told_and_every_event_knows_its_actor_or_says_that_it_does_not() {
    let sandbox = SandboxOptions::default().sessions(300).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = ship(&environment, &[]).exits(0);
    let rows = sandbox.received("logs", "session.id,usr.id,evt.incomplete,evt.name,ddsource");
    let told: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row["session.id"].as_str())
        .collect();
    let sessions = sandbox.sessions();
    let recorded: BTreeSet<&str> = sessions
        .iter()
        .filter_map(|row| row["id"].as_str())
        .collect();
    assert_eq!(told, recorded);
    for row in &rows {
        let has_actor = row["usr.id"].as_str().is_some_and(|id| !id.is_empty());
        assert!(has_actor || row["evt.incomplete"] == true, "{row}");
        assert_eq!(row["ddsource"], "hoop");
    }
}

/// Ships 80 sessions over a line with these faults: all of them arrive, and no others.
fn ship_over(faults: &[&str]) {
    let sandbox = SandboxOptions::default().sessions(80).seed(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let expected = expected(&environment);
    sandbox.put_faults(faults);
    let output = ship(&environment, &["--compression", "none"]).exits(0);
    let arrived: BTreeSet<String> = arrived(&sandbox).into_keys().collect();
    assert_eq!(arrived, expected, "{faults:?}");
    assert_eq!(output.json()["accepted"], expected.len(), "{faults:?}");
}

#[test]
fn nothing_is_lost_or_changed_on_a_bad_line() {
    // Side by side, since each waits before it tries again.
    std::thread::scope(|scope| {
        for faults in [
            &["logs:503@0.3", "logs:limit=30000@1"][..],
            &["logs:429=0@0.3", "logs:limit=30000@1"],
            &["logs:reset@0.2", "logs:cut@0.1", "logs:limit=30000@1"],
            &["logs:limit=4000@1"],
            &["gateway:503@0.05", "gateway:reset@0.05"],
        ] {
            scope.spawn(move || ship_over(faults));
        }
    });
}

#[test]
fn an_answer_that_is_lost_makes_doubles_of_the_same_id_and_no_others() {
    let sandbox = SandboxOptions::default().sessions(80).seed(5).start();
    let environment = TestEnvironment::of(&sandbox);
    let expected = expected(&environment);
    sandbox.put_faults(&["logs:reset-after-store@0.4", "logs:limit=100000@1"]);
    let _ = ship(&environment, &["--compression", "none"]).exits(0);
    let arrived = arrived(&sandbox);
    assert!(arrived.keys().eq(&expected), "lost, or under other ids");
    assert!(
        arrived.values().any(|count| *count > 1),
        "no answer was lost"
    );
}

#[test]
fn what_is_older_than_datadog_takes_goes_out_under_a_time_it_takes() {
    let sandbox = SandboxOptions::default()
        .sessions(60)
        .index_delay("0s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let summary = ship(&environment, &[]).exits(0).json();
    let rows = sandbox.received("logs", "ddtags,evt.original_time,sandbox.state");
    assert!(rows.iter().all(|row| row["sandbox.state"] != "dropped"));
    let late: Vec<&Value> = rows
        .iter()
        .filter(|row| {
            row["ddtags"]
                .as_str()
                .is_some_and(|tags| tags.contains("late:true"))
        })
        .collect();
    assert!(!late.is_empty());
    assert_eq!(summary["late"], late.len());
    assert!(late.iter().all(|row| !row["evt.original_time"].is_null()));
}

#[test]
fn late_events_may_be_left_out_or_set_aside_instead() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    let skipped = ship(&environment, &["--late", "skip"]).exits(0).json();
    assert!(skipped["skipped"].as_u64() > Some(0));
    assert_eq!(skipped["accepted"], arrived(&sandbox).len());
    let kept = ship(&environment, &["--again", "--late", "deadletter"])
        .exits(6)
        .json();
    assert_eq!(kept["dead_letters"], skipped["skipped"]);
}

/// An intake that takes everything but events of `is_poison`.
fn picky_intake(is_poison: impl Fn(&str) -> bool + Send + Sync + 'static) -> ScriptedServer {
    ScriptedServer::start(move |asked: &Asked| {
        let body = String::from_utf8_lossy(&asked.body);
        match asked.target.as_str() {
            "/api/v1/validate" => (200, "application/json", r#"{"valid":true}"#.to_owned()),
            _ if is_poison(&body) => {
                let body = r#"{"errors":[{"status":"400","title":"Bad Request","detail":"no"}]}"#;
                (400, "application/json", body.to_owned())
            }
            _ => (202, "application/json", "{}".to_owned()),
        }
    })
}

#[test]
fn an_event_that_no_intake_takes_is_set_aside_for_its_owner_alone() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let intake = picky_intake(|body| body.contains("\"name\":\"session.review\""));
    let output = environment
        .command([
            "sessions",
            "export",
            "--yes",
            "--since",
            "16h",
            "--to",
            "logs",
            "--compression",
            "none",
            "-o",
            "json",
        ])
        .env("DDCTL_DATADOG_URL", intake.url())
        .run()
        .exits(6)
        .says("set aside");
    let summary = output.json();
    let path = summary["dead_letter_file"]
        .as_str()
        .expect("a file is named");
    let mode = fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(path).expect("it is readable");
    let letters: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a letter a line"))
        .collect();
    assert_eq!(summary["dead_letters"], letters.len());
    for letter in &letters {
        assert_eq!(letter["event"]["evt"]["name"], "session.review");
        assert_eq!(letter["id"], letter["event"]["evt"]["id"]);
        assert_eq!(letter["status"], 400);
    }
    assert_eq!(
        summary["accepted"]
            .as_u64()
            .map(|count| count + letters.len() as u64),
        summary["events"].as_u64()
    );
}

/// The secrets that the recordings `bash-secrets` and `pg-native-ddl` show on purpose.
const SECRETS: [&str; 9] = [
    "pw-Not-Real-9321",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "ghp_FAKEfakeFAKEfakeFAKEfakeFAKEfake0000",
    "sk_test_FAKEfakeFAKEfake00001111",
    "ZmFrZSBrZXkgZm9yIHRlc3RzLCBub3QgYSBrZXkgYXQgYWxsLCBmYWtlIGtleSBmb3IgdGVz",
    "0123456789abcdef0123456789abcdef",
    "S3cr3t-not-real!",
    "it's-changed-42",
    "hunter2-fake",
];

/// The sessions that show them.
fn telling_sessions(sandbox: &SandboxProcess) -> [String; 2] {
    let rows = sandbox.sessions();
    let id = |position: usize| rows[position]["id"].as_str().expect("an id").to_owned();
    // By their place in the sandbox's catalogue, newest first.
    [id(17), id(23)]
}

/// Asciicast puts pieces of one secret into several events; this joins what was shown.
fn shown_of(cast: &str) -> String {
    cast.lines()
        .skip(1)
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|event| Some(event[2].as_str()?.replace(" \r", "")))
        .collect()
}

fn found_in(text: &str) -> Vec<&'static str> {
    SECRETS
        .into_iter()
        .filter(|secret| text.contains(secret))
        .collect()
}

/// Everything that leaves the gateway by ddctl, as one text.
fn everything_shown(sandbox: &SandboxProcess, flags: &[&str]) -> String {
    let environment = TestEnvironment::of(sandbox);
    let with = |args: &[&str]| {
        let mut args = args.to_vec();
        args.extend(flags);
        environment.run(args).exits(0).stdout
    };
    let mut text = String::new();
    for id in telling_sessions(sandbox) {
        text += &with(&[
            "sessions", "export", "--yes", &id, "--to", "-", "--format", "txt",
        ]);
        text += &shown_of(&with(&[
            "sessions", "export", "--yes", &id, "--to", "-", "--format", "cast",
        ]));
        text += &with(&["sessions", "replay", &id, "--no-timing"]);
        text += &with(&["sessions", "show", &id]);
        text += &with(&["sessions", "export", "--yes", &id, "--to", "logs"]);
    }
    for row in sandbox.received("logs", "") {
        text += row["session"]["command"].as_str().unwrap_or_default();
        text += &row.to_string();
    }
    text
}

#[test]
fn no_secret_of_a_recording_leaves_by_any_way() {
    let sandbox = SandboxOptions::default().start();
    let text = everything_shown(&sandbox, &[]);
    assert!(
        text.contains("reporting") && text.contains("git clone"),
        "{text}"
    );
    assert_eq!(found_in(&text), [""; 0]);
}

#[test]
fn the_same_secrets_are_there_when_somebody_asks_for_them() {
    let sandbox = SandboxOptions::default().start();
    let text = everything_shown(&sandbox, &["--no-redact"]);
    let shown = found_in(&text);
    // Passwords in the statements of native database clients are never told, not even then.
    assert_eq!(shown, SECRETS[..6], "{text}");
}

#[test]
fn what_was_typed_blindly_stays_out_of_recordings_unless_it_is_asked_for() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let [session, _] = telling_sessions(&sandbox);
    let cast = |flags: &[&str]| {
        let mut args = vec![
            "sessions", "export", "--yes", &session, "--to", "-", "--format", "cast",
        ];
        args.extend(flags);
        shown_of(&environment.run(args).exits(0).stdout)
    };
    assert!(!cast(&[]).contains("correct-horse-battery"));
    assert!(!cast(&["--no-redact"]).contains("correct-horse-battery"));
    assert!(cast(&["--include-input", "--no-redact"]).contains("correct-horse-battery"));
}

#[test]
fn files_hold_what_their_ending_says() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let [session, _] = telling_sessions(&sandbox);
    for name in ["all.ndjson", "all.json", "all.csv"] {
        let _ = environment
            .run([
                "sessions", "export", "--yes", "--since", "16h", "--to", name,
            ])
            .exits(0);
    }
    for name in ["one.cast", "one.txt"] {
        let _ = environment
            .run(["sessions", "export", "--yes", &session, "--to", name])
            .exits(0);
    }
    let read = |name: &str| fs::read_to_string(environment.path(name)).expect("it was written");
    let lines = read("all.ndjson").lines().count();
    let array: Value = serde_json::from_str(&read("all.json")).expect("one array");
    assert_eq!(array.as_array().map(Vec::len), Some(lines));
    let mut csv = csv::Reader::from_reader(read("all.csv").into_bytes().leak() as &[u8]);
    assert_eq!(csv.records().filter(Result::is_ok).count(), lines);
    assert!(read("one.cast").starts_with("{\"version\":3"));
    assert!(read("one.txt").contains("git clone"));
    let _ = environment
        .run(["sessions", "replay", "one.cast"])
        .exits(0)
        .shows("git clone");
}

#[test]
fn recordings_of_a_range_go_into_a_folder_one_file_each() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let to_folder = [
        "sessions",
        "export",
        "--yes",
        "--since",
        "16h",
        "--to",
        "recordings/",
        "--format",
        "txt",
    ];
    let written = environment
        .run(to_folder.into_iter().chain(["-o", "json"]))
        .exits(0)
        .json();
    let files = fs::read_dir(environment.path("recordings"))
        .expect("a folder")
        .count();
    assert_eq!(written.as_array().map(Vec::len), Some(files));
    assert!(files > 12, "{files}");
    let _ = environment
        .run([
            "sessions", "export", "--yes", "--since", "16h", "--to", "one.txt",
        ])
        .exits(2)
        .says("do not fit into one file");
}

#[test]
fn a_target_that_exists_or_cannot_be_written_is_found_before_anything_is_asked() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    environment.write(&environment.path("there.ndjson"), "theirs");
    let export =
        |to: &str| environment.run(["sessions", "export", "--yes", "--since", "16h", "--to", to]);
    let _ = export("there.ndjson").exits(2).says("--overwrite");
    let _ = export("missing/out.ndjson").exits(2).says("does not exist");
    let _ = export("there.ndjson/out.ndjson").exits(1);
    let _ = export("out.weird").exits(2).says("picks no format");
    let _ = environment
        .run([
            "sessions",
            "export",
            "--yes",
            "--since",
            "16h",
            "--to",
            "/dev/null",
            "--format",
            "ndjson",
        ])
        .exits(2);
    let theirs = fs::read_to_string(environment.path("there.ndjson")).expect("it is kept");
    assert_eq!(theirs, "theirs");
    assert!(sandbox.requests(false).is_empty());
    let replace = [
        "sessions",
        "export",
        "--yes",
        "--since",
        "16h",
        "--to",
        "there.ndjson",
        "--overwrite",
    ];
    let _ = environment.run(replace).exits(0);
}

#[test]
fn a_full_disk_is_said_to_be_full() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let line = format!(
        "{} sessions export --since 16h --to - > /dev/full",
        env!("CARGO_BIN_EXE_ddctl")
    );
    let _ = environment
        .program("/bin/sh", ["-c", &line])
        .run()
        .exits(1)
        .says("No space left on device");
}

#[test]
fn a_disk_that_fills_up_half_way_leaves_nothing_behind() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.path("small");
    fs::create_dir(&folder).expect("a folder");
    let Some(_mounted) = Mounted::small(&folder) else {
        eprintln!("SKIPPED: a small file system needs the right to mount one");
        return;
    };
    let _ = environment
        .run([
            "sessions",
            "export",
            "--yes",
            "--since",
            "16h",
            "--to",
            "small/out.ndjson",
        ])
        .exits(1)
        .says("full");
    let left: Vec<_> = fs::read_dir(&folder).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A file system of 16 kB, taken away when dropped.
struct Mounted<'a>(&'a std::path::Path);

impl<'a> Mounted<'a> {
    fn small(folder: &'a std::path::Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"])
            .arg(folder);
        let output = mount.output().ok()?;
        output.status.success().then_some(Self(folder))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_dry_run_shows_the_payloads_with_the_key_masked_and_sends_nothing() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "sessions",
        "export",
        "--yes",
        "--since",
        "16h",
        "--to",
        "logs",
        "--dry-run",
    ];
    let output = environment.run(args).exits(0).says("nothing was sent");
    assert!(output.stdout.contains("session.open"), "{output}");
    assert!(
        !output.stdout.contains(sandbox.var("DD_API_KEY")),
        "{output}"
    );
    assert!(sandbox.received("logs", "").is_empty());
    let _ = environment
        .command(args)
        .without("DD_API_KEY")
        .run()
        .exits(0);
}

#[test]
fn a_refused_key_stops_an_export_before_the_gateway_is_read() {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run([
            "--site", "us5", "sessions", "export", "--yes", "--since", "16h", "--to", "logs",
        ])
        .exits(4)
        .says("validate --all-sites");
    let requests = sandbox.requests(false);
    assert_eq!(requests.len(), 1, "{requests:?}");
}

#[test]
fn an_intake_that_keeps_failing_is_given_up_at_the_deadline() {
    let sandbox = SandboxOptions::default().fault("logs:stall@1").start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "--timeout",
        "1s",
        "sessions",
        "export",
        "--yes",
        "--since",
        "16h",
        "--to",
        "logs",
    ];
    let _ = environment
        .run(args)
        .exits(5)
        .says("run the same command again");
}

#[test]
fn a_deadline_ends_a_command_that_waits_for_an_answer() {
    let sandbox = SandboxOptions::default().start();
    sandbox.put_faults(&["gateway:stall@1"]);
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["--timeout", "1s", "sessions", "list"])
        .exits(5)
        .says("did not end within");
}

#[test]
fn an_export_that_is_interrupted_says_what_it_delivered() {
    let sandbox = SandboxOptions::default().sessions(300).start();
    sandbox.put_faults(&["gateway:stall@0.05"]);
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "logs", "-o", "json",
    ];
    let running = environment.command(args).start();
    until("an answer that does not come", || {
        let requests = sandbox.requests(false);
        let stalls = |row: &Value| {
            row["fault"]
                .as_str()
                .is_some_and(|fault| fault.contains("stall"))
        };
        requests.iter().any(stalls).then_some(())
    });
    running.signal(Signal::INT);
    let output = running.finish().exits(130);
    let summary = output.json();
    assert_eq!(summary["interrupted"], true);
    assert_eq!(summary["accepted"], arrived(&sandbox).len());
    assert!(summary["sessions"].as_u64() < Some(300), "{output}");
}

#[test]
fn an_empty_range_is_no_failure() {
    let sandbox = SandboxOptions::default().sessions(0).start();
    let environment = TestEnvironment::of(&sandbox);
    let summary = ship(&environment, &[]).exits(0).json();
    assert_eq!(summary["events"], 0);
    let to_file =
        |name| environment.run(["sessions", "export", "--yes", "--since", "1h", "--to", name]);
    let _ = to_file("none.json").exits(0);
    let text = fs::read_to_string(environment.path("none.json")).expect("a file");
    assert_eq!(text.trim(), "[]");
}

#[test]
fn the_summary_keeps_its_shape() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    assert_shape("sessions_export", &ship(&environment, &[]).exits(0).json());
}

#[test]
fn a_destination_without_a_range_or_with_a_format_it_cannot_have_is_wrong_usage() {
    let environment = TestEnvironment::empty();
    for args in [
        &["sessions", "export", "--yes", "--to", "logs"][..],
        &["sessions", "export", "--yes", "--since", "1h"],
        &[
            "sessions", "export", "--yes", "--since", "1h", "--to", "logs", "--format", "csv",
        ],
        &[
            "sessions", "export", "--yes", "abc", "--since", "1h", "--to", "logs",
        ],
    ] {
        let _ = environment.run(args).exits(2);
    }
}
