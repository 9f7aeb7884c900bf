//! From settings and flags to a plan: which secrets it takes, and whether ddctl would start by it.

use std::path::Path;

use anyhow::Context as _;
use clap::{Args, Parser};
use url::Url;

use crate::commands::shipping::{Destination, To, check};
use crate::commands::{Cli, Command};
use crate::config::{SecretFlags, SecretKind, Settings, carried};
use crate::context::Context;
use crate::domain::delivery::Delivery;
use crate::domain::time::parse_range;
use crate::error::UsageError;
use crate::manifest::{Mode, Name, Plan, command_line};

/// Flags of everything that runs.
#[derive(Debug, Args)]
pub struct RunFlags {
    /// Where it goes: `logs` or `events` (Datadog), of sessions also `otlp[=URL]` or `llmobs`;
    /// repeatable, with `,best-effort` behind one that must not hold the others back
    #[arg(long, value_name = "DEST", default_value = "logs")]
    to: Vec<To>,
    /// Name of everything that is made [default: ddctl, or ddctl-PROFILE]
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// Flags that its ddctl gets besides
    #[arg(last = true, value_name = "FLAG")]
    more: Vec<String>,
}

impl RunFlags {
    pub fn name(&self, settings: &Settings) -> Name {
        let given = self.name.clone();
        given.unwrap_or_else(|| Name::of_profile(&settings.profile.value))
    }
}

/// What is particular to one form.
pub struct Wish<'a> {
    pub mode: Mode,
    pub flags: &'a RunFlags,
    /// Where the certificates will lie.
    pub certificates: String,
    /// The queue asks who comes.
    pub signs_in_to_queue: bool,
}

/// The plan for the profile in force.
///
/// # Errors
///
/// No gateway, a destination that nobody could read later, and flags by which ddctl would not start.
pub fn plan(context: &Context, wish: Wish<'_>) -> anyhow::Result<Plan> {
    let settings = context.settings()?;
    require_gateway(context)?;
    check(&wish.flags.to)?;
    require_sent(&wish.flags.to)?;
    let since = match &wish.mode {
        Mode::New { since } | Mode::Follow { since } => Some(since),
        Mode::Relay(_) => None,
    };
    if let Some(since) = since {
        parse_range(since, None, context.now(), &context.ui.options().tz)?;
    }
    let certificates = settings.ca_file.as_deref().map(certificates).transpose()?;
    let ca_file = certificates.is_some().then_some(wish.certificates.as_str());
    let plan = Plan {
        name: wish.flags.name(settings),
        profile: settings.profile.value.clone(),
        settings: carried(settings, delivery(&wish.mode), ca_file)?,
        certificates,
        to: wish.flags.to.iter().map(To::to_string).collect(),
        more: wish.flags.more.clone(),
        secrets: secrets(context, &wish)?,
        variables: variables(context, settings),
        mode: wish.mode,
    };
    require_start(&plan)?;
    Ok(plan)
}

fn delivery(mode: &Mode) -> Delivery {
    match mode {
        Mode::New { .. } => Delivery::Export,
        Mode::Follow { .. } => Delivery::Follow,
        Mode::Relay(_) => Delivery::Relay,
    }
}

/// The address goes into a file that everybody may read.
fn require_gateway(context: &Context) -> anyhow::Result<()> {
    let url: Url = context.gateway_url()?.parse().map_err(|_| {
        UsageError::with_hint(
            "the gateway's address is none",
            "it begins with https://: `ddctl config set gateway.url URL`",
        )
    })?;
    match url.username().is_empty() && url.password().is_none() {
        true => Ok(()),
        false => Err(UsageError::with_hint(
            "the gateway's address holds a user or a password, and would stand in the manifest",
            "the gateway takes a token: `ddctl config set gateway.url URL` without them",
        )
        .into()),
    }
}

/// A file of a container is gone with it, and nobody reads its standard output for this.
fn require_sent(to: &[To]) -> Result<(), UsageError> {
    match to.iter().find(|to| !to.destination.is_sent()) {
        None => Ok(()),
        Some(to) => Err(UsageError::with_hint(
            format!(
                "what runs unattended sends, and does not write to `{}`",
                to.destination
            ),
            "--to logs, events, otlp or llmobs",
        )),
    }
}

fn certificates(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("read the certificates from {}", path.display()))
}

fn secrets(context: &Context, wish: &Wish<'_>) -> anyhow::Result<Vec<SecretKind>> {
    let needs_key = |to: &To| !matches!(to.destination, Destination::Otlp(Some(_)));
    let mut secrets = Vec::new();
    if wish.flags.to.iter().any(needs_key) {
        secrets.push(SecretKind::ApiKey);
    }
    secrets.push(SecretKind::GatewayToken);
    if wish.mode.is_relay() {
        secrets.push(SecretKind::SigningSecret);
    }
    if wish.signs_in_to_queue {
        secrets.push(SecretKind::QueueCredential);
    }
    if has_redaction_key(context)? {
        secrets.push(SecretKind::RedactionKey);
    }
    Ok(secrets)
}

/// Without it marks would have other tokens there than here.
fn has_redaction_key(context: &Context) -> anyhow::Result<bool> {
    let is_named = context.settings()?.redaction_key_file.is_some();
    let find = || context.secret_place(SecretKind::RedactionKey, &SecretFlags::default());
    Ok(is_named || find()?.is_some())
}

fn variables(context: &Context, settings: &Settings) -> Vec<(&'static str, String)> {
    let Some(url) = &settings.datadog_url else {
        return Vec::new();
    };
    let told = format!("DDCTL_DATADOG_URL goes along: it will connect to {url}, not to Datadog");
    context.ui.warning(&told);
    vec![("DDCTL_DATADOG_URL", url.to_string())]
}

/// A manifest whose program ends at once with its usage helps nobody.
fn require_start(plan: &Plan) -> anyhow::Result<()> {
    let line = std::iter::once("ddctl".to_owned()).chain(command_line(plan));
    let refused = |why: &str| {
        UsageError::with_hint(
            format!("ddctl would not start by these flags: {why}"),
            "what stands behind -- goes to its command line as it is",
        )
    };
    let cli = Cli::try_parse_from(line).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        refused(first.trim_start_matches("error: "))
    })?;
    match cli.command {
        Some(Command::Relay(args)) => Ok(crate::commands::relay::check(&args)?),
        _ => Ok(()),
    }
}

/// Where the gateway sends straight to Datadog.
pub fn nothing_runs() -> UsageError {
    UsageError::with_hint(
        "the profile's events go from the gateway straight to Datadog, so nothing has to run",
        "--mode names what should: relay or follow",
    )
}
