//! `traces export`: every trace of an agent platform arrives under its own names, what is wrong is
//! named and kept, and a folder that is being written to is followed.

mod follow;
mod lines;
mod otlp;
mod tree;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{CommandOutput, SandboxProcess, TestEnvironment};

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
