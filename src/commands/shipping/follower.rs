//! Follows a run for one destination: makes records of what was read, and has the position remember.

use std::cell::RefCell;

use super::lane::Keeper;
use super::place::Destination;
use crate::context::Context;
use crate::delivery::map::log::LogProfile;
use crate::delivery::state::{StateError, Unfinished};
use crate::delivery::{Given, Ledger, Number, Record, Worth};
use crate::gateway::Gateway;
use crate::sources::{Fed, Stretch};

/// From what a source gives to what is sent.
pub trait Mapping<T> {
    fn record(&self, event: &T) -> Record;

    /// The id that its record has.
    fn id(&self, event: &T) -> String;

    /// Its records for a destination of spans; none where that is to get nothing of it.
    fn spans(&self, _: &Destination, _: &T) -> Vec<Record> {
        Vec::new()
    }

    /// What it is of, and when that began: where a position has it.
    fn origin(&self, event: &T) -> Unfinished;
}

/// What every record says of where it comes from: the profile's words, and the gateway's host.
///
/// # Errors
///
/// Settings that cannot be read.
pub fn log_profile(context: &Context, gateway: &Gateway) -> anyhow::Result<LogProfile> {
    let settings = context.settings()?;
    Ok(LogProfile {
        service: settings.service.value.clone(),
        hostname: gateway.host().to_owned(),
        tags: settings.tags.value.clone(),
        env: settings.env.as_ref().map(|env| env.value.clone()),
    })
}

/// The keeper of a destination that has a position, or none.
pub struct Follower<'a, M> {
    pub mapping: &'a M,
    /// Set where it takes spans.
    pub spans_for: Option<Destination>,
    /// `None` where nothing is remembered.
    pub ledger: Option<&'a RefCell<Ledger>>,
}

impl<M> Follower<'_, M> {
    fn close(&self, stretch: Stretch) {
        let Some(ledger) = self.ledger else { return };
        let unfinished = stretch.unfinished.into_iter();
        let unfinished = unfinished.map(|(session, started)| Unfinished { session, started });
        let unfinished = unfinished.collect();
        let mut ledger = ledger.borrow_mut();
        ledger.close(stretch.range, unfinished, stretch.finished);
    }
}

impl<M> Follower<'_, M> {
    /// Those that the destination lacks, numbered.
    fn lacking<T>(&self, event: &T, records: Vec<Record>) -> Vec<Given>
    where
        M: Mapping<T>,
    {
        let numbered = |record: Record| match self.ledger {
            None => Some(record),
            Some(ledger) => {
                let origin = self.mapping.origin(event);
                let number = ledger.borrow_mut().read(origin, record.id.clone())?;
                Some(Record {
                    number: Some(number),
                    ..record
                })
            }
        };
        let lacking = records.into_iter().filter_map(numbered);
        lacking.map(Given::Record).collect()
    }
}

impl<T, M: Mapping<T>> Keeper<Fed<T>> for Follower<'_, M> {
    fn given(&self, fed: Fed<T>) -> Vec<Given> {
        match (&self.spans_for, &fed) {
            (Some(destination), Fed::Event(event)) => {
                self.lacking(event, self.mapping.spans(destination, event))
            }
            _ => self.record(fed).map(Given::Record).into_iter().collect(),
        }
    }

    fn record(&self, fed: Fed<T>) -> Option<Record> {
        let event = match fed {
            Fed::Event(event) => event,
            Fed::Read(stretch) => {
                self.close(stretch);
                return None;
            }
        };
        let mapping = self.mapping;
        let Some(ledger) = self.ledger else {
            return Some(mapping.record(&event));
        };
        let number = ledger
            .borrow_mut()
            .read(mapping.origin(&event), mapping.id(&event))?;
        Some(Record {
            number: Some(number),
            ..mapping.record(&event)
        })
    }

    fn worth(&self, fed: &Fed<T>) -> Worth {
        let event = match fed {
            Fed::Read(_) => return Worth::Mark,
            Fed::Event(event) => event,
        };
        let origin = self.mapping.origin(event);
        let ids = match &self.spans_for {
            None => vec![self.mapping.id(event)],
            Some(destination) => {
                let records = self.mapping.spans(destination, event).into_iter();
                records.map(|record| record.id).collect()
            }
        };
        let lacks = |id: &String| {
            let lacks = |ledger: &RefCell<Ledger>| ledger.borrow().lacks(&origin, id);
            self.ledger.is_none_or(lacks)
        };
        match ids.iter().any(lacks) {
            true => Worth::Event,
            false => Worth::Nothing,
        }
    }

    fn unsent(&self, id: &str) {
        if let Some(ledger) = self.ledger {
            ledger.borrow_mut().set_aside(id);
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
