//! A play head: a screen, and how far the tape has run over it.

use std::time::Duration;

use super::screen::{Clusters, Reader, Screen, Snapshot};
use super::tape::{Fault, Moment, Tape};
use crate::recording::{Code, Size, Warnings};

/// How far a recording has been played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Moments that were played whole.
    pub moments: u64,
    /// Bytes that were played of the one that comes.
    pub offset: usize,
    /// When the last moment is played: pauses are cut to the idle limit.
    pub played: Duration,
    /// When it was recorded.
    pub recorded: Duration,
    /// Bytes of output in all.
    pub bytes: u64,
}

impl Place {
    /// Order on the tape.
    pub fn order(&self) -> (u64, usize) {
        (self.moments, self.offset)
    }
}

/// The moment that comes next.
#[derive(Clone, Debug)]
struct Next {
    moment: Moment,
    played: Duration,
}

/// What of a tape is played: pauses are cut, and nothing is played from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub idle: Duration,
    /// Recorded time; half open.
    pub until: Duration,
}

/// A screen on which a tape is played.
pub struct Head<T: Tape> {
    tape: T,
    pub screen: Screen,
    place: Place,
    next: Option<Next>,
    limits: Limits,
    fault: Option<Fault>,
    is_ended: bool,
}

/// A place to come back to. Only between two moments.
pub struct Keyframe<T: Tape> {
    pub place: Place,
    mark: T::Mark,
    snapshot: Snapshot,
}

impl<T: Tape> Keyframe<T> {
    /// Roughly how many bytes it takes.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.snapshot.weight()
    }
}

impl<T: Tape> Head<T> {
    /// At the start of a tape.
    pub fn new(tape: T, size: Size, clusters: Clusters, limits: Limits) -> Self {
        Self {
            tape,
            screen: Screen::new(size, clusters),
            place: Place::default(),
            next: None,
            limits,
            fault: None,
            is_ended: false,
        }
    }

    /// A head of its own at the same place.
    pub fn fork(&self) -> Result<Self, Fault> {
        Ok(Self {
            tape: self.tape.fork()?,
            screen: Screen::restore(&self.screen.snapshot()),
            place: self.place,
            next: self.next.clone(),
            limits: self.limits,
            fault: self.fault.clone(),
            is_ended: self.is_ended,
        })
    }

    /// A head of its own at another place.
    pub fn fork_at(&self, keyframe: &Keyframe<T>) -> Result<Self, Fault> {
        let mut tape = self.tape.fork()?;
        tape.resume(&keyframe.mark)?;
        Ok(Self {
            tape,
            screen: Screen::restore(&keyframe.snapshot),
            place: keyframe.place,
            next: None,
            limits: self.limits,
            fault: None,
            is_ended: false,
        })
    }

    /// The place to come back to; `None` within a moment or when the next is on its way.
    pub fn keyframe(&self) -> Option<Keyframe<T>> {
        self.next.is_none().then(|| Keyframe {
            place: self.place,
            mark: self.tape.mark(),
            snapshot: self.screen.snapshot(),
        })
    }

    pub fn place(&self) -> Place {
        self.place
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Moves the end. What was played stays played.
    pub fn set_until(&mut self, until: Duration) {
        self.limits.until = until;
        self.is_ended = false;
    }

    /// How much of the recording has been read, 0 to 1.
    pub fn share(&self) -> Option<f64> {
        self.tape.share()
    }

    /// What was wrong with the recording, as far as it was read.
    pub fn warnings(&self) -> Warnings {
        self.tape.warnings()
    }

    /// Why the tape ends where it does, when that is not its end.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// When the next moment is to be played; `None` at the end.
    pub fn due(&mut self) -> Option<Duration> {
        self.look_ahead().map(|next| next.played)
    }

    /// When the next moment was recorded; `None` at the end.
    pub fn due_recorded(&mut self) -> Option<Duration> {
        self.look_ahead().map(|next| next.moment.time)
    }

    /// True when nothing is left to play.
    pub fn is_ended(&mut self) -> bool {
        self.look_ahead().is_none()
    }

    /// True when the next moment is one on which a viewer may want to stop.
    pub fn is_at_marker(&mut self) -> bool {
        self.look_ahead()
            .is_some_and(|next| next.moment.code == Code::Marker)
    }

    /// How often the enter key was pressed before the next moment.
    pub fn enters(&mut self) -> u32 {
        self.look_ahead().map_or(0, |next| next.moment.enters)
    }

    /// The label, where the next moment is a marker.
    pub fn label(&mut self) -> Option<String> {
        let next = self
            .look_ahead()
            .filter(|next| next.moment.code == Code::Marker)?;
        Some(String::from_utf8_lossy(&next.moment.data).into_owned())
    }

    /// Plays the next moment, at most `budget` bytes of it; true when it was played whole.
    pub fn play<R: Reader>(&mut self, budget: usize, reader: &mut R) -> bool {
        self.play_with(budget, false, reader)
    }

    /// As [`Head::play`], but only up to the end of the line that is being written.
    pub fn play_line<R: Reader>(&mut self, budget: usize, reader: &mut R) -> bool {
        self.play_with(budget, true, reader)
    }

    fn play_with<R: Reader>(&mut self, budget: usize, is_line: bool, reader: &mut R) -> bool {
        if self.look_ahead().is_none() {
            return false;
        }
        let Some(next) = self.next.take() else {
            return false;
        };
        let rest = next
            .moment
            .data
            .get(self.place.offset..)
            .unwrap_or_default();
        let part = match next.moment.code {
            Code::Output => &rest[..length(rest, is_line).min(budget.max(1))],
            _ => rest,
        };
        self.place.played = next.played;
        self.place.recorded = next.moment.time;
        self.place.bytes += part.len() as u64;
        show(&mut self.screen, &next.moment.code, part, reader);
        if part.len() < rest.len() {
            self.place.offset += part.len();
            self.next = Some(next);
            return false;
        }
        self.screen.rest(reader);
        self.place.offset = 0;
        self.place.moments += 1;
        true
    }

    fn look_ahead(&mut self) -> Option<&Next> {
        if self.next.is_none() && !self.is_ended {
            self.next = self.read();
        }
        self.next
            .as_ref()
            .filter(|next| next.moment.time < self.limits.until)
    }

    fn read(&mut self) -> Option<Next> {
        match self.tape.next() {
            Ok(Some(moment)) => {
                let pause = moment.time.saturating_sub(self.place.recorded);
                let played = self.place.played + pause.min(self.limits.idle);
                Some(Next { moment, played })
            }
            Ok(None) => {
                self.is_ended = true;
                None
            }
            Err(fault) => {
                self.fault = Some(fault);
                self.is_ended = true;
                None
            }
        }
    }
}

/// How much is played at once.
fn length(rest: &[u8], is_line: bool) -> usize {
    let line_end = memchr::memchr(b'\n', rest).filter(|_| is_line);
    line_end.map_or(rest.len(), |at| at + 1)
}

fn show<R: Reader>(screen: &mut Screen, code: &Code, part: &[u8], reader: &mut R) {
    match code {
        Code::Resize => {
            let size = str::from_utf8(part).ok().and_then(Size::parse);
            if let Some(size) = size {
                screen.resize(size);
            }
        }
        Code::Output => screen.feed_to(part, reader),
        _ => {}
    }
}
