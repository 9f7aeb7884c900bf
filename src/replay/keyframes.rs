//! Places to come back to, close enough to each other that a seek is quick, and few enough that
//! they fit into memory.

use std::time::Duration;

use super::head::{Keyframe, Place};
use super::tape::Tape;

/// The distance between two: what comes first of output and of recorded time.
const BYTES: u64 = 4 << 20;
const TIME: Duration = Duration::from_secs(30);

/// The most that are kept, and the most memory they take. On a screen of usual size one takes
/// a few KiB, so that the first bound is met after 2 GB or four hours; the second is for large
/// screens.
const MOST: usize = 512;
const WEIGHT: usize = 16 << 20;

/// Keyframes from the start of a tape up to where it was read, at even distances.
pub struct Keyframes<T: Tape> {
    kept: Vec<Keyframe<T>>,
    weight: usize,
    /// Doubles whenever every second one had to go.
    distance: u32,
}

impl<T: Tape> Keyframes<T> {
    /// With one at the start of the tape.
    pub fn new(first: Keyframe<T>) -> Self {
        Self {
            weight: first.weight(),
            kept: vec![first],
            distance: 1,
        }
    }

    /// True when the next one belongs at `place`.
    pub fn is_due(&self, place: &Place) -> bool {
        let Some(last) = self.kept.last() else {
            return true;
        };
        let bytes = place.bytes.saturating_sub(last.place.bytes);
        let time = place.recorded.saturating_sub(last.place.recorded);
        bytes >= BYTES * u64::from(self.distance) || time >= TIME * self.distance
    }

    /// Keeps one more; it must be behind all others.
    pub fn push(&mut self, keyframe: Keyframe<T>) {
        self.weight += keyframe.weight();
        self.kept.push(keyframe);
        while self.kept.len() > 2 && (self.kept.len() > MOST || self.weight > WEIGHT) {
            self.thin_out();
        }
    }

    /// The last one that is not behind what `is_before` says.
    pub fn last_before(&self, is_before: impl Fn(&Place) -> bool) -> Option<&Keyframe<T>> {
        let count = self.kept.partition_point(|kept| is_before(&kept.place));
        self.kept.get(count.checked_sub(1)?)
    }

    /// Every second one goes; the first stays.
    fn thin_out(&mut self) {
        let mut index = 0;
        self.kept.retain(|_| {
            index += 1;
            index % 2 == 1
        });
        self.weight = self.kept.iter().map(Keyframe::weight).sum();
        self.distance = self.distance.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Code, Size};
    use crate::replay::head::{Head, Limits};
    use crate::replay::screen::Clusters;
    use crate::replay::tape::{InMemory, Moment};

    const FREE: Limits = Limits {
        idle: Duration::MAX,
        until: Duration::MAX,
    };

    fn head(seconds: u64, size: Size) -> Head<InMemory> {
        let moment = |second| Moment {
            time: Duration::from_secs(second),
            code: Code::Output,
            data: format!("\x1b[H{second}\x1b[J").into_bytes(),
            enters: 0,
        };
        let tape = InMemory::new((0..seconds).map(moment).collect());
        Head::new(tape, size, Clusters::default(), FREE)
    }

    fn indexed(seconds: u64, size: Size) -> (Head<InMemory>, Keyframes<InMemory>) {
        let mut head = head(seconds, size);
        let mut keyframes = Keyframes::new(head.keyframe().expect("nothing is read ahead"));
        while !head.is_ended() {
            head.play(usize::MAX, &mut ());
            if keyframes.is_due(&head.place()) {
                keyframes.push(head.keyframe().expect("between two moments"));
            }
        }
        (head, keyframes)
    }

    #[test]
    fn they_stand_half_a_minute_apart_and_restore_the_screen() {
        let (head, keyframes) = indexed(200, Size { cols: 20, rows: 4 });
        assert_eq!(keyframes.kept.len(), 7);
        let wanted = Duration::from_secs(95);
        let keyframe = keyframes
            .last_before(|place| place.recorded <= wanted)
            .expect("the start at least");
        assert_eq!(keyframe.place.recorded, Duration::from_secs(90));
        let mut restored = head.fork_at(keyframe).expect("memory does not fail");
        let line = |head: &Head<InMemory>| head.screen.lines().next().expect("a line").text;
        assert_eq!(line(&restored).trim_end(), "90");
        restored.play(usize::MAX, &mut ());
        assert_eq!(line(&restored).trim_end(), "91");
    }

    #[test]
    fn their_number_is_bounded_and_their_distances_stay_even() {
        let (_, keyframes) = indexed(100_000, Size { cols: 20, rows: 4 });
        assert!((MOST / 2 - 1..=MOST).contains(&keyframes.kept.len()));
        let times: Vec<_> = keyframes.kept.iter().map(|k| k.place.recorded).collect();
        let distances: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(distances.iter().all(|d| *d <= 2 * distances[0]));
    }

    #[test]
    fn large_screens_take_no_more_memory() {
        let mut full = head(
            2_000,
            Size {
                cols: 1_000,
                rows: 1_000,
            },
        );
        full.screen
            .feed("x y\u{1b}[31mz\u{1b}[0m".repeat(250_000).as_bytes());
        let weight = full.keyframe().expect("nothing is read ahead").weight();
        assert!(weight > 500_000, "{weight}");
        let mut keyframes = Keyframes::new(full.keyframe().expect("as before"));
        for _ in 0..60 {
            keyframes.push(full.keyframe().expect("as before"));
            assert!(keyframes.weight <= WEIGHT);
        }
    }
}
