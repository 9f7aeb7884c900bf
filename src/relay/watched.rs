//! A file that is read again when it changes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Remembers what a file looked like.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    path: PathBuf,
    looks: Looks,
}

/// What tells that a file is another one; `None` while there is none.
type Looks = Option<(u64, u64, i64, i64)>;

impl Watched {
    /// To be made before the file is read: a change in between is found at the next look.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            looks: looks(path),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True where it is another one than at the last look.
    pub fn has_changed(&mut self) -> bool {
        let looks = looks(&self.path);
        std::mem::replace(&mut self.looks, looks) != looks
    }
}

fn looks(path: &Path) -> Looks {
    let file = fs::metadata(path).ok()?;
    Some((file.ino(), file.len(), file.mtime(), file.mtime_nsec()))
}
