//! Where an endpoint points, and how the API key travels. The ways, safest first:
//!
//! 1. a relay: the key never leaves it, and webhooks are checked by their signature;
//! 2. a header, set at Svix itself: whoever has the Svix token can read it there;
//! 3. the URL: whoever may read endpoints, auditors among them, and every log of a proxy on the way
//!    shows it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use url::Url;

use super::access::Ways;
use crate::commands::flags::DatadogAccess;
use crate::config::{SecretKind, read_signing_secret};
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::error::UsageError;

/// The word for Datadog's own intake.
const INTAKE: &str = "logs";
/// The header in which the intake takes the key.
pub const KEY_HEADER: &str = "DD-API-KEY";
/// The parameter that carries it in an address.
const KEY_PARAMETER: &str = "dd-api-key";
/// Of the logs intake.
const INTAKE_PATH: &str = "/api/v2/logs";

/// The ways, told to a person.
pub const WAYS: &str = "Ways for the API key, safest first:
  --to https://RELAY            stays with the relay, which checks signatures
  --to logs --svix-url URL      in a header at Svix: who has its token reads it
  --to logs --allow-key-in-url  in the URL: all who may read endpoints see it,
                                auditors and logs of proxies too";

/// How the key gets to Datadog.
#[derive(Args, Debug)]
pub struct KeyFlags {
    /// Put the API key into the URL, in clear for everybody who may read endpoints
    #[arg(long)]
    allow_key_in_url: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// What an endpoint is to point to.
pub struct Destination {
    pub url: Url,
    pub key: Key,
}

/// Where the API key is.
pub enum Key {
    /// At the relay.
    WithRelay,
    InHeader(Secret),
    InUrl,
}

impl Destination {
    /// Reads `--to`. A key is checked at Datadog before it is put anywhere, unless `is_preview`.
    pub async fn of(
        context: &Context,
        to: &str,
        flags: &KeyFlags,
        ways: &Ways,
        is_preview: bool,
    ) -> anyhow::Result<Self> {
        if to != INTAKE {
            let url = relay_url(to)?;
            return Ok(Self {
                url,
                key: Key::WithRelay,
            });
        }
        if ways.svix().is_none() && !flags.allow_key_in_url {
            let why = "through the gateway's API the key can travel in the URL alone, where \
                       everybody who may read endpoints sees it";
            let hint = "safer: --to https://RELAY, where the key stays with the relay, or --to logs \
                        --svix-url URL, which has it in a header at Svix; --allow-key-in-url \
                        accepts the URL";
            return Err(UsageError::with_hint(why, hint).into());
        }
        let key = context.secret(SecretKind::ApiKey, &flags.datadog.flags())?;
        if !is_preview {
            let datadog = context.datadog(&flags.datadog.flags())?;
            let checked = datadog.validate().await;
            checked.context("check the API key before it is registered")?;
        }
        let mut url = intake_url(context)?;
        if ways.svix().is_some() {
            return Ok(Self {
                url,
                key: Key::InHeader(key),
            });
        }
        url.query_pairs_mut()
            .append_pair(KEY_PARAMETER, key.expose());
        Ok(Self {
            url,
            key: Key::InUrl,
        })
    }

    pub fn is_relay(&self) -> bool {
        matches!(self.key, Key::WithRelay)
    }
}

/// Whether an address is that of a logs intake, as [`Destination`] writes it.
pub fn is_intake(url: &Url) -> bool {
    url.path() == INTAKE_PATH
}

/// Whether an address holds a key.
pub fn has_key(url: &Url) -> bool {
    url.query_pairs().any(|(name, _)| name == KEY_PARAMETER)
}

/// The intake, with what Datadog files the events under.
fn intake_url(context: &Context) -> anyhow::Result<Url> {
    let settings = context.settings()?;
    let host = settings.site.value.logs_intake_host();
    let mut url =
        Url::parse(&format!("https://{host}{INTAKE_PATH}")).context("the intake's address")?;
    let mut query = url.query_pairs_mut();
    query
        .append_pair("ddsource", "hoop")
        .append_pair("service", &settings.service.value);
    let tags = settings.all_tags();
    if !tags.is_empty() {
        query.append_pair("ddtags", &tags.join(","));
    }
    drop(query);
    Ok(url)
}

fn relay_url(address: &str) -> Result<Url, UsageError> {
    let refused = |why: String| {
        UsageError::with_hint(
            why,
            "--to takes `logs` or the URL of a relay, such as https://relay.example.com/hoop",
        )
    };
    match Url::parse(address) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => Err(refused(
            "the address of a relay holds no user and no password".to_owned(),
        )),
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(refused(format!("`{address}` is no destination"))),
    }
}

/// The secret that signs what goes to a relay.
pub enum Signing {
    Known(Secret),
    /// Its file is still to be made.
    ToMake(PathBuf),
    /// Svix makes one of its own, which Datadog does not look at.
    None,
}

impl Signing {
    pub fn of(destination: &Destination, file: Option<&Path>) -> anyhow::Result<Self> {
        match (destination.is_relay(), file) {
            (true, None) => Err(UsageError::with_hint(
                "a relay checks events by their signature, and the gateway never shows the secret",
                "name a file for it: --signing-secret-file FILE (made when it does not exist)",
            )
            .into()),
            (_, Some(file)) => Ok(match read_signing_secret(file)? {
                Some(secret) => Signing::Known(secret),
                None => Signing::ToMake(file.to_owned()),
            }),
            (false, None) => Ok(Signing::None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_an_address_without_a_password() {
        assert!(relay_url("https://relay.test/hoop?a=b").is_ok());
        for wrong in ["relay.test", "ftp://relay.test/", "https://"] {
            assert!(relay_url(wrong).is_err(), "{wrong}");
        }
        let refused = relay_url("https://me:hunter2@relay.test/").expect_err("a password");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}
