//! What setup remembers between two runs, in the folder of the profile's state.

use std::io;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::config::replace_file;
use crate::context::Context;
use crate::error::UsageError;
use crate::wizard::Record;

/// The file, beside positions and receipts.
const FILE: &str = "setup.json";

/// The record of one profile.
pub struct Memory {
    pub path: PathBuf,
    pub record: Record,
    /// As it lies on the disk.
    kept: Option<String>,
}

impl Memory {
    /// Reads the record; one that is not there is an empty one.
    pub fn open(context: &Context, profile: &str) -> anyhow::Result<Self> {
        let state = context.environment.state_folder().ok_or_else(|| {
            UsageError::with_hint(
                "there is no folder to remember answers in",
                "set HOME or XDG_STATE_HOME",
            )
        })?;
        let path = state.join(profile).join(FILE);
        let kept = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("read {}", path.display()));
            }
        };
        let record = kept.as_deref().map_or(Ok(Record::default()), Record::parse);
        let record = record
            .map_err(anyhow::Error::msg)
            .with_context(|| format!("read {}", path.display()))?;
        Ok(Self { path, record, kept })
    }

    /// Writes it anew, so that the next run can go on from here.
    ///
    /// # Errors
    ///
    /// Another run has written it meanwhile.
    pub fn keep(&mut self) -> anyhow::Result<()> {
        let text = self.record.to_text();
        replace_file(&self.path, self.kept.as_deref(), &text)?;
        self.kept = Some(text);
        Ok(())
    }
}
