//! Files of OTLP, what they share with lines, and receivers that refuse.

use std::fs;

use super::*;
use crate::support::{SandboxOptions, ScriptedServer};

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
