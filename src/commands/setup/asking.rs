//! Questions of the walk, and what may be said in place of an answer.

use super::walk::{Turn, Walk};
use crate::error::UsageError;
use crate::wizard::Field;

/// What somebody said to a question.
pub enum Reply {
    Text(String),
    Turn(Turn),
}

/// What somebody said to a yes-or-no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    Yes,
    No,
    Turn(Turn),
}

impl Walk<'_> {
    /// Asks for one answer until it is one, or takes the one that is there.
    ///
    /// # Errors
    ///
    /// Where nobody can be asked and none is there.
    pub fn ask(&mut self, field: Field, is_asked: bool) -> anyhow::Result<Turn> {
        let default = self.default_of(field);
        let is_given = self.mode.given.get(field).is_some();
        if !is_asked || is_given {
            return self.take(field, default);
        }
        loop {
            let text = match self.question(field.question(), default.as_deref())? {
                Reply::Turn(turn) => return Ok(turn),
                Reply::Text(text) => text,
            };
            match field.read(&text) {
                Ok(value) => {
                    self.answer(field, value);
                    return Ok(Turn::Next);
                }
                Err(why) => self.ui().error(&why),
            }
        }
    }

    /// The answer that Enter alone gives.
    pub fn default_of(&self, field: Field) -> Option<String> {
        let found = self.found.get(&field).map(|found| &found.value);
        let answered = self.answers.get(field).map(str::to_owned);
        answered.or_else(|| found.cloned())
    }

    fn take(&mut self, field: Field, default: Option<String>) -> anyhow::Result<Turn> {
        match default {
            Some(value) => {
                let read = field.read(&value);
                let value = read.map_err(|why| UsageError::new(format!("{field}: {why}")))?;
                self.answer(field, value);
                Ok(Turn::Next)
            }
            None if field.is_required() => Err(missing(&[format!("--{field}")]).into()),
            None => Ok(Turn::Next),
        }
    }

    /// A yes or a no, as a line like every other answer here. `flag` is named where nobody can be
    /// asked.
    pub fn agree(&self, question: &str, flag: &'static str) -> anyhow::Result<Consent> {
        if self.ui().options().assume_yes || !self.can_ask() {
            return Ok(match self.ui().confirm(question, flag)? {
                true => Consent::Yes,
                false => Consent::No,
            });
        }
        loop {
            let text = match self.question(&format!("{question} [y/N]"), None)? {
                Reply::Turn(turn) => return Ok(Consent::Turn(turn)),
                Reply::Text(text) => text.to_lowercase(),
            };
            match text.as_str() {
                "y" | "yes" => return Ok(Consent::Yes),
                "" | "n" | "no" => return Ok(Consent::No),
                _ => self.ui().error("write y or n"),
            }
        }
    }

    /// A question was put, of whatever kind.
    pub fn count_question(&self) {
        self.asked.set(self.asked.get() + 1);
    }

    /// One line of text, or where to go instead.
    pub fn question(&self, question: &str, default: Option<&str>) -> anyhow::Result<Reply> {
        self.count_question();
        let filled = default.filter(|text| !text.is_empty());
        let text = self.ui().ask(&format!("  {question}"), filled)?;
        Ok(match text.as_str() {
            "back" => Reply::Turn(Turn::Back),
            "skip" => Reply::Turn(Turn::Skip),
            // A dash empties what Enter alone would keep.
            "-" => Reply::Text(String::new()),
            _ => Reply::Text(text),
        })
    }

    /// What went wrong, and whether to try once more. Where nobody can be asked, the error.
    pub fn again(&self, error: anyhow::Error) -> anyhow::Result<Turn> {
        self.tell(error)?;
        loop {
            match self.question("Enter tries again; back, skip or Ctrl-C leave it", None)? {
                Reply::Turn(turn) => return Ok(turn),
                Reply::Text(text) if text.is_empty() => return Ok(Turn::Next),
                Reply::Text(_) => self.ui().error("press Enter, or write back or skip"),
            }
        }
    }

    /// What went wrong, where somebody is there to do something about it; else the error.
    pub fn tell(&self, error: anyhow::Error) -> anyhow::Result<()> {
        if !self.can_ask() {
            return Err(error);
        }
        self.ui().error(&format!("{error:#}"));
        for hint in crate::error::classify(&error).hints {
            self.ui().hint(&hint);
        }
        Ok(())
    }
}

/// Answers that nobody can be asked for.
pub fn missing(flags: &[String]) -> UsageError {
    UsageError::with_hint(
        format!(
            "nobody can be asked here, and these answers are missing: {}",
            flags.join(", ")
        ),
        "give them as flags, in the environment, or in a file of answers: --file FILE \
         (`ddctl setup --print-file` prints one)",
    )
}
