//! What a call of the management API has to say while it goes on.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::SignedDuration;

use super::patience::Wait;
use crate::domain::time::human_duration;

/// Clocks that differ by more are worth a warning: the intake drops what is too old by its own.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// What the caller should know before the answer is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Nothing is asked for so long.
    Waiting(Wait),
    /// Datadog's clock minus ours. Said once.
    ClockOff(SignedDuration),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::Waiting(wait) => wait.fmt(f),
            Notice::ClockOff(offset) => {
                let amount = human_duration(offset.unsigned_abs());
                let way = match offset.is_negative() {
                    true => "ahead of",
                    false => "behind",
                };
                write!(f, "this machine's clock is {amount} {way} Datadog's")
            }
        }
    }
}

type Told = dyn Fn(&Notice) + Send + Sync;

/// Who is told.
#[derive(Default)]
pub(super) struct Listener {
    told: Option<Box<Told>>,
    has_told_of_clock: AtomicBool,
}

impl Listener {
    pub fn new(told: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self {
            told: Some(Box::new(told)),
            has_told_of_clock: AtomicBool::new(false),
        }
    }

    pub fn tell(&self, notice: &Notice) {
        if let Some(told) = &self.told {
            told(notice);
        }
    }

    /// Tells once of clocks that differ by too much.
    pub fn note_clock(&self, offset: Option<SignedDuration>) {
        if let Some(offset) = offset.filter(|offset| offset.abs() > CLOCK_TOLERANCE)
            && !self.has_told_of_clock.swap(true, Ordering::Relaxed)
        {
            self.tell(&Notice::ClockOff(offset));
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}
