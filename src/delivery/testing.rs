//! Sessions and events for the tests of this room.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::map::log::LogProfile;
use crate::domain::event::{AppliedRules, EventId, EventKind, SessionEvent};
use crate::domain::session::{
    ConnectionRef, Identity, IdentityKind, Metrics, Review, ReviewGroup, ReviewStatus, Session,
    Status, Verb,
};

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a valid instant")
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A finished script on a database, run by an agent.
pub fn session(number: u32) -> Session {
    Session {
        id: format!("a0000000-0000-4000-8000-{number:012}"),
        org_id: "org".to_owned(),
        identity: Identity {
            id: "sub-1".to_owned(),
            email: "agent-7@example.com".to_owned(),
            name: String::new(),
            kind: IdentityKind::Machine,
            machine_identity_id: Some("mi-1".to_owned()),
        },
        connection: ConnectionRef {
            name: "prod-orders".to_owned(),
            kind: "database".to_owned(),
            subtype: "postgres".to_owned(),
            resource_name: String::new(),
            tags: object(json!({"team": "orders"})),
        },
        verb: Verb::Exec,
        status: Status::Done,
        exit_code: Some(0),
        start_date: at("2026-08-01T12:00:00Z"),
        end_date: Some(at("2026-08-01T12:01:00.25Z")),
        script: None,
        script_size: 8,
        event_size: 512,
        review: None,
        ai_analysis: None,
        guardrails: Vec::new(),
        metrics: Metrics::default(),
        metadata: Map::new(),
        labels: Map::new(),
        integrations_metadata: Map::new(),
        correlation_id: Some("run-1".to_owned()),
        session_batch_id: None,
    }
}

/// `session` behind a review that was approved after half a minute.
pub fn reviewed(mut session: Session) -> Session {
    let group = |group: &str, reviewed_by: Option<&str>, status| ReviewGroup {
        group: group.to_owned(),
        status,
        reviewed_by: reviewed_by.map(str::to_owned),
        review_date: reviewed_by.map(|_| at("2026-08-01T12:00:30Z")),
    };
    session.review = Some(Review {
        id: "r-1".to_owned(),
        kind: "onetime".to_owned(),
        status: ReviewStatus::Approved,
        created_at: Some(at("2026-08-01T12:00:00Z")),
        groups: vec![
            group("dba", Some("ada@example.com"), ReviewStatus::Approved),
            group("sre", Some("ada@example.com"), ReviewStatus::Approved),
            group("security", None, ReviewStatus::Pending),
        ],
        access_request_rule_name: Some("prod".to_owned()),
        rejection_reason: None,
    });
    session
}

pub fn event(kind: EventKind, session: Session) -> SessionEvent {
    SessionEvent {
        id: EventId::of_session(&session.id, kind),
        kind,
        timestamp: match kind {
            EventKind::Open => session.start_date,
            _ => session.end_date.unwrap_or(session.start_date),
        },
        outcome: session.outcome(),
        message: "agent-7 ran a script on prod-orders".to_owned(),
        url: format!("https://use.hoop.test/sessions/{}", session.id),
        command: Some("select 1".to_owned()),
        rules: AppliedRules::default(),
        actor: None,
        is_incomplete: false,
        test_run: None,
        session: Arc::new(session),
    }
}

pub fn profile() -> LogProfile {
    LogProfile {
        service: "agent-access".to_owned(),
        hostname: "use.hoop.test".to_owned(),
        tags: vec!["team:platform".to_owned()],
        env: Some("prod".to_owned()),
    }
}
