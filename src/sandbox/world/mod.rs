//! A reproducible world of sessions, newest first, that is never held in memory.
//!
//! Session number i is a pure function of (seed, i, now, span): its start falls as i grows, its id
//! carries i. So any window is a range of numbers, found by bisection.

mod catalogue;
pub mod connections;
mod draw;
pub mod identities;
mod ids;
mod live;
mod plan;
mod recording;
mod scenario;
mod scripts;
mod session;

use std::ops::Range;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use catalogue::CATALOGUE;
use draw::draw_below;
pub use live::Live;
pub use plan::Plan;
pub use recording::{Event, stored_json};
pub use scenario::{Analysis, Ending, Scenario, Verb};
use scripts::{Scripts, is_script};
pub use session::{Review, ReviewState, Session, part_id};

const MINUTE_US: u64 = 60_000_000;

/// What decides every session.
#[derive(Clone, Copy, Debug)]
pub struct WorldOptions {
    pub sessions: u64,
    pub seed: u64,
    /// How far back the oldest session lies.
    pub span: Duration,
    pub now: Timestamp,
    /// How many sessions beyond the catalogue's are not over.
    pub open: u64,
    /// A new session begins every so often from now on.
    pub every: Option<Duration>,
}

/// Sessions by number, newest first: those that began since the sandbox did, and the others.
#[derive(Clone, Debug)]
pub struct Window {
    /// The highest number is the newest.
    arrived: Range<u64>,
    /// Scripts, newest first, each with the number of the first arrival that began after it.
    run: Vec<(u64, u64)>,
    /// The lowest number is the newest.
    told: Range<u64>,
}

impl Window {
    pub fn count(&self) -> u64 {
        self.newer() + length(&self.told)
    }

    /// How many began since the sandbox did.
    fn newer(&self) -> u64 {
        length(&self.arrived) + self.run.len() as u64
    }

    pub fn numbers(&self) -> impl Iterator<Item = u64> + use<> {
        self.since_begin().chain(self.told.clone())
    }

    fn since_begin(&self) -> Box<dyn Iterator<Item = u64>> {
        if self.run.is_empty() {
            return Box::new(self.arrived.clone().rev());
        }
        let mut numbers: Vec<u64> = Vec::new();
        let mut until = self.arrived.end;
        for (next, index) in &self.run {
            let next = (*next).clamp(self.arrived.start, until);
            numbers.extend((next..until).rev());
            numbers.push(*index);
            until = next;
        }
        numbers.extend((self.arrived.start..until).rev());
        Box::new(numbers.into_iter())
    }

    /// So many numbers from the `offset`th on, without going through those before it.
    pub fn part(&self, offset: u64, count: u64) -> Vec<u64> {
        let newest = self
            .since_begin()
            .skip(usize::try_from(offset).unwrap_or(usize::MAX));
        let first = self
            .told
            .start
            .saturating_add(offset.saturating_sub(self.newer()));
        let told = first.min(self.told.end)..self.told.end;
        newest
            .chain(told)
            .take(usize::try_from(count).unwrap_or(usize::MAX))
            .collect()
    }
}

fn length(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

/// All sessions of a gateway.
#[derive(Debug)]
pub struct World {
    options: WorldOptions,
    /// `now` in whole microseconds: the database keeps no more.
    now_us: i64,
    scripts: Scripts,
}

impl World {
    pub fn new(options: WorldOptions) -> Self {
        Self {
            now_us: options.now.as_microsecond(),
            options,
            scripts: Scripts::default(),
        }
    }

    /// A session that somebody opens now.
    pub fn run(&self, scenario: Scenario, now: Timestamp) -> Session {
        let index = self.scripts.add(now, scenario);
        self.session(index, now)
    }

    /// How many sessions there were when the sandbox began; their numbers run from 0, the newest,
    /// to one less. Those that began since are numbered on from there.
    pub fn count(&self) -> u64 {
        self.options.sessions
    }

    /// How many have begun since, at `now`.
    fn arrived(&self, now: Timestamp) -> u64 {
        let Some(every) = self.options.every.filter(|every| !every.is_zero()) else {
            return 0;
        };
        let since = Duration::try_from(now.duration_since(self.options.now)).unwrap_or_default();
        u64::try_from(since.as_nanos() / every.as_nanos()).unwrap_or(u64::MAX)
    }

    /// The place among those that began since; `None` for the others.
    fn arrival(&self, index: u64) -> Option<u64> {
        let index = Some(index).filter(|index| !is_script(*index));
        index?.checked_sub(self.options.sessions)
    }

    /// When session `index` began. Strictly earlier than the one before it.
    pub fn start_of(&self, index: u64) -> Timestamp {
        if let Some(script) = self.scripts.get(index) {
            return script.start;
        }
        if let Some(n) = self.arrival(index) {
            let every = self.options.every.unwrap_or_default();
            let later = every.saturating_mul(u32::try_from(n + 1).unwrap_or(u32::MAX));
            return self
                .options
                .now
                .checked_add(later)
                .unwrap_or(Timestamp::MAX);
        }
        let age = i64::try_from(self.age_us(index)).unwrap_or(i64::MAX);
        Timestamp::from_microsecond(self.now_us.saturating_sub(age)).unwrap_or(Timestamp::MIN)
    }

    /// The sessions that began in `start..=end` and not after `now`.
    pub fn between(&self, start: Timestamp, end: Timestamp, now: Timestamp) -> Window {
        let first = self.bisect(|at| at > end);
        let last = self.bisect(|at| at >= start);
        let before = start.checked_sub(Duration::from_nanos(1)).unwrap_or(start);
        let base = self.options.sessions;
        let until = self.arrived(end.min(now));
        Window {
            arrived: base + self.arrived(before).min(until)..base + until,
            run: self.run_between(start, end.min(now)),
            told: first..last.max(first),
        }
    }

    fn run_between(&self, start: Timestamp, end: Timestamp) -> Vec<(u64, u64)> {
        let scripts = self.scripts.between(start, end).into_iter();
        scripts
            .map(|(at, index)| (self.options.sessions + self.arrived(at), index))
            .collect()
    }

    /// All sessions that began until `now`.
    pub fn all(&self, now: Timestamp) -> Window {
        let base = self.options.sessions;
        Window {
            arrived: base..base + self.arrived(now),
            run: self.run_between(Timestamp::MIN, now),
            told: 0..base,
        }
    }

    pub fn plan(&self, index: u64) -> Plan {
        let listed = CATALOGUE.len() as u64;
        let start = self.start_of(index);
        if let Some(script) = self.scripts.get(index) {
            return Plan::script(index, script.scenario);
        }
        match self.arrival(index) {
            Some(n) => Plan::arrival(index, n),
            None if (listed..listed + self.options.open).contains(&index) => {
                Plan::running(self.options.seed, index, start)
            }
            None => Plan::of(self.options.seed, index, start),
        }
    }

    /// Session `index` as it is at `now`, when it has begun.
    pub fn session(&self, index: u64, now: Timestamp) -> Session {
        let (seed, start) = (self.options.seed, self.start_of(index));
        let id = ids::id_of(seed, index);
        let mut plan = self.plan(index);
        if is_script(index) {
            // It runs while it is asked for, and is over with the answer.
            return Session::of(seed, plan, id, start, Timestamp::MAX);
        }
        if self.arrival(index).is_none() {
            return Session::of(seed, plan, id, start, self.options.now);
        }
        let whole = Session::of(seed, plan, id, start, Timestamp::MAX);
        match whole.end {
            Some(end) if end > now => {
                plan.ending = Ending::Running;
                Session::of(seed, plan, id, start, now)
            }
            _ => whole,
        }
    }

    /// The number of the session with that id, if it has begun at `now`.
    pub fn find(&self, id: Uuid, now: Timestamp) -> Option<u64> {
        let begun = self.count() + self.arrived(now);
        let is_there = |index: &u64| *index < begun || self.scripts.get(*index).is_some();
        ids::index_of(self.options.seed, id).filter(is_there)
    }

    /// How the recording of a running session goes on.
    pub fn live(&self, session: &Session) -> Live {
        match self.arrival(session.plan.index) {
            Some(_) => Live::ending(session.plan.scenario.recording),
            None => Live::endless(session.plan.scenario.recording),
        }
    }

    /// The first session for which `is_later` no longer holds.
    fn bisect(&self, is_later: impl Fn(Timestamp) -> bool) -> u64 {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if is_later(self.start_of(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn age_us(&self, index: u64) -> u64 {
        let listed = CATALOGUE.len() as u64;
        let span = u64::try_from(self.options.span.as_micros()).unwrap_or(u64::MAX / 2);
        let told = self.catalogue_us(span);
        if index < listed {
            return self.listed_age_us(index, told);
        }
        let rest = self.count().saturating_sub(listed).max(1);
        let slot = (span.saturating_sub(told) / rest).max(1);
        let within = draw_below(self.options.seed, index, "start", slot);
        told.saturating_add((index - listed).saturating_mul(slot))
            .saturating_add(within)
            .saturating_add(1)
    }

    /// How much of the span the catalogue takes: its own time, or half of a short span.
    fn catalogue_us(&self, span: u64) -> u64 {
        span_of_catalogue().min(span / 2)
    }

    fn listed_age_us(&self, index: u64, told: u64) -> u64 {
        let minutes = CATALOGUE[index as usize].age_minutes;
        let second = draw_below(self.options.seed, index, "start", MINUTE_US);
        let age = u128::from(minutes * MINUTE_US + second);
        let scaled = age * u128::from(told) / u128::from(span_of_catalogue());
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }
}

/// From now to the minute in which the catalogue's oldest session began.
fn span_of_catalogue() -> u64 {
    CATALOGUE
        .last()
        .map_or(1, |entry| (entry.age_minutes + 1) * MINUTE_US)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::connections::PROD_CUSTOMERS_DB;
    use super::identities::DANA;
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T10:00:00.123456Z".parse().expect("an instant")
    }

    fn world(sessions: u64, seed: u64, span_s: u64) -> World {
        World::new(WorldOptions {
            sessions,
            seed,
            span: Duration::from_secs(span_s),
            now: now(),
            open: 0,
            every: None,
        })
    }

    fn worlds() -> impl Strategy<Value = World> {
        let span_s = prop_oneof![3_600_u64..86_400, 86_400_u64..8_000_000];
        (1_u64..400, any::<u64>(), span_s).prop_map(|(n, seed, span_s)| world(n, seed, span_s))
    }

    proptest! {
        #[test]
        fn a_higher_number_began_earlier_and_none_before_the_span(world in worlds()) {
            let starts: Vec<Timestamp> = (0..world.count()).map(|i| world.start_of(i)).collect();
            prop_assert!(starts.is_sorted_by(|newer, older| newer > older));
            let span = SignedDuration::try_from(world.options.span).expect("a span");
            let is_within = |start: &Timestamp| world.options.now.duration_since(*start) <= span;
            prop_assert!(starts.iter().all(is_within));
        }

        #[test]
        fn a_window_holds_what_began_in_it_and_nothing_else(
            world in worlds(),
            ends in proptest::array::uniform2(0_i64..8_000_000),
        ) {
            let [a, b] = ends.map(|ago| Timestamp::from_second(world.options.now.as_second() - ago));
            let (start, end) = (a.expect("an instant"), b.expect("an instant"));
            let inside = |i: &u64| (start..=end).contains(&world.start_of(*i));
            let wanted: Vec<u64> = (0..world.count()).filter(inside).collect();
            prop_assert_eq!(world.between(start, end, now()).numbers().collect::<Vec<_>>(), wanted);
        }

        #[test]
        fn a_session_is_found_by_its_id_and_tells_a_possible_story(world in worlds(), at: u64) {
            let index = at % world.count();
            let session = world.session(index, now());
            prop_assert_eq!(world.find(session.id, now()), Some(index));
            let is_possible = |end| session.start <= end && end <= world.options.now;
            prop_assert!(session.end.is_none_or(is_possible));
            prop_assert_eq!(session.plan.index, index);
            if let Some(events) = session.events() {
                prop_assert_eq!(stored_json(&events).len() as u64, session.stored_size());
            }
        }
    }

    fn lively() -> World {
        let quiet = world(40, 1, 86_400);
        World::new(WorldOptions {
            open: 10,
            every: Some(Duration::from_secs(5)),
            ..quiet.options
        })
    }

    fn after(seconds: i64) -> Timestamp {
        now() + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn sessions_arrive_one_after_the_other_and_end() {
        let world = lively();
        assert_eq!(world.all(after(4)).count(), 40);
        assert_eq!(world.all(after(11)).part(0, 3), [41, 40, 0]);
        assert_eq!(
            world.between(after(6), after(99), after(11)).part(0, 9),
            [41]
        );
        assert_eq!(world.start_of(41), after(10));
        let running = world.session(40, after(6));
        assert_eq!((running.plan.ending, running.end), (Ending::Running, None));
        let over = world.session(40, after(30));
        assert_eq!(over.plan.ending, Ending::Exited(0));
        assert!(over.end.is_some_and(|end| end < after(30)));
        assert_eq!(world.find(over.id, after(4)), None);
        assert_eq!(world.find(over.id, after(6)), Some(40));
    }

    #[test]
    fn as_many_sessions_as_asked_for_are_open() {
        let world = lively();
        let is_running = |index: &u64| world.plan(*index).ending == Ending::Running;
        assert_eq!((0..40).filter(is_running).count(), 11);
    }

    #[test]
    fn an_id_beyond_the_count_is_nobodys() {
        let id = world(100, 7, 86_400).session(50, now()).id;
        assert_eq!(world(50, 7, 86_400).find(id, now()), None);
    }

    #[test]
    fn the_last_of_a_million_sessions_is_as_near_as_the_first() {
        let vast = world(1_000_000, 3, 30 * 86_400);
        let last = vast.session(999_999, now());
        assert_eq!(vast.find(last.id, now()), Some(999_999));
        let window = vast.between(last.start, last.start, now());
        assert_eq!(window.part(0, 9), [999_999]);
    }

    #[test]
    fn agents_work_at_night_and_people_by_day() {
        let world = world(4_000, 1, 90 * 86_400);
        let share = |is_wanted: fn(i8) -> bool| {
            let hour = |i| world.start_of(i).to_zoned(jiff::tz::TimeZone::UTC).hour();
            let picked: Vec<u64> = (100..4_000).filter(|i| is_wanted(hour(*i))).collect();
            let people = picked
                .iter()
                .filter(|i| world.plan(**i).identity.is_person())
                .count();
            people as f64 / picked.len() as f64
        };
        assert!(share(|hour| (8..18).contains(&hour)) > 0.3);
        assert!(share(|hour| hour < 6) < 0.2);
    }

    #[test]
    fn a_script_is_listed_where_it_began_and_found_by_its_id() {
        let world = World::new(WorldOptions {
            every: Some(Duration::from_secs(10)),
            ..world(3, 1, 3_600).options
        });
        let at = |seconds: i64| now() + SignedDuration::from_secs(seconds);
        let scenario = || Scenario::script("SELECT 1", &PROD_CUSTOMERS_DB, &DANA);
        let (first, second) = (world.run(scenario(), at(15)), world.run(scenario(), at(25)));
        let script = |session: &Session| session.plan.index;
        let numbers: Vec<u64> = world.all(at(35)).numbers().collect();
        let expected = [5, script(&second), 4, script(&first), 3, 0, 1, 2];
        assert_eq!(numbers, expected);
        assert_eq!(world.all(at(35)).part(1, 4), expected[1..5]);
        assert_eq!(world.all(at(35)).count(), 8);
        assert_eq!(
            world.between(at(12), at(19), at(35)).part(0, 9),
            [script(&first)]
        );
        assert_eq!(world.find(first.id, at(35)), Some(script(&first)));
        assert!(first.plan.ending.is_over() && first.script == "SELECT 1");
    }
}
