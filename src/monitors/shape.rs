//! The shapes in which events reach Datadog, by the road they take, and the attributes of each.
//!
//! One situation needs one query per shape: the gateway's own webhook names other attributes than
//! ddctl does, and some it does not name at all.

use std::fmt;

use crate::query::{Attribute, Kind};

/// A road to Datadog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Logs that ddctl sends: session events, heartbeats and traces.
    Ddctl,
    /// The gateway's webhooks, posted to Datadog's intake as they are.
    HoopWebhook,
    /// Execlave's traces, posted to Datadog's intake as they are.
    Execlave,
    /// OpenTelemetry GenAI spans in APM.
    Otlp,
}

impl Shape {
    pub const ALL: [Shape; 4] = [
        Shape::Ddctl,
        Shape::HoopWebhook,
        Shape::Execlave,
        Shape::Otlp,
    ];

    /// The shape of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Shape::Ddctl => "ddctl",
            Shape::HoopWebhook => "hoop-webhook",
            Shape::Execlave => "execlave",
            Shape::Otlp => "otlp",
        }
    }

    /// What its events are known to hold.
    pub fn attributes(self) -> Vec<Attribute> {
        let tables: &[&[Attribute]] = match self {
            Shape::Ddctl => &[SESSION, HEARTBEAT, RAW, TRACE, OUTCOME, GEN_AI, TEST],
            Shape::HoopWebhook => &[WEBHOOK, TEST],
            Shape::Execlave => &[TRACE, TEST],
            Shape::Otlp => &[GEN_AI, SPAN, TEST],
        };
        tables.concat()
    }
}

/// What a session event, a row of the audit log, a webhook of an unknown type and a heartbeat hold,
/// beside what every log has.
pub fn event_attributes() -> Vec<Attribute> {
    [SESSION, HEARTBEAT, RAW, TEST].concat()
}

/// What the log of a trace holds, beside what every log has and whatever else the platform wrote.
pub fn trace_attributes() -> Vec<Attribute> {
    [TRACE, TRACE_DETAILS, OUTCOME, TRACE_LOG].concat()
}

/// Every attribute that is known, for files that name no shape. What two shapes type differently is
/// left out.
pub fn all_attributes() -> Vec<Attribute> {
    let mut all = Shape::Ddctl.attributes();
    for attribute in WEBHOOK {
        if all.iter().all(|known| known.path != attribute.path) {
            all.push(*attribute);
        }
    }
    // Words too common to be told from somebody's own tags.
    all.retain(|attribute| !matches!(attribute.path, "id" | "verb" | "connection" | "model"));
    all
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const fn text(path: &'static str) -> Attribute {
    Attribute {
        path,
        kind: Kind::Text,
    }
}

const fn number(path: &'static str) -> Attribute {
    Attribute {
        path,
        kind: Kind::Number,
    }
}

const fn flag(path: &'static str) -> Attribute {
    Attribute {
        path,
        kind: Kind::Flag,
    }
}

const fn one_of(path: &'static str, words: &'static [&'static str]) -> Attribute {
    Attribute {
        path,
        kind: Kind::OneOf(words),
    }
}

/// How anything ended.
const OUTCOMES: &[&str] = &["success", "failure", "blocked", "rejected", "unknown"];

/// The session event ([`crate::delivery::map::log`]) and the row of the audit log
/// ([`crate::delivery::map::audit`]).
const SESSION: &[Attribute] = &[
    one_of(
        "evt.name",
        &[
            "session.open",
            "session.review",
            "session.blocked",
            "session.close",
            "gateway.audit",
            "gateway.webhook",
            "ddctl.heartbeat",
        ],
    ),
    one_of("evt.outcome", OUTCOMES),
    text("evt.id"),
    text("evt.original_time"),
    flag("evt.incomplete"),
    number("evt.revision"),
    one_of("evt.actor.mode", &["interactive", "autonomous"]),
    text("usr.id"),
    text("usr.email"),
    text("usr.name"),
    one_of("identity.type", &["user", "machine"]),
    text("identity.machine_id"),
    text("delegator.id"),
    text("delegator.email"),
    text("connection.name"),
    text("connection.type"),
    text("connection.subtype"),
    text("connection.resource"),
    text("connection.tags"),
    text("connection.environment"),
    text("session.id"),
    text("session.url"),
    one_of("session.verb", &["exec", "connect"]),
    text("session.status"),
    text("session.batch_id"),
    text("session.correlation_id"),
    number("session.exit_code"),
    number("session.bytes"),
    number("session.seq"),
    text("session.command"),
    flag("session.command_truncated"),
    text("session.command_sha256"),
    flag("session.in_maintenance_window"),
    flag("approval.expected"),
    text("approval.expected_by"),
    flag("approval.required"),
    one_of(
        "approval.status",
        &[
            "pending",
            "approved",
            "rejected",
            "revoked",
            "processing",
            "executed",
            "unknown",
        ],
    ),
    text("approval.rule"),
    text("approval.approvers"),
    number("approval.wait"),
    flag("guardrails.blocked"),
    text("guardrails.rules"),
    text("risk.level"),
    text("risk.title"),
    text("risk.action"),
    number("duration"),
    text("error.kind"),
    text("error.message"),
    text("audit.id"),
    text("audit.action"),
    text("audit.resource"),
    text("audit.request"),
    flag("audit.request_truncated"),
    text("http.method"),
    number("http.status_code"),
    text("http.url_details.path"),
    text("network.client.ip"),
];

/// The heartbeat of the long-running modes.
const HEARTBEAT: &[Attribute] = &[
    number("ddctl.lag_s"),
    number("ddctl.oldest_undelivered_s"),
    number("ddctl.delivered"),
    number("ddctl.dead_letters"),
    number("ddctl.late"),
    number("ddctl.reconciled"),
    text("ddctl.state"),
    text("sessions.open_too_long"),
];

/// A webhook of a type that nobody knows, passed on as it came ([`crate::delivery::map::webhook`]).
const RAW: &[Attribute] = &[
    text("webhook.id"),
    text("webhook.type"),
    text("webhook.payload"),
];

/// A flat trace of Execlave.
const TRACE: &[Attribute] = &[
    text("trace_id"),
    text("parent_trace_id"),
    text("agent_id"),
    text("agent_name"),
    text("model"),
    number("cost_usd"),
    number("duration_ms"),
    one_of(
        "span_type",
        &["agent", "llm", "tool", "embedding", "retrieval", "workflow"],
    ),
    text("span_name"),
    text("autonomy_level"),
    text("agent_status"),
    flag("idp_bound"),
    text("session_id"),
    text("user_id"),
    text("error_type"),
    text("error_message"),
];

/// What a trace's `status` becomes on ddctl's road, since Datadog would remap it.
const OUTCOME: &[Attribute] = &[one_of(
    "outcome",
    &[
        "success",
        "error",
        "timeout",
        "policy_blocked",
        "limit_exceeded",
        "flagged_for_review",
    ],
)];

/// What else such a trace may hold. No query is held against it: these are words of everybody's tags.
const TRACE_DETAILS: &[Attribute] = &[
    text("organization_id"),
    text("environment"),
    text("span_id"),
    text("parent_span_id"),
    number("prompt_tokens"),
    number("completion_tokens"),
    number("input_tokens"),
    number("output_tokens"),
    number("total_tokens"),
];

/// What stands beside the names of a trace on ddctl's road ([`crate::delivery::map::trace`]).
const TRACE_LOG: &[Attribute] = &[
    text("evt.id"),
    one_of("evt.outcome", OUTCOMES),
    text("session.id"),
    text("usr.id"),
    text("error.kind"),
    text("error.message"),
    number("duration"),
    text("dd.trace_id"),
    text("dd.span_id"),
    text("trace.url"),
    text("gen_ai.operation.name"),
    text("gen_ai.request.model"),
    text("gen_ai.agent.id"),
    text("gen_ai.agent.name"),
    text("gen_ai.conversation.id"),
    text("gen_ai.tool.name"),
    number("gen_ai.usage.input_tokens"),
    number("gen_ai.usage.output_tokens"),
    number("gen_ai.usage.total_tokens"),
];

/// The GenAI conventions of OpenTelemetry.
const GEN_AI: &[Attribute] = &[
    text("gen_ai.operation.name"),
    text("gen_ai.provider.name"),
    text("gen_ai.request.model"),
    text("gen_ai.response.model"),
    text("gen_ai.agent.id"),
    text("gen_ai.agent.name"),
    text("gen_ai.conversation.id"),
    text("gen_ai.tool.name"),
    number("gen_ai.usage.input_tokens"),
    number("gen_ai.usage.output_tokens"),
    text("error.type"),
];

/// What a span has beside the conventions.
const SPAN: &[Attribute] = &[number("duration"), number("execlave.cost_usd")];

/// The marks of a test event, whatever its road.
const TEST: &[Attribute] = &[flag("evt.test"), text("evt.test_run")];

/// The bodies of the gateway's `session.open` and `session.close` webhooks
/// (hoophq/hoop `gateway/transport/plugins/webhooks`).
const WEBHOOK: &[Attribute] = &[
    text("event_type"),
    text("id"),
    text("user_id"),
    text("user_email"),
    text("connection"),
    text("connection_type"),
    one_of("verb", &["exec", "connect"]),
    text("command"),
    text("review.status"),
    text("review.type"),
    number("input_size"),
    flag("is_input_truncated"),
    number("exit_code"),
    text("exit_err"),
];
