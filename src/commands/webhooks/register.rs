//! `ddctl webhooks register`.
//!
//! The licence is read before anything else: under the open-source one, a connection that is
//! attached to the gateway's plugin `webhooks` has every session refused. No connection is ever
//! attached here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use url::Url;

use super::list::{EndpointRow, printable};
use crate::commands::flags::{DatadogAccess, GatewayAccess};
use crate::config::{SecretKind, make_signing_secret, read_signing_secret};
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::error::{Exit, UsageError};
use crate::gateway::{Endpoint, Gateway, LicenceKind, NewEndpoint, NewEventType};

/// The word for Datadog's own intake.
const INTAKE: &str = "logs";

/// The events of a session that the gateway pushes.
const SESSION_EVENTS: [(&str, &str); 2] = [
    ("session.open", "A session opened or waits for review"),
    ("session.close", "A session ended"),
];

/// Register a destination for the gateway's webhooks
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks register --to https://relay.example.com/hoop \\
      --signing-secret-file ./relay.secret
  ddctl webhooks register --to logs --allow-key-in-url --dry-run

A relay is checked by the signature and keeps the API key away from the gateway. Straight to \
Datadog the events carry base64 input, no identity on closing, and the gateway's own API can \
attach the key in no other way than in the URL, where everybody who may read endpoints sees it.")]
pub struct Register {
    /// Where the events go: the URL of a relay, or `logs` for Datadog's intake
    #[arg(long, value_name = "URL|logs")]
    to: String,
    /// Name by which the endpoint is found again
    #[arg(long, value_name = "NAME", default_value = "ddctl", value_parser = uid)]
    uid: String,
    /// Signing secret (`whsec_…`) for a relay; a file that does not exist is made
    #[arg(long, value_name = "FILE")]
    signing_secret_file: Option<PathBuf>,
    /// Put the API key into the URL, in clear for everybody who may read endpoints
    #[arg(long)]
    allow_key_in_url: bool,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// Svix takes no other name (svix/svix-webhooks, `server/svix-server/src/core/types/mod.rs`).
fn uid(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
    match (1..=256).contains(&text.len()) && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err("a name is made of letters, digits, `-`, `_` and `.`".to_owned()),
    }
}

pub async fn run(context: &Context, args: &Register) -> anyhow::Result<Exit> {
    if !args.dry_run {
        context.require_write("registering a webhook endpoint")?;
    }
    let gateway = context.gateway(&args.gateway.flags())?;
    let mut endpoint = endpoint(context, args)?;
    if args.to == INTAKE && !args.dry_run {
        let datadog = context.datadog(&args.datadog.flags())?;
        datadog
            .validate()
            .await
            .context("check the API key before it is registered")?;
    }
    check_gateway(context, &gateway).await?;
    if args.dry_run {
        warn_of_role(context, &gateway).await;
        return preview(context, args, &gateway, &endpoint).await;
    }
    if !enable_plugin(context, &gateway).await? {
        context.ui.status("nothing was changed");
        return Ok(Exit::Failed);
    }
    create_event_types(context, &gateway).await?;
    match existing(&gateway, &args.uid).await? {
        Some(found) => compare(context, args, &found, &endpoint),
        None => {
            if let Some(path) = missing_secret(args, &endpoint) {
                endpoint.secret = Some(make_signing_secret(path)?);
                let shown = path.display();
                context
                    .ui
                    .status(&format!("made a signing secret in {shown}"));
            }
            let made = gateway.create_webhook_endpoint(&endpoint).await?;
            context.ui.status("registered the endpoint");
            show(context, &made)
        }
    }
}

/// What is wanted. The secret of a relay is left out where its file is still to be made.
fn endpoint(context: &Context, args: &Register) -> anyhow::Result<NewEndpoint> {
    let (url, secret) = match args.to.as_str() {
        INTAKE => (intake_url(context, args)?, None),
        address => (relay_url(address)?, signing_secret(args)?),
    };
    Ok(NewEndpoint {
        url: url.into(),
        description: "made by ddctl".to_owned(),
        filter_types: SESSION_EVENTS.map(|(name, _)| name.to_owned()).to_vec(),
        metadata: BTreeMap::from([("made-by".to_owned(), "ddctl".to_owned())]),
        uid: Some(args.uid.clone()),
        secret,
    })
}

/// The intake's address with the key in it, which has to be allowed by name.
fn intake_url(context: &Context, args: &Register) -> anyhow::Result<Url> {
    if !args.allow_key_in_url {
        return Err(UsageError::with_hint(
            "the gateway's API can attach an API key in the URL alone, where everybody who may \
             read endpoints sees it",
            "register a relay instead (--to https://…), or accept it by --allow-key-in-url",
        )
        .into());
    }
    let settings = context.settings()?;
    let key = context.secret(SecretKind::ApiKey, &args.datadog.flags())?;
    let base = format!(
        "https://{}/api/v2/logs",
        settings.site.value.logs_intake_host()
    );
    let mut url = Url::parse(&base).context("the intake's address")?;
    let mut query = url.query_pairs_mut();
    query
        .append_pair("ddsource", "hoop")
        .append_pair("service", &settings.service.value);
    let tags = settings.all_tags();
    if !tags.is_empty() {
        query.append_pair("ddtags", &tags.join(","));
    }
    query.append_pair("dd-api-key", key.expose());
    drop(query);
    Ok(url)
}

fn relay_url(address: &str) -> Result<Url, UsageError> {
    match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(UsageError::with_hint(
            format!("`{address}` is no destination"),
            "--to takes `logs` or the URL of a relay, such as https://relay.example.com/hoop",
        )),
    }
}

fn signing_secret(args: &Register) -> anyhow::Result<Option<Secret>> {
    let Some(path) = &args.signing_secret_file else {
        return Err(UsageError::with_hint(
            "a relay checks events by their signature, and the gateway never shows the secret",
            "name a file for it: --signing-secret-file FILE (made when it does not exist)",
        )
        .into());
    };
    Ok(read_signing_secret(path)?)
}

/// The file that a relay's secret is to be made in.
fn missing_secret<'a>(args: &'a Register, endpoint: &NewEndpoint) -> Option<&'a Path> {
    match endpoint.secret {
        None if args.to != INTAKE => args.signing_secret_file.as_deref(),
        _ => None,
    }
}

/// Says what the licence means for webhooks, before anything is touched.
async fn check_gateway(context: &Context, gateway: &Gateway) -> anyhow::Result<()> {
    let info = gateway.server_info().await?;
    if !info.has_webhook_app_key {
        return Err(UsageError::with_hint(
            "the gateway has no webhooks: WEBHOOK_APPKEY is not set on it",
            "`ddctl sessions export --to logs` ships the same events by polling",
        )
        .into());
    }
    match info.licence.kind {
        LicenceKind::Enterprise if info.licence.is_valid => Ok(()),
        kind => {
            let name = if kind == LicenceKind::Oss {
                "open-source"
            } else {
                "present"
            };
            context.ui.warning(&format!(
                "under its {name} licence the gateway pushes no session events, and refuses every \
                 session on a connection that is attached to its webhooks plugin; ddctl attaches \
                 none. `ddctl sessions export --to logs` ships the same events by polling"
            ));
            Ok(())
        }
    }
}

/// Without the plugin there is no Svix application to register at.
async fn enable_plugin(context: &Context, gateway: &Gateway) -> anyhow::Result<bool> {
    if gateway.plugin("webhooks").await?.is_some() {
        return Ok(true);
    }
    let question = "Enable the gateway's webhooks plugin, with no connection attached?";
    if !context.ui.confirm(question, "--yes")? {
        return Ok(false);
    }
    gateway.enable_webhooks_plugin().await?;
    context
        .ui
        .status("enabled the webhooks plugin, with no connection attached");
    Ok(true)
}

/// Open-source Svix refuses an endpoint that filters by a type it does not know.
async fn create_event_types(context: &Context, gateway: &Gateway) -> anyhow::Result<()> {
    let known = gateway.event_types().await?;
    for (name, description) in SESSION_EVENTS {
        if known.iter().any(|event_type| event_type.name == name) {
            continue;
        }
        let event_type = NewEventType {
            name: name.to_owned(),
            description: description.to_owned(),
        };
        gateway.create_event_type(&event_type).await?;
        context.ui.status(&format!("made the event type {name}"));
    }
    Ok(())
}

async fn existing(gateway: &Gateway, uid: &str) -> anyhow::Result<Option<Endpoint>> {
    let list = gateway.webhook_endpoints().await?;
    Ok(list
        .data
        .into_iter()
        .find(|endpoint| endpoint.uid.as_deref() == Some(uid)))
}

/// Registering twice changes nothing; another destination under the same name is shown.
fn compare(
    context: &Context,
    args: &Register,
    found: &Endpoint,
    wanted: &NewEndpoint,
) -> anyhow::Result<Exit> {
    let ui = &context.ui;
    if found.url != wanted.url {
        ui.error(&difference(
            &args.uid,
            &printable(&found.url),
            &printable(&wanted.url),
        ));
        ui.hint("register it under another name: --uid NAME");
        return Ok(Exit::Failed);
    }
    ui.status(&format!(
        "{} is registered already; nothing was changed",
        found.id
    ));
    if let Some(path) = missing_secret(args, wanted) {
        ui.warning(&format!(
            "{} is not there, and no secret was made: the gateway signs with the one that it was \
             given when the endpoint was registered",
            path.display()
        ));
    }
    if found.disabled {
        ui.warning("the endpoint is disabled: nothing is sent to it");
    }
    show(context, found)
}

/// Two addresses that look the same differ in what is masked.
fn difference(uid: &str, now: &str, wanted: &str) -> String {
    match now == wanted {
        true => format!(
            "`{}` is registered already, with another key in its URL",
            uid
        ),
        false => format!(
            "`{}` is registered already, for another destination\n  now     {now}\n  wanted  {wanted}",
            uid
        ),
    }
}

fn show(context: &Context, endpoint: &Endpoint) -> anyhow::Result<Exit> {
    let row = EndpointRow::of(endpoint);
    context.ui.one(&row, || {
        let events = row.filter_types.join(", ");
        format!("{}\n  url     {}\n  events  {events}\n", row.id, row.url)
    })?;
    Ok(Exit::Done)
}

/// A preview that nobody with this token can turn into the deed says so.
async fn warn_of_role(context: &Context, gateway: &Gateway) {
    if let Ok(user) = gateway.user_info().await
        && ["auditor", "standard"].contains(&user.role.as_str())
    {
        context.ui.warning(&format!(
            "the token of `{}` has the role `{}`, and the gateway lets admins alone register",
            user.email, user.role
        ));
    }
}

/// The request as it would be sent, secrets masked.
async fn preview(
    context: &Context,
    args: &Register,
    gateway: &Gateway,
    endpoint: &NewEndpoint,
) -> anyhow::Result<Exit> {
    let body = serde_json::json!({
        "url": printable(&endpoint.url),
        "description": endpoint.description,
        "version": 1,
        "filterTypes": endpoint.filter_types,
        "metadata": endpoint.metadata,
        "uid": endpoint.uid,
        "secret": (args.to != INTAKE).then_some("****"),
    });
    context.ui.one(&body, || {
        format!("POST /api/webhooks/endpoints\n{body:#}\n")
    })?;
    if gateway.plugin("webhooks").await?.is_none() {
        context
            .ui
            .status("the webhooks plugin would be enabled first, with no connection attached");
    }
    if let Some(path) = missing_secret(args, endpoint) {
        let path = path.display();
        context
            .ui
            .status(&format!("a signing secret would be made in {path}"));
    }
    context.ui.status("dry run: nothing was sent");
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_svix_takes_for_one() {
        for name in ["ddctl", "relay-2.eu_west"] {
            assert_eq!(uid(name).as_deref(), Ok(name));
        }
        for name in ["", "two words", "größe", "a/b", &"x".repeat(257)] {
            assert!(uid(name).is_err(), "{name}");
        }
    }

    #[test]
    fn another_key_behind_the_same_address_is_told_from_another_address() {
        let of = |now: &str, wanted: &str| difference("ddctl", &printable(now), &printable(wanted));
        let intake = |key: &str| format!("https://intake.test/logs?dd-api-key={key}");
        let rotated = of(&intake("old"), &intake("new"));
        assert!(rotated.contains("another key"), "{rotated}");
        let moved = of(&intake("old"), "https://relay.test/hoop");
        assert!(moved.contains("https://relay.test/hoop"), "{moved}");
        assert!(!moved.contains("old"), "{moved}");
    }
}
