//! `ddctl audit`: the gateway's own log of what its administrators changed.

mod export;
mod filter;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Audit {
    Export(Box<export::Export>),
}

impl Audit {
    /// An export that is told to stop sends what it holds first.
    pub fn stops_by_itself(&self) -> bool {
        match self {
            Audit::Export(args) => args.delivers(),
        }
    }

    /// True for what runs until it is told to stop.
    pub fn runs_until_stopped(&self) -> bool {
        match self {
            Audit::Export(args) => args.runs_until_stopped(),
        }
    }
}

pub async fn run(context: &Context, command: Audit) -> anyhow::Result<Exit> {
    match command {
        Audit::Export(args) => export::run(context, &args).await,
    }
}
