//! The event that a webhook alone tells.

use jiff::Timestamp;

use crate::domain::connection::rule_for;
use crate::domain::event::{EventId, EventKind, ReviewState};
use crate::domain::session::ReviewStatus;
use crate::domain::webhook::{PartialEvent, Told};
use crate::sources::events::EventContext;

pub(super) fn of(
    session_id: String,
    told: Told,
    received: Timestamp,
    context: &EventContext,
) -> PartialEvent {
    let kind = kind_of(&told);
    let environment = match &told {
        Told::Opened(opening) if !opening.connection.is_empty() => {
            let rule = rule_for(&context.rules, &opening.connection);
            rule.and_then(|rule| rule.environment.clone())
        }
        _ => None,
    };
    PartialEvent {
        id: EventId::of_session(&session_id, kind),
        kind,
        url: context.page_of(&session_id),
        session_id,
        received,
        environment,
        told,
    }
}

/// Both opening webhooks are `session.open` on the wire; the first of a reviewed session asks for
/// its approval.
pub(super) fn kind_of(told: &Told) -> EventKind {
    let pending = EventKind::Review(ReviewState::Pending);
    match told {
        Told::Opened(opening) if opening.review == Some(ReviewStatus::Pending) => pending,
        Told::Opened(_) => EventKind::Open,
        Told::ReviewAsked => pending,
        Told::Closed(_) => EventKind::Close,
    }
}
