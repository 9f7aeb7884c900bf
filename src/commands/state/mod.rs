//! `ddctl state`: what survives a run.

mod repair;
mod reset;
mod rows;
mod show;
mod verify;

use clap::Subcommand;

pub use repair::{ASKS_FOR_SINCE, repaired, told};

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum State {
    Show(show::Show),
    Verify(verify::Verify),
    Repair(repair::Repair),
    Reset(reset::Reset),
}

pub fn run(context: &Context, command: State) -> anyhow::Result<Exit> {
    match command {
        State::Show(args) => show::run(context, &args),
        State::Verify(args) => verify::run(context, &args),
        State::Repair(args) => repair::run(context, &args),
        State::Reset(args) => reset::run(context, &args),
    }
}
