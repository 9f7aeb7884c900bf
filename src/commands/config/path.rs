//! `ddctl config path`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::error::Exit;

/// Print where the settings file is
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config path
  ddctl config path --config ./ddctl.toml")]
pub struct Path {}

#[derive(Serialize)]
struct Place {
    path: PathBuf,
    exists: bool,
}

pub fn run(context: &Context, _args: &Path) -> anyhow::Result<Exit> {
    let path = super::file_path(context)?;
    let exists = path.exists();
    let place = Place { path, exists };
    context
        .ui
        .one(&place, || format!("{}\n", place.path.display()))?;
    if !exists {
        context
            .ui
            .status("it does not exist yet; `ddctl config set site SITE` makes it");
    }
    Ok(Exit::Done)
}
