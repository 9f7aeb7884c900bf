//! What of a run may be remembered: which events are settled, and which stretches with them.
//!
//! Events are numbered as they are read and settle in any order. A stretch of start times is done
//! when it was read to its end and every event read for it is settled; stretches are independent of
//! each other, so one slow batch holds up only its own. What was settled in a stretch that is not
//! done is remembered event by event, so that a run that is cut off repeats no more than what was
//! under way.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::state::{Step, Unfinished};
use crate::domain::time::TimeRange;

/// The number of an event in its run.
pub type Number = u64;

/// The positions of one run.
#[derive(Debug, Default)]
pub struct Positions {
    next: Number,
    next_stretch: u64,
    /// In the order in which they were begun; the last is being read.
    stretches: BTreeMap<u64, Stretch>,
    waiting: BTreeMap<Number, Waiting>,
    /// What waits, by the event's id.
    by_event: HashMap<String, Number>,
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
    is_set_aside: bool,
    /// That it was read for: several where its session was read again meanwhile.
    stretches: Vec<u64>,
}

impl Positions {
    /// An event of `session` was read. Its number, under which it settles; `None` for one that was
    /// read before and is on its way: what is being read waits for it as well.
    pub fn read(&mut self, session: Unfinished, event: String) -> Option<Number> {
        let stretch = self.open_stretch();
        if let Some(number) = self.by_event.get(&event) {
            if let Some(waiting) = self.waiting.get_mut(number)
                && !waiting.stretches.contains(&stretch)
            {
                waiting.stretches.push(stretch);
                self.wait_in(stretch);
            }
            return None;
        }
        self.wait_in(stretch);
        let number = self.next;
        self.next += 1;
        self.by_event.insert(event.clone(), number);
        let waiting = Waiting {
            session,
            event,
            is_set_aside: false,
            stretches: vec![stretch],
        };
        self.waiting.insert(number, waiting);
        Some(number)
    }

    /// `range` was read to its end: what was read since the last call belongs to it. `unfinished`
    /// are its sessions that may bring more, `finished` those of earlier stretches that will bring
    /// no more.
    ///
    /// Sessions at the edge of the stretch before were read with that one although they started in
    /// this range: it waits for their events as well, and knows which of them are unfinished.
    pub fn close(
        &mut self,
        range: TimeRange,
        mut unfinished: Vec<Unfinished>,
        finished: Vec<String>,
    ) {
        let stretch = self.open_stretch();
        self.wait_for_all_in(range, stretch);
        // Once each: where a range is read again and again before it is done, every time would
        // double them.
        let known: HashSet<String> = unfinished.iter().map(|one| one.session.clone()).collect();
        let more = self.unfinished_in(range);
        unfinished.extend(
            more.into_values()
                .filter(|one| !known.contains(&one.session)),
        );
        if let Some(open) = self.stretches.get_mut(&stretch) {
            open.end = Some(End {
                range,
                unfinished,
                finished,
            });
        }
        self.finish_if_settled(stretch);
    }

    fn wait_for_all_in(&mut self, range: TimeRange, stretch: u64) {
        let mut count = 0;
        for waiting in self.waiting.values_mut() {
            let is_new = !waiting.stretches.contains(&stretch);
            if is_new && range.contains(waiting.session.started) {
                waiting.stretches.push(stretch);
                count += 1;
            }
        }
        if let Some(open) = self.stretches.get_mut(&stretch) {
            open.waiting += count;
        }
    }

    /// Of the stretches that were read and are not done.
    fn unfinished_in(&self, range: TimeRange) -> BTreeMap<&str, Unfinished> {
        let read = self.stretches.values().filter_map(|one| one.end.as_ref());
        let all = read.flat_map(|end| &end.unfinished);
        let within = all.filter(|open| range.contains(open.started));
        within
            .map(|open| (open.session.as_str(), open.clone()))
            .collect()
    }

    /// The event of that id will settle without having been sent.
    pub fn set_aside(&mut self, event: &str) {
        let number = self.by_event.get(event);
        if let Some(waiting) = number.and_then(|number| self.waiting.get_mut(number)) {
            waiting.is_set_aside = true;
        }
    }

    /// The event is with the destination or on the disk as a dead letter. A number that is not
    /// waiting is ignored.
    pub fn settled(&mut self, number: Number) {
        let Some(waiting) = self.waiting.remove(&number) else {
            return;
        };
        self.by_event.remove(&waiting.event);
        if waiting.is_set_aside {
            self.step.set_aside.insert(waiting.event.clone());
        }
        self.step.sent.push((waiting.session, waiting.event));
        for stretch in waiting.stretches {
            if let Some(open) = self.stretches.get_mut(&stretch) {
                open.waiting -= 1;
            }
            self.finish_if_settled(stretch);
        }
    }

    /// Events that were read and are not settled, by their ids.
    pub fn waiting(&self) -> impl Iterator<Item = &str> {
        self.by_event.keys().map(String::as_str)
    }

    /// Whether the event with that id was read and is not settled.
    pub fn is_waiting(&self, event: &str) -> bool {
        self.by_event.contains_key(event)
    }

    /// What may be remembered since the last call; `None` where that is nothing.
    pub fn take(&mut self) -> Option<Step> {
        let step = std::mem::take(&mut self.step);
        (step != Step::default()).then_some(step)
    }

    fn wait_in(&mut self, stretch: u64) {
        if let Some(open) = self.stretches.get_mut(&stretch) {
            open.waiting += 1;
        }
    }

    /// The stretch that is being read.
    fn open_stretch(&mut self) -> u64 {
        match self.stretches.last_key_value() {
            Some((number, stretch)) if stretch.end.is_none() => *number,
            _ => {
                let number = self.next_stretch;
                self.next_stretch += 1;
                self.stretches.insert(number, Stretch::default());
                number
            }
        }
    }

    fn finish_if_settled(&mut self, stretch: u64) {
        let is_done = |stretch: &Stretch| stretch.waiting == 0 && stretch.end.is_some();
        if !self.stretches.get(&stretch).is_some_and(is_done) {
            return;
        }
        if let Some(Stretch { end: Some(end), .. }) = self.stretches.remove(&stretch) {
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
    fn a_range_that_is_read_again_and_again_before_it_is_done_does_not_grow() {
        let mut positions = Positions::default();
        let number = positions.read(session(1), "a".to_owned()).expect("new");
        for _ in 0..16 {
            positions.close(stretch(0), vec![session(2)], Vec::new());
        }
        positions.settled(number);
        let step = positions.take().expect("something settled");
        assert!(step.unfinished.len() <= 16, "{}", step.unfinished.len());
        assert!(step.unfinished.contains(&session(2)));
    }

    #[test]
    fn a_stretch_is_done_once_it_is_read_and_everything_of_it_settled() {
        let mut positions = Positions::default();
        let first = positions.read(session(1), "a".to_owned()).expect("new");
        let second = positions.read(session(2), "b".to_owned()).expect("new");
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
        assert_eq!(positions.waiting().count(), 0);
    }

    #[test]
    fn a_stretch_that_is_read_again_waits_for_what_is_still_on_its_way() {
        let mut positions = Positions::default();
        let first = positions.read(session(1), "a".to_owned()).expect("new");
        positions.close(stretch(0), Vec::new(), Vec::new());
        for _ in 0..2 {
            assert_eq!(positions.read(session(1), "a".to_owned()), None);
        }
        positions.close(stretch(1), Vec::new(), Vec::new());
        positions.close(stretch(2), Vec::new(), Vec::new());
        let step = positions.take().expect("one waits for nothing");
        assert_eq!(step.done, [stretch(2)]);
        positions.settled(first);
        let step = positions.take().expect("the event has settled");
        assert_eq!(step.done, [stretch(0), stretch(1)]);
        assert_eq!(step.sent.len(), 1);
    }

    #[test]
    fn a_stretch_waits_for_sessions_at_its_edge_that_were_read_with_the_one_before() {
        let mut positions = Positions::default();
        let above = positions
            .read(session(15), "above".to_owned())
            .expect("new");
        let edge = positions.read(session(0), "edge".to_owned()).expect("new");
        positions.close(stretch(1), vec![session(0)], Vec::new());
        positions.close(stretch(0), Vec::new(), Vec::new());
        assert_eq!(positions.take(), None);
        positions.settled(edge);
        let step = positions.take().expect("something settled");
        assert_eq!(
            (step.done, step.unfinished),
            (vec![stretch(0)], vec![session(0)])
        );
        positions.settled(above);
        let step = positions.take().expect("something settled");
        assert_eq!(step.done, [stretch(1)]);
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
                    let read = positions.read(session(number), id).expect("new");
                    left.push((number, read));
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
