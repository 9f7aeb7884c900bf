//! What waits to be sent and what is out, with the order within a session kept.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;

use crate::datadog::EncodedBatch;
use crate::delivery::entry::Entry;
use crate::delivery::observer::{Fate, SentBatch};

/// A batch on its way, with what is known of it.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub entries: Vec<Entry>,
    /// Requests it has been part of.
    pub attempts: u32,
    /// Those of them to which no answer came.
    pub unanswered: u32,
    /// Those of them that failed in a way that is retried a few times alone.
    pub failures: u32,
    /// When the last of them went out.
    pub sent_at: Option<Timestamp>,
    /// Kept between attempts; dropped when the entries change.
    pub encoded: Option<EncodedBatch>,
}

impl Unit {
    pub fn new(entries: Vec<Entry>, attempts: u32) -> Self {
        Self {
            entries,
            attempts,
            ..Self::default()
        }
    }
}

impl Unit {
    /// The end that the batch came to.
    pub fn came_to<'a>(&'a self, fate: Fate<'a>) -> SentBatch<'a> {
        SentBatch {
            entries: &self.entries,
            fate,
            attempts: self.attempts,
            unanswered: self.unanswered,
            sent_at: self.sent_at,
        }
    }

    fn order_keys(&self) -> HashSet<u64> {
        let keys = self.entries.iter().filter_map(|entry| entry.order_key);
        keys.collect()
    }
}

/// One request to make.
#[derive(Debug)]
pub(super) enum Job {
    Batch(Unit),
    /// Is anything taken with these settings? Nothing else goes out meanwhile.
    Check,
    /// Is the destination, after a pause, as it should be?
    Renew,
}

impl Job {
    pub fn events(&self) -> usize {
        match self {
            Job::Batch(unit) => unit.entries.len(),
            Job::Check | Job::Renew => 0,
        }
    }

    fn order_keys(&self) -> HashSet<u64> {
        match self {
            Job::Batch(unit) => unit.order_keys(),
            Job::Check | Job::Renew => HashSet::new(),
        }
    }
}

/// Units in the order in which they are to be sent.
///
/// A session's next batch waits for its last: a unit may overtake another only when they have no
/// order key in common.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Job>,
    /// Order keys of what is out.
    busy: HashSet<u64>,
    /// Units out, and the check.
    in_flight: usize,
    in_flight_events: usize,
    is_checking: bool,
}

impl Queue {
    pub fn push_back(&mut self, unit: Unit) {
        self.waiting.push_back(Job::Batch(unit));
    }

    /// Before everything that waits, as what came back from an attempt has to be.
    pub fn push_front(&mut self, job: Job) {
        self.waiting.push_front(job);
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What waits to be sent, a batch at a time.
    pub fn waiting(&self) -> impl Iterator<Item = &Unit> {
        self.waiting.iter().filter_map(|job| match job {
            Job::Batch(unit) => Some(unit),
            Job::Check | Job::Renew => None,
        })
    }

    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Events that wait or are out.
    pub fn events(&self) -> usize {
        self.in_flight_events + self.waiting.iter().map(Job::events).sum::<usize>()
    }

    /// Takes out the next job that may go now, for [`Queue::went_out`] or back.
    pub fn take(&mut self) -> Option<Job> {
        if self.is_checking {
            return None;
        }
        let check = self
            .waiting
            .iter()
            .position(|job| matches!(job, Job::Check));
        let at = check.or_else(|| self.first_free())?;
        self.waiting.remove(at)
    }

    /// The first unit that overtakes none of its own sessions.
    fn first_free(&self) -> Option<usize> {
        let mut overtaken: HashSet<u64> = HashSet::new();
        self.waiting.iter().position(|job| {
            let keys = job.order_keys();
            let is_free = keys.is_disjoint(&self.busy) && keys.is_disjoint(&overtaken);
            overtaken.extend(keys);
            is_free
        })
    }

    /// `job` is under way, until [`Queue::came_back`].
    pub fn went_out(&mut self, job: &Job) {
        self.in_flight += 1;
        self.in_flight_events += job.events();
        self.busy.extend(job.order_keys());
        self.is_checking |= matches!(job, Job::Check);
    }

    /// `job` is out no more, whatever came of it.
    pub fn came_back(&mut self, job: &Job) {
        self.in_flight -= 1;
        self.in_flight_events -= job.events();
        for key in job.order_keys() {
            self.busy.remove(&key);
        }
        self.is_checking &= !matches!(job, Job::Check);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::testing::entry_of;

    fn unit(sessions: &[u32]) -> Unit {
        let entries = sessions.iter().map(|n| entry_of(*n)).collect();
        Unit::new(entries, 0)
    }

    fn next(queue: &mut Queue) -> Option<Job> {
        let job = queue.take()?;
        queue.went_out(&job);
        Some(job)
    }

    #[test]
    fn a_sessions_next_batch_waits_for_its_last_and_others_overtake_it() {
        let mut queue = Queue::default();
        for sessions in [&[1, 2][..], &[2, 3], &[3], &[4]] {
            queue.push_back(unit(sessions));
        }
        let first = next(&mut queue).expect("nothing is out");
        let other = next(&mut queue).expect("session 4 waits for nothing");
        assert!(matches!(&other, Job::Batch(unit) if unit.entries == [entry_of(4)]));
        assert!(next(&mut queue).is_none(), "3 may not overtake 2,3");
        assert_eq!((queue.in_flight(), queue.events()), (2, 6));

        queue.came_back(&first);
        let second = next(&mut queue).expect("session 2 is free again");
        assert!(matches!(&second, Job::Batch(unit) if unit.entries.len() == 2));
        assert!(next(&mut queue).is_none());
        queue.came_back(&second);
        assert!(next(&mut queue).is_some());
    }

    #[test]
    fn while_the_settings_are_checked_nothing_else_goes_out() {
        let mut queue = Queue::default();
        queue.push_back(unit(&[1]));
        queue.push_front(Job::Check);
        let check = next(&mut queue).expect("nothing is out");
        assert!(matches!(check, Job::Check));
        assert!(next(&mut queue).is_none());
        queue.came_back(&check);
        assert!(next(&mut queue).is_some());
    }
}
