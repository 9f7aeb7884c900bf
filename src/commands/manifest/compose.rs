//! `ddctl manifest compose`: a file of Compose.

use clap::{Args, ValueEnum};

use super::cluster::{IMAGE, image};
use super::facts::{RunFlags, Wish, nothing_runs, plan};
use super::show::show;
use crate::config::Settings;
use crate::context::Context;
use crate::domain::delivery::Delivery;
use crate::error::{Exit, UsageError};
use crate::manifest::{CERTIFICATES_FILE, Composed, Mode, compose};

/// A file of Compose: a relay or a follower, with its secrets as files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl manifest compose > compose.yaml
  ddctl manifest compose --mode relay --image registry.example.com/ddctl:1
  ddctl manifest compose --secrets-dir /srv/ddctl/secrets

Its mode is the profile's `delivery` unless --mode names one. The profile's site, gateway, service, \
tags and rules stand in the file; keys and tokens are files beside it, which user 65532 of the container \
has to be able to read. A relay is published on 127.0.0.1, for a proxy that speaks TLS.

Compose has no timetable: `ddctl manifest systemd --mode new` and `cronjob` have. Needs Compose 2.23.1 \
or newer.")]
pub struct Compose {
    /// What runs [default: the profile's `delivery`, else follow]
    #[arg(long, value_name = "MODE")]
    mode: Option<ServiceMode>,
    /// Where it begins the first time
    #[arg(long, value_name = "TIME", default_value = "12h")]
    since: String,
    /// The image; packaging/Containerfile makes it
    #[arg(long, value_name = "IMAGE", default_value = IMAGE, value_parser = image)]
    image: String,
    /// The folder with the files of the secrets
    #[arg(long, value_name = "DIR", default_value = "./secrets")]
    secrets_dir: String,
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
            since: args.since.clone(),
        },
        ServiceMode::Relay => Mode::Relay(None),
    };
    let wish = Wish {
        mode,
        flags: &args.run,
        certificates: CERTIFICATES_FILE.to_owned(),
        signs_in_to_queue: false,
    };
    let plan = plan(context, wish)?;
    let folder = args.secrets_dir.trim_end_matches('/').to_owned();
    let secrets = plan.secrets.iter();
    let mut before: Vec<String> = secrets
        .map(|kind| format!("install -m 400 -o 65532 FILE {folder}/{}", kind.name()))
        .collect();
    before.push(format!(
        "the image {} on this machine or in its registry",
        args.image
    ));
    let composed = Composed {
        image: args.image.clone(),
        secrets: folder,
    };
    show(context, &[compose(&plan, &composed)], &before)
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
