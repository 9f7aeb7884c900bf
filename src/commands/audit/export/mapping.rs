//! From rows of the audit log to records.

use super::Export;
use crate::commands::shipping;
use crate::context::Context;
use crate::delivery::Record;
use crate::delivery::map::audit::{event_id, to_record};
use crate::delivery::map::log::LogProfile;
use crate::delivery::state::Unfinished;
use crate::domain::redaction::Redactor;
use crate::gateway::{AuditLog, Gateway};

pub(super) struct Mapping {
    profile: LogProfile,
    redactor: Redactor,
}

impl Mapping {
    pub fn new(context: &Context, args: &Export, gateway: &Gateway) -> anyhow::Result<Self> {
        Ok(Self {
            profile: shipping::log_profile(context, gateway)?,
            redactor: context.redactor(args.no_redact)?,
        })
    }

    pub fn profile(&self) -> &LogProfile {
        &self.profile
    }
}

impl shipping::Mapping<AuditLog> for Mapping {
    fn record(&self, row: &AuditLog) -> Record {
        to_record(row, &self.profile, &self.redactor)
    }

    fn id(&self, row: &AuditLog) -> String {
        event_id(row).to_string()
    }

    /// To a position a row is what a session is, with one event.
    fn origin(&self, row: &AuditLog) -> Unfinished {
        Unfinished {
            session: row.id.clone(),
            started: row.created_at,
        }
    }
}
