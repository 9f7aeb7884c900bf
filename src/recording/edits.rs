//! Edits to time as lazy iterator adapters: idle limit, speed, clip.
//!
//! They change when an event happens and never the order. All of them count in whole
//! microseconds.

use std::ops::Range;
use std::time::Duration;

use super::Event;

/// The slowest and the fastest speed that a recording is played at.
pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=100.0;

/// Time edits on any stream of events.
pub trait TimeEdits: Iterator<Item = Event> + Sized {
    /// Every gap longer than `limit` becomes `limit`; the wait before the first event too.
    fn limit_idle(self, limit: Duration) -> impl Iterator<Item = Event> {
        let mut before = Duration::ZERO;
        let mut saved = Duration::ZERO;
        self.map(move |mut event| {
            let gap = event.time.saturating_sub(before);
            before = before.max(event.time);
            saved += gap.saturating_sub(limit);
            event.time = before - saved;
            event
        })
    }

    /// Plays `speed` times as fast; the speed is clamped to [`SPEEDS`].
    fn at_speed(self, speed: f64) -> impl Iterator<Item = Event> {
        let speed = clamped(speed);
        self.map(move |mut event| {
            let micros = event.time.as_micros() as f64 / speed;
            event.time = Duration::from_micros(micros.round() as u64);
            event
        })
    }

    /// Keeps the events of `range` (half open), and counts time from its start.
    fn clip(self, range: Range<Duration>) -> impl Iterator<Item = Event> {
        let start = range.start;
        self.filter(move |event| range.contains(&event.time))
            .map(move |mut event| {
                event.time -= start;
                event
            })
    }
}

impl<I: Iterator<Item = Event>> TimeEdits for I {}

/// A usable speed: within [`SPEEDS`], and 1 for what is no number.
pub fn clamped(speed: f64) -> f64 {
    match speed.is_nan() {
        true => 1.0,
        false => speed.clamp(*SPEEDS.start(), *SPEEDS.end()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::Code;

    fn events(millis: &[u64]) -> Vec<Event> {
        let event = |(index, ms): (usize, &u64)| Event {
            time: Duration::from_millis(*ms),
            code: Code::Output,
            data: Vec::new(),
            index,
        };
        millis.iter().enumerate().map(event).collect()
    }

    fn millis(events: impl Iterator<Item = Event>) -> Vec<u128> {
        events.map(|event| event.time.as_millis()).collect()
    }

    #[test]
    fn idle_times_are_cut_and_the_rest_moves_up() {
        let edited = events(&[5_000, 5_100, 9_000, 9_100]).into_iter();
        let edited = edited.limit_idle(Duration::from_secs(1));
        assert_eq!(millis(edited), [1_000, 1_100, 2_100, 2_200]);
    }

    #[test]
    fn speed_divides_time() {
        assert_eq!(
            millis(events(&[500, 1_000]).into_iter().at_speed(2.0)),
            [250, 500]
        );
        assert_eq!(millis(events(&[1_000]).into_iter().at_speed(1e9)), [10]);
        assert_eq!(
            millis(events(&[1_000]).into_iter().at_speed(f64::NAN)),
            [1_000]
        );
    }

    #[test]
    fn a_clip_begins_at_zero_and_leaves_its_end_out() {
        let clipped = events(&[100, 200, 300, 400])
            .into_iter()
            .clip(Duration::from_millis(200)..Duration::from_millis(400));
        assert_eq!(millis(clipped), [0, 100]);
    }

    proptest! {
        #[test]
        fn edits_keep_the_order(
            mut times in prop::collection::vec(0..100_000_u64, 0..50),
            limit in 0..5_000_u64,
            speed in 0.01..200.0_f64,
        ) {
            times.sort_unstable();
            let edited: Vec<_> = events(&times)
                .into_iter()
                .limit_idle(Duration::from_millis(limit))
                .at_speed(speed)
                .collect();
            prop_assert_eq!(edited.len(), times.len());
            prop_assert!(edited.is_sorted_by_key(|event| event.time));
            prop_assert!(edited.is_sorted_by_key(|event| event.index));
        }

        #[test]
        fn no_gap_is_longer_than_the_limit(
            mut times in prop::collection::vec(0..100_000_u64, 0..50),
            limit in 0..5_000_u64,
        ) {
            times.sort_unstable();
            let mut before = 0;
            for time in millis(events(&times).into_iter().limit_idle(Duration::from_millis(limit))) {
                prop_assert!(time - before <= u128::from(limit));
                before = time;
            }
        }
    }
}
