//! Events that no destination takes, kept with the reason: one JSON object a line, one file a
//! destination.
//!
//! A line is on the disk before the pipeline goes on. The files are private (`0600`), since they
//! hold what people did, and bounded: when one is full the run ends instead of losing anything.
//! Whoever appends to a file or rewrites it holds the folder for that moment, so that a letter that
//! comes while others are taken out is kept.

mod drawer;
mod stored;
mod writer;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub use drawer::{Drawer, files};
pub use stored::{Letter, StoredLetter, read};
pub use writer::{DeadLetters, Verdict};

use super::state::StateError;

/// The folder of the dead letters in that of the state.
pub const FOLDER: &str = "deadletters";

/// The largest file.
pub const LARGEST_FILE: u64 = 256 << 20;

/// Why a dead letter could not be kept, read or taken out. Nothing was lost.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    #[error("cannot keep a dead letter in {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot read the dead letters in {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "the dead letters in {} have reached {} MiB; deal with them first",
        path.display(),
        LARGEST_FILE >> 20
    )]
    Full { path: PathBuf },
    /// Somebody else is dealing with them.
    #[error(transparent)]
    Held(#[from] StateError),
}

impl DeadLetterError {
    /// What helps.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            DeadLetterError::Full { .. } => {
                Some("`ddctl deadletters retry --all` sends them again, `drop` gives them up")
            }
            DeadLetterError::Held(error) => error.hint(),
            DeadLetterError::Io { .. } | DeadLetterError::Unreadable { .. } => None,
        }
    }
}

/// The folder, for one process at a time and a moment; it is made where there is none.
fn hold_folder(folder: &Path) -> io::Result<File> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let lock = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(folder.join(".lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// A name that was made or changed has to survive as well; not every file system can sync a folder.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
