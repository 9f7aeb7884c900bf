//! `ddctl manifest systemd`: the units of a machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::facts::{
    RunFlags, SINCE, SourceFlags, Wish, own_door, own_health, plan, require_use, warn_of_pause,
};
use super::show::{show, write};
use super::steps::{self, Steps};
use crate::commands::shipping::listen_address;
use crate::config::Settings;
use crate::context::Context;
use crate::domain::delivery::Delivery;
use crate::domain::shell::word;
use crate::error::{Exit, UsageError};
use crate::manifest::{
    Calendar, Host, Mode, Plan, Source, VARIABLES_FILE, certificates_file, settings_file, systemd,
};

/// Units of systemd: a relay with its socket, a follower, or a run with its timer
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl manifest systemd
  ddctl manifest systemd --mode relay --to-dir units/
  ddctl manifest systemd --mode new --schedule '*-*-* *:17' --name ddctl-hourly
  ddctl manifest systemd --profile b --health-listen 8081

Its mode is the profile's `delivery` unless --mode names one. The profile's site, gateway, service, \
tags and rules go along in a settings file; keys and tokens are files that root alone may read, which \
systemd hands to the service (LoadCredential, systemd 247 and newer). What to put where is said on \
stderr.

The service has a user of its own (DynamicUser), may write nothing but its state, and is left no right \
that it does not use: `systemd-analyze security` tells. A relay's socket stays open while it begins \
anew, so that no webhook is turned away; after a secret was replaced, restart the service. One that finds its \
address taken ends and stays so: two on one machine need different ones.

Behind a proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) it goes the same way there; an address with a \
password stands in a file beside the secrets.")]
pub struct Systemd {
    /// What runs [default: the profile's `delivery`, else follow]
    #[arg(long, value_name = "MODE")]
    mode: Option<UnitMode>,
    /// With --mode new, when it runs: a calendar event of systemd [default: *-*-* 00/6:17]
    #[arg(long, value_name = "CALENDAR")]
    schedule: Option<Calendar>,
    /// Where it begins the first time [default: 12h ago]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Where a relay's webhooks come in, [HOST:]PORT [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDR", value_parser = listen_address)]
    listen: Option<SocketAddr>,
    /// Where a follower or a relay is asked for its health, [HOST:]PORT [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", value_parser = listen_address)]
    health_listen: Option<SocketAddr>,
    /// Where ddctl is on that machine
    #[arg(long, value_name = "PATH", default_value = "/usr/bin/ddctl", value_parser = program)]
    binary: String,
    /// The folder with the files of the secrets [default: /etc/NAME/secrets]
    #[arg(long, value_name = "DIR", value_parser = absolute)]
    secrets_dir: Option<String>,
    /// Write each file into DIR
    #[arg(long, value_name = "DIR")]
    to_dir: Option<PathBuf>,
    #[command(flatten)]
    source: SourceFlags,
    #[command(flatten)]
    run: RunFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UnitMode {
    /// What is new, at the times of a timer.
    New,
    Follow,
    Relay,
}

pub fn run(context: &Context, args: &Systemd) -> anyhow::Result<Exit> {
    let settings = context.settings()?;
    let since = args.since.clone().unwrap_or_else(|| SINCE.to_owned());
    let mode = match args.mode.map_or_else(|| of_profile(settings), Ok)? {
        UnitMode::New => Mode::New { since },
        UnitMode::Follow => Mode::Follow { since },
        UnitMode::Relay => Mode::Relay(None),
    };
    require_uses(args, &mode)?;
    let name = args.run.name(settings, args.source.source());
    let folder = args.secrets_dir.clone();
    let folder = folder.unwrap_or_else(|| format!("/etc/{name}/secrets"));
    let wish = Wish {
        source: args.source.source(),
        mode,
        flags: &args.run,
        certificates: certificates_file(&name),
        // Whoever runs a command by hand is root, who may read them.
        secrets: folder.clone(),
        signs_in_to_queue: false,
    };
    let plan = plan(context, wish)?;
    let host = Host {
        program: args.binary.clone(),
        secrets: folder,
        calendar: args.schedule.clone().unwrap_or_default(),
        health: args.health_listen.unwrap_or_else(own_health),
        door: args.listen.unwrap_or_else(own_door),
    };
    if matches!(plan.mode, Mode::New { .. }) {
        warn_of_pause(context, &args.run, host.calendar.longest_pause());
    }
    let files = systemd(&plan, &host);
    let steps = Steps {
        before: before(&plan, &host),
        after: vec![doctor(&plan, &host)],
    };
    match &args.to_dir {
        Some(folder) => write(context, &files, folder, &steps),
        None => show(context, &files, &steps),
    }
}

fn require_uses(args: &Systemd, mode: &Mode) -> Result<(), UsageError> {
    let is_audit = args.source.source() == Source::Audit;
    for (flag, is_given, modes) in [
        ("--schedule", args.schedule.is_some(), &["new"][..]),
        ("--since", args.since.is_some(), &["new", "follow"]),
        ("--source audit", is_audit, &["new", "follow"]),
        ("--listen", args.listen.is_some(), &["relay"]),
        (
            "--health-listen",
            args.health_listen.is_some(),
            &["follow", "relay"],
        ),
    ] {
        require_use(flag, is_given, modes, mode)?;
    }
    Ok(())
}

fn of_profile(settings: &Settings) -> Result<UnitMode, UsageError> {
    match settings.delivery.as_ref().map(|delivery| delivery.value) {
        None | Some(Delivery::Follow) => Ok(UnitMode::Follow),
        Some(Delivery::Export) => Ok(UnitMode::New),
        Some(Delivery::Relay) => Ok(UnitMode::Relay),
        Some(Delivery::Webhook) => Err(super::facts::nothing_runs()),
    }
}

fn before(plan: &Plan, host: &Host) -> Vec<String> {
    let at = |name: &str| word(&format!("{}/{name}", host.secrets));
    let mut before: Vec<String> = steps::register(plan).into_iter().collect();
    before.push(format!("sudo install -d -m 700 {}", word(&host.secrets)));
    before.extend(plan.secrets.iter().map(|kind| {
        let (file, place) = (steps::source(*kind), at(kind.name()));
        format!("sudo install -m 600 {file} {place}")
    }));
    let install = format!("sudo install -m 600 /dev/stdin {}", at(VARIABLES_FILE));
    before.extend(steps::hidden_variables(plan, &install));
    let unit = match &plan.mode {
        Mode::New { .. } => format!("{}.timer", plan.name),
        Mode::Relay(_) => format!("{0}.socket {0}.service", plan.name),
        Mode::Follow { .. } => format!("{}.service", plan.name),
    };
    before.push(format!(
        "sudo systemctl daemon-reload && sudo systemctl enable --now {unit}"
    ));
    before
}

/// With the settings and the state of the service, and the secrets where root reads them.
fn doctor(plan: &Plan, host: &Host) -> String {
    let (program, settings) = (word(&host.program), settings_file(&plan.name));
    format!(
        "sudo env XDG_STATE_HOME=/var/lib/{} {program} --config {settings} doctor",
        plan.name
    )
}

fn absolute(text: &str) -> Result<String, String> {
    let path = text.trim_end_matches('/');
    match path.starts_with('/') && !path.contains(char::is_control) {
        true => Ok(path.to_owned()),
        false => Err("it is a whole path, since systemd knows no other".to_owned()),
    }
}

/// systemd takes quotes in no name of a program, and expands no variable there.
fn program(text: &str) -> Result<String, String> {
    match text.contains(['"', '\'', '\\', '$']) {
        true => Err("systemd starts no program with quotes, `\\` or `$` in its path".to_owned()),
        false => absolute(text),
    }
}
