//! From what became of a webhook to records.

use crate::commands::shipping::log_profile;
use crate::context::Context;
use crate::delivery::Record;
use crate::delivery::map::log::LogProfile;
use crate::delivery::map::webhook::to_record;
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::domain::webhook::WebhookEvent;
use crate::gateway::Gateway;
use crate::recording::first_statements;

pub(super) struct Mapping {
    pub profile: LogProfile,
    redactor: Redactor,
}

impl Mapping {
    pub fn new(context: &Context, no_redact: bool, gateway: &Gateway) -> anyhow::Result<Self> {
        Ok(Self {
            profile: log_profile(context, gateway)?,
            redactor: context.redactor(no_redact)?,
        })
    }

    pub fn record(&self, event: &WebhookEvent) -> Record {
        to_record(event, &self.profile, &self.redactor)
    }

    /// The first statements of a database client's recording, with the marks of the redactor.
    pub fn statements(&self) -> impl Fn(&Session, &[u8]) -> Option<String> + use<> {
        first_statements(self.redactor.clone())
    }
}
