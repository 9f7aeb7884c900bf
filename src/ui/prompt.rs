//! Questions, asked only where somebody can answer.

use std::io;

use dialoguer::Confirm;
use dialoguer::theme::SimpleTheme;

use super::Ui;

/// Nobody can be asked, and no flag answered.
#[derive(Debug, thiserror::Error)]
#[error("nobody can be asked here: {question}")]
pub struct CannotAsk {
    pub question: String,
    /// The flag that would have answered.
    pub flag: &'static str,
}

/// The person stopped the program in place of an answer.
#[derive(Debug, thiserror::Error)]
#[error("stopped at the question; nothing was done")]
pub struct StoppedAsking;

impl Ui {
    /// Asks a yes-or-no question. `flag` is named where nobody can be asked.
    pub fn confirm(&self, question: &str, flag: &'static str) -> anyhow::Result<bool> {
        let options = self.options();
        if options.assume_yes {
            return Ok(true);
        }
        let streams = &options.streams;
        if !options.may_prompt || !streams.stdin_is_terminal || !streams.stderr_is_terminal {
            return Err(CannotAsk {
                question: question.to_owned(),
                flag,
            }
            .into());
        }
        Confirm::with_theme(&SimpleTheme)
            .with_prompt(question)
            .default(false)
            .interact()
            .map_err(|dialoguer::Error::IO(error)| match error.kind() {
                io::ErrorKind::Interrupted => anyhow::Error::new(StoppedAsking),
                _ => anyhow::Error::new(error).context("read the answer"),
            })
    }
}
