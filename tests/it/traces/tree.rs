//! The lines of a trace as spans, each with its parent.

use super::*;
use crate::support::SandboxOptions;

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
