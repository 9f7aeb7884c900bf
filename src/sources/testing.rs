//! Sessions made up for tests, and a gateway on a socket that lists them.

use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use crate::domain::session::{
    ConnectionRef, Identity, IdentityKind, Metrics, Review, ReviewGroup, ReviewStatus, Session,
    Status, Verb,
};
use crate::gateway::testing::{Asked, Reply, Server};

/// An instant some milliseconds into a day.
pub(super) fn at_millis(millis: i64) -> Timestamp {
    at("2026-08-20T00:00:00Z") + jiff::SignedDuration::from_millis(millis)
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().expect("a valid instant")
}

/// A person's script on a production database: done, exit code 0.
pub(super) fn row(number: u32, start_date: Timestamp) -> Session {
    Session {
        id: format!("a0000000-0000-4000-8000-{number:012}"),
        org_id: "o0000000-0000-4000-8000-000000000001".to_owned(),
        identity: Identity {
            id: "sub-alice".to_owned(),
            email: "alice@lab.test".to_owned(),
            name: "Alice".to_owned(),
            kind: IdentityKind::User,
            machine_identity_id: None,
        },
        connection: ConnectionRef {
            name: "pg-prod".to_owned(),
            kind: "database".to_owned(),
            subtype: "postgres".to_owned(),
            resource_name: String::new(),
            tags: Map::new(),
        },
        verb: Verb::Exec,
        status: Status::Done,
        exit_code: Some(0),
        start_date,
        end_date: Some(start_date + jiff::SignedDuration::from_millis(1_400)),
        script: None,
        script_size: 9,
        event_size: 51,
        review: None,
        ai_analysis: None,
        guardrails: Vec::new(),
        metrics: Metrics::default(),
        metadata: Map::new(),
        labels: Map::new(),
        integrations_metadata: Map::new(),
        correlation_id: None,
        session_batch_id: None,
    }
}

/// The first session of the day, changed by `change`.
pub(super) fn session(change: impl FnOnce(&mut Session)) -> Session {
    let mut session = row(1, at("2026-08-20T10:00:00Z"));
    change(&mut session);
    session
}

/// A review that was asked for at 09:50; one group answered at 09:55 where it is decided.
pub(super) fn review(status: ReviewStatus) -> Review {
    let is_decided = status != ReviewStatus::Pending;
    Review {
        id: "r".to_owned(),
        kind: "onetime".to_owned(),
        status,
        created_at: Some(at("2026-08-20T09:50:00Z")),
        groups: vec![ReviewGroup {
            group: "sre".to_owned(),
            status: match status {
                ReviewStatus::Rejected | ReviewStatus::Pending => status,
                _ => ReviewStatus::Approved,
            },
            reviewed_by: is_decided.then(|| "bob@lab.test".to_owned()),
            review_date: is_decided.then(|| at("2026-08-20T09:55:00Z")),
        }],
        access_request_rule_name: None,
        rejection_reason: None,
    }
}

/// In the place of an exit code: the session is not over.
pub(super) const STILL_OPEN: i64 = i64::MIN;

/// A gateway with these sessions, as (id, start, exit code), given newest first. Session 254 of a
/// list turns out to be blocked by the analysis when it is asked for alone.
pub(super) async fn gateway_of(sessions: Vec<(u32, Timestamp, i64)>) -> Server {
    Server::with(move |asked: &Asked| answer(&sessions, asked)).await
}

/// The same, with a clock that is so far from ours.
pub(super) async fn gateway_off_by(
    offset: SignedDuration,
    sessions: Vec<(u32, Timestamp, i64)>,
) -> Server {
    Server::with(move |asked: &Asked| {
        let date = (Timestamp::now() + offset).strftime("%a, %d %b %Y %T GMT");
        answer(&sessions, asked).header("Date", &date.to_string())
    })
    .await
}

fn answer(sessions: &[(u32, Timestamp, i64)], asked: &Asked) -> Reply {
    match asked.parameter("offset") {
        Some(offset) => page(sessions, asked, offset.parse().expect("an offset")),
        None => single(sessions, &asked.target),
    }
}

fn page(sessions: &[(u32, Timestamp, i64)], asked: &Asked, offset: usize) -> Reply {
    let bound = |name: &str| at(&asked.parameter(name).expect("both ends are always sent"));
    let (start, end) = (bound("start_date"), bound("end_date"));
    let matching = || {
        sessions
            .iter()
            .filter(|(_, at, _)| start <= *at && *at <= end)
    };
    let total = match asked.parameter("count").as_deref() {
        Some("exact") => matching().count().to_string(),
        Some("none") => "null".to_owned(),
        other => panic!("{other:?} is never asked for"),
    };
    let mut rest = matching().skip(offset);
    let limit = asked.parameter("limit").expect("it is always sent");
    let limit = limit.parse().expect("a number");
    let data: Vec<String> = rest.by_ref().take(limit).map(|one| wire(one, "")).collect();
    let has_next_page = rest.next().is_some();
    Reply::json(
        200,
        format!(
            r#"{{"data":[{}],"total":{total},"has_next_page":{has_next_page}}}"#,
            data.join(",")
        ),
    )
}

fn single(sessions: &[(u32, Timestamp, i64)], target: &str) -> Reply {
    let found = sessions.iter().find(|(id, _, _)| {
        let id = row(*id, at_millis(0)).id;
        target.ends_with(&id)
    });
    match found {
        None => Reply::json(404, r#"{"message":"not found"}"#),
        Some(one @ (_, _, 254)) => Reply::json(
            200,
            wire(
                one,
                r#","ai_analysis":{"title":"Drop","action":"block_execution"}"#,
            ),
        ),
        Some(one) => Reply::json(200, wire(one, r#","script":{"data":"select 1"}"#)),
    }
}

fn wire((id, start, exit_code): &(u32, Timestamp, i64), more: &str) -> String {
    let id = row(*id, *start).id;
    let state = match *exit_code {
        STILL_OPEN => r#""status":"open""#.to_owned(),
        code => format!(r#""status":"done","end_date":"{start}","exit_code":{code}"#),
    };
    format!(
        r#"{{"id":"{id}","start_date":"{start}","user_id":"s","user":"a@x.test",
        "connection":"pg-prod","type":"database","verb":"exec",{state}{more}}}"#
    )
}

/// Reads nothing of a recording.
pub fn no_statements(_: &Session, _: &[u8]) -> Option<String> {
    None
}
