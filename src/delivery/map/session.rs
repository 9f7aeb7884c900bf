//! A session as a trace: its root, a child for each thing that it did, and what was decided about it
//! as events on the root.
//!
//! Made of the closing event, since spans cannot be changed once they were sent. Ids are the same on
//! every export. People's sessions have nothing of the GenAI conventions: it would show them, and
//! bill them, as traffic of a model.

use std::borrow::Cow;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::log::{LogProfile, approvers, failure, to_log};
use crate::domain::event::{EventKind, ReviewState, SessionEvent};
use crate::domain::redaction::Redactor;
use crate::domain::session::{IdentityKind, NO_EXIT_CODE, Outcome, Session};
use crate::domain::span::{
    AttributeValue, Attributes, Dropped, Span, SpanEvent, SpanId, SpanKind, SpanLink, SpanStatus,
    TraceId,
};
use crate::domain::step::{Rest, Step, StepKind};
use crate::otlp::names::{self, operation};

/// The kind of a root among the spans of its trace.
const ROOT: &str = "session";

/// Who an agent's spans are by, where the conventions want a provider.
const PROVIDER: &str = "hoop";

/// Objects of the log whose names the root keeps.
const KEPT: [&str; 8] = [
    "session",
    "connection",
    "approval",
    "guardrails",
    "risk",
    "identity",
    "delegator",
    "evt",
];

/// What of them says nothing of a trace.
const LEFT_OUT: [&str; 4] = ["evt.id", "evt.name", "session.seq", "session.status"];

/// The spans of the session that `event` closes, the root first; none of any other event. Texts
/// pass the redactor.
pub fn to_spans(event: &SessionEvent, redactor: &Redactor) -> Vec<Span> {
    if event.kind != EventKind::Close {
        return Vec::new();
    }
    let root = root(event, redactor);
    let mut spans = vec![root];
    if let Some(steps) = &event.steps {
        let steps_of = steps.first.iter();
        let children: Vec<Span> = steps_of
            .map(|step| child(event, &spans[0], step, redactor))
            .collect();
        spans.extend(children);
        let rest = steps.rest.map(|rest| rest_of(event, &spans[0], rest));
        spans.extend(rest);
    }
    spans
}

fn is_machine(session: &Session) -> bool {
    session.identity.kind == IdentityKind::Machine
}

fn root(event: &SessionEvent, redactor: &Redactor) -> Span {
    let session = &*event.session;
    let trace_id = TraceId::of_session(&session.org_id, &session.id);
    let end = session.end_date.unwrap_or(session.start_date);
    let name = match is_machine(session) {
        true => format!("{} {}", operation::INVOKE_AGENT, session.identity.label()),
        false => format!("session {}", session.connection.name),
    };
    let mut span = Span {
        trace_id,
        span_id: SpanId::of(trace_id, ROOT, 0),
        parent: None,
        name,
        kind: SpanKind::Internal,
        start: session.start_date,
        end: end.max(session.start_date),
        status: SpanStatus::Unset,
        attributes: attributes(event, redactor),
        events: events(session, end, redactor),
        links: links(session),
        dropped: Dropped::default(),
    };
    if let Some((kind, message)) = failed(event, redactor) {
        span.attributes.set(names::ERROR_TYPE, kind);
        span.status = SpanStatus::Error { message };
    }
    span
}

/// `error.type` and the message of a session that failed.
fn failed(event: &SessionEvent, redactor: &Redactor) -> Option<(String, String)> {
    let (_, message) = failure(event)?;
    let kind = match (event.outcome, event.session.exit_code) {
        (Outcome::Blocked, _) => "policy_blocked".to_owned(),
        (Outcome::Rejected, _) => "rejected".to_owned(),
        (_, Some(NO_EXIT_CODE) | None) => "no_exit_code".to_owned(),
        (_, Some(code)) => format!("exit_{code}"),
    };
    Some((kind, redactor.redact(&message).into_owned()))
}

/// The session event's names beside OpenTelemetry's.
fn attributes(event: &SessionEvent, redactor: &Redactor) -> Attributes {
    let session = &*event.session;
    let mut attributes = Attributes::default();
    if is_machine(session) {
        attributes.set(names::OPERATION, operation::INVOKE_AGENT);
        attributes.set(names::PROVIDER, PROVIDER);
        attributes.set(names::AGENT_NAME, session.identity.label());
        attributes.set(names::AGENT_ID, session.identity.id.as_str());
        attributes.set_known(names::CONVERSATION, conversation(session));
    }
    let log = to_log(event, &LogProfile::default(), redactor);
    for name in KEPT {
        if let Some(value) = log.get(name) {
            flatten(name, value, &mut attributes);
        }
    }
    if let Some(Value::Object(user)) = log.get("usr") {
        for (name, value) in user {
            flatten(&format!("user.{name}"), value, &mut attributes);
        }
    }
    attributes
}

fn conversation(session: &Session) -> Option<&str> {
    let known = session.correlation_id.as_deref();
    let known = known.or(session.session_batch_id.as_deref());
    known.filter(|id| !id.is_empty())
}

/// An object under its dotted names.
fn flatten(path: &str, value: &Value, into: &mut Attributes) {
    if LEFT_OUT.contains(&path) {
        return;
    }
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            flatten(&format!("{path}.{name}"), value, into);
        }
    } else if let Some(value) = attribute(value) {
        into.set(path.to_owned(), value);
    }
}

fn attribute(value: &Value) -> Option<AttributeValue> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => AttributeValue::List(items.iter().filter_map(attribute).collect()),
        Value::Object(_) => value.to_string().into(),
    })
}

/// What was decided about the session, and what the gateway's checks said.
fn events(session: &Session, end: Timestamp, redactor: &Redactor) -> Vec<SpanEvent> {
    let mut events = reviews(session);
    if let Some(analysis) = &session.ai_analysis {
        let mut finding = event(session.start_date, "risk.finding");
        let attributes = &mut finding.attributes;
        attributes.set("risk.level", analysis.risk_level.as_str());
        attributes.set("risk.title", &*redactor.redact(&analysis.title));
        attributes.set("risk.action", analysis.action.as_str());
        events.push(finding);
    }
    for hit in &session.guardrails {
        let mut matched = event(end, "guardrail.hit");
        let attributes = &mut matched.attributes;
        attributes.set("guardrail.rule", hit.rule_name.as_str());
        attributes.set("guardrail.direction", hit.direction.as_str());
        events.push(matched);
    }
    if session.metrics.is_truncated {
        events.push(event(end, "recording.truncated"));
    }
    events
}

fn reviews(session: &Session) -> Vec<SpanEvent> {
    let Some(review) = &session.review else {
        return Vec::new();
    };
    let asked_at = review.created_at.unwrap_or(session.start_date);
    let mut asked = event(asked_at, "approval.asked");
    let rule = review.access_request_rule_name.as_deref();
    asked.attributes.set_known("approval.rule", rule);
    let mut events = vec![asked];
    if let Some(state) = ReviewState::decided(review.status) {
        let at = review.decided_at().unwrap_or(asked_at);
        let mut decided = event(at, format!("approval.{}", state.as_str()));
        let by = approvers(review).into_iter().map(AttributeValue::from);
        let by: Vec<AttributeValue> = by.collect();
        if !by.is_empty() {
            let by = AttributeValue::List(by);
            decided.attributes.set("approval.approvers", by);
        }
        events.push(decided);
    }
    events
}

fn event(at: Timestamp, name: impl Into<Cow<'static, str>>) -> SpanEvent {
    SpanEvent {
        at,
        name: name.into(),
        attributes: Attributes::default(),
    }
}

/// The span of the agent's own trace that the session was opened in, where its id or its metadata
/// says so (W3C Trace Context, `traceparent`). A link, since that span may never be sent.
fn links(session: &Session) -> Vec<SpanLink> {
    let of_metadata = |metadata: &Map<String, Value>| {
        let text = metadata.get("traceparent")?.as_str()?;
        traceparent(text)
    };
    let link = session.correlation_id.as_deref().and_then(traceparent);
    let link = link
        .or_else(|| of_metadata(&session.metadata))
        .or_else(|| of_metadata(&session.integrations_metadata));
    link.into_iter().collect()
}

/// `00-<trace>-<span>-<flags>`; a later version may have more behind it.
fn traceparent(text: &str) -> Option<SpanLink> {
    let mut parts = text.trim().split('-');
    let version = parts.next()?;
    let is_version = version.len() == 2 && version != "ff";
    let is_version = is_version && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (trace_id, span_id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    is_version.then(|| SpanLink {
        trace_id,
        span_id,
        attributes: Attributes::default(),
    })
}

/// When something of the recording happened.
fn at(session: &Session, since: Duration) -> Timestamp {
    let since = SignedDuration::try_from(since).unwrap_or(SignedDuration::MAX);
    let at = session.start_date.checked_add(since);
    at.unwrap_or(session.start_date)
}

fn child(event: &SessionEvent, root: &Span, step: &Step, redactor: &Redactor) -> Span {
    let session = &*event.session;
    let (kind, trace_id) = (step.kind.as_str(), root.trace_id);
    let mut span = Span {
        trace_id,
        span_id: SpanId::of(trace_id, kind, step.index),
        parent: Some(root.span_id),
        name: name(session, step),
        kind: match (is_machine(session), step.kind) {
            (false, StepKind::Statement | StepKind::Request) => SpanKind::Client,
            _ => SpanKind::Internal,
        },
        start: at(session, step.start),
        end: at(session, step.end.max(step.start)),
        status: SpanStatus::Unset,
        attributes: of_step(session, step),
        events: Vec::new(),
        links: Vec::new(),
        dropped: Dropped::default(),
    };
    if let Some((kind, message)) = step_failed(event, step, redactor) {
        span.attributes.set(names::ERROR_TYPE, kind);
        span.status = SpanStatus::Error { message };
    }
    span
}

/// A script fails as its session does; a request by its status. What a database answered is not
/// recorded.
fn step_failed(event: &SessionEvent, step: &Step, redactor: &Redactor) -> Option<(String, String)> {
    match (step.kind, step.http_status) {
        (StepKind::Script, _) => failed(event, redactor),
        (StepKind::Request, Some(status @ 400..)) => {
            Some((status.to_string(), format!("answered with {status}")))
        }
        _ => None,
    }
}

fn name(session: &Session, step: &Step) -> String {
    let connection = &session.connection;
    if is_machine(session) {
        return format!("{} {}", operation::EXECUTE_TOOL, connection.short_type());
    }
    match operation_of(step) {
        Some(operation) => format!("{operation} {}", connection.name),
        None => format!("{} {}", step.kind.as_str(), connection.name),
    }
}

/// The first word of a statement or a request: what it does.
fn operation_of(step: &Step) -> Option<String> {
    let text = match step.kind {
        StepKind::Statement | StepKind::Request => step.text.as_deref()?,
        StepKind::Script | StepKind::Command => return None,
    };
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next()?;
    (!word.is_empty() && word.len() <= 20).then(|| word.to_ascii_uppercase())
}

fn of_step(session: &Session, step: &Step) -> Attributes {
    let (connection, is_machine) = (&session.connection, is_machine(session));
    let mut attributes = Attributes::default();
    if is_machine {
        set_tool(&mut attributes, session);
    }
    attributes.set(names::SESSION_ID, session.id.as_str());
    attributes.set("connection.name", connection.name.as_str());
    if connection.kind == "database" {
        attributes.set_known(names::DB_SYSTEM, db_system(&connection.subtype));
        attributes.set_known(names::DB_OPERATION, operation_of(step));
        attributes.set_known(names::DB_QUERY, step.text.as_deref());
    } else {
        attributes.set_known(names::COMMAND, step.text.as_deref());
    }
    let status = step.http_status.map(i64::from);
    attributes.set_known("http.response.status_code", status);
    let output = match is_machine {
        true => names::TOOL_RESULT,
        false => names::OUTPUT,
    };
    attributes.set_known(output, step.output.as_deref());
    if step.is_end_inferred {
        attributes.set(names::END_INFERRED, true);
    }
    if step.is_cut {
        attributes.set("ddctl.truncated", true);
    }
    attributes
}

fn set_tool(attributes: &mut Attributes, session: &Session) {
    attributes.set(names::OPERATION, operation::EXECUTE_TOOL);
    attributes.set(names::PROVIDER, PROVIDER);
    attributes.set(names::TOOL_NAME, session.connection.short_type());
    attributes.set_known(names::CONVERSATION, conversation(session));
}

/// The values of `db.system.name` (semantic conventions 1.41) for the gateway's subtypes.
fn db_system(subtype: &str) -> Option<&'static str> {
    Some(match subtype {
        "postgres" => "postgresql",
        "mysql" => "mysql",
        "mssql" => "microsoft.sql_server",
        "mongodb" => "mongodb",
        "oracledb" => "oracle.db",
        _ => return None,
    })
}

/// All steps beyond those that are told one by one.
fn rest_of(event: &SessionEvent, root: &Span, rest: Rest) -> Span {
    let session = &*event.session;
    let mut attributes = Attributes::default();
    if is_machine(session) {
        set_tool(&mut attributes, session);
    }
    attributes.set(names::SESSION_ID, session.id.as_str());
    let count = i64::try_from(rest.count).unwrap_or(i64::MAX);
    attributes.set("ddctl.steps.left_out", count);
    Span {
        trace_id: root.trace_id,
        span_id: SpanId::of(root.trace_id, "rest", rest.index),
        parent: Some(root.span_id),
        name: format!("{} more", rest.count),
        kind: SpanKind::Internal,
        start: at(session, rest.start),
        end: at(session, rest.end.max(rest.start)),
        status: SpanStatus::Unset,
        attributes,
        events: Vec::new(),
        links: Vec::new(),
        dropped: Dropped {
            attributes: u32::try_from(rest.count).unwrap_or(u32::MAX),
            ..Dropped::default()
        },
    }
}

#[cfg(test)]
mod tests;
