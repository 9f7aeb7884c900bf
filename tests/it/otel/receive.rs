//! The receiver: trees, findings, what it passes on, and how it ends.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Running, SandboxOptions, ScriptedServer, TestEnvironment, ask, assert_shape};

const DDCTL: &str = env!("CARGO_BIN_EXE_ddctl");

/// A span that began at second `id` and took half of one.
fn span(id: u8, parent: u8, name: &str, attributes: &Value) -> Value {
    let hex = |id: u8| match id {
        0 => String::new(),
        id => format!("{id:016x}"),
    };
    let start = 1_790_000_000_000_000_000 + u64::from(id) * 1_000_000_000;
    let pairs = attributes.as_object().expect("attributes").iter();
    let pairs: Vec<Value> = pairs
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    json!({
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": hex(id),
        "parentSpanId": hex(parent),
        "name": name,
        "startTimeUnixNano": start.to_string(),
        "endTimeUnixNano": (start + 500_000_000).to_string(),
        "attributes": pairs,
    })
}

fn text(text: &str) -> Value {
    json!({ "stringValue": text })
}

fn request(spans: &[Value]) -> Vec<u8> {
    let service = json!({ "key": "service.name", "value": text("planner") });
    let body = json!({ "resourceSpans": [{
        "resource": { "attributes": [service] },
        "scopeSpans": [{ "spans": spans }],
    }]});
    body.to_string().into_bytes()
}

/// An agent that asked a model and ran a tool.
fn run_of_an_agent() -> Vec<u8> {
    let chat = json!({
        "gen_ai.operation.name": text("chat"),
        "gen_ai.request.model": text("stub-1"),
        "gen_ai.usage.input_tokens": { "intValue": "1204" },
        "gen_ai.usage.output_tokens": { "intValue": "31" },
        "gen_ai.prompt": text("what is it?"),
    });
    let mut tool = span(
        3,
        1,
        "execute_tool query",
        &json!({
            "gen_ai.operation.name": text("execute_tool"),
            "gen_ai.usage.cost": { "doubleValue": 0.5 },
        }),
    );
    tool["status"] = json!({ "code": 2, "message": "no \u{1b}[31manswer" });
    let agent = json!({ "gen_ai.operation.name": text("invoke_agent") });
    request(&[
        span(2, 1, "chat stub-1", &chat),
        tool,
        span(1, 0, "invoke_agent planner", &agent),
    ])
}

fn listen(environment: &TestEnvironment, more: &[&str]) -> (Running, String) {
    let args = ["otel", "receive", "--listen", "127.0.0.1:0"]
        .iter()
        .chain(more);
    let mut running = environment.command(args).start();
    let said = running.wait_for_stderr("\n");
    let (_, url) = said
        .lines()
        .next()
        .and_then(|line| line.split_once('='))
        .expect("an address");
    (running, url.to_owned())
}

fn post(url: &str, body: &[u8]) -> crate::support::Answer {
    let json = [("content-type", "application/json")];
    ask("POST", &format!("{url}/v1/traces"), &json, body)
}

#[test]
fn a_run_is_shown_as_a_tree_with_what_is_odd_about_it() {
    let environment = TestEnvironment::empty();
    let (mut running, url) = listen(&environment, &[]);
    assert_eq!(post(&url, &run_of_an_agent()).status, 200);
    let shown = running.wait_for_stdout("content is captured");
    running.signal(Signal::INT);
    let output = running
        .finish()
        .exits(0)
        .says("3 spans emitted in 1 trace, 0 refused");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "trace 5b8efff798038103d269b633813fc60c · planner");
    assert_eq!(lines[1], "invoke_agent planner   500 ms");
    assert_eq!(lines[2], "├─ chat stub-1         500 ms · 1204 in, 31 out");
    assert_eq!(
        lines[3],
        "└─ execute_tool query  500 ms · $0.5000 · error: no ␛[31manswer"
    );
    let odd = output.stdout.as_str();
    assert!(odd.contains("! chat stub-1: tokens and no cost"), "{odd}");
    assert!(
        odd.contains("! chat stub-1: content is captured: gen_ai.prompt"),
        "{odd}"
    );
}

#[test]
fn a_trace_of_any_depth_is_shown() {
    const DEPTH: u64 = 12_000;
    let environment = TestEnvironment::empty();
    let (running, url) = listen(&environment, &[]);
    let step = |number: u64| {
        let mut one = span(1, 0, "step", &json!({}));
        one["spanId"] = format!("{number:016x}").into();
        if number > 1 {
            one["parentSpanId"] = format!("{:016x}", number - 1).into();
        }
        one
    };
    let chain: Vec<Value> = (1..=DEPTH).map(step).collect();
    assert_eq!(post(&url, &request(&chain)).status, 200);
    running.signal(Signal::INT);
    let output = running
        .finish()
        .exits(0)
        .says("12000 spans emitted in 1 trace, 0 refused");
    assert_eq!(output.stdout.matches("step").count() as u64, DEPTH);
}

#[test]
fn a_span_with_a_flaw_is_left_out_and_the_sender_is_told() {
    let environment = TestEnvironment::empty();
    let (running, url) = listen(&environment, &[]);
    let mut flawed = span(2, 0, "flawed", &json!({}));
    flawed["endTimeUnixNano"] = "1".into();
    let answer = post(&url, &request(&[flawed, span(1, 0, "good", &json!({}))]));
    assert_eq!(answer.json()["partialSuccess"]["rejectedSpans"], "1");
    for (path, kind, status) in [
        ("/v1/traces", "text/html", 415),
        ("/v1/traces", "application/grpc", 415),
        ("/v1/traces", "application/json", 400),
        ("/", "application/json", 404),
    ] {
        let answer = ask(
            "POST",
            &format!("{url}{path}"),
            &[("content-type", kind)],
            b"<html>",
        );
        assert_eq!(answer.status, status, "{path} {kind}");
    }
    running.signal(Signal::TERM);
    let _ = running
        .finish()
        .exits(0)
        .shows("good")
        .says("refused: span `flawed`: the span ends before it starts")
        .says("set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf")
        .says("1 span emitted in 1 trace, 5 refused");
}

#[test]
fn a_program_that_emits_nothing_is_a_no_and_one_that_fails_keeps_its_code() {
    let environment = TestEnvironment::empty();
    let _ = environment
        .run(["otel", "receive", "--", "true"])
        .exits(3)
        .says("0 spans emitted in 0 traces, 0 refused")
        .says("does it flush");
    let _ = environment
        .run(["otel", "receive", "--", "sh", "-c", "exit 7"])
        .exits(7);
    let _ = environment
        .run(["otel", "receive", "--timeout", "1s", "--", "sleep", "60"])
        .exits(5)
        .says("the command did not end");
    let _ = environment
        .run(["otel", "receive", "--", "no-such-program"])
        .exits(1)
        .says("no-such-program");
}

#[test]
fn what_a_program_sends_is_passed_on_as_it_came() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("OTEL_SERVICE_NAME", "planner");
    let args = ["otel", "receive", "--to", "otlp", "-o", "json", "--", DDCTL];
    let args = args
        .iter()
        .chain(&["otel", "check", "--genai", "--wait", "0s"]);
    let output = environment
        .run(args)
        .exits(0)
        .says("1 span emitted in 1 trace, 1 forwarded, 0 refused")
        .says("taken (200)");
    let answer = output.json();
    assert_shape("otel_receive", &answer);
    let arrived = sandbox.received("spans", "trace_id,resource,scope.name");
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0]["trace_id"], answer["spans"][0]["trace_id"]);
    assert_eq!(arrived[0]["resource"]["service.name"], "planner");
    let receipt = environment.run(["receipts", "show", "-o", "json"]).exits(0);
    let receipt = receipt.json();
    assert_eq!(receipt["command"], "otel receive");
    assert_eq!(receipt["ending"], "done");
    assert_eq!(receipt["totals"]["kinds"], json!({ "span": 1 }));
    let refused = environment.run(["otel", "receive", "--to", "logs"]);
    let _ = refused.exits(2).says("--to otlp");
}

#[test]
fn a_receiver_that_lets_nobody_in_is_named_and_what_was_for_it_is_gone() {
    let page = "<html><title>Forbidden</title></html>".to_owned();
    let receiver = ScriptedServer::start(move |_| (403, "text/html", page.clone()));
    let environment = TestEnvironment::empty();
    let to = format!("otlp={}", receiver.url());
    let args = ["otel", "receive", "--to", &to, "--", DDCTL];
    let args = args
        .iter()
        .chain(&["otel", "check", "--genai", "--wait", "0s"]);
    let output = environment
        .run(args)
        .exits(4)
        .says("refused spans that came without a key (403): an HTML page titled `Forbidden`")
        .says("What was not passed on is not kept");
    assert!(!output.stderr.contains("validate"), "{output}");
}

#[test]
fn spans_that_the_destination_refuses_are_kept_and_counted() {
    let sandbox = SandboxOptions::default()
        .fault("otlp:poison=chat@1")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let args = ["otel", "receive", "--to", "otlp", "--", DDCTL];
    let args = args
        .iter()
        .chain(&["otel", "check", "--genai", "--wait", "0s"]);
    let _ = environment
        .run(args)
        .exits(6)
        .says("1 span emitted in 1 trace, 0 forwarded, 1 refused");
}
