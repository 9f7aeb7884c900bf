//! The recording of a session that is still running: it grows with the time.

use std::time::Duration;

use super::recording::{Event, Recording, plain_seconds};

/// How often the running program prints another line.
const LINE_EVERY: Duration = Duration::from_millis(1_250);
/// The gateway writes what it has to the stored recording at this interval
/// (hoophq/hoop `gateway/transport/plugins/audit/wal.go`).
const FLUSH_EVERY: Duration = Duration::from_secs(50);

/// A recording that is being made. It ends with its last event, or that event's lines go on
/// coming, one by one and over again.
#[derive(Clone, Copy)]
pub struct Live {
    recording: &'static Recording,
    is_endless: bool,
}

impl Live {
    pub fn endless(recording: &'static Recording) -> Self {
        Self {
            recording,
            is_endless: true,
        }
    }

    pub fn ending(recording: &'static Recording) -> Self {
        Self {
            recording,
            is_endless: false,
        }
    }

    /// Event number `n`, counted from the beginning of the session; `None` behind the last.
    pub fn event(&self, n: usize) -> Option<Event> {
        let events = self.recording.events();
        if let Some(event) = events.get(n) {
            return Some(event.clone());
        }
        if !self.is_endless {
            return None;
        }
        let beyond = n - events.len();
        let lines = self.lines();
        let at = self.recording.duration()
            + LINE_EVERY.saturating_mul(u32::try_from(beyond + 1).unwrap_or(u32::MAX));
        Some(Event {
            at,
            seconds: plain_seconds(at),
            kind: "o".to_owned(),
            payload: lines[beyond % lines.len()].to_vec(),
        })
    }

    /// The first so many events.
    pub fn first(&self, count: usize) -> Vec<Event> {
        (0..count).map_while(|n| self.event(n)).collect()
    }

    /// When the session ends, counted from its beginning.
    pub fn end(&self) -> Option<Duration> {
        (!self.is_endless).then(|| self.recording.duration())
    }

    /// How many events there are when the session is `age` old.
    pub fn count_at(&self, age: Duration) -> usize {
        let events = self.recording.events();
        let recorded = events.partition_point(|event| event.at <= age);
        if recorded < events.len() || !self.is_endless {
            return recorded;
        }
        let beyond = age.saturating_sub(self.recording.duration());
        recorded + (beyond.as_millis() / LINE_EVERY.as_millis()) as usize
    }

    /// How many of them the gateway has stored by then.
    pub fn stored_at(&self, age: Duration) -> usize {
        let flushed = age.as_secs() - age.as_secs() % FLUSH_EVERY.as_secs();
        match flushed {
            0 => 0,
            _ => self.count_at(Duration::from_secs(flushed)),
        }
    }

    fn lines(&self) -> Vec<&'static [u8]> {
        self.recording
            .events()
            .last()
            .map(|last| {
                last.payload
                    .split_inclusive(|byte| *byte == b'\n')
                    .collect()
            })
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::recording::BASH_RUNNING;
    use super::*;

    #[test]
    fn time_runs_on_and_every_event_is_counted_once_its_time_has_come() {
        let live = Live::endless(&BASH_RUNNING);
        for n in 0..400 {
            let event = live.event(n).expect("it never ends");
            assert!(live.count_at(event.at) > n, "event {n}");
            let next = live.event(n + 1).expect("it never ends");
            assert!(event.at <= next.at, "event {n}");
        }
    }

    #[test]
    fn one_that_ends_has_the_events_of_its_recording_and_no_more() {
        let live = Live::ending(&BASH_RUNNING);
        let count = BASH_RUNNING.events().len();
        assert_eq!(live.count_at(Duration::from_secs(10_000)), count);
        assert_eq!(live.event(count), None);
        assert_eq!(live.end(), Some(BASH_RUNNING.duration()));
    }

    #[test]
    fn the_stored_part_lags_behind_until_the_next_flush() {
        let live = Live::endless(&BASH_RUNNING);
        assert_eq!(live.stored_at(Duration::from_secs(49)), 0);
        let at_fifty = live.stored_at(Duration::from_secs(50));
        assert_eq!(live.stored_at(Duration::from_secs(99)), at_fifty);
        assert!(live.stored_at(Duration::from_secs(100)) > at_fifty);
    }
}
