//! `ddctl dashboards`: those that ship with the program and files of one's own, kept at Datadog as
//! code.

mod apply;
mod list;
mod plan;
mod remove;
mod target;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Dashboards {
    List(list::List),
    Plan(plan::Plan),
    Apply(apply::Apply),
    Remove(remove::Remove),
}

impl Dashboards {
    /// True for commands that say what they did when they are told to stop.
    pub fn stops_by_itself(&self) -> bool {
        matches!(self, Dashboards::Apply(_) | Dashboards::Remove(_))
    }
}

pub async fn run(context: &Context, command: Dashboards) -> anyhow::Result<Exit> {
    match command {
        Dashboards::List(args) => list::run(context, &args).await,
        Dashboards::Plan(args) => plan::run(context, &args).await,
        Dashboards::Apply(args) => apply::run(context, &args).await,
        Dashboards::Remove(args) => remove::run(context, &args).await,
    }
}
