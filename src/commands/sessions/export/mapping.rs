//! From events to records.

use super::Export;
use crate::context::Context;
use crate::delivery;
use crate::delivery::map::log::{LogProfile, to_record};
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

    pub fn profile(&self) -> &LogProfile {
        &self.profile
    }

    pub fn record(&self, event: &SessionEvent) -> delivery::Record {
        to_record(event, &self.profile, &self.redactor)
    }

    /// The first statements of a database client's recording, with the marks of the redactor.
    pub fn statements(&self) -> impl Fn(&Session, &[u8]) -> Option<String> + use<> {
        first_statements(self.redactor.clone())
    }
}
