//! Setting aside what no destination takes: once it is clear that the event is at fault, and on the
//! disk before anybody counts it as dealt with.

use super::error::Cause;
use super::queue::{Job, Unit};
use super::state::{Phase, Run};
use crate::delivery::answer::Trouble;
use crate::delivery::dead_letter::Verdict;
use crate::delivery::entry::Entry;
use crate::delivery::observer::{Fate, Observer, SentBatch};
use crate::delivery::summary::Progress;

/// So many single events refused, without one taken between them, cast doubt on the settings.
const SUSPICIOUS: usize = 3;

/// A single event that was refused. It is set aside once it is clear that the event is at fault.
#[derive(Debug)]
pub(super) struct Suspect {
    entry: Entry,
    attempts: u32,
    trouble: Trouble,
}

/// An event that is set aside, and not kept yet.
#[derive(Debug)]
pub(super) struct Aside {
    entry: Entry,
    verdict: Verdict,
}

impl Aside {
    fn came_to(&self) -> SentBatch<'_> {
        SentBatch {
            entries: std::slice::from_ref(&self.entry),
            fate: Fate::DeadLetter {
                status: self.verdict.status,
                why: &self.verdict.reason,
            },
            attempts: self.verdict.attempts,
            unanswered: 0,
            sent_at: None,
        }
    }
}

impl<O: Observer> Run<O> {
    pub(super) fn suspect(&mut self, entry: Entry, attempts: u32, trouble: Trouble) {
        self.suspects.push(Suspect {
            entry,
            attempts,
            trouble,
        });
        if self.suspects.len() == SUSPICIOUS {
            self.queue.push_front(Job::Check);
        }
    }

    /// Once everything else is through: did anything at all show that the settings are good?
    pub(super) fn judge_suspects_at_the_end(&mut self) {
        let is_all_else_done = matches!(self.phase, Phase::Draining(_))
            && self.queue.is_empty()
            && self.queue.in_flight() == 0;
        if !is_all_else_done || self.suspects.is_empty() {
            return;
        }
        match self.summary.accepted {
            0 => self.queue.push_front(Job::Check),
            _ => self.condemn_suspects(),
        }
    }

    pub(super) fn condemn_suspects(&mut self) {
        for suspect in std::mem::take(&mut self.suspects) {
            let Suspect {
                entry,
                attempts,
                trouble,
            } = suspect;
            self.set_aside(entry, trouble.status(), trouble.text, attempts);
        }
    }

    /// Makes a dead letter of it, at the next [`Run::keep_letters`].
    pub(super) fn set_aside(
        &mut self,
        entry: Entry,
        status: Option<u16>,
        reason: String,
        attempts: u32,
    ) {
        let verdict = Verdict {
            status,
            reason,
            attempts,
        };
        self.aside.push(Aside { entry, verdict });
    }

    /// Brings what was set aside to the disk, all of it at once, since each time the disk is waited
    /// for. What cannot be kept stays undelivered, and the run ends.
    pub fn keep_letters(&mut self) {
        if self.aside.is_empty() {
            return;
        }
        let aside = std::mem::take(&mut self.aside);
        if let Some(letters) = &self.dead_letters {
            let pairs = aside.iter().map(|one| (&one.entry, &one.verdict));
            if let Err(error) = letters.keep(pairs, (self.options.now)()) {
                return self.end_with(aside, Cause::DeadLetters(error));
            }
            self.summary.dead_letter_file = Some(letters.path().to_owned());
        }
        let numbers = aside.iter().filter_map(|one| one.entry.number).collect();
        self.summary.dead_letters += aside.len() as u64;
        for one in &aside {
            self.record(&one.came_to());
        }
        self.remember(numbers);
        for Aside { entry, verdict } in aside {
            let (id, why) = (entry.id, verdict.reason);
            self.observer.told(Progress::DeadLetter { id, why });
        }
    }

    fn end_with(&mut self, aside: Vec<Aside>, cause: Cause) {
        let mut cause = Some(cause);
        for Aside { entry, verdict } in aside.into_iter().rev() {
            let job = Job::Batch(Unit::new(vec![entry], verdict.attempts));
            match cause.take() {
                Some(cause) => self.end(job, cause),
                None => self.queue.push_front(job),
            }
        }
    }
}
