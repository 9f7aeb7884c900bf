//! Programs of other people, set up by exactly what `otel env` prints: they send to the receiver and
//! to the stand-in, and receivers of other people take what is sent here.

use std::path::Path;

use serde_json::Value;

use crate::support::{
    Collector, CommandOutput, Running, SandboxOptions, SandboxProcess, TestEnvironment, emitter,
    node, python, until,
};

/// The variables of the sandbox are not those of a program: it gets what `otel env` prints.
fn bare(sandbox: &SandboxProcess) -> TestEnvironment {
    let mut environment = TestEnvironment::of(sandbox);
    let names: Vec<String> = environment
        .variables()
        .iter()
        .map(|(name, _)| name.clone())
        .filter(|name| name.starts_with("OTEL_"))
        .collect();
    names.iter().for_each(|name| environment.unset(name));
    environment
}

fn settings(environment: &TestEnvironment, more: &[&str]) -> String {
    let args = ["otel", "env", "--service", "planner", "--env", "prod"];
    let output = environment.run(args.iter().chain(more)).exits(0);
    output.stdout
}

fn names(spans: &[Value]) -> Vec<&str> {
    let mut names: Vec<&str> = spans
        .iter()
        .filter_map(|span| span["name"].as_str())
        .collect();
    names.sort_unstable();
    names
}

const AGENT: [&str; 5] = [
    "chat stub-1",
    "execute_tool query",
    "execute_tool quiet",
    "execute_tool search",
    "invoke_agent planner",
];

fn received(environment: &TestEnvironment, program: &[&str]) -> CommandOutput {
    let args = ["otel", "receive", "-o", "json", "--"];
    environment.run(args.iter().chain(program))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

#[test]
fn pythons_sdk_is_received_with_its_tree_its_error_and_its_counter() {
    let Some(python) = python() else { return };
    let environment = TestEnvironment::empty();
    let script = emitter("agent.py");
    let output = received(&environment, &[text(&python), text(&script)]).exits(0);
    let answer = output.json();
    let spans = answer["spans"].as_array().expect("spans");
    assert_eq!(names(spans), AGENT, "{output}");
    let named = |name: &str| {
        spans
            .iter()
            .find(|span| span["name"] == name)
            .expect("it came")
    };
    let root = &named("invoke_agent planner")["span_id"];
    assert!(
        spans
            .iter()
            .all(|span| span["parent_id"] == *root || span["span_id"] == *root)
    );
    assert_eq!(named("execute_tool query")["status"], "error");
    let has = |name: &str, notice: &str| {
        let notices = named(name)["notices"].as_array().expect("a list");
        notices.iter().any(|one| one == notice)
    };
    assert!(
        has("execute_tool quiet", "exception-without-status"),
        "{output}"
    );
    assert!(
        !has("execute_tool query", "exception-without-status"),
        "{output}"
    );
    assert!(has("chat stub-1", "no-cost"), "{output}");
    assert_eq!(answer["metrics"], 1, "{output}");
    assert!(!output.stderr.contains("cumulative"), "{output}");
}

#[test]
fn pythons_sdk_sends_to_datadog_by_the_printed_variables() {
    let Some(python) = python() else { return };
    let sandbox = SandboxOptions::default().start();
    let environment = bare(&sandbox);
    let lines = settings(&environment, &[]);
    let script = format!("{lines}exec \"$0\" \"$1\"");
    let emitter = emitter("agent.py");
    let args = ["-c", &script, text(&python), text(&emitter)];
    let _ = environment.program("sh", args).run().exits(0);
    assert_taken(&sandbox, &AGENT);
}

#[test]
fn pythons_sdk_sends_to_several_by_the_printed_code() {
    let Some(python) = python() else { return };
    let sandbox = SandboxOptions::default().start();
    let environment = bare(&sandbox);
    let (mut receiver, url) = independent(&environment, &python);
    let code = settings(
        &environment,
        &["--for", "python", "--llmobs", "--also", &url],
    );
    environment.write(&environment.path("tracing_setup.py"), code);
    let script = emitter("agent.py");
    let _ = environment.program(&python, [&script]).run().exits(0);
    assert_taken(&sandbox, &AGENT);
    let requests = sandbox.requests(false);
    for (path, source) in [
        ("/v1/traces", Value::from("llmobs")),
        ("/v1/metrics", Value::Null),
    ] {
        let request = requests.iter().find(|one| one["path"] == path);
        let request = request.expect("it came");
        assert_eq!(request["headers"]["dd-otlp-source"], source, "{request}");
    }
    let lines = receiver.wait_for_stdout("invoke_agent planner");
    assert!(lines.contains("\"service\": \"planner\""), "{lines}");
}

#[test]
fn a_framework_that_instruments_itself_is_shown() {
    let Some(python) = python() else { return };
    let environment = TestEnvironment::empty();
    let script = emitter("framework.py");
    let output = received(&environment, &[text(&python), text(&script)]).exits(0);
    let answer = output.json();
    let spans = answer["spans"].as_array().expect("spans");
    for operation in ["invoke_agent", "chat", "execute_tool"] {
        let found = spans.iter().find(|span| span["operation"] == operation);
        assert!(found.is_some(), "no {operation}: {output}");
    }
    let chat = spans
        .iter()
        .find(|span| span["operation"] == "chat")
        .expect("a chat");
    assert_eq!(chat["model"], "test", "{output}");
    assert!(chat["input_tokens"].as_i64() > Some(0), "{output}");
}

#[test]
fn nodes_sdk_is_received_and_sends_to_datadog() {
    let Some((node, modules)) = node() else {
        return;
    };
    let sandbox = SandboxOptions::default().start();
    let environment = bare(&sandbox);
    // Modules are looked for beside the script.
    let script = environment.path("agent.cjs");
    environment.write(
        &script,
        std::fs::read(emitter("agent.cjs")).expect("our own file"),
    );
    std::os::unix::fs::symlink(modules, environment.path("node_modules")).expect("a link");
    let expected = ["chat stub-1", "invoke_agent planner"];

    let output = received(&environment, &[text(&node), text(&script)]).exits(0);
    let answer = output.json();
    assert_eq!(
        names(answer["spans"].as_array().expect("spans")),
        expected,
        "{output}"
    );

    let code = settings(&environment, &["--for", "node"]);
    environment.write(&environment.path("tracing.cjs"), code);
    let args = ["--require", "./tracing.cjs", "agent.cjs"];
    let _ = environment.program(&node, args).run().exits(0);
    assert_taken(&sandbox, &expected);
}

/// The stand-in has exactly these spans, under the service and the environment that were printed,
/// and refused nothing.
#[track_caller]
fn assert_taken(sandbox: &SandboxProcess, expected: &[&str]) {
    let spans = sandbox.received("spans", "");
    assert_eq!(names(&spans), expected);
    for span in &spans {
        let resource = &span["resource"];
        assert_eq!(resource["service.name"], "planner", "{span}");
        assert_eq!(resource["deployment.environment.name"], "prod", "{span}");
    }
    let requests = sandbox.requests(false);
    let metrics = requests.iter().find(|one| one["path"] == "/v1/metrics");
    assert_eq!(
        metrics.map(|one| &one["status"]),
        Some(&Value::from(200)),
        "{requests:?}"
    );
    let is_taken = |one: &&Value| one["status"].as_u64() < Some(300);
    assert_eq!(requests.iter().find(|one| !is_taken(one)), None);
}

/// A receiver that shares no code with the program.
fn independent(environment: &TestEnvironment, python: &Path) -> (Running, String) {
    let script = emitter("receiver.py");
    let mut running = environment.program(python, [&script]).start();
    let said = running.wait_for_stdout("\n");
    let url = said.lines().next().expect("an address").to_owned();
    (running, url)
}

#[test]
fn another_decoder_reads_what_is_sent() {
    let Some(python) = python() else { return };
    let sandbox = SandboxOptions::default().sessions(5).start();
    let environment = bare(&sandbox);
    let (mut running, url) = independent(&environment, &python);
    let to = format!("otlp={url}");
    let args = ["sessions", "export", "--since", "60d", "--to", &to, "--yes"];
    let _ = environment.run(args).exits(0);
    let lines = running.wait_for_stdout("\"parent_id\": \"\"");
    assert!(lines.contains("\"path\": \"/v1/traces\""), "{lines}");
}

#[test]
fn a_real_collector_takes_what_is_sent() {
    let sandbox = SandboxOptions::default().sessions(5).start();
    let environment = bare(&sandbox);
    let Some(collector) = Collector::start(&environment.path("")) else {
        return;
    };
    let to = format!("otlp={}", collector.url());
    let args = ["sessions", "export", "--since", "60d", "--to", &to, "--yes"];
    let _ = environment.run(args).exits(0);
    until("the spans of the sessions", || {
        let said = collector.said();
        (said.contains("Trace ID") && said.contains("session.id")).then_some(())
    });
    let lines = format!("OTEL_EXPORTER_OTLP_ENDPOINT={}\n", collector.url());
    let args = [
        "otel",
        "check",
        "--env-file",
        "-",
        "--genai",
        "--wait",
        "0s",
        "-o",
        "json",
    ];
    let output = environment.command(args).stdin(lines).run().exits(0);
    let answer = output.json();
    let trace = answer["span"]["trace_id"].as_str().expect("an id");
    until("the span of the check", || {
        collector.said().contains(trace).then_some(())
    });
}
