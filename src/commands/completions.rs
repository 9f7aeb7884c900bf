//! `ddctl completions`: the script that teaches a shell our words.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::commands::Cli;
use crate::context::Context;
use crate::error::Exit;

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl completions bash > ~/.local/share/bash-completion/completions/ddctl
  ddctl completions zsh  > \"${fpath[1]}/_ddctl\"
  ddctl completions fish > ~/.config/fish/completions/ddctl.fish")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

pub fn run(context: &Context, args: &Completions) -> anyhow::Result<Exit> {
    context.ui.write(&render(args.shell))?;
    Ok(Exit::Done)
}

/// The script of one shell, the same bytes every time.
pub fn render(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ddctl", &mut script);
    script
}
