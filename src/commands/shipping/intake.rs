//! Datadog as a destination: its client, its key checked before anything is read, and how it is sent
//! to.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::LocalBoxFuture;

use super::flags::DeliveryFlags;
use super::lane::End;
use super::place::Destination;
use super::receivers::{Address, ReceiverUrl};
use crate::config::{SecretFlags, SecretKind, SecretPlace, Settings};
use crate::context::Context;
use crate::datadog::{Datadog, Meaning};
use crate::delivery::dead_letter::FOLDER;
use crate::delivery::map::llmobs::ml_app;
use crate::delivery::{Account, Codec, IntakeKind, Keyed, Options, Patience, Receiver, Reread};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::error::UsageError;
use crate::otlp::Exporter;

/// Batches that are not full go out after this time where somebody watches what comes in.
const LINGER_ON_A_TERMINAL: Duration = Duration::from_secs(1);

/// What a run sends to: Datadog, and receivers of OTLP.
pub struct Intake<'a> {
    context: &'a Context,
    flags: &'a DeliveryFlags,
    keys: SecretFlags,
    patience: Patience,
    site: Site,
    /// `None` where everything goes to receivers that want no key.
    datadog: Option<Datadog>,
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
        let settings = context.settings()?;
        let mut is_keyed = false;
        for to in &flags.to {
            is_keyed |= wants_key(&to.destination, settings)?;
        }
        if !flags.dry_run {
            context.require_write("sending to what --to names")?;
        }
        let datadog = match (is_keyed, flags.dry_run) {
            (false, _) => None,
            (true, true) => Some(unchecked(context, &keys)?),
            (true, false) => Some(checked(context, &keys, patience).await?),
        };
        Ok(Self {
            site: settings.site.value,
            context,
            flags,
            keys,
            patience,
            datadog,
        })
    }

    /// As [`Intake::open`]; `None` where everything goes to files and stdout.
    ///
    /// # Errors
    ///
    /// As [`Intake::open`].
    pub async fn open_where_sent(
        context: &'a Context,
        flags: &'a DeliveryFlags,
        keys: SecretFlags,
        runs_until_stopped: bool,
    ) -> anyhow::Result<Option<Self>> {
        if !flags.to.iter().any(|to| to.destination.is_sent()) {
            return Ok(None);
        }
        let patience = match runs_until_stopped {
            true => Patience::LongRunning,
            false => Patience::OneShot,
        };
        Self::open(context, flags, keys, patience).await.map(Some)
    }

    pub fn site(&self) -> Site {
        self.site
    }

    /// The site that a destination is at; `None` for a receiver that was named.
    pub fn site_of(&self, destination: &Destination) -> Option<Site> {
        match destination {
            Destination::Otlp(Some(_)) => None,
            _ => Some(self.site),
        }
    }

    /// The name of a destination here, such as `logs datadoghq.eu`.
    pub fn name(&self, destination: &Destination) -> String {
        let dry_run = match self.flags.dry_run {
            true => "dry run of ",
            false => "",
        };
        format!("{dry_run}{}", self.plain_name(destination))
    }

    /// As it is called in its dead letters.
    fn plain_name(&self, destination: &Destination) -> String {
        match destination {
            Destination::Otlp(Some(url)) => format!("otlp {url}"),
            _ => format!("{destination} {}", self.site),
        }
    }

    /// Where a lane to a destination here ends.
    ///
    /// # Errors
    ///
    /// No folder for the dead letters.
    pub fn end<'b>(&'b self, destination: &Destination) -> anyhow::Result<End<'b>> {
        let options = match self.flags.dry_run {
            true => self.options(None),
            false => self.options(Some(self.context.state_folder()?.join(FOLDER))),
        };
        let kind = match destination {
            Destination::Otlp(url) => return self.receiver(destination, url.as_ref(), options),
            Destination::LlmObs => IntakeKind::LlmObs,
            Destination::Events => IntakeKind::Events,
            Destination::Logs | Destination::Stdout | Destination::Path(_) => IntakeKind::Logs,
        };
        let account = self.account(kind)?;
        Ok(match (&self.datadog, self.flags.dry_run) {
            (Some(datadog), true) => End::Show(datadog, kind, account.shown(options)),
            _ => End::Intake(account, options),
        })
    }

    fn receiver<'b>(
        &'b self,
        destination: &Destination,
        url: Option<&ReceiverUrl>,
        options: Options,
    ) -> anyhow::Result<End<'b>> {
        let address = Address::of(url, self.context.settings()?)?;
        let (name, options) = (self.name(destination), Receiver::options(options));
        if self.flags.dry_run {
            let key = match address.is_datadogs {
                true => Some(placeholder_or(self.context, &self.keys)?),
                false => None,
            };
            let exporter = self.exporter(address, key);
            return Ok(End::ShowSpans(name, Box::new(exporter), options));
        }
        let receiver = match address.is_datadogs {
            true => self.keyed(name, address)?,
            false => Receiver::open(name, self.exporter(address, None)),
        };
        Ok(End::Receiver(receiver, options))
    }

    /// Datadog's own, whose key is read again while it is refused.
    fn keyed<'b>(&'b self, name: String, address: Address) -> anyhow::Result<Receiver<'b>> {
        let (context, keys) = (self.context, &self.keys);
        let first = self.under(address.clone(), context.secret(SecretKind::ApiKey, keys)?)?;
        let place = context.secret_place(SecretKind::ApiKey, keys)?;
        let can_change = place.as_ref().is_some_and(SecretPlace::can_change);
        let again = SendersKey {
            intake: self,
            address,
        };
        let reread = can_change.then(|| Box::new(again) as Box<dyn Reread<Keyed> + 'b>);
        Ok(Receiver::keyed(name, first, reread, remedy(place)))
    }

    fn under(&self, address: Address, key: Secret) -> anyhow::Result<Keyed> {
        Ok(Keyed {
            datadog: self.context.datadog_with(key.clone())?,
            exporter: self.exporter(address, Some(key)),
        })
    }

    fn exporter(&self, address: Address, key: Option<Secret>) -> Exporter {
        let compresses = self.flags.codec() != Codec::Identity;
        Exporter::new(
            Arc::clone(self.context.http()),
            address.door(key),
            compresses,
        )
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
        let key = match self.flags.dry_run {
            true => placeholder_or(context, keys)?,
            false => context.secret(SecretKind::ApiKey, keys)?,
        };
        let datadog = context.datadog_with(key)?;
        let place = context.secret_place(SecretKind::ApiKey, keys)?;
        let can_change = place.as_ref().is_some_and(SecretPlace::can_change);
        let again = ClientsKey { context, keys };
        let reread = can_change.then(|| Box::new(again) as Box<dyn Reread<Datadog> + '_>);
        let account = Account::new(kind, datadog, reread, remedy(place));
        let service = &context.settings()?.service.value;
        Ok(account.of_application(&ml_app(service)))
    }
}

/// The key of a client of Datadog's.
struct ClientsKey<'b> {
    context: &'b Context,
    keys: &'b SecretFlags,
}

impl Reread<Datadog> for ClientsKey<'_> {
    fn reread(&self) -> LocalBoxFuture<'_, Result<Datadog, String>> {
        Box::pin(async {
            let key = self
                .context
                .secret_anew(SecretKind::ApiKey, self.keys)
                .await;
            let datadog = key.and_then(|key| self.context.datadog_with(key));
            datadog.map_err(|error| format!("{error:#}"))
        })
    }
}

/// The key of a sender to an address of Datadog's.
struct SendersKey<'b> {
    intake: &'b Intake<'b>,
    address: Address,
}

impl Reread<Keyed> for SendersKey<'_> {
    fn reread(&self) -> LocalBoxFuture<'_, Result<Keyed, String>> {
        let Intake { context, keys, .. } = self.intake;
        Box::pin(async {
            let key = context.secret_anew(SecretKind::ApiKey, keys).await;
            let keyed = key.and_then(|key| self.intake.under(self.address.clone(), key));
            keyed.map_err(|error| format!("{error:#}"))
        })
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
    if context.optional_secret(SecretKind::ApiKey, keys)?.is_none() {
        context
            .ui
            .status("no API key was given; the header shows a placeholder");
    }
    context.datadog_with(placeholder_or(context, keys)?)
}

/// The key, or what stands for it where nothing is sent.
fn placeholder_or(context: &Context, keys: &SecretFlags) -> anyhow::Result<Secret> {
    let key = context.optional_secret(SecretKind::ApiKey, keys)?;
    Ok(key.unwrap_or_else(|| Secret::new("0".repeat(32))))
}

/// Whether Datadog's key goes to a destination.
///
/// # Errors
///
/// An address that is no intake of this site, and what its site does not have.
fn wants_key(destination: &Destination, settings: &Settings) -> Result<bool, UsageError> {
    let site = settings.site.value;
    match destination {
        Destination::Otlp(url) => Ok(Address::of(url.as_ref(), settings)?.is_datadogs),
        Destination::LlmObs if site.is_government() => Err(UsageError::with_hint(
            format!("{site} has no LLM Observability"),
            "--to otlp takes the same spans",
        )),
        other => Ok(other.is_sent()),
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
        let again = "which is read again at every try";
        let command = vec!["op".to_owned(), "read".to_owned()];
        for (place, said) in [
            (SecretPlace::Keyring, "the system's keyring"),
            (
                SecretPlace::Vault("/x.age".into()),
                "the encrypted file /x.age",
            ),
            (SecretPlace::Command(command), "the command `op`"),
        ] {
            assert_eq!(
                remedy(Some(place)),
                format!("the key came from {said}, {again}")
            );
        }
        assert_eq!(
            remedy(Some(SecretPlace::Variable("DD_API_KEY"))),
            "the key came from DD_API_KEY, so another one takes a restart"
        );
    }
}
