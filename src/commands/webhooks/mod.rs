//! `ddctl webhooks`: destinations of the gateway's webhooks.

mod list;
pub mod register;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Webhooks {
    Register(register::Register),
    List(list::List),
}

pub async fn run(context: &Context, command: Webhooks) -> anyhow::Result<Exit> {
    match command {
        Webhooks::Register(args) => register::run(context, &args).await,
        Webhooks::List(args) => list::run(context, &args).await,
    }
}
