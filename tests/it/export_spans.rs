//! `sessions export --to otlp` and `--to llmobs`: a session as a trace, at Datadog and at receivers
//! that want no key; what a receiver leaves out, refuses or fails to take.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Asked, CommandOutput, RecordedGateway, RecordedSession, SandboxOptions, SandboxProcess,
    Scripted, ScriptedServer, TestEnvironment, id, until,
};

const PROTOBUF: &str = "application/x-protobuf";

fn export(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "export", "--yes", "-o", "json"];
    args.extend(flags);
    environment.run(args)
}

/// A receiver of OTLP that wants no key.
fn receiver(answer: impl Fn(&Asked) -> Scripted + Send + Sync + 'static) -> ScriptedServer {
    ScriptedServer::start(answer)
}

fn takes_all(_: &Asked) -> Scripted {
    (200, PROTOBUF, String::new())
}

/// The spans of a request.
fn spans_in(asked: &Asked) -> Vec<Span> {
    let mut plain = Vec::new();
    match asked.header("content-encoding") {
        Some("gzip") => {
            let mut decoder = GzDecoder::new(&asked.body[..]);
            decoder.read_to_end(&mut plain).expect("gzip");
        }
        other => {
            assert_eq!(other, None);
            plain.extend(&asked.body);
        }
    }
    let request = ExportTraceServiceRequest::decode(&plain[..]).expect("protobuf of OTLP");
    let scopes = request.resource_spans.into_iter();
    let scopes = scopes.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

fn ids(spans: &[Span]) -> BTreeSet<(Vec<u8>, Vec<u8>)> {
    let id = |span: &Span| (span.trace_id.clone(), span.span_id.clone());
    spans.iter().map(id).collect()
}

fn ids_at(sandbox: &SandboxProcess) -> Vec<(String, String)> {
    let rows = sandbox.received("spans", "trace_id,span_id");
    let text = |row: &Value, name: &str| row[name].as_str().expect("an id").to_owned();
    rows.iter()
        .map(|row| (text(row, "trace_id"), text(row, "span_id")))
        .collect()
}

/// Three sessions of one gateway: an agent's script, a person's script, an agent's own client.
fn gateway() -> RecordedGateway {
    RecordedGateway::start([
        RecordedSession::script(3, "postgres", "select 1").output("1\n"),
        RecordedSession::script(2, "", "uptime")
            .output("up\n")
            .with("identity_type", json!("user")),
        RecordedSession::native(
            1,
            "mysql",
            &[b"\x03SELECT 'a'", b"\x03SET PASSWORD = 'hunter2'"],
        ),
    ])
}

fn sessions(flags: &[&str]) -> Vec<String> {
    let named = [3, 2, 1].map(id);
    let mut all: Vec<String> = named.into_iter().collect();
    all.extend(flags.iter().map(|flag| (*flag).to_owned()));
    all
}

fn export_named(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let all = sessions(flags);
    export(
        environment,
        &all.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

#[test]
fn each_session_that_is_over_is_one_trace_whose_spans_lead_to_its_root() {
    let sandbox = SandboxOptions::default().sessions(80).start();
    let environment = TestEnvironment::of(&sandbox);
    let summary = export(&environment, &["--since", "40d", "--to", "otlp"]).exits(0);
    let rows = sandbox.received(
        "spans",
        "trace_id,span_id,parent_span_id,attributes.session.id",
    );
    assert_eq!(summary.json()["accepted"], rows.len());
    let mut roots: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["parent_span_id"].is_null()) {
        let trace = row["trace_id"].as_str().expect("an id");
        assert!(
            roots
                .insert(trace, row["span_id"].as_str().expect("an id"))
                .is_none()
        );
    }
    for row in &rows {
        let session = row["attributes.session.id"].as_str().expect("an id");
        let trace = row["trace_id"].as_str().expect("an id");
        assert_eq!(trace, session.replace('-', ""), "the session's own id");
        let parent = row["parent_span_id"].as_str();
        assert!(parent.is_none_or(|parent| roots[trace] == parent));
    }
    let done = sandbox.sessions();
    let done = done.iter().filter(|row| row["status"] == "done");
    assert_eq!(roots.len(), done.count());
    let children = rows.len() - roots.len();
    assert!(children > roots.len(), "most sessions did several things");
}

#[test]
fn what_was_sent_is_not_sent_again_and_again_sends_the_same_ids() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let to = ["--since", "40d", "--to", "otlp"];
    let _ = export(&environment, &to).exits(0);
    let first: BTreeSet<_> = ids_at(&sandbox).into_iter().collect();
    let second = export(&environment, &to).exits(0);
    assert_eq!(second.json()["accepted"], 0);
    let new = export(&environment, &["--new", "--to", "otlp"]).exits(0);
    assert_eq!(new.json()["accepted"], 0);
    let _ = export(&environment, &[&to[..], &["--again"]].concat()).exits(0);
    let all = ids_at(&sandbox);
    assert_eq!(all.len(), 2 * first.len());
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), first);
}

#[test]
fn a_receiver_that_was_named_gets_the_spans_and_no_key() {
    let gateway = gateway();
    let receiver = receiver(takes_all);
    let to = format!("otlp={}", receiver.url());
    let output = export_named(&gateway.environment, &["--to", &to]).exits(0);
    let asked = receiver.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].target, "/v1/traces");
    assert_eq!(asked[0].header("content-type"), Some(PROTOBUF));
    let is_key = |(name, _): &(String, String)| name.contains("key") || name == "authorization";
    assert!(
        !asked[0].headers.iter().any(is_key),
        "{:?}",
        asked[0].headers
    );
    let spans = spans_in(&asked[0]);
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "invoke_agent codex",
            "execute_tool postgres",
            "session prod-db",
            "script prod-db",
            "invoke_agent codex",
            "execute_tool mysql",
            "execute_tool mysql",
        ]
    );
    assert_eq!(output.json()["accepted"], 7);
}

#[test]
fn the_key_goes_to_datadogs_own_intake_alone() {
    let gateway = gateway();
    let datadog = ScriptedServer::start(|asked| match asked.target.as_str() {
        "/api/v1/validate" => (200, "application/json", r#"{"valid":true}"#.to_owned()),
        _ => takes_all(asked),
    });
    let other = receiver(takes_all);
    let mut environment = gateway.environment;
    environment.set("DD_API_KEY", "0123456789abcdef0123456789abcdef");
    environment.set("DDCTL_DATADOG_URL", datadog.url());
    let to = format!("otlp={}", other.url());
    let output = export_named(&environment, &["--to", "otlp", "--to", &to]).exits(0);
    let traces: Vec<Asked> = datadog.asked();
    let traces: Vec<&Asked> = traces
        .iter()
        .filter(|one| one.target == "/v1/traces")
        .collect();
    assert_eq!(traces[0].header("host"), Some("otlp.datadoghq.com"));
    assert!(traces[0].header("dd-api-key").is_some());
    assert_eq!(other.asked()[0].header("dd-api-key"), None);
    assert_eq!(ids(&spans_in(traces[0])), ids(&spans_in(&other.asked()[0])));
    assert_eq!(
        output.json()["destinations"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn an_intake_of_another_site_is_refused_before_anything_is_sent() {
    let gateway = gateway();
    for address in ["https://otlp.datadoghq.eu", "http://otlp.datadoghq.com"] {
        let to = format!("otlp={address}");
        let output = export_named(&gateway.environment, &["--to", &to]).exits(2);
        assert!(
            output.stderr.contains("is not the OTLP intake"),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn outputs_leave_only_when_asked_for_and_secrets_never() {
    let gateway = gateway();
    for (flags, has_output) in [(&[][..], false), (&["--include-output"][..], true)] {
        let receiver = receiver(takes_all);
        let to = format!("otlp={}", receiver.url());
        let _ = export_named(&gateway.environment, &[&["--to", &to], flags].concat()).exits(0);
        let spans = spans_in(&receiver.asked()[0]);
        let said = format!("{spans:?}");
        assert_eq!(said.contains("gen_ai.tool.call.result"), has_output);
        assert_eq!(said.contains("session.output"), has_output);
        assert!(
            said.contains("[redacted:sql-password]"),
            "the statement is there"
        );
        assert!(!said.contains("hunter2"));
    }
}

#[test]
fn people_are_left_out_of_llm_observability_unless_asked_for() {
    let sandbox = SandboxOptions::default().sessions(60).span("20h").start();
    let environment = TestEnvironment::of(&sandbox);
    let range = ["--since", "22h", "--to", "llmobs"];
    let summary = export(&environment, &range).exits(0).json();
    let rows = sandbox.received("llmobs", "trace_id,parent_id,meta.kind,ml_app");
    assert_eq!(summary["accepted"], rows.len());
    let left_out = summary["left_out"]["people"].as_u64().expect("a count");
    let roots = |rows: &[Value]| {
        let roots = rows.iter().filter(|row| row["parent_id"] == "undefined");
        roots.count() as u64
    };
    let agents = roots(&rows);
    assert!(agents > 0 && left_out > 0);
    for row in rows.iter().filter(|row| row["parent_id"] == "undefined") {
        assert_eq!(row["meta.kind"], "agent");
        assert_eq!(row["ml_app"], "agent-access");
    }
    let all = export(&environment, &[&range[..], &["--include-people"]].concat());
    assert_eq!(all.exits(0).json()["left_out"]["people"], 0);
    let rows = sandbox.received("llmobs", "trace_id,parent_id,meta.kind,ml_app");
    assert_eq!(roots(&rows), 2 * agents + left_out);
}

#[test]
fn what_llm_observability_is_too_late_for_is_named_and_not_sent() {
    let sandbox = SandboxOptions::default().sessions(60).span("10d").start();
    let environment = TestEnvironment::of(&sandbox);
    let range = ["--since", "12d", "--to", "llmobs", "--include-people"];
    let output = export(&environment, &range).exits(0);
    let summary = output.json();
    let old = summary["left_out"]["too_old"].as_array().expect("ids");
    assert!(!old.is_empty());
    let rows = sandbox.received("llmobs", "trace_id");
    let sent: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row["trace_id"].as_str())
        .collect();
    for id in old {
        let trace = id.as_str().expect("an id").replace('-', "");
        assert!(!sent.contains(trace.as_str()));
    }
    assert_eq!(summary["accepted"], rows.len());
}

fn partial(rejected_spans: i64, message: &str) -> String {
    let partial_success = Some(ExportTracePartialSuccess {
        rejected_spans,
        error_message: message.to_owned(),
    });
    let answer = ExportTraceServiceResponse { partial_success };
    String::from_utf8(answer.encode_to_vec()).expect("short numbers and text are text")
}

#[test]
fn spans_that_a_receiver_leaves_out_are_counted_kept_and_never_sent_again_by_themselves() {
    let gateway = gateway();
    let receiver = receiver(|_| (200, PROTOBUF, partial(2, "too old")));
    let to = format!("otlp={}", receiver.url());
    let output = export_named(&gateway.environment, &["--to", &to]).exits(6);
    let summary = output.json();
    assert_eq!(
        receiver.asked().len(),
        1,
        "what was rejected is not sent again"
    );
    assert_eq!(summary["rejected"], 2);
    assert_eq!(
        (&summary["accepted"], &summary["dead_letters"]),
        (&json!(0), &json!(7))
    );
    let letters = gateway
        .environment
        .run(["deadletters", "list", "-o", "json"]);
    let letters = letters.exits(0).json();
    let letters = letters.as_array().expect("a list");
    assert_eq!(letters.len(), 7);
    let reason = letters[0]["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("2 of 7") && reason.contains("too old"),
        "{reason}"
    );
}

#[test]
fn dead_letters_of_spans_are_sent_again_as_they_were() {
    let gateway = gateway();
    let is_good = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let good = std::sync::Arc::clone(&is_good);
    let receiver = receiver(
        move |_| match good.load(std::sync::atomic::Ordering::SeqCst) {
            true => (200, PROTOBUF, String::new()),
            false => (200, PROTOBUF, partial(7, "closed")),
        },
    );
    let to = format!("otlp={}", receiver.url());
    let _ = export_named(&gateway.environment, &["--to", &to]).exits(6);
    is_good.store(true, std::sync::atomic::Ordering::SeqCst);
    let retry = ["deadletters", "retry", "--all", "-o", "json"];
    let retried = gateway.environment.run(retry).exits(0).json();
    assert_eq!(retried[0]["accepted"], 7);
    let asked = receiver.asked();
    assert_eq!(spans_in(&asked[0]), spans_in(&asked[1]));
    let none = gateway
        .environment
        .run(["deadletters", "list", "-o", "json"]);
    assert_eq!(none.exits(0).json(), json!([]));
}

#[test]
fn a_page_instead_of_an_answer_is_told_and_the_spans_count_as_taken() {
    let gateway = gateway();
    let receiver = receiver(|_| (200, "text/html", "<html><title>Sign in</title>".to_owned()));
    let to = format!("otlp={}", receiver.url());
    let output = export_named(&gateway.environment, &["--to", &to]).exits(0);
    assert_eq!(output.json()["accepted"], 7);
    assert!(
        output.stderr.contains("taken, with a warning"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_page_with_another_status_is_no_receiver() {
    let gateway = gateway();
    let receiver = receiver(|_| (404, "text/html", "<html><title>Sign in</title>".to_owned()));
    let to = format!("otlp={}", receiver.url());
    let output = export_named(&gateway.environment, &["--to", &to]).exits(1);
    assert!(
        output.stderr.contains("titled `Sign in`"),
        "{}",
        output.stderr
    );
}

#[test]
fn what_is_too_large_for_a_receiver_is_halved_until_it_fits() {
    let gateway = gateway();
    let receiver = receiver(|asked| match spans_in(asked).len() {
        0..=2 => takes_all(asked),
        _ => (413, "text/plain", "too large".to_owned()),
    });
    let to = format!("otlp={}", receiver.url());
    let output = export_named(&gateway.environment, &["--to", &to]).exits(0);
    assert_eq!(output.json()["accepted"], 7);
    let taken = receiver.asked();
    let taken: Vec<Span> = taken
        .iter()
        .map(spans_in)
        .filter(|one| one.len() <= 2)
        .flatten()
        .collect();
    assert_eq!((taken.len(), ids(&taken).len()), (7, 7), "once each");
}

#[test]
fn a_wrong_key_is_said_before_the_gateway_is_read() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DD_API_KEY", "ffffffffffffffffffffffffffffffff");
    for to in ["otlp", "llmobs"] {
        let _ = export(&environment, &["--since", "40d", "--to", to]).exits(4);
    }
    assert!(sandbox.received("spans", "name").is_empty());
}

#[test]
fn receivers_have_a_position_each() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let (one, other) = (receiver(takes_all), receiver(takes_all));
    let (one_to, other_to) = (
        format!("otlp={}", one.url()),
        format!("otlp={}", other.url()),
    );
    let since = ["--since", "40d"];
    let first = export(&environment, &[&since[..], &["--to", &one_to]].concat()).exits(0);
    let both = [&since[..], &["--to", &one_to, "--to", &other_to]].concat();
    let second = export(&environment, &both).exits(0).json();
    assert_eq!(second["destinations"][0]["accepted"], 0);
    assert_eq!(
        second["destinations"][1]["accepted"],
        first.json()["accepted"]
    );
    let spans = |server: &ScriptedServer| -> Vec<Span> {
        server.asked().iter().flat_map(spans_in).collect()
    };
    assert_eq!(ids(&spans(&one)), ids(&spans(&other)));
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let gateway = gateway();
    let receiver = receiver(takes_all);
    let to = format!("otlp={}", receiver.url());
    let output = export_named(&gateway.environment, &["--to", &to, "--dry-run"]).exits(0);
    for text in [
        "POST /v1/traces",
        "content-encoding: gzip",
        "invoke_agent codex",
    ] {
        assert!(output.stdout.contains(text), "{text}");
    }
    let llmobs = ["--to", "llmobs", "--dry-run", "--since", "40d"];
    let sandbox = SandboxOptions::default().start();
    let output = export(&TestEnvironment::of(&sandbox), &llmobs).exits(0);
    assert!(
        output
            .stdout
            .contains("POST /api/intake/llm-obs/v1/trace/spans")
    );
    assert!(receiver.asked().is_empty());
    assert!(sandbox.received("llmobs", "name").is_empty());
}

#[test]
fn a_session_that_ends_while_it_is_followed_becomes_a_trace() {
    let sandbox = SandboxOptions::default().every("300ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let before = sandbox.sessions();
    let before: BTreeSet<String> = before.iter().map(trace_of).collect();
    let receiver = receiver(takes_all);
    let to = format!("otlp={}", receiver.url());
    let mut args = vec!["sessions", "export", "--follow", "--since", "1h"];
    args.extend(["--interval", "200ms", "--to", &to]);
    let running = environment.command(args).start();
    let roots = || -> Vec<Span> {
        let spans = receiver.asked();
        let spans = spans.iter().flat_map(spans_in);
        spans.filter(|one| one.parent_span_id.is_empty()).collect()
    };
    until("the trace of a new session", || {
        let mut roots = roots().into_iter();
        roots.find(|root| !before.contains(&hex(&root.trace_id)))
    });
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
    let roots = roots();
    assert_eq!(ids(&roots).len(), roots.len(), "once each");
}

/// The id of a session's trace.
fn trace_of(row: &Value) -> String {
    row["id"].as_str().expect("an id").replace('-', "")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
