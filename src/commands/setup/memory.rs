//! What setup remembers between two runs, in the folder of the profile's state.

use std::io;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::config::write_privately;
use crate::context::Context;
use crate::error::UsageError;
use crate::wizard::Record;

/// The file, beside positions and receipts.
const FILE: &str = "setup.json";

/// The record of one profile.
pub struct Memory {
    pub path: PathBuf,
    pub record: Record,
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
        let record = match std::fs::read_to_string(&path) {
            Ok(text) => Record::parse(&text)
                .map_err(anyhow::Error::msg)
                .with_context(|| format!("read {}", path.display()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Record::default(),
            Err(error) => {
                return Err(error).with_context(|| format!("read {}", path.display()));
            }
        };
        Ok(Self { path, record })
    }

    /// Writes it anew, so that the next run can go on from here.
    pub fn keep(&self) -> anyhow::Result<()> {
        write_privately(&self.path, self.record.to_text().as_bytes())
            .with_context(|| format!("write {}", self.path.display()))
    }
}
