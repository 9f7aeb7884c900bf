//! `ddctl deadletters`: events that no destination took.

mod drop;
mod list;
mod retry;
mod rows;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Deadletters {
    List(list::List),
    Show(show::Show),
    Retry(retry::Retry),
    Drop(drop::Drop),
}

impl Deadletters {
    /// A retry that is told to stop sends what it holds first.
    pub fn stops_by_itself(&self) -> bool {
        matches!(self, Deadletters::Retry(_))
    }
}

pub async fn run(context: &Context, command: Deadletters) -> anyhow::Result<Exit> {
    match command {
        Deadletters::List(args) => list::run(context, &args),
        Deadletters::Show(args) => show::run(context, &args),
        Deadletters::Retry(args) => retry::run(context, &args).await,
        Deadletters::Drop(args) => drop::run(context, &args),
    }
}
