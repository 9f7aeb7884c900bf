//! `ddctl manifest compose`: a file of Compose.

use std::net::SocketAddr;

use clap::{Args, ValueEnum};

use super::cluster::{IMAGE, image};
use super::facts::{RunFlags, SINCE, SourceFlags, Wish, nothing_runs, own_door, plan, require_use};
use super::show::show;
use super::steps::{self, Steps};
use crate::commands::shipping::listen_address;
use crate::config::Settings;
use crate::context::Context;
use crate::domain::delivery::Delivery;
use crate::domain::shell::word;
use crate::error::{Exit, UsageError};
use crate::manifest::{
    CERTIFICATES_FILE, COMPOSE_SECRETS, Composed, Mode, PROGRAM, Plan, Source, VARIABLES_FILE,
    compose,
};

/// A file of Compose: a relay or a follower, with its secrets as files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl manifest compose > compose.yaml
  ddctl manifest compose --mode relay --image registry.example.com/ddctl:1
  ddctl manifest compose --secrets-dir /srv/ddctl/secrets
  ddctl manifest compose --mode relay --name ddctl-b --listen 8788

Its mode is the profile's `delivery` unless --mode names one. The profile's site, gateway, service, \
tags and rules stand in the file; keys and tokens are files beside it, which user 65532 of the container \
has to be able to read. A relay is published on 127.0.0.1, for a proxy that speaks TLS.

Behind a proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) it goes the same way there; an address with a \
password stands in a file beside the secrets.

Compose has no timetable: `ddctl manifest systemd --mode new` and `cronjob` have. Needs Compose 2.23.1 \
or newer.")]
pub struct Compose {
    /// What runs [default: the profile's `delivery`, else follow]
    #[arg(long, value_name = "MODE")]
    mode: Option<ServiceMode>,
    /// Where it begins the first time [default: 12h ago]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// The image; packaging/Containerfile makes it
    #[arg(long, value_name = "IMAGE", default_value = IMAGE, value_parser = image)]
    image: String,
    /// The folder with the files of the secrets
    #[arg(long, value_name = "DIR", default_value = "./secrets", value_parser = folder)]
    secrets_dir: String,
    /// Where a relay's webhooks come in on this machine, [HOST:]PORT [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDR", value_parser = listen_address)]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    source: SourceFlags,
    #[command(flatten)]
    run: RunFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ServiceMode {
    Follow,
    Relay,
}

pub fn run(context: &Context, args: &Compose) -> anyhow::Result<Exit> {
    let of_profile = || of_profile(context.settings()?);
    let mode = match args.mode.map_or_else(of_profile, Ok)? {
        ServiceMode::Follow => Mode::Follow {
            since: args.since.clone().unwrap_or_else(|| SINCE.to_owned()),
        },
        ServiceMode::Relay => Mode::Relay(None),
    };
    require_use("--since", args.since.is_some(), &["follow"], &mode)?;
    let is_audit = args.source.source() == Source::Audit;
    require_use("--source audit", is_audit, &["follow"], &mode)?;
    require_use("--listen", args.listen.is_some(), &["relay"], &mode)?;
    let wish = Wish {
        source: args.source.source(),
        mode,
        flags: &args.run,
        certificates: CERTIFICATES_FILE.to_owned(),
        secrets: COMPOSE_SECRETS.to_owned(),
        signs_in_to_queue: false,
    };
    let plan = plan(context, wish)?;
    let composed = Composed {
        image: args.image.clone(),
        secrets: args.secrets_dir.clone(),
        door: args.listen.unwrap_or_else(own_door),
    };
    let service = &plan.name;
    let steps = Steps {
        before: before(&plan, &composed),
        after: vec![format!("docker compose exec {service} {PROGRAM} doctor")],
    };
    show(context, &[compose(&plan, &composed)], &steps)
}

fn before(plan: &Plan, composed: &Composed) -> Vec<String> {
    let at = |name: &str| word(&format!("{}/{name}", composed.secrets));
    let mut before: Vec<String> = steps::register(plan).into_iter().collect();
    before.push(format!("install -d -m 700 {}", word(&composed.secrets)));
    before.extend(plan.secrets.iter().map(|kind| {
        let (file, place) = (steps::source(*kind), at(kind.name()));
        format!("sudo install -m 400 -o 65532 {file} {place}")
    }));
    let install = format!("install -m 600 /dev/stdin {}", at(VARIABLES_FILE));
    before.extend(steps::hidden_variables(plan, &install));
    before.push(format!(
        "the image {} on this machine or in its registry",
        composed.image
    ));
    before
}

/// A folder below which there is something.
fn folder(text: &str) -> Result<String, String> {
    let path = text.trim_end_matches('/');
    match path.is_empty() || path.contains(char::is_control) {
        true => Err("it is the path of a folder".to_owned()),
        false => Ok(path.to_owned()),
    }
}

fn of_profile(settings: &Settings) -> anyhow::Result<ServiceMode> {
    match settings.delivery.as_ref().map(|delivery| delivery.value) {
        None | Some(Delivery::Follow) => Ok(ServiceMode::Follow),
        Some(Delivery::Relay) => Ok(ServiceMode::Relay),
        Some(Delivery::Webhook) => Err(nothing_runs().into()),
        Some(Delivery::Export) => Err(UsageError::with_hint(
            "the profile exports at times, and Compose has no timetable",
            "--mode follow, or `ddctl manifest systemd` for a timer",
        )
        .into()),
    }
}
