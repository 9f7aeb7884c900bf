//! `ddctl sessions`: look at recordings, and ship them.

mod assert;
mod cache;
mod clip;
mod export;
pub mod filter;
mod inputs;
mod list;
mod redaction_report;
mod replay;
pub mod scope;
mod search;
mod show;
mod stats;
mod tail;
pub mod view;
mod when;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Sessions {
    List(list::List),
    Show(show::Show),
    Stats(Box<stats::Stats>),
    Tail(Box<tail::Tail>),
    Replay(replay::Replay),
    Search(Box<search::Search>),
    Assert(Box<assert::Assert>),
    Export(Box<export::Export>),
}

impl Sessions {
    /// An export that is told to stop sends what it holds first, a tail shows it.
    pub fn stops_by_itself(&self) -> bool {
        match self {
            Sessions::Export(args) => args.delivers(),
            Sessions::Tail(_) => true,
            _ => false,
        }
    }

    /// True for what runs until it is told to stop.
    pub fn runs_until_stopped(&self) -> bool {
        matches!(self, Sessions::Export(args) if args.runs_until_stopped())
    }
}

pub async fn run(context: &Context, command: Sessions) -> anyhow::Result<Exit> {
    match command {
        Sessions::List(args) => list::run(context, &args).await,
        Sessions::Show(args) => show::run(context, &args).await,
        Sessions::Stats(args) => stats::run(context, &args).await,
        Sessions::Tail(args) => tail::run(context, &args).await,
        Sessions::Replay(args) => replay::run(context, &args).await,
        Sessions::Search(args) => search::run(context, &args).await,
        Sessions::Assert(args) => assert::run(context, &args).await,
        Sessions::Export(args) => export::run(context, &args).await,
    }
}
