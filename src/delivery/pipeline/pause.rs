//! Waiting for a person: a destination that refuses the key, or is none, takes nothing until
//! somebody acts. A long-running mode keeps everything, asks again now and then, and goes on once
//! the destination is as it should be.

use tokio::time::Instant;

use super::error::Cause;
use super::queue::Job;
use super::state::{Phase, Run};
use crate::delivery::answer::Answer;
use crate::delivery::observer::Observer;
use crate::delivery::summary::Progress;

/// A pause under way.
#[derive(Debug)]
pub(super) struct Pause {
    pub cause: Cause,
    /// When the destination is asked again; `None` while it is being asked.
    asks_at: Option<Instant>,
}

impl<O: Observer> Run<O> {
    /// Nothing more goes out until the destination was asked again; what was to go is kept.
    pub(super) fn pause(&mut self, cause: Cause) {
        if self.pause.is_some() {
            return;
        }
        if let Phase::Draining(Some(until)) = &mut self.phase {
            *until = Instant::now();
        }
        self.pause = Some(Pause {
            cause,
            asks_at: None,
        });
        self.ask_later();
    }

    /// Each time after a longer wait, until something was taken in between.
    fn ask_later(&mut self) {
        let wait = self.pause_wait;
        self.pause_wait = (wait * 2).min(self.options.renewal.cap);
        let Some(pause) = &mut self.pause else { return };
        pause.asks_at = Some(Instant::now() + wait);
        let why = pause.cause.to_string();
        let remedy = self.remedy.clone();
        self.observer.told(Progress::Paused { wait, why, remedy });
    }

    /// When the destination is asked again.
    pub(super) fn asks_at(&self) -> Option<Instant> {
        self.pause.as_ref()?.asks_at
    }

    /// The question, once its time has come.
    pub(super) fn renewal(&mut self) -> Option<Job> {
        let pause = self.pause.as_mut()?;
        pause.asks_at.take_if(|at| *at <= Instant::now())?;
        Some(Job::Renew)
    }

    pub(super) fn renewed(&mut self, answer: Answer) {
        match answer {
            Ok(_) if self.pause.take().is_some() => self.observer.told(Progress::Resumed),
            Ok(_) => {}
            Err(trouble) => {
                if let Some(pause) = &mut self.pause {
                    pause.cause = pause.cause.with(trouble);
                }
                self.ask_later();
            }
        }
    }
}
