//! From settings and flags to a plan: what goes along, and which secrets it takes.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::along;
use super::start::Start;
use crate::commands::shipping::{Destination, To, check};
use crate::config::{SecretFlags, SecretKind, Settings, carried};
use crate::context::Context;
use crate::delivery::OLDEST;
use crate::domain::delivery::Delivery;
use crate::domain::time::{human_duration, parse_range};
use crate::error::UsageError;
use crate::manifest::{DOOR_PORT, HEALTH_PORT, Mode, Name, Plan, Source};

/// Where the first run begins, unless somebody says it.
pub const SINCE: &str = "12h";

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
    pub fn name(&self, settings: &Settings, source: Source) -> Name {
        let given = self.name.clone();
        given.unwrap_or_else(|| Name::of(source, &settings.profile.value))
    }
}

/// What an export takes from the gateway.
#[derive(Debug, Args)]
pub struct SourceFlags {
    /// What is exported: sessions, or what administrators changed (its name is ddctl-audit then)
    #[arg(long, value_name = "SOURCE", default_value = "sessions")]
    source: SourceArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SourceArg {
    Sessions,
    Audit,
}

impl SourceFlags {
    pub fn source(&self) -> Source {
        match self.source {
            SourceArg::Sessions => Source::Sessions,
            SourceArg::Audit => Source::Audit,
        }
    }
}

/// Where webhooks come in unless somebody says it: at this machine alone, for a proxy that speaks TLS.
pub fn own_door() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, DOOR_PORT).into()
}

/// Where health is asked for.
pub fn own_health() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, HEALTH_PORT).into()
}

/// What is particular to one form.
pub struct Wish<'a> {
    pub source: Source,
    pub mode: Mode,
    pub flags: &'a RunFlags,
    /// Where the certificates will lie.
    pub certificates: String,
    /// The folder in which whoever runs a command there by hand finds the secrets.
    pub secrets: String,
    /// The queue asks who comes.
    pub signs_in_to_queue: bool,
}

/// The plan for the profile in force.
///
/// # Errors
///
/// No gateway, an address with a password, a file without certificates, a destination that nobody
/// could read later, and flags by which ddctl would not start.
pub fn plan(context: &Context, wish: Wish<'_>) -> anyhow::Result<Plan> {
    let settings = context.settings()?;
    along::require_public(context, settings)?;
    check(&wish.flags.to)?;
    require_sent(&wish.flags.to)?;
    require_since(context, &wish.mode)?;
    let certificates = along::certificates(context, settings)?;
    let ca_file = certificates.is_some().then_some(wish.certificates.as_str());
    let variables = along::variables(context, settings);
    let mut plan = Plan {
        name: wish.flags.name(settings, wish.source),
        profile: settings.profile.value.clone(),
        settings: String::new(),
        certificates,
        to: wish.flags.to.iter().map(To::to_string).collect(),
        more: wish.flags.more.clone(),
        secrets: secrets(context, &wish)?,
        variables: variables.shown,
        hidden: variables.hidden,
        source: wish.source,
        mode: wish.mode,
    };
    let start = Start::of(&plan)?;
    require_sent(&start.to)?;
    add_secrets(&mut plan.secrets, &start);
    let files = files(&plan.secrets, &wish.secrets);
    plan.settings = carried(settings, delivery(&plan.mode), ca_file, &files)?;
    start.check_settings(&plan.settings)?;
    Ok(plan)
}

fn delivery(mode: &Mode) -> Delivery {
    match mode {
        Mode::New { .. } => Delivery::Export,
        Mode::Follow { .. } => Delivery::Follow,
        Mode::Relay(_) => Delivery::Relay,
    }
}

fn require_since(context: &Context, mode: &Mode) -> anyhow::Result<()> {
    let since = match mode {
        Mode::New { since } | Mode::Follow { since } => since,
        Mode::Relay(_) => return Ok(()),
    };
    parse_range(since, None, context.now(), &context.ui.options().tz)?;
    Ok(())
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

/// What a mode takes whatever stands behind `--`.
fn secrets(context: &Context, wish: &Wish<'_>) -> anyhow::Result<Vec<SecretKind>> {
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

/// A collector of one's own gets no key.
fn needs_key(to: &To) -> bool {
    !matches!(to.destination, Destination::Otlp(Some(_)))
}

/// The path of each in `folder`.
fn files(secrets: &[SecretKind], folder: &str) -> Vec<(SecretKind, String)> {
    let files = secrets.iter();
    files
        .map(|kind| (*kind, format!("{folder}/{}", kind.name())))
        .collect()
}

/// What the flags behind `--` ask for.
fn add_secrets(secrets: &mut Vec<SecretKind>, start: &Start) {
    let has_key = secrets.contains(&SecretKind::ApiKey);
    if !has_key && start.to.iter().any(needs_key) {
        secrets.push(SecretKind::ApiKey);
    }
    if start.lacks_app_key {
        secrets.push(SecretKind::AppKey);
    }
    secrets.sort();
}

/// Without it marks would have other tokens there than here.
fn has_redaction_key(context: &Context) -> anyhow::Result<bool> {
    let is_named = context.settings()?.redaction_key_file.is_some();
    let find = || context.secret_place(SecretKind::RedactionKey, &SecretFlags::default());
    Ok(is_named || find()?.is_some())
}

/// Refuses a flag that would do nothing.
pub fn require_use(
    flag: &str,
    is_given: bool,
    modes: &[&str],
    mode: &Mode,
) -> Result<(), UsageError> {
    match is_given && !modes.contains(&mode.name()) {
        true => Err(UsageError::with_hint(
            format!("{flag} means nothing in the mode {}", mode.name()),
            format!("it is for --mode {}", modes.join(" and ")),
        )),
        false => Ok(()),
    }
}

/// Says so where events grow too old between two runs.
pub fn warn_of_pause(context: &Context, flags: &RunFlags, pause: Duration) {
    if pause <= OLDEST || !flags.to.iter().any(|to| to.destination.is_intake()) {
        return;
    }
    let told = format!(
        "up to {} lie between two runs, and Datadog takes no event older than 18 hours: older ones \
         go out under the time of sending (`-- --late` says otherwise)",
        human_duration(pause),
    );
    context.ui.warning(&told);
}

/// Where the gateway sends straight to Datadog.
pub fn nothing_runs() -> UsageError {
    UsageError::with_hint(
        "the profile's events go from the gateway straight to Datadog, so nothing has to run",
        "--mode names what should: relay or follow",
    )
}
