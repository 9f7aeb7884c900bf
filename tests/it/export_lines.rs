//! `sessions export --file`: lines of any program go out as they are, each once, and what is broken
//! is named and kept.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use jiff::Timestamp;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Asked, CommandOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment,
    assert_shape, dead_letters, until,
};

fn export(environment: &TestEnvironment, file: &str, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "export", "--to", "logs", "-o", "json", "--file"];
    args.push(file);
    args.extend(flags);
    environment.run(args)
}

fn file(environment: &TestEnvironment, content: &str) -> PathBuf {
    let path = environment.home().join("events.ndjson");
    fs::write(&path, content).expect("a writable home");
    path
}

fn append(path: &PathBuf, content: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .open(path)
        .expect("our file");
    file.write_all(content.as_bytes()).expect("a writable home");
}

/// A line that has everything.
fn whole(number: usize) -> String {
    let now = Timestamp::now().as_millisecond();
    format!("{{\"n\": {number}.0, \"timestamp\":{now},\"evt\":{{\"id\":\"e{number}\"}}}}\n")
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(whole).collect()
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

#[test]
fn lines_arrive_and_the_summary_has_its_shape() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(&environment, &lines(0..2_500));
    let summary = export(&environment, &path.display().to_string(), &[]).exits(0);
    let summary = summary.json();
    assert_shape("export_lines", &summary);
    assert_eq!(summary["accepted"], 2_500);
    assert_eq!(summary["delivered_before_line"], 2_501);
    let arrived = arrived(&sandbox);
    assert_eq!(arrived.len(), 2_500);
    assert!(arrived.values().all(|count| *count == 1));
}

#[test]
fn the_receipt_counts_lines_by_their_names_and_names_what_was_set_aside() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let named = |id: u32| {
        let now = Timestamp::now().as_millisecond();
        let evt = json!({"id": format!("n{id}"), "name": "job.done"});
        format!("{}\n", json!({"timestamp": now, "evt": evt}))
    };
    let content = format!("{}{}{}no object\n", named(1), whole(2), named(3));
    let path = file(&environment, &content);
    let summary = export(&environment, &path.display().to_string(), &[]).exits(6);
    let receipt = environment.run(["receipts", "show", "-o", "json"]);
    let receipt = receipt.exits(0).json();
    assert_eq!(summary.json()["destinations"][0]["receipt"], receipt["id"]);
    assert_eq!(receipt["command"], "sessions export --file");
    assert_eq!(
        (&receipt["ending"], &receipt["destination"]),
        (&json!("done"), &json!("logs"))
    );
    let kinds = json!({"job.done": 2, "other": 1});
    assert_eq!(receipt["totals"]["kinds"], kinds, "{receipt}");
    assert_eq!(receipt["totals"]["dead_letters"], 1, "{receipt}");
    assert_eq!(receipt["source"], path.display().to_string());
    assert_eq!(receipt["batches"][0]["lines"], json!([[1, 3]]));
    assert_eq!(receipt["set_aside"][0]["lines"], json!([[4, 4]]));
    let text = environment.run(["receipts", "show"]).exits(0);
    let _ = text.shows("1 to 4").shows(&path.display().to_string());

    let dry = export(
        &environment,
        &path.display().to_string(),
        &["--dry-run", "--again"],
    );
    let _ = dry.exits(6);
    let listed = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    assert_eq!(
        listed.json().as_array().map(Vec::len),
        Some(1),
        "a dry run left one"
    );
}

#[test]
fn a_broken_line_is_named_and_kept_and_the_rest_goes() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let broken = "{\"half\": \"an \u{e9}vent";
    let path = file(&environment, &format!("{}{broken}\n{}", whole(1), whole(3)));
    let output = export(&environment, &path.display().to_string(), &[]).exits(6);
    assert!(
        output.stderr.contains("line 2: no JSON object"),
        "{}",
        output.stderr
    );
    let summary = output.json();
    assert_eq!(
        (&summary["accepted"], &summary["dead_letters"]),
        (&json!(2), &json!(1))
    );
    let letters = dead_letters(&summary);
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["event"], broken);
    // It is dealt with: the next run does not meet it again.
    let again = export(&environment, &path.display().to_string(), &[]).exits(0);
    assert_eq!(again.json()["events"], 0);
    assert_eq!(arrived(&sandbox).len(), 2);
}

#[test]
fn what_a_line_lacks_is_added_and_its_time_is_set_right() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let seconds = Timestamp::now().as_second() - 60;
    let content = format!("{{\"a\":1}}\r\n\r\n{{\"timestamp\":{seconds},\"b\":2}}\r\n");
    let path = file(&environment, &content);
    let output = export(&environment, &path.display().to_string(), &[]).exits(0);
    assert!(
        output.stderr.contains("line 3 is in seconds"),
        "{}",
        output.stderr
    );
    let rows = sandbox.received("logs", "evt.id,timestamp,a,b");
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["evt.id"].is_string()));
    assert_eq!(rows[1]["timestamp"], seconds * 1_000);
    assert_eq!(output.json()["late"], 0);
}

#[test]
fn a_file_that_grew_goes_on_and_again_sends_everything() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let half = whole(3);
    let (start, rest) = half.split_at(20);
    let path = file(&environment, &format!("{}{start}", lines(0..3)));
    let name = path.display().to_string();
    let first = export(&environment, &name, &[]).exits(0).json();
    assert_eq!(
        (&first["accepted"], &first["unfinished_line"]),
        (&json!(3), &json!(4))
    );
    append(&path, &format!("{rest}{}", whole(4)));
    let second = export(&environment, &name, &[]).exits(0).json();
    assert_eq!(
        (&second["accepted"], &second["already_sent"]),
        (&json!(2), &json!(3))
    );
    assert!(arrived(&sandbox).values().all(|count| *count == 1));

    let again = export(&environment, &name, &["--again"]).exits(0).json();
    assert_eq!(again["accepted"], 5);
    assert!(arrived(&sandbox).values().all(|count| *count == 2));
}

#[test]
fn a_file_that_was_renamed_is_the_same_and_another_in_its_place_is_not() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(&environment, &lines(0..3));
    let _ = export(&environment, &path.display().to_string(), &[]).exits(0);
    let rotated = path.with_extension("1");
    fs::rename(&path, &rotated).expect("our file");
    let same = export(&environment, &rotated.display().to_string(), &[]).exits(0);
    assert_eq!(same.json()["accepted"], 0);
    fs::write(&rotated, lines(7..9)).expect("our file");
    let other = export(&environment, &rotated.display().to_string(), &[]).exits(0);
    assert!(
        other.stderr.contains("from its beginning"),
        "{}",
        other.stderr
    );
    assert_eq!(other.json()["accepted"], 2);
}

#[test]
fn a_stream_says_how_far_it_was_delivered() {
    let sandbox = SandboxOptions::default().fault("logs:403@1").start();
    let environment = TestEnvironment::of(&sandbox);
    let args = ["sessions", "export", "--to", "logs", "--file", "-"];
    let refused = environment.command(args).stdin(lines(0..5)).run().exits(4);
    assert!(
        refused.stderr.contains("before 1 is delivered"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_stream_ends_where_it_is_cut_and_the_half_line_is_kept() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "sessions", "export", "--to", "logs", "-o", "json", "--file", "-",
    ];
    let cut = format!("{}{{\"half\":", lines(0..2));
    let summary = environment.command(args).stdin(cut).run().exits(6).json();
    assert_eq!(summary["accepted"], 2);
    assert_eq!(dead_letters(&summary)[0]["event"], "{\"half\":");
}

#[test]
fn a_line_beyond_a_megabyte_is_cut_and_the_others_are_not() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let long = format!(
        "{{\"evt\":{{\"id\":\"long\"}},\"message\":\"{}\"}}\n",
        "x".repeat(1_100_000)
    );
    let path = file(&environment, &format!("{}{long}{}", whole(1), whole(2)));
    let summary = export(&environment, &path.display().to_string(), &[])
        .exits(0)
        .json();
    assert_eq!(
        (&summary["accepted"], &summary["cut"]),
        (&json!(3), &json!(1))
    );
    let rows = sandbox.received("logs", "evt.id,message");
    let message = rows[1]["message"].as_str().expect("a text");
    assert!(message.len() < 1_000_000 && message.ends_with("1100000 bytes in all]"));
}

#[test]
fn old_lines_go_out_marked() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(
        &environment,
        "{\"timestamp\":\"2026-01-02T03:04:05Z\",\"big\":12345678901234567890123,\"evt\":{\"id\":\"o\"}}\n",
    );
    let summary = export(&environment, &path.display().to_string(), &["--yes"])
        .exits(0)
        .json();
    assert_eq!(summary["late"], 1);
    let rows = sandbox.received("logs", "evt.id,evt.original_time,ddtags");
    assert_eq!(rows[0]["evt.original_time"], "2026-01-02T03:04:05.000Z");
    assert_eq!(rows[0]["ddtags"], "late:true");
}

#[test]
fn several_destinations_each_have_their_position() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(&environment, &lines(0..30));
    let name = path.display().to_string();
    let _ = export(&environment, &name, &[]).exits(0);
    append(&path, &lines(30..40));
    let both = ["--to", "events,best-effort"];
    let summary = export(&environment, &name, &both).exits(0).json();
    let accepted = |at: usize| summary["destinations"][at]["accepted"].as_u64();
    assert_eq!(
        (accepted(0), accepted(1)),
        (Some(10), Some(40)),
        "{summary}"
    );
    assert_eq!(summary["delivered_before_line"], 41);
    assert_eq!(arrived(&sandbox).len(), 40);
    assert_eq!(sandbox.received("events", "title").len(), 40);

    let again = export(&environment, &name, &both).exits(0).json();
    assert_eq!(again["accepted"], 0, "{again}");
    let stdin = [
        "sessions", "export", "--file", "-", "--to", "logs", "--to", "events",
    ];
    let refused = environment.run(stdin).exits(2);
    let _ = refused.says("standard input can be read once");
}

#[test]
fn another_kind_of_file_and_another_destination_are_refused() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(&environment, "a,b\n1,2\n3,4\n").display().to_string();
    let refused = export(&environment, &path, &[]).exits(2);
    assert!(
        refused.stderr.contains("line 1 is no JSON object"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("jq -c ."));
    let args = ["sessions", "export", "--file", &path, "--to", "out.json"];
    let _ = environment.run(args).exits(2);
    let both = [
        "sessions", "export", "--file", &path, "--to", "logs", "--since", "1h",
    ];
    let _ = environment.run(both).exits(2);
    let gone = export(&environment, "no-such-file", &[]).exits(1);
    assert!(gone.stderr.contains("no-such-file"));
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let sandbox = SandboxOptions::default().fault("logs:slow=2ms@1").start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(&environment, &lines(0..20_000));
    let name = path.display().to_string();
    let args = ["sessions", "export", "--to", "logs", "--file", &name];
    let running = environment.command(args).start();
    until("the first batches are there", || {
        (arrived(&sandbox).len() > 2_000).then_some(())
    });
    running.signal(Signal::KILL);
    let _ = running.finish();
    let _ = export(&environment, &name, &[]).exits(0);
    let arrived = arrived(&sandbox);
    assert_eq!(arrived.len(), 20_000);
    let twice = arrived.values().filter(|count| **count > 1).count();
    assert!(twice <= 5_000, "{twice} were sent twice");
}

#[test]
fn a_dry_run_shows_the_lines_and_remembers_nothing() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let name = file(&environment, &lines(0..2)).display().to_string();
    let args = [
        "sessions",
        "export",
        "--to",
        "logs",
        "--file",
        &name,
        "--dry-run",
    ];
    let shown = environment.run(args).exits(0);
    assert!(shown.stdout.contains("\"id\": \"e1\""), "{}", shown.stdout);
    let sent = export(&environment, &name, &[]).exits(0).json();
    assert_eq!(sent["accepted"], 2);
}

#[test]
fn what_was_set_aside_or_is_empty_does_not_count_as_sent() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(
        &environment,
        &format!("{}\n\nno object\n{}", whole(1), whole(5)),
    );
    let name = path.display().to_string();
    let first = export(&environment, &name, &[]).exits(6).json();
    let counts = |summary: &Value| {
        let count = |name: &str| summary[name].as_u64().expect("a count");
        [count("accepted"), count("already_sent")]
    };
    assert_eq!(counts(&first), [2, 0]);
    append(&path, &format!("\n{}", whole(7)));
    let second = export(&environment, &name, &[]).exits(0);
    assert_eq!(counts(&second.json()), [1, 2]);
    let third = export(&environment, &name, &[]).exits(0).json();
    assert_eq!(counts(&third), [0, 3]);
    let again = export(&environment, &name, &["--again"]).exits(6).json();
    assert_eq!(counts(&again), [3, 0]);
    let last = export(&environment, &name, &[]).exits(0).json();
    assert_eq!(counts(&last), [0, 3]);
}

#[test]
fn an_intake_that_refuses_zstd_gets_gzip_and_that_is_told_with_its_end() {
    let intake = ScriptedServer::start(|asked: &Asked| {
        let (status, body) = match (asked.target.as_str(), asked.header("content-encoding")) {
            ("/api/v1/validate", _) => (200, r#"{"valid":true}"#),
            (_, Some("zstd")) => (415, r#"{"errors":["Unsupported Media Type"]}"#),
            _ => (202, "{}"),
        };
        (status, "application/json", body.to_owned())
    });
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DDCTL_DATADOG_URL", intake.url());
    let path = file(&environment, &lines(0..2_500)).display().to_string();
    let told = export(&environment, &path, &[]).exits(0);
    let _ = told
        .says("gzip instead of zstd until this run ends")
        .says("415")
        .says("--compression gzip begins with it");
    let encodings = || {
        let asked = intake.asked().into_iter();
        let sent = asked.filter(|asked| asked.target == "/api/v2/logs");
        let encoding = |asked: Asked| asked.header("content-encoding").map(str::to_owned);
        sent.filter_map(encoding).collect::<Vec<_>>()
    };
    assert_eq!(encodings(), ["zstd", "gzip", "gzip", "gzip"]);
    // The next run begins with zstd again; who says gzip is not told anything.
    let _ = export(&environment, &path, &["--again"]).exits(0);
    assert_eq!(encodings()[4..], ["zstd", "gzip", "gzip", "gzip"]);
    let gzip = export(&environment, &path, &["--again", "--compression", "gzip"]).exits(0);
    assert!(!gzip.stderr.contains("instead of"), "{}", gzip.stderr);
    assert_eq!(encodings()[8..], ["gzip", "gzip", "gzip"]);
}
