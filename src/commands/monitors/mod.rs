//! `ddctl monitors`: packs and files of monitors, read, explained and proven without a key, and kept
//! at Datadog as code.

mod apply;
mod definitions;
mod eval;
mod export;
mod list;
mod live;
mod plan;
mod remove;
mod show;
pub(in crate::commands) mod target;
mod test;
mod validate;

pub(in crate::commands) use definitions::facts;
pub use target::{Source, Variables};

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Monitors {
    List(list::List),
    Show(show::Show),
    Validate(validate::Validate),
    Test(test::Test),
    Plan(plan::Plan),
    Apply(apply::Apply),
    Remove(remove::Remove),
    Export(export::Export),
    Eval(eval::Eval),
}

impl Monitors {
    /// True for commands that say what they did when they are told to stop.
    pub fn stops_by_itself(&self) -> bool {
        matches!(self, Monitors::Apply(_) | Monitors::Remove(_))
    }
}

pub async fn run(context: &Context, command: Monitors) -> anyhow::Result<Exit> {
    match command {
        Monitors::List(args) => list::run(context, &args).await,
        Monitors::Show(args) => show::run(context, &args),
        Monitors::Validate(args) => validate::run(context, &args).await,
        Monitors::Test(args) => test::run(context, &args),
        Monitors::Plan(args) => plan::run(context, &args).await,
        Monitors::Apply(args) => apply::run(context, &args).await,
        Monitors::Remove(args) => remove::run(context, &args).await,
        Monitors::Export(args) => export::run(context, &args).await,
        Monitors::Eval(args) => eval::run(context, &args),
    }
}
