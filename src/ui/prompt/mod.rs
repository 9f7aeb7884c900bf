//! Questions, asked only where somebody can answer.

mod hidden;
mod line;
mod terminal;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use dialoguer::Confirm;
use dialoguer::theme::SimpleTheme;
use signal_hook::consts::SIGINT;

use super::Ui;
use crate::domain::secret::Secret;

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
        if !self.can_ask() {
            return Err(CannotAsk {
                question: question.to_owned(),
                flag,
            }
            .into());
        }
        let _hush = self.hush();
        terminal::forget_typed();
        Confirm::with_theme(&SimpleTheme)
            .with_prompt(question)
            .default(false)
            .interact()
            .map_err(|dialoguer::Error::IO(error)| unread(error))
    }

    /// True where somebody can answer.
    pub fn can_ask(&self) -> bool {
        let options = self.options();
        let streams = &options.streams;
        options.may_prompt && streams.stdin_is_terminal && streams.stderr_is_terminal
    }

    /// Asks for a line of text, which may be empty; `default` is what Enter alone says. Whoever asks
    /// has made sure by [`Ui::can_ask`] that somebody is there.
    pub fn ask(&self, question: &str, default: Option<&str>) -> anyhow::Result<String> {
        let brackets = default.map_or(String::new(), |default| format!(" [{default}]"));
        let indent = &question[..question.len() - question.trim_start().len()];
        let text = self.wrap(&format!("{}{brackets}:", question.trim_start()), indent);
        let _hush = self.hush();
        let answer = line::read(&format!("{} ", text.trim_end())).map_err(unread)?;
        match (answer.is_empty(), default) {
            (true, Some(default)) => Ok(default.to_owned()),
            _ => Ok(answer),
        }
    }

    /// Asks for a secret, of which the terminal shows nothing.
    pub fn ask_hidden(&self, question: &str) -> anyhow::Result<Secret> {
        let _hush = self.hush();
        hidden::read(question)
    }
}

/// Whether Ctrl-C was pressed between two questions, while nobody read keys: a question holds the
/// thread that would hear of it.
fn was_interrupted() -> bool {
    static PRESSED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let pressed = PRESSED.get_or_init(|| {
        let pressed = Arc::new(AtomicBool::new(false));
        // Without it the person presses once more.
        let _ = signal_hook::flag::register(SIGINT, Arc::clone(&pressed));
        pressed
    });
    pressed.load(Ordering::Relaxed)
}

fn unread(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::Interrupted => anyhow::Error::new(StoppedAsking),
        _ => anyhow::Error::new(error).context("read the answer"),
    }
}
