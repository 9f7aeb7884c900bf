//! The OTLP intake: keys, forms, codings, sizes, flawed spans, and our own sender against it.

use std::sync::Arc;
use std::time::Duration;

use ddctl::domain::secret::Secret;
use ddctl::domain::span::{Attributes, SpanId, TraceId};
use ddctl::http::{Client, Method, Options as HttpOptions};
use ddctl::otlp::{Door, Exporter, OtlpError, Verdict, encode};
use ddctl::sandbox::API_KEY;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};

use super::World;

const OTLP: &str = "otlp.datadoghq.com";
const TRACES: &str = "/v1/traces";
const ROWS: &str = "received?kind=spans&fields=name,trace_id,parent_span_id,kind,attributes.gen_ai.operation.name,resource.service.name,duration";

fn request(spans: Value) -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": [
            {"key": "service.name", "value": {"stringValue": "agent"}}]},
        "scopeSpans": [{"scope": {"name": "by hand"}, "spans": spans}],
    }]})
}

fn span(name: &str) -> Value {
    json!({
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": name,
        "kind": 3,
        "startTimeUnixNano": "1790000000000000000",
        "endTimeUnixNano": "1790000000000000005",
        "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}],
    })
}

fn message(id: u8) -> Span {
    let trace = TraceId::of_session("g", "s");
    Span {
        trace_id: trace.as_bytes().to_vec(),
        span_id: SpanId::of(trace, "test", id.into()).as_bytes().to_vec(),
        name: "session".to_owned(),
        start_time_unix_nano: 1,
        end_time_unix_nano: 2,
        ..Span::default()
    }
}

fn exporter(world: &World, key: &str, compresses: bool) -> Exporter {
    let base = format!("{}{TRACES}", world.sandbox.datadog_url());
    let door = Door {
        url: base.parse().expect("an address"),
        host: Some(OTLP.to_owned()),
        key: Some(Secret::new(key.to_owned())),
        headers: Vec::new(),
    };
    let http = Arc::new(Client::new(HttpOptions::default()));
    Exporter::new(http, door, compresses)
}

#[tokio::test]
async fn spans_of_json_are_taken_and_shown_with_their_resource() {
    let world = World::start().await;
    let call = world.keyed(Method::POST, OTLP, TRACES);
    let answer = call.json(&request(json!([span("chat gpt")]))).await;
    assert_eq!((answer.status, answer.json()), (202, json!({})));
    assert_eq!(
        world.sandbox(ROWS).await,
        json!([{
            "name": "chat gpt",
            "trace_id": "5b8efff798038103d269b633813fc60c",
            "parent_span_id": null,
            "kind": "client",
            "attributes.gen_ai.operation.name": "chat",
            "resource.service.name": "agent",
            "duration": 5,
        }])
    );
}

#[tokio::test]
async fn our_own_spans_are_taken_with_gzip_and_without() {
    let world = World::start().await;
    for compresses in [true, false] {
        let spans = encode::traces(&Attributes::default(), vec![message(u8::from(compresses))]);
        let taken = exporter(&world, API_KEY, compresses).send(&spans).await;
        let taken = taken.expect("the sandbox takes spans");
        assert_eq!(
            (taken.status, taken.rejected, taken.warning),
            (202, None, None)
        );
    }
    let rows = world.sandbox("received?kind=spans&fields=scope.name").await;
    assert_eq!(
        rows,
        json!([{"scope.name": "ddctl"}, {"scope.name": "ddctl"}])
    );
}

#[tokio::test]
async fn a_flawed_span_is_rejected_by_itself_and_counted() {
    let world = World::start().await;
    let mut spans: Vec<Span> = (0..100).map(message).collect();
    spans[17].span_id = vec![0; 8];
    let spans = encode::traces(&Attributes::default(), spans);
    let taken = exporter(&world, API_KEY, true).send(&spans).await;
    let rejected = taken.expect("a partial success").rejected;
    let rejected = rejected.expect("one span was left out");
    assert_eq!(rejected.spans, 1);
    assert_eq!(rejected.message, "the span id has not 8 bytes or is zero");
    let rows = world.sandbox("received?kind=spans&fields=name").await;
    assert_eq!(rows.as_array().map(Vec::len), Some(99));
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_its_spans_taken() {
    let world = World::start().await;
    let flawed = Span {
        name: String::new(),
        ..message(2)
    };
    let spans = encode::traces(&Attributes::default(), vec![message(1), flawed]);
    world.set_faults("otlp:cut@1").await;
    let taken = exporter(&world, API_KEY, true).send(&spans).await;
    let taken = taken.expect("the status line came");
    assert_eq!((taken.status, taken.rejected), (202, None));
    let warning = taken.warning.expect("what was rejected is not known");
    assert_eq!(
        warning,
        "the answer to spans that were taken cannot be read"
    );
}

#[tokio::test]
async fn partial_success_of_json_counts_in_strings() {
    let world = World::start().await;
    let mut backwards = span("late");
    backwards["endTimeUnixNano"] = json!("1");
    let call = world.keyed(Method::POST, OTLP, TRACES);
    let answer = call.json(&request(json!([span("good"), backwards]))).await;
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedSpans"], "1");
    assert_eq!(partial["errorMessage"], "the span ends before it starts");
}

#[tokio::test]
async fn a_key_that_is_missing_wrong_or_of_another_site_is_refused() {
    let world = World::start().await;
    let body = request(json!([span("a")]));
    let bare = world.bare(Method::POST, OTLP, TRACES).json(&body).await;
    assert_eq!(bare.status, 403);
    assert_eq!(bare.json(), json!({"code": 7, "message": "Forbidden"}));
    let elsewhere = world.keyed(Method::POST, "otlp.datadoghq.eu", TRACES);
    assert_eq!(elsewhere.json(&body).await.status, 403);
    let spans = encode::traces(&Attributes::default(), vec![message(1)]);
    let error = exporter(&world, "wrong", true).send(&spans).await;
    let error = error.expect_err("another key");
    assert_eq!(
        error.to_string(),
        "https://otlp.datadoghq.com/v1/traces refused the key, or is not open for this account (403): Forbidden"
    );
    let OtlpError::Refused(refusal) = error else {
        panic!("an answer: {error}")
    };
    assert_eq!(refusal.verdict, Verdict::Pause);
    assert_eq!(world.sandbox("received?kind=spans").await, json!([]));
}

#[tokio::test]
async fn only_the_encodings_of_each_signal_are_taken() {
    let world = World::start().await;
    let status = async |path, content_type, coding| {
        let call = world.keyed(Method::POST, OTLP, path);
        let call = call.header("content-encoding", coding);
        call.text(content_type, "{}").await.status
    };
    assert_eq!(status(TRACES, "application/json", "identity").await, 202);
    assert_eq!(
        status("/v1/metrics", "application/json", "identity").await,
        200
    );
    assert_eq!(
        status("/v1/logs", "application/json", "identity").await,
        415
    );
    assert_eq!(status(TRACES, "application/grpc", "identity").await, 415);
    assert_eq!(status(TRACES, "application/json", "zstd").await, 415);
    assert_eq!(status(TRACES, "application/json", "gzip").await, 400);
    assert_eq!(
        status(TRACES, "application/x-protobuf", "identity").await,
        400
    );
}

#[tokio::test]
async fn a_request_above_the_limit_of_its_signal_is_too_large() {
    let world = World::start().await;
    let long = " ".repeat((15 << 20) + 1);
    let call = world.keyed(Method::POST, OTLP, TRACES);
    assert_eq!(call.text("application/json", long).await.status, 413);
    let long = " ".repeat((512 << 10) + 1);
    let call = world.keyed(Method::POST, OTLP, "/v1/metrics");
    assert_eq!(call.text("application/json", long).await.status, 413);
}

#[tokio::test]
async fn cumulative_metrics_are_refused_by_name() {
    let world = World::start().await;
    let sum = |temporality: u8| {
        json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "calls", "sum": {
            "aggregationTemporality": temporality, "isMonotonic": true, "dataPoints": []}}]}]}]})
    };
    let send = async |temporality| {
        let call = world.keyed(Method::POST, OTLP, "/v1/metrics");
        call.json(&sum(temporality)).await
    };
    assert_eq!(send(1).await.status, 200);
    let refused = send(2).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json()["message"],
        "metric `calls` is cumulative; only delta temporality is taken"
    );
}

#[tokio::test]
async fn a_fault_on_the_intake_speaks_as_the_intake_does() {
    let world = World::start().await;
    let spans = encode::traces(&Attributes::default(), vec![message(1)]);
    let exporter = exporter(&world, API_KEY, true);
    for (fault, text) in [
        (
            "otlp:500@1",
            "could not take spans now (500): Internal Server Error",
        ),
        (
            "otlp:limit=10@1",
            "refused spans as too large (413): Payload Too Large",
        ),
        (
            "otlp:redirect@1",
            "answered 307, as no receiver of OTLP over HTTP does",
        ),
    ] {
        world.set_faults(fault).await;
        let error = exporter.send(&spans).await.expect_err("a fault");
        assert_eq!(error.to_string(), format!("https://{OTLP}{TRACES} {text}"));
    }
    assert_eq!(world.sandbox("received?kind=spans").await, json!([]));
}

#[tokio::test]
async fn a_wait_is_asked_for_and_a_broken_connection_is_no_answer() {
    let world = World::start().await;
    let spans = encode::traces(&Attributes::default(), vec![message(1)]);
    let exporter = exporter(&world, API_KEY, true);
    world.set_faults("otlp:503=7@1").await;
    let error = exporter.send(&spans).await.expect_err("a fault");
    assert_eq!(error.status(), Some(503));
    let OtlpError::Refused(refusal) = error else {
        panic!("an answer: {error}")
    };
    let after = Some(Duration::from_secs(7));
    assert_eq!(refusal.verdict, Verdict::Retry { after });
    world.set_faults("otlp:reset-after-store@1").await;
    let error = exporter.send(&spans).await.expect_err("a fault");
    assert!(matches!(error, OtlpError::Transport(_)), "{error}");
    // The protocol accepts duplicates: what was taken comes again.
    world.set_faults("").await;
    exporter.send(&spans).await.expect("no fault any more");
    let rows = world.sandbox("received?kind=spans&fields=span_id").await;
    assert_eq!(rows[0], rows[1]);
}

#[tokio::test]
async fn logs_of_otlp_are_found_among_the_logs() {
    let world = World::start().await;
    let resource = Resource {
        attributes: vec![attribute("service.name", "agent")],
        ..Resource::default()
    };
    let record = LogRecord {
        severity_number: 17,
        body: Some(text("it broke")),
        attributes: vec![attribute("tool", "sql")],
        ..LogRecord::default()
    };
    let request = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource),
            scope_logs: vec![ScopeLogs {
                log_records: vec![record],
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }],
    };
    let call = world.keyed(Method::POST, OTLP, "/v1/logs");
    let body = encode::to_bytes(&request);
    let answer = call.text("application/x-protobuf", body).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    let fields = "message,service,status,tool";
    let rows = world.sandbox(&format!("received?fields={fields}")).await;
    let row = json!({"message": "it broke", "service": "agent", "status": "error", "tool": "sql"});
    assert_eq!(rows, json!([row]));
}

fn text(text: &str) -> AnyValue {
    AnyValue {
        value: Some(Any::StringValue(text.to_owned())),
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(text(value)),
        ..KeyValue::default()
    }
}
