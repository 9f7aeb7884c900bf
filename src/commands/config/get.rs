//! `ddctl config get`.

use clap::Args;
use serde::Serialize;

use super::known_key;
use crate::context::Context;
use crate::error::Exit;
use crate::ui::escape;

/// Print one setting in force
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config get site
  ddctl config get gateway.url --profile staging")]
pub struct Get {
    /// Its name, such as site or gateway.url
    key: String,
}

#[derive(Serialize)]
struct Row {
    key: &'static str,
    value: String,
    origin: String,
}

pub fn run(context: &Context, args: &Get) -> anyhow::Result<Exit> {
    let key = known_key(&args.key)?;
    match context.settings()?.value(key.name) {
        Some(valued) => {
            let row = Row {
                key: key.name,
                origin: valued.origin.to_string(),
                value: valued.value,
            };
            context
                .ui
                .one(&row, || format!("{}\n", escape::line(&row.value)))?;
            Ok(Exit::Done)
        }
        None => {
            context
                .ui
                .status(&format!("{} is not set: {}", key.name, key.help));
            Ok(Exit::AnswerIsNo)
        }
    }
}
