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
pub use scenario::{Analysis, Ending, Verb};
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
}

/// All sessions of a gateway.
#[derive(Clone, Copy, Debug)]
pub struct World {
    options: WorldOptions,
    /// `now` in whole microseconds: the database keeps no more.
    now_us: i64,
}

impl World {
    pub fn new(options: WorldOptions) -> Self {
        Self {
            now_us: options.now.as_microsecond(),
            options,
        }
    }

    /// How many sessions there are; their numbers run from 0, the newest, to one less.
    pub fn count(&self) -> u64 {
        self.options.sessions
    }

    /// When session `index` began. Strictly earlier than the one before it.
    pub fn start_of(&self, index: u64) -> Timestamp {
        let age = i64::try_from(self.age_us(index)).unwrap_or(i64::MAX);
        Timestamp::from_microsecond(self.now_us.saturating_sub(age)).unwrap_or(Timestamp::MIN)
    }

    /// The sessions that began in `start..=end`, by number.
    pub fn between(&self, start: Timestamp, end: Timestamp) -> Range<u64> {
        let first = self.bisect(|at| at > end);
        let last = self.bisect(|at| at >= start);
        first..last.max(first)
    }

    pub fn plan(&self, index: u64) -> Plan {
        Plan::of(self.options.seed, index, self.start_of(index))
    }

    pub fn session(&self, index: u64) -> Session {
        let (seed, start) = (self.options.seed, self.start_of(index));
        let id = ids::id_of(seed, index);
        Session::of(seed, self.plan(index), id, start, self.options.now)
    }

    /// The number of the session with that id.
    pub fn find(&self, id: Uuid) -> Option<u64> {
        ids::index_of(self.options.seed, id).filter(|index| *index < self.count())
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

    use super::*;

    fn world(sessions: u64, seed: u64, span_s: u64) -> World {
        World::new(WorldOptions {
            sessions,
            seed,
            span: Duration::from_secs(span_s),
            now: "2026-11-21T10:00:00.123456Z".parse().expect("an instant"),
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
            prop_assert_eq!(world.between(start, end).collect::<Vec<_>>(), wanted);
        }

        #[test]
        fn a_session_is_found_by_its_id_and_tells_a_possible_story(world in worlds(), at: u64) {
            let index = at % world.count();
            let session = world.session(index);
            prop_assert_eq!(world.find(session.id), Some(index));
            let is_possible = |end| session.start <= end && end <= world.options.now;
            prop_assert!(session.end.is_none_or(is_possible));
            prop_assert_eq!(session.plan.index, index);
            if let Some(events) = session.events() {
                prop_assert_eq!(stored_json(&events).len() as u64, session.stored_size());
            }
        }
    }

    #[test]
    fn an_id_beyond_the_count_is_nobodys() {
        let id = world(100, 7, 86_400).session(50).id;
        assert_eq!(world(50, 7, 86_400).find(id), None);
    }

    #[test]
    fn the_last_of_a_million_sessions_is_as_near_as_the_first() {
        let vast = world(1_000_000, 3, 30 * 86_400);
        let last = vast.session(999_999);
        assert_eq!(vast.find(last.id), Some(999_999));
        assert_eq!(vast.between(last.start, last.start), 999_999..1_000_000);
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
}
