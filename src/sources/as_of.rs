//! A session as it was when one of its events happened.
//!
//! A row changes until the session is done: a relay reads it early, an export a year later, and
//! both must make the same event. What came after the event is therefore taken out.

use std::sync::Arc;

use crate::domain::event::{EventKind, ReviewState};
use crate::domain::session::{Metrics, Review, ReviewStatus, Session, Status, Verb};

/// The session as it was when the event happened, so that an event is the same whether its row
/// was read then or a year later.
pub(super) fn as_of(session: &Arc<Session>, kind: EventKind) -> Arc<Session> {
    match kind {
        EventKind::Blocked | EventKind::Close => Arc::clone(session),
        EventKind::Open | EventKind::Review(_) => {
            let mut seen = Session::clone(session);
            seen.status = match kind {
                EventKind::Review(ReviewState::Approved) if seen.verb == Verb::Exec => {
                    Status::Ready
                }
                _ => Status::Open,
            };
            seen.exit_code = None;
            seen.end_date = None;
            seen.event_size = 0;
            seen.metrics = Metrics::default();
            seen.guardrails.clear();
            seen.review = seen.review.map(|review| review_as_of(review, kind));
            Arc::new(seen)
        }
    }
}

fn review_as_of(mut review: Review, kind: EventKind) -> Review {
    match kind {
        EventKind::Review(ReviewState::Pending) => {
            review.status = ReviewStatus::Pending;
            review.rejection_reason = None;
            for group in &mut review.groups {
                group.status = ReviewStatus::Pending;
                group.reviewed_by = None;
                group.review_date = None;
            }
        }
        // Processing and executed are what becomes of an approval.
        _ if ReviewState::decided(review.status) == Some(ReviewState::Approved) => {
            review.status = ReviewStatus::Approved;
        }
        _ => {}
    }
    review
}
