//! Follows a run for one destination: makes records of what was read, and has the cursor remember.

use std::cell::RefCell;

use super::mapping::Mapping;
use crate::commands::shipping::Keeper;
use crate::delivery::state::{StateError, Unfinished};
use crate::delivery::{Ledger, Number, Record, Worth};
use crate::domain::event::SessionEvent;
use crate::sources::{Fed, Stretch};

pub(super) struct Follower<'a> {
    pub mapping: &'a Mapping,
    /// `None` where nothing is remembered.
    pub ledger: Option<&'a RefCell<Ledger>>,
}

impl Follower<'_> {
    fn close(&self, stretch: Stretch) {
        let Some(ledger) = self.ledger else { return };
        let unfinished = stretch.unfinished.into_iter();
        let unfinished = unfinished.map(|(session, started)| Unfinished { session, started });
        let unfinished = unfinished.collect();
        let mut ledger = ledger.borrow_mut();
        ledger.close(stretch.range, unfinished, stretch.finished);
    }
}

impl Keeper<Fed> for Follower<'_> {
    fn record(&self, fed: Fed) -> Option<Record> {
        let event = match fed {
            Fed::Event(event) => event,
            Fed::Read(stretch) => {
                self.close(stretch);
                return None;
            }
        };
        let Some(ledger) = self.ledger else {
            return Some(self.mapping.record(&event));
        };
        let number = ledger
            .borrow_mut()
            .read(session_of(&event), event.id.to_string())?;
        Some(Record {
            number: Some(number),
            ..self.mapping.record(&event)
        })
    }

    fn worth(&self, fed: &Fed) -> Worth {
        let event = match fed {
            Fed::Read(_) => return Worth::Mark,
            Fed::Event(event) => event,
        };
        let id = event.id.to_string();
        let lacks = |ledger: &RefCell<Ledger>| ledger.borrow().lacks(&session_of(event), &id);
        match self.ledger.is_none_or(lacks) {
            true => Worth::Event,
            false => Worth::Nothing,
        }
    }

    fn settled(&self, numbers: &[Number]) -> Result<(), StateError> {
        self.ledger
            .map_or(Ok(()), |ledger| ledger.borrow_mut().settled(numbers))
    }

    fn finish(&self) -> Result<(), StateError> {
        self.ledger
            .map_or(Ok(()), |ledger| ledger.borrow_mut().write())
    }

    fn ended(&self) {
        if let Some(ledger) = self.ledger {
            ledger.borrow_mut().give_up();
        }
    }

    fn known(&self) -> u64 {
        self.ledger.map_or(0, |ledger| ledger.borrow().known())
    }
}

fn session_of(event: &SessionEvent) -> Unfinished {
    Unfinished {
        session: event.session.id.clone(),
        started: event.session.start_date,
    }
}
