//! Where receipts lie.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::delivery::state::StateError;

const ENDING: &str = ".ndjson";

/// The folder `receipts` of a profile's state.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub fn of_state(state: &Path) -> Self {
        Self(state.join("receipts"))
    }

    pub fn chain(&self) -> PathBuf {
        self.0.join("chain.ndjson")
    }

    /// Where a receipt is before the chain knows it.
    pub fn nascent(&self) -> PathBuf {
        self.0.join(".begun")
    }

    /// `<month>/<id>.ndjson`; the id begins with the day.
    pub fn receipt(&self, id: &str) -> PathBuf {
        let month = match (id.get(..4), id.get(4..6)) {
            (Some(year), Some(month)) => format!("{year}-{month}"),
            _ => String::new(),
        };
        self.0.join(month).join(format!("{id}{ENDING}"))
    }

    /// Makes the folder of a receipt, for its owner alone.
    pub fn make(&self, id: &str) -> Result<(), StateError> {
        let path = self.receipt(id);
        let parent = path.parent().unwrap_or(&self.0);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(parent);
        made.map_err(|source| StateError::io(parent, source))
    }

    /// Ids of the receipts that lie there, whatever the chain says of them.
    pub fn ids(&self) -> Result<Vec<String>, StateError> {
        let failed = |source| StateError::io(&self.0, source);
        let mut ids = Vec::new();
        for month in entries(&self.0).map_err(failed)? {
            if !month.is_dir() {
                continue;
            }
            for file in entries(&month).map_err(failed)? {
                let name = file.file_name().and_then(|name| name.to_str());
                ids.extend(
                    name.and_then(|name| name.strip_suffix(ENDING))
                        .map(str::to_owned),
                );
            }
        }
        ids.sort();
        Ok(ids)
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed?,
    };
    listed.map(|entry| Ok(entry?.path())).collect()
}

/// A file to append to, for its owner alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).read(true).mode(0o600);
    options
}

/// The names in a folder have to survive as well; not every file system can sync one.
pub(super) fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

/// An id that sorts by its time.
pub(super) fn new_id(now: Timestamp) -> String {
    let mut random = [0; 3];
    // Without a random source the file's own `create_new` keeps two receipts apart.
    let _ = getrandom::fill(&mut random);
    let began = now.to_zoned(TimeZone::UTC).strftime("%Y%m%d-%H%M%S");
    format!("{began}-{}", super::hash::hex(&random))
}
