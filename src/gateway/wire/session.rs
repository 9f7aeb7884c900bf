//! A session as `GET /sessions` and `GET /sessions/{id}` answer it, and what becomes of it.
//!
//! Source: `gateway/api/openapi/types.go`, `gateway/api/session/parser.go`. List rows lack the
//! script, the analysis and parts of the review.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::review::WireReview;
use super::{non_empty, null_as_default, object_or_empty, optional_instant};
use crate::domain::session::{
    AiAnalysis, ConnectionRef, GuardrailHit, Identity, IdentityKind, Metrics, Session, Status, Verb,
};

/// One page of `GET /sessions`.
#[derive(Debug, Deserialize)]
pub(in crate::gateway) struct SessionList<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    pub(in crate::gateway) data: Vec<WireSession<'a>>,
    #[serde(default)]
    pub(in crate::gateway) total: Option<u64>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(in crate::gateway) total_is_capped: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(in crate::gateway) has_next_page: bool,
}

/// One session. Only `id` and `start_date` must be there.
#[derive(Debug, Deserialize)]
pub(in crate::gateway) struct WireSession<'a> {
    id: String,
    start_date: Timestamp,
    #[serde(default, deserialize_with = "null_as_default")]
    org_id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    user: String,
    #[serde(default, deserialize_with = "null_as_default")]
    user_id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    user_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    identity_type: String,
    #[serde(default)]
    machine_identity_id: Option<String>,
    #[serde(default)]
    correlation_id: Option<String>,
    #[serde(default)]
    session_batch_id: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "null_as_default")]
    kind: String,
    #[serde(default, deserialize_with = "null_as_default")]
    connection_subtype: String,
    #[serde(default, deserialize_with = "null_as_default")]
    connection: String,
    #[serde(default, deserialize_with = "null_as_default")]
    resource_name: String,
    #[serde(default, deserialize_with = "object_or_empty")]
    connection_tags: Map<String, Value>,
    #[serde(default, deserialize_with = "object_or_empty")]
    labels: Map<String, Value>,
    #[serde(default, deserialize_with = "object_or_empty")]
    metadata: Map<String, Value>,
    #[serde(default, deserialize_with = "object_or_empty")]
    integrations_metadata: Map<String, Value>,
    #[serde(default)]
    metrics: Value,
    #[serde(default, deserialize_with = "null_as_default")]
    verb: String,
    #[serde(default, deserialize_with = "null_as_default")]
    status: String,
    #[serde(default)]
    exit_code: Option<i64>,
    #[serde(default, deserialize_with = "optional_instant")]
    end_date: Option<Timestamp>,
    #[serde(default)]
    script: Option<Script>,
    #[serde(default, deserialize_with = "null_as_default")]
    script_size: i64,
    #[serde(default, deserialize_with = "null_as_default")]
    event_size: i64,
    #[serde(default)]
    review: Option<WireReview>,
    #[serde(default)]
    ai_analysis: Option<WireAnalysis>,
    #[serde(default, deserialize_with = "null_as_default")]
    guardrails_info: Vec<WireGuardrail>,
    /// The recording's array, as received; absent where there is none or the role may not.
    #[serde(borrow, default)]
    pub(in crate::gateway) event_stream: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct Script {
    #[serde(default, deserialize_with = "null_as_default")]
    data: String,
}

#[derive(Debug, Deserialize)]
struct WireAnalysis {
    #[serde(default, deserialize_with = "null_as_default")]
    risk_level: String,
    #[serde(default, deserialize_with = "null_as_default")]
    title: String,
    #[serde(default, deserialize_with = "null_as_default")]
    explanation: String,
    #[serde(default, deserialize_with = "null_as_default")]
    action: String,
}

#[derive(Debug, Deserialize)]
struct WireGuardrail {
    #[serde(default, deserialize_with = "null_as_default")]
    rule_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    direction: String,
    #[serde(default, deserialize_with = "null_as_default")]
    matched_words: Vec<String>,
    #[serde(default)]
    message: Option<String>,
}

impl WireSession<'_> {
    pub(in crate::gateway) fn into_domain(self) -> Session {
        let metrics = Metrics::from_wire(&self.metrics);
        // `event_size` is a copy of the metric, and the size of the parsed form where one was asked.
        let event_size = match self.event_size {
            0 => self.metrics["event_size"].as_i64().unwrap_or_default(),
            size => size,
        };
        Session {
            id: self.id.to_ascii_lowercase(),
            org_id: self.org_id,
            identity: Identity {
                id: self.user_id,
                email: self.user,
                name: self.user_name,
                kind: identity_kind(&self.identity_type),
                machine_identity_id: non_empty(self.machine_identity_id),
            },
            connection: ConnectionRef {
                name: self.connection,
                kind: self.kind,
                subtype: self.connection_subtype,
                resource_name: self.resource_name,
                tags: self.connection_tags,
            },
            verb: verb(&self.verb),
            status: status(&self.status),
            exit_code: self.exit_code,
            start_date: self.start_date,
            end_date: self.end_date,
            script: non_empty(self.script.map(|script| script.data)),
            script_size: size(self.script_size),
            event_size: size(event_size),
            review: self.review.map(WireReview::into_domain),
            ai_analysis: self.ai_analysis.map(WireAnalysis::into_domain),
            guardrails: self
                .guardrails_info
                .into_iter()
                .map(WireGuardrail::into_domain)
                .collect(),
            metrics,
            metadata: self.metadata,
            labels: self.labels,
            integrations_metadata: self.integrations_metadata,
            correlation_id: non_empty(self.correlation_id),
            session_batch_id: non_empty(self.session_batch_id),
        }
    }
}

impl WireAnalysis {
    fn into_domain(self) -> AiAnalysis {
        AiAnalysis {
            risk_level: self.risk_level,
            title: self.title,
            explanation: self.explanation,
            action: self.action,
        }
    }
}

impl WireGuardrail {
    fn into_domain(self) -> GuardrailHit {
        GuardrailHit {
            rule_name: self.rule_name,
            direction: self.direction,
            matched_words: self.matched_words,
            message: non_empty(self.message),
        }
    }
}

impl Metrics {
    fn from_wire(metrics: &Value) -> Self {
        let redacted = &metrics["data_masking"]["total_redact_count"];
        Self {
            is_truncated: metrics["truncated"].as_bool().unwrap_or_default(),
            total_redact_count: redacted.as_u64().unwrap_or_default(),
        }
    }
}

fn size(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or_default()
}

fn identity_kind(word: &str) -> IdentityKind {
    match word {
        "machine" => IdentityKind::Machine,
        _ => IdentityKind::User,
    }
}

/// An unknown verb counts as `connect`, whose bytes are never taken for a script.
fn verb(word: &str) -> Verb {
    match word {
        "exec" => Verb::Exec,
        _ => Verb::Connect,
    }
}

/// An unknown status counts as `open`, which claims no end.
fn status(word: &str) -> Status {
    match word {
        "done" => Status::Done,
        "ready" => Status::Ready,
        _ => Status::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::ReviewStatus;

    fn session(json: &str) -> Session {
        serde_json::from_str::<WireSession>(json)
            .expect("a session")
            .into_domain()
    }

    #[test]
    fn a_full_session_keeps_what_the_gateway_said() {
        let session = session(
            r#"{"id":"A0000000-0000-4000-8000-000000000006","org_id":"o","script":{"data":"drop table customers"},
            "script_size":20,"labels":null,"integrations_metadata":null,"metadata":{"reason":"lab"},
            "metrics":{"event_size":51,"truncated":true,"data_masking":{"total_redact_count":2,"info_types":{}}},
            "user":"alice@lab.test","user_id":"sub-1","user_name":"Alice","type":"database",
            "connection_subtype":"postgres","connection":"pg-lab","resource_name":"","role_name":"pg-lab",
            "connection_tags":{"environment":"prod"},"verb":"exec","status":"done","exit_code":254,
            "event_size":51,"correlation_id":"task-1","start_date":"2026-08-20T14:00:00Z",
            "end_date":"2026-08-20T14:00:00.2Z","identity_type":"machine","machine_identity_id":"m-1",
            "ai_analysis":{"risk_level":"high","title":"Drop","explanation":"x","action":"block_execution","steps":[]},
            "guardrails_info":[{"rule_name":"no-drop","rule":{"type":"deny_words_list","words":["drop"]},
              "direction":"input","matched_words":["drop"],"message":"blocked"}],
            "review":{"id":"r","type":"onetime","access_duration":1800000000000,"status":"APPROVED","revoke_at":null,
              "created_at":"2026-08-20T13:50:00.1Z","review_groups_data":[{"id":"g","group":"sre","status":"APPROVED",
              "reviewed_by":{"id":"u","name":"Bob","email":"bob@lab.test","slack_id":""},
              "review_date":"2026-08-20T13:55:00Z","forced_review":false}],"time_window":null,
              "access_request_rule_name":"prod-rule","min_approvals":1,"force_approval_groups":null}}"#,
        );
        assert_eq!(session.id, "a0000000-0000-4000-8000-000000000006");
        assert_eq!(session.identity.kind, IdentityKind::Machine);
        assert_eq!(session.script.as_deref(), Some("drop table customers"));
        assert_eq!(session.exit_code, Some(254));
        assert!(session.metrics.is_truncated && session.metrics.total_redact_count == 2);
        assert!(session.is_blocked());
        let review = session.review.expect("a review");
        assert_eq!(review.status, ReviewStatus::Approved);
        assert_eq!(
            review.groups[0].reviewed_by.as_deref(),
            Some("bob@lab.test")
        );
        assert_eq!(review.decided_at(), "2026-08-20T13:55:00Z".parse().ok());
        assert_eq!(
            review.access_request_rule_name.as_deref(),
            Some("prod-rule")
        );
    }

    #[test]
    fn a_bare_row_is_a_session() {
        let session = session(
            r#"{"id":"a0000000-0000-4000-8000-000000000005","start_date":"2026-08-20T14:00:00Z"}"#,
        );
        assert_eq!(session.status, Status::Open);
        assert_eq!((session.exit_code, session.end_date), (None, None));
        assert_eq!(session.script, None);
    }

    #[test]
    fn nulls_and_unknown_words_are_harmless() {
        let session = session(
            r#"{"id":"a","start_date":"2026-08-20T14:00:00Z","end_date":"","user":null,"script":null,
            "status":"paused","verb":"plain-exec","identity_type":"ghost","metrics":null,"labels":"x",
            "guardrails_info":null,"ai_analysis":null,"event_size":-1,"script_size":null,"new_key":{"a":[1]},
            "review":{"status":"WONDERING","review_groups_data":null,"created_at":""}}"#,
        );
        assert_eq!(session.status, Status::Open);
        assert_eq!(session.verb, Verb::Connect);
        assert_eq!(session.identity.kind, IdentityKind::User);
        assert_eq!(session.event_size, 0);
        let review = session.review.expect("a review");
        assert_eq!(review.status, ReviewStatus::Unknown);
        assert_eq!(review.created_at, None);
    }

    #[test]
    fn a_body_without_rows_is_no_list() {
        assert!(serde_json::from_str::<SessionList>(r#"{"total":0}"#).is_err());
        let empty: SessionList =
            serde_json::from_str(r#"{"data":null,"total":null}"#).expect("an empty list");
        assert!(empty.data.is_empty() && empty.total.is_none() && !empty.has_next_page);
    }
}
