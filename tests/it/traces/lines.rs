//! Lines of a platform: what each field becomes, and what is odd, wrong or no trace.

use std::fs;
use std::path::Path;

use super::*;
use crate::support::{SandboxOptions, assert_shape, dead_letters};

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
