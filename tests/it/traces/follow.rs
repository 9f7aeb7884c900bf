//! What is written to is followed: new files, rotation, restarts, halves of lines and of messages.

use std::fs;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use rustix::process::Signal;

use super::*;
use crate::support::{Running, SandboxOptions, until};

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
