//! `ddctl monitors`: packs and files of monitors, read, explained and proven without a key.

mod eval;
mod list;
mod show;
mod target;
mod test;
mod validate;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Monitors {
    List(list::List),
    Show(show::Show),
    Validate(validate::Validate),
    Test(test::Test),
    Eval(eval::Eval),
}

pub async fn run(context: &Context, command: Monitors) -> anyhow::Result<Exit> {
    match command {
        Monitors::List(args) => list::run(context, &args),
        Monitors::Show(args) => show::run(context, &args),
        Monitors::Validate(args) => validate::run(context, &args).await,
        Monitors::Test(args) => test::run(context, &args),
        Monitors::Eval(args) => eval::run(context, &args),
    }
}
