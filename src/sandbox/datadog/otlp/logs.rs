//! OTLP logs, kept among the logs.
//!
//! The mapping is Datadog's (docs.datadoghq.com/opentelemetry/setup/otlp_ingest/logs): the body is
//! the message, the severity the status, resource attributes name service, host and environment.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use serde_json::{Map, Value, json};

use super::value::{id, json_of, object};
use crate::domain::site::Site;
use crate::sandbox::coding::{Coding, Encoded};
use crate::sandbox::datadog::Visit;
use crate::sandbox::datadog::logs::{Form, Payload};

/// Logs kept as one payload.
const AT_ONCE: usize = 100;
const NANOSECONDS_A_MILLISECOND: u64 = 1_000_000;

/// The request's logs as the logs intake keeps them.
pub fn payloads(request: &ExportLogsServiceRequest, visit: &Visit<'_>, site: Site) -> Vec<Payload> {
    let payload = |logs: &[Map<String, Value>]| Payload {
        body: Encoded::new(Coding::Identity, json!(logs).to_string().into()).compact(),
        form: Form::Json,
        count: logs.len() as u64,
        defaults: Vec::new(),
        request: visit.number,
        received_at: visit.now,
        arrived_at: visit.arrived,
        site,
    };
    logs(request).chunks(AT_ONCE).map(payload).collect()
}

fn logs(request: &ExportLogsServiceRequest) -> Vec<Map<String, Value>> {
    let mut logs = Vec::new();
    for of_resource in &request.resource_logs {
        let attributes = of_resource.resource.as_ref().map(|one| &one.attributes[..]);
        let resource = object(attributes.unwrap_or_default());
        for of_scope in &of_resource.scope_logs {
            logs.extend(of_scope.log_records.iter().map(|one| log(one, &resource)));
        }
    }
    logs
}

fn log(record: &LogRecord, resource: &Map<String, Value>) -> Map<String, Value> {
    let mut log = object(&record.attributes);
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            log.insert(key.to_owned(), value);
        }
    };
    let at = match record.time_unix_nano {
        0 => record.observed_time_unix_nano,
        at => at,
    };
    set("message", record.body.as_ref().map(json_of));
    set(
        "timestamp",
        (at > 0).then(|| (at / NANOSECONDS_A_MILLISECOND).into()),
    );
    set("status", Some(severity(record).into()));
    set("service", resource.get("service.name").cloned());
    set("hostname", resource.get("host.name").cloned());
    set("ddtags", environment(resource));
    set("trace_id", Some(id(&record.trace_id)));
    set("span_id", Some(id(&record.span_id)));
    set("ddsource", Some("otlp_log_ingestion".into()));
    log
}

fn environment(resource: &Map<String, Value>) -> Option<Value> {
    let named = resource
        .get("deployment.environment.name")
        .or_else(|| resource.get("deployment.environment"));
    let name = named?.as_str()?;
    Some(format!("env:{name}").into())
}

/// The text where there is one, else by the number's range (opentelemetry-proto, `logs.proto`).
fn severity(record: &LogRecord) -> String {
    if !record.severity_text.is_empty() {
        return record.severity_text.clone();
    }
    let word = match record.severity_number {
        1..=8 => "debug",
        13..=16 => "warn",
        17..=20 => "error",
        21..=24 => "critical",
        _ => "info",
    };
    word.to_owned()
}
