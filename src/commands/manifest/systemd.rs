//! `ddctl manifest systemd`: the units of a machine.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::facts::{RunFlags, Wish, plan};
use super::show::{show, write};
use crate::config::Settings;
use crate::context::Context;
use crate::domain::delivery::Delivery;
use crate::error::{Exit, UsageError};
use crate::manifest::{Calendar, Host, Mode, Plan, certificates_file, systemd};

/// Units of systemd: a relay with its socket, a follower, or a run with its timer
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl manifest systemd
  ddctl manifest systemd --mode relay --to-dir units/
  ddctl manifest systemd --mode new --schedule '*-*-* *:17' --name ddctl-hourly

Its mode is the profile's `delivery` unless --mode names one. The profile's site, gateway, service, \
tags and rules go along in a settings file; keys and tokens are files that root alone may read, which \
systemd hands to the service (LoadCredential, systemd 247 and newer). What to put where is said on \
stderr.

The service has a user of its own (DynamicUser), may write nothing but its state, and is left no right \
that it does not use: `systemd-analyze security` tells. A relay's socket stays open while it begins \
anew, so that no webhook is turned away; after a secret was replaced, restart the service.")]
pub struct Systemd {
    /// What runs [default: the profile's `delivery`, else follow]
    #[arg(long, value_name = "MODE")]
    mode: Option<UnitMode>,
    /// With --mode new, when it runs: a calendar event of systemd
    #[arg(long, value_name = "CALENDAR", default_value = "*-*-* 00/6:17")]
    schedule: Calendar,
    /// Where it begins the first time
    #[arg(long, value_name = "TIME", default_value = "12h")]
    since: String,
    /// Where ddctl is on that machine
    #[arg(long, value_name = "PATH", default_value = "/usr/bin/ddctl", value_parser = absolute)]
    binary: String,
    /// The folder with the files of the secrets [default: /etc/NAME/secrets]
    #[arg(long, value_name = "DIR", value_parser = absolute)]
    secrets_dir: Option<String>,
    /// Write each file into DIR
    #[arg(long, value_name = "DIR")]
    to_dir: Option<PathBuf>,
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
    let since = args.since.clone();
    let mode = match args.mode.map_or_else(|| of_profile(settings), Ok)? {
        UnitMode::New => Mode::New { since },
        UnitMode::Follow => Mode::Follow { since },
        UnitMode::Relay => Mode::Relay(None),
    };
    let wish = Wish {
        mode,
        flags: &args.run,
        certificates: certificates_file(&args.run.name(settings)),
        signs_in_to_queue: false,
    };
    let plan = plan(context, wish)?;
    let folder = args.secrets_dir.clone();
    let host = Host {
        program: args.binary.clone(),
        secrets: folder.unwrap_or_else(|| format!("/etc/{}/secrets", plan.name)),
        calendar: args.schedule.clone(),
    };
    let files = systemd(&plan, &host);
    let before = before(&plan, &host);
    match &args.to_dir {
        Some(folder) => write(context, &files, folder, &before),
        None => show(context, &files, &before),
    }
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
    let mut before = vec![format!("sudo install -d -m 700 {}", host.secrets)];
    before.extend(plan.secrets.iter().map(|kind| {
        let name = kind.name();
        format!("sudo install -m 600 FILE {}/{name}", host.secrets)
    }));
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

fn absolute(text: &str) -> Result<String, String> {
    match text.starts_with('/') && !text.contains(char::is_control) {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("it is a whole path, since systemd knows no other".to_owned()),
    }
}
