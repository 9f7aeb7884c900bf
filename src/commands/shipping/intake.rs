//! Datadog as a destination: its client, its key checked before anything is read, and how it is sent
//! to.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::flags::DeliveryFlags;
use super::lane::End;
use super::place::Destination;
use crate::config::{SecretFlags, SecretKind, SecretPlace};
use crate::context::Context;
use crate::datadog::{Datadog, Meaning};
use crate::delivery::dead_letter::FOLDER;
use crate::delivery::{Account, IntakeKind, Options, Patience, Reread};
use crate::domain::secret::Secret;
use crate::domain::site::Site;

/// Batches that are not full go out after this time where somebody watches what comes in.
const LINGER_ON_A_TERMINAL: Duration = Duration::from_secs(1);

/// Datadog, as far as a run sends to it.
pub struct Intake<'a> {
    context: &'a Context,
    flags: &'a DeliveryFlags,
    keys: SecretFlags,
    patience: Patience,
    datadog: Datadog,
}

impl<'a> Intake<'a> {
    /// With a key that Datadog takes.
    ///
    /// # Errors
    ///
    /// No key, one that is refused, and `--read-only`. A dry run needs no key: the header then shows
    /// a placeholder. A long-running mode does not wait for a Datadog that cannot be reached.
    pub async fn open(
        context: &'a Context,
        flags: &'a DeliveryFlags,
        keys: SecretFlags,
        patience: Patience,
    ) -> anyhow::Result<Self> {
        let datadog = match flags.dry_run {
            true => unchecked(context, &keys)?,
            false => checked(context, &keys, patience).await?,
        };
        Ok(Self {
            context,
            flags,
            keys,
            patience,
            datadog,
        })
    }

    pub fn site(&self) -> Site {
        self.datadog.site()
    }

    /// The name of a destination here, such as `logs datadoghq.eu`.
    pub fn name(&self, destination: &Destination) -> String {
        let dry_run = if self.flags.dry_run {
            "dry run of "
        } else {
            ""
        };
        format!("{dry_run}{destination} {}", self.datadog.site())
    }

    /// Where a lane to a destination here ends.
    ///
    /// # Errors
    ///
    /// No folder for the dead letters.
    pub fn end<'b>(&'b self, destination: &Destination) -> anyhow::Result<End<'b>> {
        let kind = match destination {
            Destination::Events => IntakeKind::Events,
            _ => IntakeKind::Logs,
        };
        Ok(match self.flags.dry_run {
            true => End::Show(&self.datadog, kind, self.options(None)),
            false => {
                let dead_letters = self.context.state_folder()?.join(FOLDER);
                End::Intake(self.account(kind)?, self.options(Some(dead_letters)))
            }
        })
    }

    fn options(&self, dead_letters: Option<PathBuf>) -> Options {
        let is_watched = self.context.ui.is_interactive();
        let linger = match self.patience {
            Patience::LongRunning if is_watched => LINGER_ON_A_TERMINAL,
            _ => Options::default().linger,
        };
        Options {
            linger,
            codec: self.flags.codec(),
            late: Some(self.flags.late()),
            deadline: self.context.deadline(),
            patience: self.patience,
            dead_letters,
            ..Options::default()
        }
    }

    /// Each destination has a client of its own, since each finds out by itself that its key is
    /// refused.
    fn account(&self, kind: IntakeKind) -> anyhow::Result<Account<'_>> {
        let (context, keys) = (self.context, &self.keys);
        let datadog = context.datadog_with(context.secret(SecretKind::ApiKey, keys)?)?;
        let place = context.secret_place(SecretKind::ApiKey, keys);
        let reread = || {
            let key = context.secret_anew(SecretKind::ApiKey, keys);
            let datadog = key.and_then(|key| context.datadog_with(key));
            datadog.map_err(|error| format!("{error:#}"))
        };
        let can_change = place.as_ref().is_some_and(SecretPlace::can_change);
        let reread = can_change.then(|| Box::new(reread) as Reread<'_>);
        Ok(Account::new(kind, datadog, reread, remedy(place)))
    }
}

fn remedy(place: Option<SecretPlace>) -> String {
    match place {
        Some(place) if place.can_change() => {
            format!("the key came from {place}, which is read again at every try")
        }
        Some(place) => format!("the key came from {place}, so another one takes a restart"),
        None => "another key takes a restart".to_owned(),
    }
}

async fn checked(
    context: &Context,
    keys: &SecretFlags,
    patience: Patience,
) -> anyhow::Result<Datadog> {
    context.require_write("sending events to Datadog")?;
    let datadog = context.datadog_with(context.secret(SecretKind::ApiKey, keys)?)?;
    match datadog.validate().await {
        Err(error)
            if patience == Patience::LongRunning
                && matches!(
                    error.meaning(),
                    Meaning::Retry { .. } | Meaning::Unreachable
                ) =>
        {
            let told = format!("the API key could not be checked yet: {error}");
            context.ui.warning(&told);
        }
        result => result.context("check the API key before anything is read")?,
    }
    Ok(datadog)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_where_the_key_came_from_and_what_brings_another() {
        let file = SecretPlace::File("/run/keys/datadog".into());
        assert_eq!(
            remedy(Some(file)),
            "the key came from /run/keys/datadog, which is read again at every try"
        );
        assert_eq!(
            remedy(Some(SecretPlace::Variable("DD_API_KEY"))),
            "the key came from DD_API_KEY, so another one takes a restart"
        );
    }
}
