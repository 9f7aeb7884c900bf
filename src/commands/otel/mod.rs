//! `ddctl otel`: programs with an OpenTelemetry SDK, and what they send.

mod check;
mod env;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Otel {
    Env(env::Env),
    Check(check::Check),
}

pub async fn run(context: &Context, command: Otel) -> anyhow::Result<Exit> {
    match command {
        Otel::Env(args) => env::run(context, &args),
        Otel::Check(args) => check::run(context, &args).await,
    }
}
