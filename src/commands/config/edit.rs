//! `ddctl config edit`.

use std::io::Write;
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;

use super::file_path;
use crate::config::{ConfigFile, replace_file};
use crate::context::Context;
use crate::error::{Exit, UsageError};

/// Open the settings file in $EDITOR, and check it on saving
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config edit
  EDITOR='code --wait' ddctl config edit")]
pub struct Edit {}

pub fn run(context: &Context, _args: &Edit) -> anyhow::Result<Exit> {
    let path = file_path(context)?;
    let Some((_, editor)) = context.environment.first(&["VISUAL", "EDITOR"]) else {
        return Err(UsageError::with_hint(
            "no editor is named",
            format!("set EDITOR, or change {} yourself", path.display()),
        )
        .into());
    };
    let before = std::fs::read_to_string(&path).unwrap_or_else(|_| "version = 1\n".to_owned());
    let mut copy = tempfile::Builder::new()
        .prefix("ddctl-")
        .suffix(".toml")
        .tempfile()?;
    copy.write_all(before.as_bytes())?;
    copy.flush()?;
    loop {
        let mut words = editor.split_whitespace();
        let program = words.next().unwrap_or(editor);
        let status = Command::new(program)
            .args(words)
            .arg(copy.path())
            .status()
            .with_context(|| format!("run {program}"))?;
        if !status.success() {
            bail!("{program} ended with {status}; the settings were not changed");
        }
        let after = std::fs::read_to_string(copy.path())?;
        if after == before {
            context.ui.status("nothing was changed");
            return Ok(Exit::Done);
        }
        let Err(error) = ConfigFile::parse(&path, &after) else {
            replace_file(&path, &after)?;
            context.ui.status(&format!("saved {}", path.display()));
            return Ok(Exit::Done);
        };
        context.ui.warning(&error.to_string());
        if !context
            .ui
            .confirm("Edit again?", "a valid file: nothing was saved")?
        {
            bail!("the settings were not changed");
        }
    }
}
