//! What is known of a recording from reading ahead: keyframes, the commands, and the end.
//!
//! Reading ahead is done in small slices between two pictures, so that a recording of any size
//! can be played at once.

use std::time::Duration;

use super::commands::Commands;
use super::head::{Head, Keyframe, Place};
use super::keyframes::Keyframes;
use super::point::{Origin, Point};
use super::tape::{Fault, Tape};
use crate::recording::{Warnings, safe};
use crate::ui::counted;

/// How much is read between two looks at what was found.
const READ_AT_ONCE: usize = 1 << 20;

/// The most commands and markers that are kept.
const STOPS: usize = 20_000;

/// A place worth stopping at: a command, a statement, a marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Played up to here, it can be seen.
    pub place: Place,
    /// The recorded time of the moment that it stands in.
    time: Duration,
    /// Safe to draw; may be empty for a marker.
    pub label: String,
}

/// Reads ahead on a tape.
pub struct Index<T: Tape> {
    head: Head<T>,
    keyframes: Keyframes<T>,
    /// `None` where there are no prompts.
    commands: Option<Commands>,
    stops: Vec<Stop>,
    is_ended: bool,
}

impl<T: Tape> Index<T> {
    /// At the start; `head` must be there too. `None` when it has been read ahead.
    pub fn new(head: Head<T>, has_prompts: bool) -> Option<Self> {
        Some(Self {
            keyframes: Keyframes::new(head.keyframe()?),
            head,
            commands: has_prompts.then(Commands::default),
            stops: Vec::new(),
            is_ended: false,
        })
    }

    /// Reads on, about `budget` bytes of output.
    pub fn work(&mut self, budget: usize) {
        let mut rest = budget;
        while rest > 0 && self.is_unfinished() {
            let before = self.head.place();
            self.step(rest);
            let read = self.head.place().bytes - before.bytes;
            // A moment without output is work too.
            rest = rest.saturating_sub(usize::try_from(read).unwrap_or(rest).max(64));
        }
    }

    /// True when there is more to read.
    pub fn is_unfinished(&self) -> bool {
        self.end().is_none()
    }

    /// How far it has been read.
    pub fn place(&self) -> Place {
        self.head.place()
    }

    /// How much of the recording has been read, 0 to 1.
    pub fn share(&self) -> Option<f64> {
        self.head.share()
    }

    /// The recorded time of the end of what is played, once it is known.
    pub fn end(&self) -> Option<Duration> {
        let until = self.head.limits().until;
        let read = self.head.place().recorded;
        (self.is_ended || read >= until).then(|| read.min(until))
    }

    /// Why the recording ends before its end.
    pub fn fault(&self) -> Option<String> {
        self.head.fault().map(ToString::to_string)
    }

    /// Commands and markers that were found so far, in order.
    pub fn stops(&self) -> &[Stop] {
        let until = self.head.limits().until;
        let count = self
            .stops
            .partition_point(|stop| stop.place.recorded < until);
        &self.stops[..count]
    }

    /// The command or marker that was the last one at `place`: its number, from 1.
    pub fn stop_at(&self, place: &Place) -> Option<(usize, &Stop)> {
        let count = self
            .stops
            .partition_point(|stop| stop.place.moments <= place.moments);
        let index = count.checked_sub(1)?;
        Some((count, self.stops.get(index)?))
    }

    /// The last keyframe that `is_before` is true of.
    pub fn keyframe(&self, is_before: impl Fn(&Place) -> bool) -> Option<&Keyframe<T>> {
        self.keyframes.last_before(is_before)
    }

    /// A head at a keyframe.
    pub fn head_at(&self, keyframe: &Keyframe<T>) -> Result<Head<T>, Fault> {
        self.head.fork_at(keyframe)
    }

    /// What was wrong with the recording, as far as it was read.
    pub fn warnings(&self) -> Warnings {
        self.head.warnings()
    }

    /// The recorded time of a place, read up to there.
    ///
    /// # Errors
    ///
    /// A place that is not in the recording, in words.
    pub fn time_of(&mut self, point: &Point, origin: &Origin) -> Result<Duration, String> {
        let number = match point {
            Point::Offset(offset) => return Ok(*offset),
            Point::Clock(clock) => return origin.offset(clock).map_err(|error| error.to_string()),
            Point::Command(number) => *number,
            Point::Share(share) => {
                self.work(usize::MAX);
                return Ok(self.place().recorded.mul_f64(*share));
            }
        };
        while self.stops.len() < number && self.is_unfinished() {
            self.work(READ_AT_ONCE);
        }
        match self.stops.get(number - 1) {
            Some(stop) => Ok(stop.bound()),
            None => Err(no_stop(number, self.stops.len())),
        }
    }

    /// Moves the end of what is played to a recorded time.
    pub fn set_until(&mut self, until: Duration) {
        self.head.set_until(until);
        self.is_ended = false;
    }

    fn step(&mut self, budget: usize) {
        if self.head.is_ended() {
            self.is_ended = true;
            return;
        }
        let marker = self.head.label();
        let is_whole = match &mut self.commands {
            Some(commands) => {
                let is_whole = read(&mut self.head, commands, budget);
                for command in commands.take() {
                    self.stop(command.place, &command.text);
                }
                is_whole
            }
            None => self.head.play(budget, &mut ()),
        };
        if let Some(label) = marker {
            self.stop(self.head.place(), &label);
        }
        if is_whole
            && self.keyframes.is_due(&self.head.place())
            && let Some(keyframe) = self.head.keyframe()
        {
            self.keyframes.push(keyframe);
        }
    }

    fn stop(&mut self, place: Place, label: &str) {
        if self.stops.len() < STOPS {
            let label = safe::line(label);
            let time = self.head.place().recorded;
            self.stops.push(Stop { place, time, label });
        }
    }
}

impl Stop {
    /// The recorded time that divides what came before from what comes with it. Bounds are half
    /// open, so it is just behind the moment before; where both were recorded at one time, it is
    /// that time.
    fn bound(&self) -> Duration {
        let behind = self.place.recorded + Duration::from_nanos(1);
        behind.min(self.time)
    }
}

/// Says that a command is not there.
pub fn no_stop(number: usize, of: usize) -> String {
    let of = counted(of as u64, "command");
    format!("there is no #{number}: {of} were found")
}

/// Plays on while commands are looked for; true when a moment was played whole.
pub(super) fn read<T: Tape>(head: &mut Head<T>, commands: &mut Commands, budget: usize) -> bool {
    let before = head.place();
    let enters = match before.offset {
        0 => head.enters(),
        _ => 0,
    };
    commands.next(before, enters);
    let is_whole = head.play(budget, commands);
    if is_whole {
        commands.rest(&head.screen);
    }
    is_whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(moments: u64, before: u64, at: u64) -> Duration {
        let place = Place {
            moments,
            recorded: Duration::from_millis(before),
            ..Place::default()
        };
        let (time, label) = (Duration::from_millis(at), String::new());
        Stop { place, time, label }.bound()
    }

    #[test]
    fn a_bound_leaves_what_came_before_on_its_own_side() {
        let second = Duration::from_secs(1);
        let bound_after_a_second = bound(3, 1_000, 2_000);
        assert!(second < bound_after_a_second && bound_after_a_second < 2 * second);
        assert_eq!(bound(3, 1_000, 1_000), second, "nothing lies between them");
        assert_eq!(bound(0, 0, 0), Duration::ZERO, "it is the first");
    }
}
