//! Taking letters out of a file.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{DeadLetterError, hold_folder, sync_folder};
use crate::delivery::state::{Holder, Lock};
use crate::domain::line_set::LineSet;

/// The files of letters in `folder`, by name; none where there is no folder.
///
/// # Errors
///
/// A folder that cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, DeadLetterError> {
    let failed = |source| DeadLetterError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "ndjson") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A file of letters that one process is dealing with. Others may go on appending to it.
#[derive(Debug)]
pub struct Drawer {
    path: PathBuf,
    _lock: Lock,
}

impl Drawer {
    /// Takes the file.
    ///
    /// # Errors
    ///
    /// [`DeadLetterError::Held`] with whoever has it.
    pub fn open(path: &Path, holder: &Holder) -> Result<Self, DeadLetterError> {
        let lock = Lock::take(&path.with_extension("lock"), holder)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes these lines out: a new file with the others is put in the place of the old one. What
    /// was appended meanwhile is among the others. A file without letters goes.
    pub fn remove(&self, lines: &LineSet) -> Result<(), DeadLetterError> {
        if lines.is_empty() {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        self.rewrite(folder, lines)
            .map_err(|source| DeadLetterError::Io {
                path: self.path.clone(),
                source,
            })
    }

    fn rewrite(&self, folder: &Path, lines: &LineSet) -> io::Result<()> {
        let _held = hold_folder(folder)?;
        let mut kept = BufWriter::new(NamedTempFile::new_in(folder)?);
        let count = copy_others(&self.path, lines, &mut kept)?;
        let kept = kept.into_inner().map_err(io::IntoInnerError::into_error)?;
        match count {
            0 => fs::remove_file(&self.path)?,
            _ => {
                kept.as_file().sync_all()?;
                kept.persist(&self.path).map_err(|error| error.error)?;
            }
        }
        sync_folder(folder);
        Ok(())
    }
}

/// How many were copied.
fn copy_others(from: &Path, lines: &LineSet, to: &mut impl Write) -> io::Result<u64> {
    let mut file = BufReader::new(File::open(from)?);
    let mut copied = 0;
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if file.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if !lines.contains(line) {
            to.write_all(&bytes)?;
            copied += u64::from(!bytes.trim_ascii().is_empty());
        }
    }
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use jiff::Timestamp;

    use super::*;

    fn holder() -> Holder {
        Holder::this("deadletters retry", Timestamp::UNIX_EPOCH)
    }

    fn lines(numbers: &[u64]) -> LineSet {
        let mut set = LineSet::default();
        set.insert_all(numbers);
        set
    }

    #[test]
    fn others_stay_as_they_are_and_a_file_without_letters_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs.ndjson");
        fs::write(&path, b"one\n\ntwo\n\xff torn").expect("a writable folder");
        let drawer = Drawer::open(&path, &holder()).expect("nobody has it");
        drawer.remove(&lines(&[1])).expect("removed");
        assert_eq!(fs::read(&path).expect("a file"), b"\ntwo\n\xff torn");
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drawer.remove(&lines(&[2, 3])).expect("removed");
        assert!(!path.exists());
        assert_eq!(files(folder.path()).expect("a folder"), [] as [PathBuf; 0]);
    }

    #[test]
    fn a_file_is_dealt_with_by_one_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs.ndjson");
        let _first = Drawer::open(&path, &holder()).expect("nobody has it");
        let error = Drawer::open(&path, &holder()).expect_err("held");
        assert!(error.to_string().contains("deadletters retry"), "{error}");
    }

    #[test]
    fn there_are_no_files_in_no_folder() {
        let none = files(Path::new("/no/such/folder")).expect("no error");
        assert!(none.is_empty());
    }
}
