//! `traces export`: every trace of an agent platform arrives under its own names, what is wrong is
//! named and kept, and a folder that is being written to is followed.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    CommandOutput, Running, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment,
    assert_shape, dead_letters, until,
};

fn export(environment: &TestEnvironment, file: &Path, flags: &[&str]) -> CommandOutput {
    let file = file.display().to_string();
    let mut args = vec![
        "traces", "export", "--to", "logs", "-o", "json", "--file", &file,
    ];
    args.extend(flags);
    environment.run(args)
}

fn file(environment: &TestEnvironment, lines: &[Value]) -> PathBuf {
    let path = environment.home().join("traces.ndjson");
    fs::write(&path, text(lines)).expect("a writable home");
    path
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn append(path: &Path, content: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(path);
    let file = file.as_mut().expect("our file");
    file.write_all(content.as_bytes()).expect("a writable home");
}

/// A trace of now that went well, but for `change`.
fn trace(id: &str, change: Value) -> Value {
    let mut trace = json!({
        "trace_id": id, "agent_id": "a-1", "status": "success",
        "timestamp": Timestamp::now().as_millisecond(),
    });
    let fields = trace.as_object_mut().expect("an object");
    fields.extend(change.as_object().expect("an object").clone());
    trace
}

/// How often each trace arrived, by its own id.
fn arrived(sandbox: &SandboxProcess) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for row in sandbox.received("logs", "trace_id,ddsource") {
        // A heartbeat has none.
        if let Some(id) = row["trace_id"].as_str() {
            *count.entry(id.to_owned()).or_default() += 1;
        }
    }
    count
}

#[test]
fn every_field_keeps_its_name_and_the_status_becomes_an_outcome() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    environment
        .write_settings("[profiles.default.trace]\nurl = \"https://exec.example/t/{trace_id}\"\n");
    let hex = "0af7651916cd43dd8448eb211c80319c";
    let whole = trace(
        hex,
        json!({
            "ddsource": "execlave", "service": "billing-agents", "ddtags": "team:ai",
            "hostname": "runner-1", "message": "triage: search was blocked",
            "organization_id": "o-1", "agent_name": "triage", "status": "policy_blocked",
            "model": "m-1", "prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15,
            "cost_usd": 0.25, "duration_ms": 1500, "environment": "prod", "span_type": "tool",
            "span_name": "search", "error_type": "policy", "error_message": "rule 7",
            "session_id": "s-1", "user_id": "u-1", "autonomy_level": "autonomous",
            "agent_status": "active", "idp_bound": true, "custom": {"deep": 1},
        }),
    );
    let path = file(&environment, std::slice::from_ref(&whole));
    let summary = export(&environment, &path, &[]).exits(0).json();
    assert_shape("traces_export", &summary);
    let rows = sandbox.received("logs", "");
    let [row] = &rows[..] else {
        panic!("one trace: {rows:?}");
    };
    let kept = whole.as_object().expect("an object").iter();
    for (name, value) in
        kept.filter(|(name, _)| !["status", "ddtags", "custom"].contains(&name.as_str()))
    {
        assert_eq!(&row[name], value, "{name}");
    }
    let also = [
        ("custom.deep", json!(1)),
        ("status", json!("warn")),
        ("outcome", json!("policy_blocked")),
        ("evt.outcome", json!("blocked")),
        ("ddtags", json!("env:prod,team:ai")),
        ("dd.trace_id", json!("9532127138774266268")),
        ("duration", json!(1_500_000_000)),
        ("usr.id", json!("u-1")),
        ("error.kind", json!("policy")),
        ("gen_ai.operation.name", json!("execute_tool")),
        ("gen_ai.usage.input_tokens", json!(12)),
        ("gen_ai.usage.output_tokens", json!(3)),
        ("trace.url", json!(format!("https://exec.example/t/{hex}"))),
    ];
    let names = also.each_ref().map(|(name, _)| *name).join(",");
    let row = &sandbox.received("logs", &names)[0];
    for (name, value) in also {
        assert_eq!(row[name], value, "{name}");
    }
}

#[test]
fn a_wrong_field_is_named_with_its_line_and_kept_and_the_rest_goes() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let wrong = [
        (
            trace("t-2", json!({"duration_ms": -5})),
            "`duration_ms` is below zero: -5",
        ),
        (
            trace("t-3", json!({"cost_usd": "free"})),
            "`cost_usd` is no number: \"free\"",
        ),
        (
            trace("t-4", json!({"agent_id": null})),
            "`agent_id` is missing",
        ),
        (
            trace("t-5", json!({"timestamp": "soon"})),
            "`timestamp` is no time: \"soon\"",
        ),
    ];
    let mut lines = text(&[trace("t-1", json!({}))]);
    for (line, _) in &wrong {
        lines.push_str(&format!("{line}\n"));
    }
    lines.push_str("{\"trace_id\": \"t-\n");
    lines.push_str(&text(&[trace("t-7", json!({}))]));
    let path = file(&environment, &[]);
    append(&path, &lines);
    let output = export(&environment, &path, &[]).exits(6);
    let summary = output.json();
    assert_eq!(
        (&summary["accepted"], &summary["broken_lines"]),
        (&json!(2), &json!(5))
    );
    let letters = dead_letters(&summary);
    for (at, (line, reason)) in wrong.iter().enumerate() {
        let told = format!("line {}: no trace: {reason}", at + 2);
        assert!(output.stderr.contains(&told), "{told}: {}", output.stderr);
        let line = line.to_string();
        let kept = |letter: &&Value| letter["event"].as_str() == Some(&line);
        assert_eq!(letters.iter().filter(kept).count(), 1, "{line}");
    }
    assert!(
        output
            .stderr
            .contains("line 6: no trace: its JSON breaks off"),
        "{}",
        output.stderr
    );
    assert_eq!(arrived(&sandbox).len(), 2);
    // They are dealt with: the next run meets none of them.
    let again = export(&environment, &path, &[]).exits(0).json();
    assert_eq!(
        (&again["events"], &again["dead_letters"]),
        (&json!(0), &json!(0))
    );
}

#[test]
fn what_is_odd_is_set_right_and_said() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let now = Timestamp::now();
    let twice = trace("t-3", json!({"parent_trace_id": "t-2"}));
    let lines = [
        trace("t-1", json!({"timestamp": now.as_second()})),
        trace(
            "t-2",
            json!({"timestamp": i64::try_from(now.as_nanosecond()).expect("this century")}),
        ),
        twice.clone(),
        twice,
        trace(
            "t-4",
            json!({"status": "melted", "parent_trace_id": "t-99"}),
        ),
        trace("t-5", json!({"parent_trace_id": "t-6"})),
        trace(
            "t-6",
            json!({"parent_trace_id": "t-5", "status": "flagged_for_review"}),
        ),
        trace("t-7", json!({"parent_trace_id": "t-8"})),
        trace("t-8", json!({"status": "timeout"})),
    ];
    let path = file(&environment, &lines);
    let output = export(&environment, &path, &[]).exits(0);
    let summary = output.json();
    for (field, value) in [
        ("lines", json!(9)),
        ("accepted", json!(8)),
        ("traces", json!(8)),
        ("times_set_right", json!(2)),
        ("unknown_statuses", json!(1)),
        ("duplicates", json!(1)),
        (
            "missing_parents",
            json!([{"at": "line 5", "trace_id": "t-4", "parent_trace_id": "t-99"}]),
        ),
        (
            "cyclic_parents",
            json!([{"at": "line 7", "trace_id": "t-6", "parent_trace_id": "t-5"}]),
        ),
    ] {
        assert_eq!(summary[field], value, "{field}");
    }
    let _ = output
        .says("the timestamp of line 1 is in seconds")
        .says("line 5: `melted` is no status of the platform")
        .says("line 7: the trace is its own ancestor by parent_trace_id: sent as it is");
    let rows = sandbox.received("logs", "trace_id,status,outcome,timestamp,evt.outcome");
    let row = |id: &str| {
        rows.iter()
            .find(|row| row["trace_id"] == id)
            .expect("it arrived")
    };
    assert_eq!(row("t-2")["timestamp"], now.as_millisecond());
    for (id, status, outcome, evt) in [
        ("t-4", "warn", "melted", "unknown"),
        ("t-6", "notice", "flagged_for_review", "success"),
        ("t-8", "error", "timeout", "failure"),
    ] {
        let row = row(id);
        assert_eq!(
            (&row["status"], &row["outcome"], &row["evt.outcome"]),
            (&json!(status), &json!(outcome), &json!(evt))
        );
    }
    let kept = export(&environment, &path, &["--again", "--keep-duplicates"])
        .exits(0)
        .json();
    assert_eq!(
        (&kept["accepted"], &kept["duplicates"]),
        (&json!(9), &json!(1))
    );
}

#[test]
fn a_trace_is_the_same_on_every_road() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let one = trace("t-1", json!({"span_name": "plan"}));
    let mut other = one.clone();
    other["message"] = json!("by another road");
    let by_file = file(&environment, &[trace("t-0", json!({})), one]);
    let _ = export(&environment, &by_file, &[]).exits(0);
    let by_stdin = environment
        .command([
            "traces", "export", "--file", "-", "--to", "logs", "-o", "json",
        ])
        .stdin(text(&[other]))
        .run()
        .exits(0)
        .json();
    assert_eq!(
        (&by_stdin["file"], &by_stdin["accepted"]),
        (&json!("standard input"), &json!(1))
    );
    let rows = sandbox.received("logs", "trace_id,evt.id");
    let ids: Vec<&Value> = rows
        .iter()
        .filter(|row| row["trace_id"] == "t-1")
        .map(|row| &row["evt.id"])
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn a_dry_run_shows_the_log_and_names_what_is_wrong_without_a_key() {
    let environment = TestEnvironment::empty();
    let path = file(
        &environment,
        &[
            trace("t-1", json!({})),
            trace("t-2", json!({"total_tokens": 1.5})),
        ],
    );
    let output = environment.run([
        "traces",
        "export",
        "--to",
        "logs",
        "--dry-run",
        "--file",
        &path.display().to_string(),
    ]);
    let _ = output
        .exits(6)
        .shows("\"outcome\": \"success\"")
        .says("line 2: no trace: `total_tokens` is no whole number: 1.5")
        .says("dry run: nothing was sent");
}

#[test]
fn a_file_gets_rows_and_what_has_no_place_there_is_named() {
    let environment = TestEnvironment::empty();
    let path = file(
        &environment,
        &[trace("t-1", json!({})), json!({"trace_id": "t-2"})],
    );
    let target = environment.home().join("rows.ndjson");
    let (from, to) = (path.display().to_string(), target.display().to_string());
    let output = environment.run(["traces", "export", "--file", &from, "--to", &to]);
    let _ = output
        .exits(1)
        .says("left out, line 2: no trace: `agent_id` is missing");
    let rows = fs::read_to_string(target).expect("it was written");
    let row: Value = serde_json::from_str(rows.trim_end()).expect("one row");
    assert_eq!(row["trace_id"], "t-1");
}

#[test]
fn the_pack_sees_what_is_exported() {
    let environment = TestEnvironment::empty();
    let blocked = json!({
        "status": "policy_blocked", "span_type": "tool", "autonomy_level": "autonomous",
        "cost_usd": 2,
    });
    let lines: Vec<Value> = (0..30)
        .map(|number| trace(&format!("t-{number}"), blocked.clone()))
        .collect();
    let path = file(&environment, &lines);
    let from = path.display().to_string();
    let rows = environment
        .run(["traces", "export", "--file", &from, "--to", "-"])
        .exits(0);
    for monitor in [
        "execlave/policy-violation-burst",
        "execlave/autonomous-blocked",
        "execlave/cost-runaway",
    ] {
        let held = environment
            .command([
                "monitors",
                "eval",
                "--file",
                "-",
                "-o",
                "json",
                "--monitor",
                monitor,
            ])
            .stdin(rows.stdout.clone())
            .run()
            .exits(0);
        assert!(held.stdout.contains("alert"), "{monitor}: {}", held.stdout);
    }
}

#[test]
fn what_holds_no_traces_is_refused_and_passed_over_in_a_folder() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("logs");
    fs::create_dir(&folder).expect("a writable home");
    let other = folder.join("nginx.log");
    fs::write(&other, "GET /\nGET /a\nGET /b\n").expect("a writable home");
    let _ = export(&environment, &other, &[])
        .exits(2)
        .says("is no file of traces, one a line: line 1 is no trace: no JSON object");
    append(&folder.join("a.ndjson"), &text(&[trace("t-1", json!({}))]));
    append(
        &folder.join("b.ndjson"),
        &text(&[trace("t-2", json!({})), json!({})]),
    );
    let output = export(&environment, &folder, &[]).exits(6);
    let _ = output
        .says("passed over,")
        .says("b.ndjson, line 2: no trace: `trace_id` is missing");
    assert_eq!(arrived(&sandbox).len(), 2);
    let _ = export(&environment, Path::new("/no/such/traces"), &[])
        .exits(1)
        .says("cannot read /no/such/traces");
}

fn follow(environment: &TestEnvironment, path: &Path) -> Running {
    let path = path.display().to_string();
    let args = [
        "traces",
        "export",
        "--follow",
        "--to",
        "logs",
        "--interval",
        "50ms",
        "--file",
        &path,
    ];
    environment.command(args).start()
}

#[track_caller]
fn wait_for(sandbox: &SandboxProcess, ids: &[&str]) {
    until("the traces arrive", || {
        let arrived = arrived(sandbox);
        ids.iter().all(|id| arrived.contains_key(*id)).then_some(())
    });
}

#[test]
fn a_folder_is_followed_over_new_files_rotation_and_a_restart_and_each_trace_goes_once() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("traces");
    fs::create_dir(&folder).expect("a writable home");
    let (one, two) = (folder.join("one.log"), folder.join("two.log"));
    append(&one, &text(&[trace("t-1", json!({}))]));
    let running = follow(&environment, &folder);
    wait_for(&sandbox, &["t-1"]);
    // The half of a line, another file, and the other half.
    let line = trace("t-2", json!({})).to_string();
    let (half, rest) = line.split_at(line.len() / 2);
    append(&one, half);
    append(&two, &text(&[trace("t-3", json!({}))]));
    wait_for(&sandbox, &["t-3"]);
    append(&one, &format!("{rest}\n"));
    wait_for(&sandbox, &["t-2"]);
    fs::rename(&one, folder.join("one.log.1")).expect("our file");
    append(&folder.join("one.log.1"), &text(&[trace("t-4", json!({}))]));
    append(&one, &text(&[trace("t-5", json!({}))]));
    wait_for(&sandbox, &["t-4", "t-5"]);
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
    append(&one, &text(&[trace("t-6", json!({}))]));
    append(&two, &text(&[trace("t-7", json!({}))]));
    fs::rename(&two, folder.join("two.log.1")).expect("our file");
    let running = follow(&environment, &folder);
    wait_for(&sandbox, &["t-6", "t-7"]);
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
    let arrived = arrived(&sandbox);
    assert_eq!(arrived.len(), 7);
    assert!(arrived.values().all(|count| *count == 1), "{arrived:?}");
}

#[test]
fn a_file_that_was_named_is_followed_under_its_old_name_and_what_was_cut_off_is_read_anew() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(
        &environment,
        &[trace("t-1", json!({"message": "x".repeat(900)}))],
    );
    let stranger = environment.home().join("traces.ndjson.0");
    fs::write(&stranger, text(&[trace("t-0", json!({}))])).expect("a writable home");
    let running = follow(&environment, &path);
    wait_for(&sandbox, &["t-1"]);
    let renamed = environment.home().join("traces.ndjson.1");
    fs::rename(&path, &renamed).expect("our file");
    append(&renamed, &text(&[trace("t-2", json!({}))]));
    append(&path, &text(&[trace("t-3", json!({}))]));
    wait_for(&sandbox, &["t-2", "t-3"]);
    fs::write(&renamed, text(&[trace("t-4", json!({}))])).expect("our file");
    wait_for(&sandbox, &["t-4"]);
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
    let arrived = arrived(&sandbox);
    let expected = ["t-1", "t-2", "t-3", "t-4"].map(|id| (id.to_owned(), 1));
    assert_eq!(arrived, BTreeMap::from(expected));
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("traces");
    fs::create_dir(&folder).expect("a writable home");
    let many: Vec<Value> = (0..3_000)
        .map(|number| trace(&format!("t-{number}"), json!({})))
        .collect();
    append(&folder.join("a.log"), &text(&many[..1_500]));
    let running = follow(&environment, &folder);
    wait_for(&sandbox, &["t-1"]);
    running.signal(Signal::KILL);
    let _ = running.finish();
    append(&folder.join("a.log"), &text(&many[1_500..2_000]));
    append(&folder.join("b.log"), &text(&many[2_000..]));
    let _ = export(&environment, &folder, &[]).exits(0);
    let arrived = arrived(&sandbox);
    assert_eq!(arrived.len(), 3_000);
    assert!(arrived.values().all(|count| *count <= 2));
}

#[test]
fn the_lines_of_a_trace_become_a_tree_of_spans() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let hex = "0af7651916cd43dd8448eb211c80319c";
    let lines = [
        trace(
            hex,
            json!({"span_type": "llm", "model": "m-1", "cost_usd": 1, "duration_ms": 20,
            "prompt_tokens": 12, "completion_tokens": 3}),
        ),
        trace(
            hex,
            json!({"span_type": "tool", "span_name": "search", "status": "policy_blocked",
            "error_message": "rule 7"}),
        ),
        trace(
            hex,
            json!({"span_type": "agent", "agent_name": "triage", "duration_ms": 90,
            "parent_trace_id": "t-0", "session_id": "s-1", "environment": "prod"}),
        ),
        trace("t-2", json!({"span_type": "llm", "span_name": "answer"})),
        trace("t-3", json!({"duration_ms": -1})),
    ];
    let path = file(&environment, &lines);
    let file = path.display().to_string();
    let args = [
        "traces", "export", "--to", "otlp", "--to", "llmobs", "-o", "json", "--file", &file,
    ];
    let summary = environment.run(args).exits(6).json();
    for destination in summary["destinations"].as_array().expect("an array") {
        assert_eq!(
            (&destination["accepted"], &destination["dead_letters"]),
            (&json!(4), &json!(1)),
            "{destination}"
        );
    }
    let spans = sandbox.received("spans", "");
    let named = |name: &str| {
        let found = spans.iter().find(|span| span["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {spans:#?}"))
    };
    let agent = named("invoke_agent triage");
    for child in ["chat m-1", "search"] {
        assert_eq!(named(child)["trace_id"], hex);
        assert_eq!(named(child)["parent_span_id"], agent["span_id"], "{child}");
    }
    let by_llmobs = sandbox.received(
        "llmobs",
        "name,meta.kind,status,metrics.total_cost,parent_id",
    );
    let tool = by_llmobs
        .iter()
        .find(|span| span["name"] == "search")
        .expect("it arrived");
    assert_eq!(
        (&tool["meta.kind"], &tool["status"]),
        (&json!("tool"), &json!("error"))
    );
    let chat = by_llmobs
        .iter()
        .find(|span| span["name"] == "chat m-1")
        .expect("it arrived");
    assert_eq!(
        (&chat["meta.kind"], &chat["metrics.total_cost"]),
        (&json!("llm"), &json!(1.0))
    );
    let answer = by_llmobs
        .iter()
        .find(|span| span["name"] == "answer")
        .expect("it arrived");
    assert_eq!(answer["parent_id"], "undefined");
    // Each destination has its own position.
    let again = environment.run(args).exits(0).json();
    assert_eq!(again["events"], 0);
}

/// The parent of each span that arrived, by its own id.
#[track_caller]
fn parents(sandbox: &SandboxProcess) -> BTreeMap<String, Value> {
    let spans = sandbox.received("spans", "span_id,parent_span_id");
    let pair = |span: &Value| {
        let id = span["span_id"].as_str().expect("an id");
        (id.to_owned(), span["parent_span_id"].clone())
    };
    let parents: BTreeMap<_, _> = spans.iter().map(pair).collect();
    assert_eq!(parents.len(), spans.len(), "no id twice: {spans:#?}");
    parents
}

#[test]
fn a_file_that_grew_gives_the_spans_that_it_would_have_given_at_once() {
    let hex = |number: u64| format!("{number:016x}");
    let lines: Vec<Value> = (1..=6)
        .map(|number| {
            let mut line = trace("t-1", json!({"span_name": format!("s-{number}")}));
            if number != 4 {
                line["span_id"] = hex(number).into();
            }
            if number > 1 {
                line["parent_span_id"] = hex(number / 2).into();
            }
            line
        })
        .collect();
    let run = |cuts: &[usize]| {
        let sandbox = SandboxOptions::default().start();
        let environment = TestEnvironment::of(&sandbox);
        let path = file(&environment, &[]);
        let name = path.display().to_string();
        let mut from = 0;
        for to in cuts.iter().copied().chain([lines.len()]) {
            append(&path, &text(&lines[from..to]));
            let args = ["traces", "export", "--to", "otlp", "--file", &name];
            let _ = environment.run(args).exits(0);
            from = to;
        }
        parents(&sandbox)
    };
    let at_once = run(&[]);
    assert_eq!(at_once[&hex(6)], hex(3));
    assert_eq!(run(&[1, 3, 5]), at_once);
}

#[test]
fn lines_of_one_trace_that_name_no_ids_are_different_spans_in_every_run() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = file(&environment, &[]);
    let name = path.display().to_string();
    for kind in ["llm", "agent", "tool"] {
        append(&path, &text(&[trace("t-1", json!({"span_type": kind}))]));
        let args = ["traces", "export", "--to", "otlp", "--file", &name];
        let _ = environment.run(args).exits(0);
    }
    assert_eq!(parents(&sandbox).len(), 3);
}

#[test]
fn a_span_that_comes_as_a_line_and_by_otlp_goes_out_once() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("both");
    fs::create_dir(&folder).expect("a writable home");
    let mut message = message();
    let spans = &mut message["resourceSpans"][0]["scopeSpans"][0]["spans"];
    let spans = spans.as_array_mut().expect("an array");
    spans.truncate(1);
    let line = trace(
        "0AF76519-16CD-43DD-8448-EB211C80319C",
        json!({"span_id": "00f067aa0ba902b7", "span_name": "chat m-1", "span_type": "llm"}),
    );
    append(&folder.join("a.ndjson"), &text(&[message]));
    append(&folder.join("b.ndjson"), &text(&[line]));
    let file = folder.display().to_string();
    for (more, count) in [(None, 1), (Some("--keep-duplicates"), 2)] {
        let mut args = vec![
            "traces", "export", "--to", "logs", "--to", "otlp", "-o", "json", "--again", "--file",
            &file,
        ];
        args.extend(more);
        let before = ["logs", "spans"].map(|kind| sandbox.received(kind, "").len());
        let summary = environment.run(args).exits(0).json();
        assert_eq!(summary["duplicates"], 1);
        let after = ["logs", "spans"].map(|kind| sandbox.received(kind, "").len());
        assert_eq!(after, before.map(|it| it + count), "{more:?}");
    }
}

/// `message`, without what is odd, as protobuf.
fn protobuf(mut message: Value) -> Vec<u8> {
    let spans = &mut message["resourceSpans"][0]["scopeSpans"][0]["spans"];
    let spans = spans.as_array_mut().expect("an array");
    spans.truncate(1);
    let request: ExportTraceServiceRequest = serde_json::from_value(message).expect("JSON of OTLP");
    request.encode_to_vec()
}

#[test]
fn a_message_that_is_being_written_is_waited_for_and_a_damaged_one_is_said() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("otlp");
    fs::create_dir(&folder).expect("a writable home");
    let (json, pb) = (folder.join("a.json"), folder.join("b.pb"));
    let whole = format!("{:#}", message());
    let (half, rest) = whole.split_at(whole.len() / 2);
    let mut other = message();
    other["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["spanId"] = "00000000000000bb".into();
    let binary = protobuf(other);
    let (binary_half, binary_rest) = binary.split_at(binary.len() / 2);
    append(&json, half);
    fs::write(&pb, binary_half).expect("a writable home");
    fs::write(folder.join("c.pb"), b"\x0a\xff\xff\xff").expect("a writable home");
    append(&folder.join("z.log"), &text(&[trace("t-1", json!({}))]));
    let mut running = follow(&environment, &folder);
    wait_for(&sandbox, &["t-1"]);
    append(&json, rest);
    let mut file = OpenOptions::new().append(true).open(&pb).expect("our file");
    file.write_all(binary_rest).expect("a writable home");
    until("the spans arrive", || {
        let rows = sandbox.received("logs", "span_id");
        let has = |id: &str| rows.iter().any(|row| row["span_id"] == id);
        (has("00f067aa0ba902b7") && has("00f067aa0ba902b8") && has("00000000000000bb"))
            .then_some(())
    });
    running.wait_for_stderr("c.pb, line 1: no trace: not protobuf of OTLP");
    running.signal(Signal::TERM);
    let output = running.finish();
    for told in ["passed over", "a.json, line 1: no trace", "b.pb, line"] {
        assert!(!output.stderr.contains(told), "{output}");
    }
}

#[test]
fn what_to_do_about_a_receiver_that_refuses_is_not_said_in_datadogs_terms() {
    let environment = TestEnvironment::empty();
    let path = file(&environment, &[trace("t-1", json!({}))]);
    let name = path.display().to_string();
    for (status, exit, hint) in [
        (403, 4, "let the receiver take spans from here"),
        (404, 1, "is OTLP over HTTP switched on there"),
    ] {
        let receiver = ScriptedServer::start(move |_| (status, "text/html", String::new()));
        let to = format!("otlp={}", receiver.url());
        let output = environment
            .run(["traces", "export", "--to", &to, "--file", &name])
            .exits(exit)
            .says(hint);
        assert!(!output.stderr.contains("--site"), "{output}");
        assert!(!output.stderr.contains("--all-sites"), "{output}");
    }
}

/// A message of OTLP with two spans, of which one is odd.
fn message() -> Value {
    let now = Timestamp::now().as_nanosecond().to_string();
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let trace = "0af7651916cd43dd8448eb211c80319c";
    json!({"resourceSpans": [{
        "resource": {"attributes": [text("service.name", "shop")]},
        "scopeSpans": [{"scope": {"name": "sdk"}, "spans": [
            {
                "traceId": trace, "spanId": "00f067aa0ba902b7", "name": "chat m-1",
                "startTimeUnixNano": now, "endTimeUnixNano": now,
                "attributes": [
                    text("gen_ai.operation.name", "chat"), text("gen_ai.request.model", "m-1"),
                    text("gen_ai.input.messages", "use password=hunter2hunter2"),
                    {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
                ],
            },
            {
                "traceId": trace, "spanId": "00f067aa0ba902b8", "name": "execute_tool search",
                "parentSpanId": "00f067aa0ba902b7",
                "startTimeUnixNano": now, "endTimeUnixNano": now, "status": {"code": 2},
                "attributes": [text("gen_ai.operation.name", "execute_tool")],
            },
            {"traceId": trace, "spanId": "0000000000000000", "name": "odd",
                "startTimeUnixNano": now, "endTimeUnixNano": now},
        ]}],
    }]})
}

#[test]
fn spans_of_otlp_go_to_logs_and_on_to_receivers_and_what_is_wrong_is_kept() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.home().join("otlp");
    fs::create_dir(&folder).expect("a writable home");
    append(&folder.join("collector.ndjson"), &text(&[message()]));
    let file = folder.display().to_string();
    let args = [
        "traces", "export", "--to", "logs", "--to", "otlp", "--to", "llmobs", "-o", "json",
        "--file", &file,
    ];
    let output = environment.run(args).exits(6);
    let _ = output.says("collector.ndjson, line 1: span `odd`: the span id");
    let fields = "span_name,model,prompt_tokens,service,status,span_id,gen_ai.request.model";
    let logs = sandbox.received("logs", fields);
    let chat = logs
        .iter()
        .find(|row| row["span_name"] == "chat m-1")
        .expect("it arrived");
    for (name, value) in [
        ("model", json!("m-1")),
        ("prompt_tokens", json!(12)),
        ("service", json!("shop")),
        ("status", json!("info")),
        ("gen_ai.request.model", json!("m-1")),
    ] {
        assert_eq!(chat[name], value, "{name}");
    }
    let spans = sandbox.received("spans", "span_id,parent_span_id,resource.service.name");
    assert_eq!(spans.len(), 2);
    assert!(
        spans
            .iter()
            .all(|span| span["resource.service.name"] == "shop")
    );
    let calls = sandbox.received("llmobs", "name,meta.input.value");
    assert_eq!(calls.len(), 2);
    let all = serde_json::to_string(&calls).expect("JSON");
    assert!(all.contains("use password="), "{all}");
    assert!(!all.contains("hunter2hunter2"), "{all}");

    // The same spans by other roads are the same, and are not sent again in one run.
    append(&folder.join("whole.json"), &format!("{:#}", message()));
    let again = environment.run(args);
    assert_eq!(again.exits(6).json()["files"], 2);
    let cut = folder.join("cut.pb");
    fs::write(&cut, b"\x0a\xff\xff\xff").expect("a writable home");
    let _ = export(&environment, &cut, &[])
        .exits(6)
        .says("line 1: no trace: not protobuf of OTLP");
}
