//! The command tree: one file a leaf command, its arguments above its `run`.
//!
//! A command reads settings, calls one room below and shows the answer. It holds no logic of its
//! own.

pub mod audit;
pub mod auth;
pub mod completions;
pub mod config;
pub mod dashboards;
pub mod deadletters;
pub mod demo;
pub mod doctor;
pub mod man;
pub mod manifest;
pub mod monitors;
pub mod otel;
pub mod receipts;
pub mod relay;
pub mod sandbox;
pub mod sessions;
pub mod setup;
pub mod state;
pub mod status;
pub mod test_event;
pub mod traces;
pub mod validate;
pub mod webhooks;

mod as_code;
mod flags;
mod line;
mod shipping;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};

use crate::context::Context;
use crate::error::Exit;
use crate::globals::Globals;

/// Colours of the help; clap leaves them out where there is no terminal.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Cyan.on_default().bold())
    .usage(AnsiColor::Cyan.on_default().bold())
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::Yellow.on_default());

/// What `--version` says: also of which commit and for which platform it is built.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit ",
    env!("DDCTL_COMMIT"),
    "\nbuilt for ",
    env!("DDCTL_TARGET")
);

/// See what your AI agents did through the access gateway, ship it to Datadog, and prove that
/// somebody would be told.
#[derive(Debug, Parser)]
#[command(
    name = "ddctl",
    version,
    long_version = LONG_VERSION,
    styles = STYLES,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Examples:
  ddctl demo
  ddctl sessions list --since 24h
  ddctl sessions export --new --to logs
  ddctl test-event unapproved-prod --dry-run

Try `ddctl demo`: the whole path on a private sandbox, without an account."
)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands, in the order a newcomer meets them.
#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(demo::Demo),
    Setup(Box<setup::Setup>),
    Validate(validate::Validate),
    Doctor(doctor::Doctor),
    /// Look at recorded sessions, replay them, ship them
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl sessions list --since 24h --agent '*'
  ddctl sessions replay SESSION
  ddctl sessions export --since 24h --to logs"
    )]
    Sessions(sessions::Sessions),
    /// The gateway's own log of what administrators changed
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl audit export --since 7d --to logs
  ddctl audit export --new --to logs"
    )]
    Audit(audit::Audit),
    /// What agent platforms log and agent frameworks emit
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl traces export --file traces.ndjson --to logs
  ddctl traces export --file traces/ --follow --to llmobs"
    )]
    Traces(traces::Traces),
    /// What was sent, and the proof
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl receipts list
  ddctl receipts verify --since 7d"
    )]
    Receipts(receipts::Receipts),
    /// Destinations of the gateway's webhooks
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl webhooks register --to https://relay.example.com/hoop \\
      --signing-secret-file relay.secret
  ddctl webhooks list
  ddctl webhooks redeliver ddctl --since 24h"
    )]
    Webhooks(webhooks::Webhooks),
    Relay(Box<relay::Relay>),
    /// OpenTelemetry: settings for agents, and what agents send
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl otel env --service shop-agent --env prod
  ddctl otel check --env-file agent.env
  ddctl otel receive -- python agent.py"
    )]
    Otel(otel::Otel),
    /// Monitors as files: the packs, and your own; tested here, kept at Datadog as code
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl monitors list
  ddctl monitors plan --pack hoop
  ddctl monitors apply --pack hoop"
    )]
    Monitors(monitors::Monitors),
    /// Dashboards as files: those of the packs, and your own
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl dashboards list
  ddctl dashboards apply --pack hoop"
    )]
    Dashboards(dashboards::Dashboards),
    TestEvent(test_event::TestEvent),
    /// Events that no destination took: look at them, send them again, give them up
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl deadletters list
  ddctl deadletters retry --all"
    )]
    Deadletters(deadletters::Deadletters),
    /// How far each destination is: look, check, repair, forget
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl state show
  ddctl state verify"
    )]
    State(state::State),
    /// Keys and tokens: keep them, see where each comes from, replace them
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl auth set api-key
  ddctl auth list
  ddctl auth rotate app-key --file /run/secrets/dd-app-key"
    )]
    Auth(auth::Auth),
    /// Profiles and settings
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl config list --origin
  ddctl config set site datadoghq.eu
  ddctl config check"
    )]
    Config(config::Config),
    Status(status::Status),
    /// What runs this profile: objects of Kubernetes, units of systemd, a file of Compose
    #[command(
        subcommand,
        after_help = "Examples:
  ddctl manifest deployment | kubectl apply -f -
  ddctl manifest relay --namespace audit
  ddctl manifest systemd --mode relay --to-dir units/"
    )]
    Manifest(manifest::Manifest),
    Sandbox(sandbox::Sandbox),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// True for commands that end cleanly when they are told to stop.
    pub fn stops_by_itself(&self) -> bool {
        match self {
            Command::Sandbox(_)
            | Command::Demo(_)
            | Command::Setup(_)
            | Command::TestEvent(_)
            | Command::Relay(_) => true,
            Command::Sessions(sessions) => sessions.stops_by_itself(),
            Command::Otel(otel) => otel.stops_by_itself(),
            Command::Audit(audit) => audit.stops_by_itself(),
            Command::Traces(traces) => traces.stops_by_itself(),
            Command::Deadletters(letters) => letters.stops_by_itself(),
            Command::Monitors(monitors) => monitors.stops_by_itself(),
            Command::Dashboards(dashboards) => dashboards.stops_by_itself(),
            _ => false,
        }
    }

    /// True for commands to which SIGHUP says that their files changed.
    pub fn rereads_at_hangup(&self) -> bool {
        matches!(self, Command::Relay(_))
    }

    /// True for commands that run until they are told to stop: then a stop by a service manager is
    /// how they end well.
    pub fn runs_until_stopped(&self) -> bool {
        match self {
            Command::Relay(_) => true,
            Command::Sessions(sessions) => sessions.runs_until_stopped(),
            Command::Audit(audit) => audit.runs_until_stopped(),
            Command::Traces(traces) => traces.runs_until_stopped(),
            _ => false,
        }
    }
}

/// The one match.
pub async fn run(context: &Context, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Demo(args) => demo::run(context, &args).await,
        Command::Setup(args) => setup::run(context, &args).await,
        Command::Validate(args) => validate::run(context, &args).await,
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::Sessions(command) => sessions::run(context, command).await,
        Command::Audit(command) => audit::run(context, command).await,
        Command::Traces(command) => traces::run(context, command).await,
        Command::Receipts(command) => receipts::run(context, command).await,
        Command::Webhooks(command) => webhooks::run(context, command).await,
        Command::Relay(args) => relay::run(context, &args).await,
        Command::Otel(command) => otel::run(context, command).await,
        Command::Monitors(command) => monitors::run(context, command).await,
        Command::Dashboards(command) => dashboards::run(context, command).await,
        Command::TestEvent(args) => test_event::run(context, &args).await,
        Command::Deadletters(command) => deadletters::run(context, command).await,
        Command::State(command) => state::run(context, command),
        Command::Auth(command) => auth::run(context, command).await,
        Command::Config(command) => config::run(context, command).await,
        Command::Status(args) => status::run(context, &args).await,
        Command::Manifest(command) => manifest::run(context, command),
        Command::Sandbox(args) => sandbox::run(context, &args).await,
        Command::Completions(args) => completions::run(context, &args),
        Command::Man(args) => man::run(context, &args),
    }
}
