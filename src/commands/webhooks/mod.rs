//! `ddctl webhooks`: destinations of the gateway's webhooks, and what became of what was sent.

mod access;
mod attach;
mod deliveries;
mod destination;
mod difference;
mod follow;
mod hook;
mod list;
mod ready;
mod redeliver;
mod register;
mod remove;
mod rotate;
mod secret;
mod show;
mod test;
mod update;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Webhooks {
    Register(register::Register),
    List(list::List),
    Show(show::Show),
    Test(test::Test),
    Update(update::Update),
    Remove(remove::Remove),
    Rotate(rotate::Rotate),
    Deliveries(deliveries::Deliveries),
    Redeliver(redeliver::Redeliver),
}

pub async fn run(context: &Context, command: Webhooks) -> anyhow::Result<Exit> {
    match command {
        Webhooks::Register(args) => register::run(context, &args).await,
        Webhooks::List(args) => list::run(context, &args).await,
        Webhooks::Show(args) => show::run(context, &args).await,
        Webhooks::Test(args) => test::run(context, &args).await,
        Webhooks::Update(args) => update::run(context, &args).await,
        Webhooks::Remove(args) => remove::run(context, &args).await,
        Webhooks::Rotate(args) => rotate::run(context, &args).await,
        Webhooks::Deliveries(args) => deliveries::run(context, &args).await,
        Webhooks::Redeliver(args) => redeliver::run(context, &args).await,
    }
}
