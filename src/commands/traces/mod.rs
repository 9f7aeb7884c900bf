//! `ddctl traces`: what agent platforms log and agent frameworks emit.

mod export;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Traces {
    Export(Box<export::Export>),
}

impl Traces {
    /// An export that is told to stop sends what it holds first.
    pub fn stops_by_itself(&self) -> bool {
        match self {
            Traces::Export(_) => true,
        }
    }

    /// True for what runs until it is told to stop.
    pub fn runs_until_stopped(&self) -> bool {
        match self {
            Traces::Export(args) => args.runs_until_stopped(),
        }
    }
}

pub async fn run(context: &Context, command: Traces) -> anyhow::Result<Exit> {
    match command {
        Traces::Export(args) => export::run(context, &args).await,
    }
}
