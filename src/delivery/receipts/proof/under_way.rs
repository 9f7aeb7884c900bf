//! What was sent so shortly before that it may not be searchable yet. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::evidence::Evidence;
use super::expected::{Expectations, Item};

/// The most that Datadog takes of the past: an event older than that is not in a fresh batch under
/// its own time.
pub const FRESH: SignedDuration = SignedDuration::from_hours(18);

/// Which events are still to be waited for, at one look.
///
/// Of what went out under the time of sending, receipts have the ids. Of the rest they have the
/// number: as long as fewer are found than were sent, any that such a run can have sent may be on its
/// way, and none once all are found.
#[derive(Debug)]
pub struct UnderWay<'a> {
    evidence: &'a Evidence,
    /// Found now, of those that such runs can have sent under their own time.
    found: u64,
    /// What was sent before then is searchable, or lost.
    sent_since: Timestamp,
}

impl<'a> UnderWay<'a> {
    /// At `now`, where the destination may take `wait`.
    pub fn at(
        now: Timestamp,
        wait: Duration,
        expected: &Expectations,
        evidence: &'a Evidence,
    ) -> Self {
        let is_one = |item: &&Item| item.is_found && evidence.sources_of(item).next().is_some();
        Self {
            evidence,
            found: expected.items.iter().filter(is_one).count() as u64,
            sent_since: before(now, wait),
        }
    }

    pub(super) fn has(&self, item: &Item) -> bool {
        if item.is_found || item.aside.is_some() {
            return false;
        }
        let is_recent = |sent_at: Timestamp| sent_at > self.sent_since;
        let mut sources = self.evidence.sources_of(item);
        item.sent_at.is_some_and(is_recent)
            || (self.found < self.evidence.sent && sources.any(|source| is_recent(source.newest)))
    }
}

/// So long before `now`, or as long as there are instants.
pub fn before(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    now.checked_sub(wait).unwrap_or(Timestamp::MIN)
}
