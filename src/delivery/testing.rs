//! Sessions and events for the tests of this room.

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::entry::{Entry, Record};
use super::map::log::LogProfile;
use super::observer::{Observer, Placed};
use super::positions::Number;
use super::state::StateError;
use super::summary::Progress;
use crate::domain::event::{AppliedRules, EventId, EventKind, SessionEvent};
use crate::domain::session::{
    ConnectionRef, Identity, IdentityKind, Metrics, Review, ReviewGroup, ReviewStatus, Session,
    Status, Verb,
};

/// Notes what was placed.
#[derive(Debug, Default)]
pub struct Placements(RefCell<Vec<Placement>>);

/// One file or stream, as it was told.
#[derive(Debug)]
pub struct Placement {
    pub file: Option<PathBuf>,
    pub sha256: [u8; 32],
    pub rows: u64,
    pub bytes: u64,
}

impl Placements {
    pub fn take(&self) -> Vec<Placement> {
        self.0.take()
    }
}

impl Observer for &Placements {
    fn told(&mut self, _: Progress) {}

    fn placed(&mut self, placed: &Placed<'_>) -> Result<(), StateError> {
        self.0.borrow_mut().push(Placement {
            file: placed.file.map(PathBuf::from),
            sha256: placed.sha256,
            rows: placed.rows,
            bytes: placed.bytes,
        });
        Ok(())
    }

    fn settled(&mut self, _: &[Number]) -> Result<(), StateError> {
        Ok(())
    }
}

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
        steps: None,
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

/// The record of session `number`, with a body as small as can be.
pub fn record(number: u32) -> Record {
    let mut body = Map::new();
    body.insert("timestamp".to_owned(), json!(NOW_MS));
    body.insert("message".to_owned(), json!(format!("event {number}")));
    body.insert("evt".to_owned(), json!({"id": format!("id-{number}")}));
    Record {
        id: format!("id-{number}"),
        order_by: number.to_string(),
        timestamp: now(),
        body,
        number: Some(number.into()),
    }
}

/// Records of as many sessions.
pub fn records(count: u32) -> Vec<Record> {
    (0..count).map(record).collect()
}

pub fn entry_of(number: u32) -> Entry {
    let (entry, _) = Entry::encode(record(number), 900_000).expect("a small record");
    entry
}

pub fn entries(count: u32) -> Vec<Entry> {
    (0..count).map(entry_of).collect()
}

/// 2026-08-02T12:00:00Z.
const NOW_MS: i64 = 1_785_672_000_000;

/// The wall clock of the tests.
pub fn now() -> Timestamp {
    Timestamp::from_millisecond(NOW_MS).expect("a valid instant")
}

/// A source that holds `items` and then ends.
pub fn send_all<T>(items: Vec<T>) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel(items.len().max(1));
    for item in items {
        assert!(
            sender.try_send(item).is_ok(),
            "the channel has room for all"
        );
    }
    receiver
}

/// A body without its compression, by decoders other than what encoded it where there are any.
pub fn unpack(content_encoding: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = match content_encoding {
        None => return body.to_vec(),
        Some("zstd") => zstd::stream::copy_decode(body, &mut plain),
        Some("gzip") => {
            let mut decoder = flate2::read::GzDecoder::new(body);
            io::copy(&mut decoder, &mut plain).map(drop)
        }
        Some(other) => panic!("{other} is no encoding of ours"),
    };
    read.expect("a whole body");
    plain
}
