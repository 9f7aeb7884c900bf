//! `ddctl completions`: the script by which a shell asks ddctl at every TAB, and the answer.

mod candidates;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use crate::commands::Cli;
use crate::config::Environment;
use crate::context::Context;
use crate::error::Exit;

/// Set by the script to the shell's name, when it asks.
pub const VARIABLE: &str = "DDCTL_COMPLETE";

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl completions bash > ~/.local/share/bash-completion/completions/ddctl
  ddctl completions zsh  > \"${fpath[1]}/_ddctl\"
  ddctl completions fish > ~/.config/fish/completions/ddctl.fish

The script asks `ddctl` at every TAB, so that it knows your profiles, the scenarios, the packs and, \
where the gateway answers within two seconds, its connections. Print it anew after an update of ddctl.")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

pub fn run(context: &Context, args: &Completions) -> anyhow::Result<Exit> {
    context.ui.write(&render(args.shell)?)?;
    Ok(Exit::Done)
}

/// The script of one shell, the same bytes every time.
///
/// # Errors
///
/// A shell that cannot ask.
pub fn render(shell: Shell) -> anyhow::Result<Vec<u8>> {
    let shells = Shells::builtins();
    let completer: &dyn EnvCompleter = shells
        .completer(&shell.to_string())
        .ok_or_else(|| anyhow::anyhow!("{shell} cannot ask a program for completions"))?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "ddctl", "ddctl", "ddctl", &mut script)?;
    if shell == Shell::Zsh {
        script.write_all(ZSH_AUTOLOAD.as_bytes())?;
    }
    Ok(script)
}

/// zsh runs a file of its `fpath` as the function itself, at the first TAB.
const ZSH_AUTOLOAD: &str = "if [ \"$funcstack[1]\" = \"_ddctl\" ]; then
    _clap_dynamic_completer_ddctl \"$@\"
fi
";

/// Answers a shell that asks what may stand on a line, on stdout; `None` where none asks. `words` is
/// argv: the program, the shell's own words, `--`, and the line as far as it is written.
pub fn answer(words: &[OsString], environment: &Environment) -> Option<Exit> {
    environment.get(VARIABLE)?;
    let line = words.iter().skip_while(|word| *word != "--").skip(1);
    let line: Vec<OsString> = line.cloned().collect();
    let tree = || candidates::attached(Cli::command(), environment, &line);
    let answered = CompleteEnv::with_factory(tree)
        .var(VARIABLE)
        .completer("ddctl")
        .try_complete(words.to_vec(), Some(Path::new(".")));
    Some(match answered {
        Ok(_) => Exit::Done,
        Err(error) => {
            // Nobody is left to tell when stderr is gone.
            let _ = error.print();
            Exit::Failed
        }
    })
}
