//! The parts of a rehearsal: what is at work, and what each took.

use std::time::Duration;

use tokio::time::Instant;

/// The parts of a rehearsal, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Copy,
    Send,
    Arrive,
    Watch,
    Delete,
}

impl Step {
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Copy => "copy",
            Step::Send => "send",
            Step::Arrive => "arrive",
            Step::Watch => "watch",
            Step::Delete => "delete",
        }
    }
}

/// Told while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A step is at work, and this is how far.
    Working(Step, String),
    Done(Finished),
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    pub step: Step,
    pub took: Duration,
    pub detail: String,
}

/// Tells and remembers.
pub(super) struct Steps<'a> {
    told: &'a mut dyn FnMut(Told),
    finished: Vec<Finished>,
}

impl<'a> Steps<'a> {
    pub fn new(told: &'a mut dyn FnMut(Told)) -> Self {
        Self {
            told,
            finished: Vec::new(),
        }
    }

    pub fn working(&mut self, step: Step, how_far: impl ToString) {
        (self.told)(Told::Working(step, how_far.to_string()));
    }

    pub fn done(&mut self, step: Step, began: Instant, detail: impl ToString) {
        let finished = Finished {
            step,
            took: began.elapsed(),
            detail: detail.to_string(),
        };
        (self.told)(Told::Done(finished.clone()));
        self.finished.push(finished);
    }

    pub fn into_finished(self) -> Vec<Finished> {
        self.finished
    }
}
