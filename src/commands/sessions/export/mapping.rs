//! From events to records.

use super::Export;
use crate::commands::shipping;
use crate::context::Context;
use crate::delivery::Record;
use crate::delivery::map::log::{LogProfile, to_record};
use crate::delivery::state::Unfinished;
use crate::domain::event::SessionEvent;
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::gateway::Gateway;
use crate::recording::first_statements;

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

    /// The first statements of a database client's recording, with the marks of the redactor.
    pub fn statements(&self) -> impl Fn(&Session, &[u8]) -> Option<String> + use<> {
        first_statements(self.redactor.clone())
    }
}

impl shipping::Mapping<SessionEvent> for Mapping {
    fn record(&self, event: &SessionEvent) -> Record {
        to_record(event, &self.profile, &self.redactor)
    }

    fn id(&self, event: &SessionEvent) -> String {
        event.id.to_string()
    }

    fn origin(&self, event: &SessionEvent) -> Unfinished {
        Unfinished {
            session: event.session.id.clone(),
            started: event.session.start_date,
        }
    }
}
