//! Follows a run: makes records of what was read, tells how it goes, and has the cursor remember.

use std::cell::RefCell;

use super::mapping::Mapping;
use crate::delivery::state::{StateError, Unfinished};
use crate::delivery::{Ledger, Number, Observer, Progress, Record};
use crate::sources::{Fed, Stretch};
use crate::ui;

#[derive(Clone, Copy)]
pub(super) struct Follower<'a> {
    pub mapping: &'a Mapping<'a>,
    pub progress: &'a ui::Progress,
    /// `None` where nothing is remembered.
    pub ledger: Option<&'a RefCell<Ledger>>,
}

impl Follower<'_> {
    /// `None` for what is no event, and for one that the destination has.
    pub fn record(&self, fed: Fed) -> Option<Record> {
        let event = match fed {
            Fed::Event(event) => event,
            Fed::Read(stretch) => {
                self.close(stretch);
                return None;
            }
        };
        let record = self.mapping.record(&event);
        let Some(ledger) = self.ledger else {
            return Some(record);
        };
        let session = Unfinished {
            session: event.session.id.clone(),
            started: event.session.start_date,
        };
        let number = ledger.borrow_mut().read(session, record.id.clone())?;
        Some(Record {
            number: Some(number),
            ..record
        })
    }

    /// Remembers what no event was waited for.
    pub fn finish(&self) -> Result<(), StateError> {
        self.ledger
            .map_or(Ok(()), |ledger| ledger.borrow_mut().write())
    }

    fn close(&self, stretch: Stretch) {
        let Some(ledger) = self.ledger else { return };
        let unfinished = stretch.unfinished.into_iter();
        let unfinished = unfinished.map(|(session, started)| Unfinished { session, started });
        let unfinished = unfinished.collect();
        let mut ledger = ledger.borrow_mut();
        ledger.close(stretch.range, unfinished, stretch.finished);
    }
}

impl Observer for Follower<'_> {
    fn told(&mut self, progress: Progress) {
        self.mapping.report(self.progress, progress);
    }

    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        self.ledger
            .map_or(Ok(()), |ledger| ledger.borrow_mut().settled(numbers))
    }
}
