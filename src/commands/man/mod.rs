//! `ddctl man`: the manual pages, one a command, made from the same tree as the help.

mod page;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::Resettable;
use clap::{Args, CommandFactory};

use crate::commands::Cli;
use crate::context::Context;
use crate::error::{Exit, UsageError};

/// Print the manual page, or write every page to a folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl man | man -l -
  ddctl man --to-dir /usr/local/share/man/man1")]
pub struct Man {
    /// Write one page a command into DIR
    #[arg(long, value_name = "DIR")]
    to_dir: Option<PathBuf>,
}

pub fn run(context: &Context, args: &Man) -> anyhow::Result<Exit> {
    let pages = render()?;
    let Some(folder) = &args.to_dir else {
        let page = pages.first().map_or(&[][..], |(_, page)| page);
        return print(context, page);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    for (name, page) in &pages {
        let path = folder.join(name);
        std::fs::write(&path, page).with_context(|| format!("write {}", path.display()))?;
    }
    context
        .ui
        .status(&format!("{} pages in {}", pages.len(), folder.display()));
    Ok(Exit::Done)
}

/// A page is source for `man`, which nobody reads as it is.
fn print(context: &Context, page: &[u8]) -> anyhow::Result<Exit> {
    if context.ui.stdout_is_terminal() {
        return Err(UsageError::with_hint(
            "a manual page is for the program `man`, and this is a terminal",
            "`ddctl man | man -l -` shows it; --to-dir DIR installs the page of every command",
        )
        .into());
    }
    context.ui.write(page)?;
    Ok(Exit::Done)
}

/// Every page with its file name, the program's own first. No date is in them, so that the bytes
/// are stable.
pub fn render() -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    // Which commit it is of would make another page of every build.
    let mut root = Cli::command().long_version(Resettable::Reset);
    root.build();
    let mut pages = Vec::new();
    collect(&root, "ddctl", &mut pages)?;
    Ok(pages)
}

fn collect(
    command: &clap::Command,
    name: &str,
    pages: &mut Vec<(String, Vec<u8>)>,
) -> anyhow::Result<()> {
    let page = page::render(command, name)?;
    pages.push((format!("{name}.1"), page));
    for child in command
        .get_subcommands()
        .filter(|child| !child.is_hide_set())
    {
        collect(child, &format!("{name}-{}", child.get_name()), pages)?;
    }
    Ok(())
}
