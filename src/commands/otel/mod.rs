//! `ddctl otel`: programs with an OpenTelemetry SDK, and what they send.

mod check;
mod env;
mod receive;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Otel {
    Env(env::Env),
    Check(check::Check),
    Receive(Box<receive::Receive>),
}

impl Otel {
    /// True for what ends cleanly when it is told to stop.
    pub fn stops_by_itself(&self) -> bool {
        matches!(self, Otel::Receive(_))
    }
}

pub async fn run(context: &Context, command: Otel) -> anyhow::Result<Exit> {
    match command {
        Otel::Env(args) => env::run(context, &args),
        Otel::Check(args) => check::run(context, &args).await,
        Otel::Receive(args) => receive::run(context, &args).await,
    }
}
