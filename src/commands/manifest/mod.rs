//! `ddctl manifest`: what runs a profile without anybody watching.

mod along;
mod cluster;
mod compose;
mod cronjob;
mod deployment;
mod facts;
mod relay;
mod show;
mod start;
mod steps;
mod systemd;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Manifest {
    Cronjob(cronjob::Cronjob),
    Deployment(deployment::Deployment),
    Relay(relay::Relay),
    Systemd(systemd::Systemd),
    Compose(compose::Compose),
}

pub fn run(context: &Context, command: Manifest) -> anyhow::Result<Exit> {
    match command {
        Manifest::Cronjob(args) => cronjob::run(context, &args),
        Manifest::Deployment(args) => deployment::run(context, &args),
        Manifest::Relay(args) => relay::run(context, &args),
        Manifest::Systemd(args) => systemd::run(context, &args),
        Manifest::Compose(args) => compose::run(context, &args),
    }
}
