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

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use catalogue::CATALOGUE;
use draw::draw_below;
pub use live::Live;
pub use plan::Plan;
pub use recording::Event;
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

    pub fn seed(&self) -> u64 {
        self.options.seed
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

impl World {
    /// How old session `index` is at `now`.
    pub fn age_at(&self, index: u64, now: Timestamp) -> Duration {
        let age: SignedDuration = now.duration_since(self.start_of(index));
        Duration::try_from(age).unwrap_or_default()
    }
}
