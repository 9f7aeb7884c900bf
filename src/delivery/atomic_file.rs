//! A file that appears whole or not at all.
//!
//! The content goes to a temporary file beside the target, is brought to the disk and then renamed.
//! A run that fails or is dropped leaves nothing behind; of one that is killed, `leftovers` clears up. What can be known about the target is
//! found out before the source is read.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::leftovers;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} exists; name another file, or replace it with --overwrite", path.display())]
    Exists { path: PathBuf },
    #[error("{} is no regular file", path.display())]
    NotAFile { path: PathBuf },
    #[error("the folder {} does not exist", path.display())]
    NoFolder { path: PathBuf },
    /// It was there when the writing began.
    #[error("the folder {} is gone", path.display())]
    FolderGone { path: PathBuf },
    #[error("the disk of {} is full; nothing was left behind", path.display())]
    DiskFull { path: PathBuf },
    #[error("cannot write {}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// A file under construction. Dropped before [`AtomicFile::commit`], it was never there.
#[derive(Debug)]
pub struct AtomicFile {
    target: PathBuf,
    overwrite: bool,
    file: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Opens the temporary file, with the permissions that the user's umask gives, or with those
    /// of the file that it replaces.
    pub fn create(target: &Path, overwrite: bool) -> Result<Self, FileError> {
        let existing = existing_file(target, overwrite)?;
        // Through a link, the file it names is replaced and not the link.
        let target = match &existing {
            Some(_) => fs::canonicalize(target).map_err(|source| explained(target, source))?,
            None => target.to_owned(),
        };
        let file = temporary_beside(&target)?;
        if let Some(permissions) = existing {
            file.as_file()
                .set_permissions(permissions)
                .map_err(|source| explained(&target, source))?;
        }
        Ok(Self {
            target,
            overwrite,
            file: BufWriter::new(file),
        })
    }

    pub fn target(&self) -> &Path {
        &self.target
    }

    /// A handle for a thread that may outlive this file: what it writes once the file is dropped
    /// goes nowhere.
    ///
    /// # Errors
    ///
    /// No more open files, and a disk that takes no more of what was written here.
    pub fn handle(&mut self) -> Result<File, FileError> {
        let handle = self.file.flush();
        let handle = handle.and_then(|()| self.file.get_ref().as_file().try_clone());
        handle.map_err(|source| explained(&self.target, source))
    }

    /// Puts the file in its place, once its bytes are on the disk.
    pub fn commit(self) -> Result<PathBuf, FileError> {
        let target = self.target;
        let failed = |source: io::Error| explained(&target, source);
        let file = self.file.into_inner();
        let file = file.map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        let placed = match self.overwrite {
            true => file.persist(&target),
            // Another program may have made it since it was looked for.
            false => file.persist_noclobber(&target),
        };
        placed.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists {
                path: target.clone(),
            },
            io::ErrorKind::NotFound => FileError::FolderGone {
                path: folder_of(&target).to_owned(),
            },
            _ => explained(&target, error.error),
        })?;
        // The name has to survive as well; not every file system can sync a directory.
        if let Ok(folder) = File::open(folder_of(&target)) {
            let _ = folder.sync_all();
        }
        Ok(target)
    }

    /// Names the file in an error that came of writing to it.
    pub fn explain(&self, source: io::Error) -> FileError {
        explained(&self.target, source)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The permissions of the file that would be replaced; `None` where there is none.
fn existing_file(target: &Path, overwrite: bool) -> Result<Option<Permissions>, FileError> {
    let path = || target.to_owned();
    match fs::metadata(target) {
        Ok(found) if !found.is_file() => Err(FileError::NotAFile { path: path() }),
        Ok(_) if !overwrite => Err(FileError::Exists { path: path() }),
        Ok(found) => Ok(Some(found.permissions())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(explained(target, source)),
    }
}

fn temporary_beside(target: &Path) -> Result<NamedTempFile, FileError> {
    let name = target.file_name().ok_or_else(|| FileError::NotAFile {
        path: target.to_owned(),
    })?;
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let folder = folder_of(target);
    loop {
        let file = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(leftovers::SUFFIX)
            // Before the umask, as for any file a program makes.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(|source| match source.kind() {
                io::ErrorKind::NotFound => FileError::NoFolder {
                    path: folder.to_owned(),
                },
                _ => explained(target, source),
            })?;
        if leftovers::claim(&file) {
            return Ok(file);
        }
    }
}

/// The folder of a path; the current one for a bare name.
pub(super) fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn explained(target: &Path, source: io::Error) -> FileError {
    let path = target.to_owned();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FileError::DiskFull { path },
        _ => FileError::Io { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| {
                let entry = entry.expect("an entry");
                entry.file_name().to_string_lossy().into_owned()
            })
            .collect()
    }

    #[test]
    fn the_target_appears_whole_at_commit() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out.ndjson");
        let mut file = AtomicFile::create(&target, false).expect("a writable folder");
        file.write_all(b"one\n").expect("room");
        assert!(!target.exists());
        assert_eq!(file.commit().expect("room"), target);
        assert_eq!(fs::read(&target).expect("a file"), b"one\n");
        assert_eq!(names(folder.path()), ["out.ndjson"]);
    }

    #[test]
    fn dropping_it_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out");
        let mut file = AtomicFile::create(&target, false).expect("a writable folder");
        file.write_all(&[0; 100_000]).expect("room");
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_handle_writes_into_the_file_and_does_not_keep_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out");
        let mut file = AtomicFile::create(&target, false).expect("a writable folder");
        file.write_all(b"one ").expect("room");
        let mut handle = file.handle().expect("a handle");
        handle.write_all(b"two").expect("room");
        file.commit().expect("room");
        assert_eq!(fs::read(&target).expect("a file"), b"one two");
        let mut dropped = AtomicFile::create(&target, true).expect("a writable folder");
        let mut handle = dropped.handle().expect("a handle");
        drop(dropped);
        handle.write_all(b"three").expect("room");
        assert_eq!(fs::read(&target).expect("a file"), b"one two");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn an_existing_file_is_kept_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out");
        fs::write(&target, b"old").expect("a writable folder");
        fs::set_permissions(&target, Permissions::from_mode(0o600)).expect("our file");
        assert!(matches!(
            AtomicFile::create(&target, false),
            Err(FileError::Exists { .. })
        ));
        let mut file = AtomicFile::create(&target, true).expect("a writable folder");
        file.write_all(b"new").expect("room");
        file.commit().expect("room");
        assert_eq!(fs::read(&target).expect("a file"), b"new");
        let mode = fs::metadata(&target).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "a private file stays private");
    }

    #[test]
    fn a_file_made_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out");
        let file = AtomicFile::create(&target, false).expect("a writable folder");
        fs::write(&target, b"theirs").expect("a writable folder");
        assert!(matches!(file.commit(), Err(FileError::Exists { .. })));
        assert_eq!(fs::read(&target).expect("a file"), b"theirs");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn a_link_is_kept_and_its_file_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, b"old").expect("a writable folder");
        std::os::unix::fs::symlink(&real, &link).expect("a writable folder");
        let mut file = AtomicFile::create(&link, true).expect("a writable folder");
        file.write_all(b"new").expect("room");
        file.commit().expect("room");
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        assert_eq!(fs::read(&real).expect("a file"), b"new");
    }

    #[test]
    fn what_cannot_be_a_target_is_found_before_anything_is_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let create = |path: &Path| AtomicFile::create(path, true).map(drop);
        assert!(matches!(
            create(&folder.path().join("no/such/out")),
            Err(FileError::NoFolder { .. })
        ));
        assert!(matches!(
            create(folder.path()),
            Err(FileError::NotAFile { .. })
        ));
        assert!(matches!(
            create(Path::new("/dev/null")),
            Err(FileError::NotAFile { .. })
        ));
    }

    #[test]
    fn a_full_disk_is_named() {
        // Linux answers ENOSPC to every write there.
        let Ok(mut full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
            return;
        };
        let error = full.write_all(b"x").expect_err("a full device");
        let error = explained(Path::new("/mnt/out"), error);
        assert!(matches!(error, FileError::DiskFull { .. }), "{error}");
    }
}
