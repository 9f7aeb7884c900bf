//! `ddctl config path`.

use clap::Args;

use crate::context::Context;
use crate::error::Exit;

/// Print where the settings file is
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config path
  ddctl config path --config ./ddctl.toml")]
pub struct Path {}

pub fn run(context: &Context, _args: &Path) -> anyhow::Result<Exit> {
    let path = super::file_path(context)?;
    context.ui.line(&path.display().to_string())?;
    if !path.exists() {
        context
            .ui
            .status("it does not exist yet; `ddctl config set site SITE` makes it");
    }
    Ok(Exit::Done)
}
