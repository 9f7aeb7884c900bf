//! What of a run may be remembered: which events are settled, and which stretches with them.
//!
//! Events are numbered as they are read and settle in any order. A stretch of start times is done
//! when it was read to its end and every event read for it is settled; stretches are independent of
//! each other, so one slow batch holds up only its own. What was settled in a stretch that is not
//! done is remembered event by event, so that a run that is cut off repeats no more than what was
//! under way.

use std::collections::BTreeMap;

use super::state::{Step, Unfinished};
use crate::domain::time::TimeRange;

/// The number of an event in its run.
pub type Number = u64;

/// The positions of one run.
#[derive(Debug, Default)]
pub struct Positions {
    next: Number,
    /// By the number of the first event; the last is being read.
    stretches: BTreeMap<Number, Stretch>,
    waiting: BTreeMap<Number, Waiting>,
    step: Step,
}

#[derive(Debug, Default)]
struct Stretch {
    waiting: usize,
    end: Option<End>,
}

/// What is known once a stretch was read to its end.
#[derive(Debug)]
struct End {
    range: TimeRange,
    unfinished: Vec<Unfinished>,
    finished: Vec<String>,
}

#[derive(Debug)]
struct Waiting {
    session: Unfinished,
    event: String,
}

impl Positions {
    /// An event of `session` was read. Its number, under which it settles.
    pub fn read(&mut self, session: Unfinished, event: String) -> Number {
        self.open_stretch().waiting += 1;
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, Waiting { session, event });
        number
    }

    /// `range` was read to its end: what was read since the last call belongs to it. `unfinished`
    /// are its sessions that may bring more, `finished` those of earlier stretches that will bring
    /// no more.
    pub fn close(&mut self, range: TimeRange, unfinished: Vec<Unfinished>, finished: Vec<String>) {
        self.open_stretch().end = Some(End {
            range,
            unfinished,
            finished,
        });
        if let Some((first, _)) = self.stretches.last_key_value() {
            self.finish_if_settled(*first);
        }
    }

    /// The event is with the destination or on the disk as a dead letter. A number that is not
    /// waiting is ignored.
    pub fn settled(&mut self, number: Number) {
        let Some(Waiting { session, event }) = self.waiting.remove(&number) else {
            return;
        };
        self.step.sent.push((session, event));
        let mut before = self.stretches.range_mut(..=number);
        if let Some((first, stretch)) = before.next_back() {
            stretch.waiting -= 1;
            let first = *first;
            self.finish_if_settled(first);
        }
    }

    /// Events that were read and are not settled.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// What may be remembered since the last call; `None` where that is nothing.
    pub fn take(&mut self) -> Option<Step> {
        let step = std::mem::take(&mut self.step);
        (step != Step::default()).then_some(step)
    }

    fn open_stretch(&mut self) -> &mut Stretch {
        let is_closed = |stretch: &Stretch| stretch.end.is_some();
        if self.stretches.values().next_back().is_none_or(is_closed) {
            // A stretch without events shares its first number with the next one, which is why it
            // is taken out as soon as it is closed.
            self.stretches.insert(self.next, Stretch::default());
        }
        let last = self.stretches.values_mut().next_back();
        last.expect("one was inserted where there was none")
    }

    fn finish_if_settled(&mut self, first: Number) {
        let is_done = |stretch: &Stretch| stretch.waiting == 0 && stretch.end.is_some();
        if !self.stretches.get(&first).is_some_and(is_done) {
            return;
        }
        if let Some(Stretch { end: Some(end), .. }) = self.stretches.remove(&first) {
            self.step.done.push(end.range);
            self.step.unfinished.extend(end.unfinished);
            self.step.finished.extend(end.finished);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn at(second: usize) -> Timestamp {
        Timestamp::from_second(second as i64).expect("a small number")
    }

    fn stretch(number: usize) -> TimeRange {
        TimeRange {
            since: at(number * 10),
            until: at(number * 10 + 10),
        }
    }

    fn session(number: usize) -> Unfinished {
        Unfinished {
            session: format!("s{number}"),
            started: at(number),
        }
    }

    #[test]
    fn a_stretch_is_done_once_it_is_read_and_everything_of_it_settled() {
        let mut positions = Positions::default();
        let first = positions.read(session(1), "a".to_owned());
        let second = positions.read(session(2), "b".to_owned());
        positions.settled(second);
        let step = positions.take().expect("something settled");
        assert_eq!(step.sent, [(session(2), "b".to_owned())]);
        assert!(step.done.is_empty());

        positions.close(stretch(0), vec![session(1)], vec!["old".to_owned()]);
        assert_eq!(positions.take(), None, "one event is under way");
        positions.settled(first);
        positions.settled(first);
        let step = positions.take().expect("the stretch is done");
        assert_eq!(step.done, [stretch(0)]);
        assert_eq!(step.unfinished, [session(1)]);
        assert_eq!(step.finished, ["old"]);
        assert_eq!(positions.waiting(), 0);
    }

    #[test]
    fn a_stretch_without_events_is_done_when_it_is_read() {
        let mut positions = Positions::default();
        positions.close(stretch(0), Vec::new(), Vec::new());
        positions.close(stretch(1), Vec::new(), Vec::new());
        let step = positions.take().expect("two stretches");
        assert_eq!(step.done, [stretch(0), stretch(1)]);
    }

    proptest! {
        /// Whatever the order of settling: a stretch is done exactly when its last event settles,
        /// each event is told once, and nothing is told before it settled.
        #[test]
        fn nothing_is_done_before_its_events(
            counts in prop::collection::vec(0_usize..6, 1..8),
            seed in prop::collection::vec(any::<prop::sample::Index>(), 48),
        ) {
            let mut positions = Positions::default();
            let mut left: Vec<(usize, Number)> = Vec::new();
            for (number, count) in counts.iter().enumerate() {
                for event in 0..*count {
                    let id = format!("{number}/{event}");
                    left.push((number, positions.read(session(number), id)));
                }
                positions.close(stretch(number), Vec::new(), Vec::new());
            }
            let (mut sent, mut done) = (0, Vec::new());
            let take = |positions: &mut Positions, sent: &mut usize, done: &mut Vec<TimeRange>| {
                let step = positions.take().unwrap_or_default();
                *sent += step.sent.len();
                done.extend(step.done);
            };
            take(&mut positions, &mut sent, &mut done);
            let total = left.len();
            for (settled, index) in seed.iter().take(total).enumerate() {
                let (of, number) = left.remove(index.index(left.len()));
                positions.settled(number);
                take(&mut positions, &mut sent, &mut done);
                prop_assert_eq!(sent, settled + 1);
                let is_open = left.iter().any(|(stretch, _)| *stretch == of);
                prop_assert_eq!(done.contains(&stretch(of)), !is_open);
            }
            prop_assert_eq!(done.len(), counts.len());
        }
    }
}
