//! How a secret is given to `auth set` and `auth rotate`: a file, standard input, a program, or a
//! prompt that shows nothing. Never as an argument, which other processes and the shell's history
//! see.

use std::path::PathBuf;

use clap::Args;

use crate::config::{SecretKind, read_file, read_printed};
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::error::UsageError;
use crate::ui::prompt::CannotAsk;

/// Where the secret is read from, once.
#[derive(Debug, Args)]
pub struct Given {
    /// Read the secret from FILE; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    file: Option<PathBuf>,
    /// Run a program and take what it prints; everything behind belongs to it
    #[arg(long, value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true)]
    command: Option<Vec<String>>,
    /// Taken so that it is not repeated in an error.
    #[arg(hide = true, value_name = "SECRET")]
    never: Vec<String>,
}

impl Given {
    /// True where something says where the secret is.
    pub fn is_named(&self) -> bool {
        self.file.is_some() || self.command.is_some()
    }

    /// A secret among the arguments is refused and not repeated.
    pub fn check(&self) -> Result<(), UsageError> {
        match self.never.is_empty() {
            true => Ok(()),
            false => Err(UsageError::with_hint(
                "a secret is never an argument: other users' processes and the shell's history see it",
                "give it to the prompt, by --file FILE, by --file - or by --command; and replace \
                 the one that was just shown",
            )),
        }
    }

    /// Reads the secret. `question` is what the prompt says.
    pub fn read(
        &self,
        context: &Context,
        kind: SecretKind,
        question: &str,
    ) -> anyhow::Result<Secret> {
        if let Some(path) = &self.file {
            return Ok(read_file(kind, path)?);
        }
        if let Some(words) = &self.command {
            return Ok(read_printed(kind, words)?);
        }
        if !context.ui.can_ask() {
            return Err(CannotAsk {
                question: question.to_owned(),
                flag: "--file FILE, --file - or --command COMMAND",
            }
            .into());
        }
        context.ui.ask_hidden(question)
    }
}
