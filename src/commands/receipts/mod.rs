//! `ddctl receipts`: what was sent, and the proof. Here as well: how a sender leaves one.

mod card;
mod list;
mod sender;
mod show;
mod verify;
mod view;

use clap::Subcommand;

pub use sender::{begin, signed};
pub use verify::{Selected, Subject, VerifyAnswer, verified};

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Receipts {
    List(list::List),
    Show(show::Show),
    Verify(Box<verify::Verify>),
}

pub async fn run(context: &Context, command: Receipts) -> anyhow::Result<Exit> {
    match command {
        Receipts::List(args) => list::run(context, &args),
        Receipts::Show(args) => show::run(context, &args),
        Receipts::Verify(args) => verify::run(context, &args).await,
    }
}
