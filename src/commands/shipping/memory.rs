//! What is remembered of a file of lines: how far each destination has it.

use anyhow::Context as _;

use crate::context::Context;
use crate::delivery::LineLedger;
use crate::delivery::state::{FileKey, FilePosition, Holder};
use crate::sources::lines::OpenedFile;

/// How a command remembers files.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Its name without values, for whoever waits for it.
    pub command: &'static str,
    /// Nothing is sent: nothing is remembered, and nobody is kept out.
    pub is_dry: bool,
    /// From the beginning, whatever the destination has.
    pub again: bool,
}

impl Memory {
    /// The ledger of `file` from where the last run left it.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, a state that cannot be, and another process that has it.
    pub fn ledger(
        self,
        context: &Context,
        name: &str,
        file: &OpenedFile,
        key: FileKey,
    ) -> anyhow::Result<LineLedger> {
        let (head_len, head) = file.head().with_context(|| format!("cannot read {name}"))?;
        let beginning = FilePosition {
            path: std::path::absolute(name)?.display().to_string(),
            head_len,
            head,
            line: 1,
            ..FilePosition::default()
        };
        let begin = |found: Option<FilePosition>| match found {
            Some(found) if is_same(file, &found) => FilePosition {
                offset: found.offset,
                line: found.line,
                beyond: found.beyond,
                unsent: found.unsent,
                ..beginning
            },
            Some(_) => {
                context.ui.status(&format!(
                    "{name} holds other lines than at the last run: it is read from its beginning"
                ));
                beginning
            }
            None => beginning,
        };
        let folder = context.state_folder()?;
        let mut ledger = match self.is_dry {
            true => LineLedger::look(&folder, &key, begin)?,
            false => {
                let holder = Holder::this(self.command, context.now());
                LineLedger::open(&folder, key, &holder, begin)?
            }
        };
        if self.again {
            ledger.send_again();
        }
        Ok(ledger)
    }

    /// Whether something of `file` was delivered under `key`.
    ///
    /// # Errors
    ///
    /// A state that cannot be read.
    pub fn has(context: &Context, file: &OpenedFile, key: &FileKey) -> anyhow::Result<bool> {
        let mut is_known = false;
        LineLedger::look(&context.state_folder()?, key, |found| {
            is_known = found.as_ref().is_some_and(|found| is_same(file, found));
            found.unwrap_or_default()
        })?;
        Ok(is_known)
    }
}

fn is_same(file: &OpenedFile, found: &FilePosition) -> bool {
    found.offset <= file.size && file.begins_with(found.head_len, &found.head)
}
