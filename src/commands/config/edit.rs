//! `ddctl config edit`.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;
use tempfile::NamedTempFile;

use super::file_path;
use crate::config::{ConfigError, Settings, read_settings, replace_file};
use crate::context::Context;
use crate::error::{Exit, UsageError};

/// Open the settings file in $EDITOR, and check it on saving
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config edit
  ddctl config edit --config ./ddctl.toml

A file that does not hold is never saved: the editor opens again, or what was written is kept beside \
and named.")]
pub struct Edit {}

/// What an editor begins with where there is no file yet.
const NEW: &str = "version = 1\n";

pub fn run(context: &Context, _args: &Edit) -> anyhow::Result<Exit> {
    let path = file_path(context)?;
    let Some((_, editor)) = context.environment.first(&["VISUAL", "EDITOR"]) else {
        return Err(UsageError::with_hint(
            "no editor is named",
            format!("set EDITOR, or change {} yourself", path.display()),
        )
        .into());
    };
    let before = read_settings(&path)?;
    let shown = before.as_deref().unwrap_or(NEW);
    let copy = copy_of(shown)?;
    loop {
        open(editor, copy.path())?;
        let after = std::fs::read_to_string(copy.path())?;
        if after == shown {
            context.ui.status("nothing was changed");
            return Ok(Exit::Done);
        }
        if let Err(error) = Settings::check(&path, &after) {
            if asks_again(context, &error)? {
                continue;
            }
            let hint = format!(
                "correct it there, and put it in the place of {}",
                path.display()
            );
            let what = match context.ui.can_ask() {
                // It was said before the question.
                true => kept(copy),
                false => format!("{}: {error}", kept(copy)),
            };
            return Err(UsageError::with_hint(what, hint).into());
        }
        return match replace_file(&path, before.as_deref(), &after) {
            Ok(()) => {
                context.ui.status(&format!("saved {}", path.display()));
                Ok(Exit::Done)
            }
            Err(error) => Err(anyhow::Error::new(error).context(kept(copy))),
        };
    }
}

fn copy_of(text: &str) -> anyhow::Result<NamedTempFile> {
    let mut copy = tempfile::Builder::new()
        .prefix("ddctl-")
        .suffix(".toml")
        .tempfile()?;
    copy.write_all(text.as_bytes())?;
    copy.flush()?;
    Ok(copy)
}

/// Runs the editor by the shell, as others do: its name may have arguments and quotes.
fn open(editor: &str, file: &Path) -> anyhow::Result<()> {
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), editor])
        .arg(file)
        .status()
        .with_context(|| format!("run {editor}"))?;
    if !status.success() {
        bail!("{editor} ended with {status}; the settings were not changed");
    }
    Ok(())
}

/// Whether the editor opens again. Where nobody can be asked it does not.
fn asks_again(context: &Context, error: &ConfigError) -> anyhow::Result<bool> {
    if !context.ui.can_ask() {
        return Ok(false);
    }
    context.ui.warning(&error.to_string());
    context.ui.confirm("Edit again?", "--yes")
}

/// Leaves what was written where it is, and says where.
fn kept(copy: NamedTempFile) -> String {
    match copy.keep() {
        Ok((_, path)) => format!(
            "the settings were not changed; what you wrote is in {}",
            path.display()
        ),
        Err(_) => "the settings were not changed".to_owned(),
    }
}
