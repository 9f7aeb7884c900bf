//! `ddctl sessions`: look at recordings, and ship them.

mod export;
mod filter;
mod list;
mod recordings;
mod replay;
mod show;
mod summary;
pub mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;
use crate::gateway::Gateway;

#[derive(Debug, Subcommand)]
pub enum Sessions {
    List(list::List),
    Show(show::Show),
    Replay(replay::Replay),
    Export(Box<export::Export>),
}

impl Sessions {
    /// An export that is told to stop sends what it holds first.
    pub fn stops_by_itself(&self) -> bool {
        matches!(self, Sessions::Export(_))
    }
}

/// Says where the token sees its own sessions alone: the gateway leaves out the others without a
/// word. One that does not tell who asks is taken as it is.
async fn warn_of_partial_view(context: &Context, gateway: &Gateway) {
    let Ok(caller) = gateway.user_info().await else {
        return;
    };
    if caller.role == "standard" {
        context.ui.warning(
            "this token sees its own sessions alone; one in the group auditor or admin sees all",
        );
    }
}

pub async fn run(context: &Context, command: Sessions) -> anyhow::Result<Exit> {
    match command {
        Sessions::List(args) => list::run(context, &args).await,
        Sessions::Show(args) => show::run(context, &args).await,
        Sessions::Replay(args) => replay::run(context, &args).await,
        Sessions::Export(args) => export::run(context, &args).await,
    }
}
