//! What is played: moments, one after the other, with places to come back to.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use crate::recording::{Code, Event};

/// Something on the screen changes, or is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since the start of the recording, as it was recorded.
    pub time: Duration,
    pub code: Code,
    pub data: Vec<u8>,
    /// How often the enter key was pressed since the moment before.
    pub enters: u32,
}

/// Why a tape ends before its end; the moments before it are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A recording made ready to be played, of any size.
///
/// Several heads play one tape at once: each has a fork of its own.
pub trait Tape: Sized {
    /// A place between two moments.
    type Mark: Clone;

    /// The next moment; `None` at the end. Times never go back.
    fn next(&mut self) -> Result<Option<Moment>, Fault>;

    /// The place before the next moment.
    fn mark(&self) -> Self::Mark;

    /// Goes on from a place; the same moments come as came from there before.
    fn resume(&mut self, mark: &Self::Mark) -> Result<(), Fault>;

    /// The same recording, played independently, from the same place.
    fn fork(&self) -> Result<Self, Fault>;

    /// How much of the recording has been read, 0 to 1, where that is known.
    fn share(&self) -> Option<f64>;
}

/// A tape of moments that are all there.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    moments: Rc<[Moment]>,
    next: usize,
}

impl InMemory {
    pub fn new(moments: Vec<Moment>) -> Self {
        Self {
            moments: moments.into(),
            next: 0,
        }
    }

    /// Of events as they are: everything but what was typed.
    pub fn of_events(events: impl IntoIterator<Item = Event>) -> Self {
        let mut enters = 0;
        let moments = events.into_iter().filter_map(|event| match event.code {
            Code::Input => {
                enters += presses(&event.data);
                None
            }
            _ => Some(Moment {
                time: event.time,
                code: event.code,
                data: event.data,
                enters: std::mem::take(&mut enters),
            }),
        });
        Self::new(moments.collect())
    }
}

/// How often the enter key is among what was typed.
pub fn presses(typed: &[u8]) -> u32 {
    typed
        .iter()
        .filter(|byte| matches!(byte, b'\r' | b'\n'))
        .count() as u32
}

impl Tape for InMemory {
    type Mark = usize;

    fn next(&mut self) -> Result<Option<Moment>, Fault> {
        let moment = self.moments.get(self.next).cloned();
        self.next += usize::from(moment.is_some());
        Ok(moment)
    }

    fn mark(&self) -> usize {
        self.next
    }

    fn resume(&mut self, mark: &usize) -> Result<(), Fault> {
        self.next = *mark;
        Ok(())
    }

    fn fork(&self) -> Result<Self, Fault> {
        Ok(self.clone())
    }

    fn share(&self) -> Option<f64> {
        (!self.moments.is_empty()).then(|| self.next as f64 / self.moments.len() as f64)
    }
}
