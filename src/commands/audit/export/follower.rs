//! Follows a run for one destination: makes records of rows, and has the cursor remember.

use std::cell::RefCell;

use super::Export;
use crate::commands::shipping::Keeper;
use crate::context::Context;
use crate::delivery::map::audit::{event_id, to_record};
use crate::delivery::map::log::LogProfile;
use crate::delivery::state::{StateError, Unfinished};
use crate::delivery::{Ledger, Number, Record, Worth};
use crate::domain::redaction::Redactor;
use crate::gateway::{AuditLog, Gateway};
use crate::sources::audit::Fed;

/// From rows to records.
pub(super) struct Mapping {
    profile: LogProfile,
    redactor: Redactor,
}

impl Mapping {
    pub fn new(context: &Context, args: &Export, gateway: &Gateway) -> anyhow::Result<Self> {
        let settings = context.settings()?;
        Ok(Self {
            profile: LogProfile {
                service: settings.service.value.clone(),
                hostname: gateway.host().to_owned(),
                tags: settings.tags.value.clone(),
                env: settings.env.as_ref().map(|env| env.value.clone()),
            },
            redactor: context.redactor(args.no_redact)?,
        })
    }
}

pub(super) struct Follower<'a> {
    pub mapping: &'a Mapping,
    /// `None` where nothing is remembered.
    pub ledger: Option<&'a RefCell<Ledger>>,
}

impl Keeper<Fed> for Follower<'_> {
    fn record(&self, fed: Fed) -> Option<Record> {
        let row = match fed {
            Fed::Row(row) => row,
            Fed::Read(stretch) => {
                if let Some(ledger) = self.ledger {
                    let (nothing, none) = (Vec::new(), Vec::new());
                    ledger.borrow_mut().close(stretch.range, nothing, none);
                }
                return None;
            }
        };
        let record = to_record(&row, &self.mapping.profile, &self.mapping.redactor);
        let Some(ledger) = self.ledger else {
            return Some(record);
        };
        let number = ledger.borrow_mut().read(origin(&row), record.id.clone())?;
        Some(Record {
            number: Some(number),
            ..record
        })
    }

    fn worth(&self, fed: &Fed) -> Worth {
        let row = match fed {
            Fed::Read(_) => return Worth::Mark,
            Fed::Row(row) => row,
        };
        let id = event_id(row).to_string();
        let lacks = |ledger: &RefCell<Ledger>| ledger.borrow().lacks(&origin(row), &id);
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

    fn known(&self) -> u64 {
        self.ledger.map_or(0, |ledger| ledger.borrow().known())
    }
}

/// To a cursor a row is what a session is, with one event.
fn origin(row: &AuditLog) -> Unfinished {
    Unfinished {
        session: row.id.clone(),
        started: row.created_at,
    }
}
