//! A gateway on a socket, reconciled.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::*;
use crate::domain::event::{EventKind, SessionEvent};
use crate::gateway::testing::Server;
use crate::sources::testing::{STILL_OPEN, gateway_of, no_statements, row};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Looks so often at what `position` leaves, and takes all that is offered.
async fn looked(server: &Server, position: &RefCell<Position>, times: usize) -> Vec<SessionEvent> {
    let gateway = server.gateway();
    let settings = Reconcile {
        gateway: &gateway,
        context: &EventContext::default(),
        concurrency: 4,
        interval: Duration::ZERO,
        grace: GRACE,
    };
    let mut looks = 0;
    let left = |until: Timestamp| {
        looks += 1;
        (looks <= times).then(|| position.borrow().left(until))
    };
    let (tx, mut rx) = mpsc::channel(4);
    let reading = reconcile(settings, left, no_statements, tx, |_| ());
    let mut taken = Vec::new();
    let taking = async {
        while let Some(fed) = rx.recv().await {
            match fed {
                Fed::Event(event) => taken.push(*event),
                Fed::Read(stretch) => position.borrow_mut().read(stretch),
            }
        }
    };
    let (read, ()) = tokio::join!(reading, taking);
    read.expect("nothing that waiting does not help against");
    taken
}

fn kinds(events: &[SessionEvent]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn what_is_older_than_the_grace_is_offered_once() {
    let now = Timestamp::now();
    let server = gateway_of(vec![(1, now - 10 * MINUTE, 0)]).await;
    let position = RefCell::new(Position::beginning_at(now - 60 * MINUTE));
    let mut offered = looked(&server, &position, 3).await;
    // A look that begins before the one before was taken in offers it again, under the same ids.
    let mut ids = BTreeSet::new();
    offered.retain(|event| ids.insert(event.id));
    assert_eq!(kinds(&offered), [EventKind::Open, EventKind::Close]);
    assert!(looked(&server, &position, 2).await.is_empty());
    assert!(position.borrow().begin() > now - 3 * MINUTE);
}

#[tokio::test]
async fn what_is_younger_is_left_to_its_webhook() {
    let now = Timestamp::now();
    let server = gateway_of(vec![(1, now - MINUTE, 0)]).await;
    let position = RefCell::new(Position::beginning_at(now - 60 * MINUTE));
    assert!(looked(&server, &position, 2).await.is_empty());
    let left = position.borrow().left(now);
    assert!(left.ranges.contains(now - MINUTE), "it is read later");
}

#[tokio::test]
async fn an_end_that_is_younger_is_offered_later_and_its_session_stays_open() {
    let now = Timestamp::now();
    let start = now - 10 * MINUTE;
    let body = serde_json::json!({
        "id": row(1, start).id, "start_date": start, "end_date": now - MINUTE, "status": "done",
        "exit_code": 0, "user_id": "s", "connection": "pg-prod", "type": "database", "verb": "exec",
    });
    let page = serde_json::json!({"data": [body], "has_next_page": false});
    let server = Server::with(move |asked: &crate::gateway::testing::Asked| {
        let answer = match asked.parameter("offset") {
            Some(_) => &page,
            None => &body,
        };
        crate::gateway::testing::Reply::json(200, answer.to_string())
    })
    .await;
    let position = RefCell::new(Position::beginning_at(now - 60 * MINUTE));
    let offered = looked(&server, &position, 1).await;
    assert_eq!(kinds(&offered), [EventKind::Open]);
    assert_eq!(position.borrow().unfinished(), 1);
    // Whoever takes it knows the opening by its id.
    let again = looked(&server, &position, 1).await;
    assert_eq!(kinds(&again), [EventKind::Open]);
    assert_eq!(position.borrow().unfinished(), 1);
}

#[tokio::test]
async fn a_session_that_is_open_is_looked_at_again() {
    let now = Timestamp::now();
    let server = gateway_of(vec![(1, now - 10 * MINUTE, STILL_OPEN)]).await;
    let position = RefCell::new(Position::beginning_at(now - 60 * MINUTE));
    let offered = looked(&server, &position, 2).await;
    assert_eq!(kinds(&offered), [EventKind::Open, EventKind::Open]);
    assert_eq!(position.borrow().unfinished(), 1);
}
