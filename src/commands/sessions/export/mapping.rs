//! From events to records, and from progress to words.

use super::Export;
use crate::context::Context;
use crate::delivery::map::log::{LogProfile, to_record};
use crate::delivery::{self, Progress};
use crate::domain::event::SessionEvent;
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::gateway::Gateway;
use crate::recording::first_statements;
use crate::ui;

/// From events to records, and from progress to words.
pub(super) struct Mapping<'a> {
    ui: &'a ui::Ui,
    profile: LogProfile,
    redactor: Redactor,
}

impl<'a> Mapping<'a> {
    pub fn new(context: &'a Context, args: &Export, gateway: &Gateway) -> anyhow::Result<Self> {
        let settings = context.settings()?;
        Ok(Self {
            ui: &context.ui,
            profile: LogProfile {
                service: settings.service.value.clone(),
                hostname: gateway.host().to_owned(),
                tags: settings.tags.value.clone(),
                env: settings.env.as_ref().map(|env| env.value.clone()),
            },
            redactor: context.redactor(args.no_redact)?,
        })
    }

    pub fn record(&self, event: &SessionEvent) -> delivery::Record {
        to_record(event, &self.profile, &self.redactor)
    }

    /// The first statements of a database client's recording, with the marks of the redactor.
    pub fn statements(&self) -> impl Fn(&Session, &[u8]) -> Option<String> + use<> {
        first_statements(self.redactor.clone())
    }

    pub fn report(&self, progress: &ui::Progress, told: Progress) {
        report(self.ui, progress, told);
    }
}

/// Tells people how a delivery goes.
pub fn report(ui: &ui::Ui, progress: &ui::Progress, told: Progress) {
    match told {
        Progress::Delivered { accepted, .. } => progress.set(&format!("{accepted} events")),
        Progress::Waiting { wait, why } => {
            let wait = crate::domain::time::human_duration(wait);
            ui.status(&format!("waiting {wait}: {why}"));
        }
        Progress::Split { events, why } => {
            ui.status(&format!("halving a batch of {events}: {why}"));
        }
        Progress::DeadLetter { id, why } => {
            ui.warning(&format!("event {id} is set aside: {why}"));
        }
        Progress::FellBackToGzip { why } => {
            ui.status(&format!(
                "the intake does not take zstd, gzip from here on: {why}"
            ));
        }
        Progress::ClockOff { offset } => ui.warning(&format!(
            "this machine's clock is {} s off the intake's; events may be filed at a wrong time",
            offset.as_secs()
        )),
        Progress::Draining { left: 0 } => {}
        Progress::Draining { left } => {
            ui.status(&format!(
                "stopping: {left} events that were read still go out"
            ));
        }
    }
}
