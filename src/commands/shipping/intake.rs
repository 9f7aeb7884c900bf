//! Datadog as a destination: its client, its key checked before anything is read, and how it is sent
//! to.

use anyhow::Context as _;

use super::flags::DeliveryFlags;
use super::lane::End;
use super::place::Destination;
use crate::config::{SecretFlags, SecretKind};
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::dead_letter::FOLDER;
use crate::delivery::{Options, Shown};
use crate::domain::secret::Secret;

/// Datadog, as far as a run sends to it.
pub struct Intake {
    pub datadog: Datadog,
    pub is_dry_run: bool,
}

impl Intake {
    /// With a key that Datadog takes.
    ///
    /// # Errors
    ///
    /// No key, one that is refused, and `--read-only`. A dry run needs no key: the header then shows
    /// a placeholder.
    pub async fn open(
        context: &Context,
        flags: &DeliveryFlags,
        keys: &SecretFlags,
    ) -> anyhow::Result<Self> {
        let is_dry_run = flags.dry_run;
        if is_dry_run {
            let datadog = unchecked(context, keys)?;
            return Ok(Self {
                datadog,
                is_dry_run,
            });
        }
        context.require_write("sending events to Datadog")?;
        let datadog = context.datadog_with(context.secret(SecretKind::ApiKey, keys)?)?;
        datadog
            .validate()
            .await
            .context("check the API key before anything is read")?;
        Ok(Self {
            datadog,
            is_dry_run,
        })
    }

    /// The name of a destination here, such as `logs datadoghq.eu`.
    pub fn name(&self, destination: &Destination) -> String {
        let dry_run = if self.is_dry_run { "dry run of " } else { "" };
        format!("{dry_run}{destination} {}", self.datadog.site())
    }

    /// Where a lane to a destination here ends.
    ///
    /// # Errors
    ///
    /// No folder for the dead letters.
    pub fn end(
        &self,
        context: &Context,
        flags: &DeliveryFlags,
        destination: &Destination,
    ) -> anyhow::Result<End<'_>> {
        let options = self.options(context, flags)?;
        let datadog = &self.datadog;
        let is_events = *destination == Destination::Events;
        Ok(match (self.is_dry_run, is_events) {
            (false, false) => End::Logs(datadog, options),
            (false, true) => End::Events(datadog, options),
            (true, false) => End::Show(datadog, Shown::Logs, options),
            (true, true) => End::Show(datadog, Shown::Events, options),
        })
    }

    fn options(&self, context: &Context, flags: &DeliveryFlags) -> anyhow::Result<Options> {
        let dead_letters = match self.is_dry_run {
            true => None,
            false => Some(context.state_folder()?.join(FOLDER)),
        };
        Ok(Options {
            codec: flags.codec(),
            late: Some(flags.late()),
            deadline: context.deadline(),
            dead_letters,
            ..Options::default()
        })
    }
}

fn unchecked(context: &Context, keys: &SecretFlags) -> anyhow::Result<Datadog> {
    match context.optional_secret(SecretKind::ApiKey, keys)? {
        Some(key) => context.datadog_with(key),
        None => {
            context
                .ui
                .status("no API key was given; the header shows a placeholder");
            context.datadog_with(Secret::new("0".repeat(32)))
        }
    }
}
