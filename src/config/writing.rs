//! How files of the settings folder are written: whole or not at all, by one writer at a time.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long somebody waits for another writer, which is done in a moment unless it hangs.
const PATIENCE: Duration = Duration::from_secs(10);
const MOMENT: Duration = Duration::from_millis(5);
/// Of a file that is about to take another one's place.
const PREFIX: &str = ".ddctl-";
/// One that is older was left by a program that ended in between.
const LEFT_AFTER: Duration = Duration::from_secs(600);

/// Replaces the file at `path` as a whole: a crash leaves the old one or the new one.
///
/// A symbolic link stays one, and what it points to is replaced. A file that is there keeps its
/// mode; a new one is for its owner alone.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = target(path)?;
    let folder = folder_of(&path);
    make_folder(folder)?;
    // A temporary file is made for its owner alone, so nobody else ever sees half of it.
    let mut file = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Ok(before) = std::fs::metadata(&path) {
        let mode = before.permissions().mode() & 0o777;
        file.as_file()
            .set_permissions(Permissions::from_mode(mode))?;
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Puts the file at `from` in the place of the one at `to`, in the same folder.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_folder(folder_of(to))
}

/// Removes the file at `path`, so that a crash does not bring it back; `false` where it is not there.
pub fn remove(path: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path) {
        Ok(()) => sync_folder(folder_of(path)).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes `folder` and those above it, for their owner alone.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Held until it is dropped. Whoever else takes it waits.
#[derive(Debug)]
pub struct WriteLock {
    /// Closing it gives the lock up.
    _file: File,
}

impl WriteLock {
    /// Takes the lock of the file at `path`, which lies beside it and stays there.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::ResourceBusy`] where somebody has it for longer than a change takes.
    pub fn take(path: &Path) -> io::Result<Self> {
        let path = target(path)?;
        let folder = folder_of(&path);
        make_folder(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(folder.join(format!(".{name}.lock")))?;
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    tidy(folder);
                    return Ok(Self { _file: file });
                }
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(MOMENT),
                Err(TryLockError::WouldBlock) => {
                    let why = "another ddctl has been changing it for 10 s";
                    return Err(io::Error::new(io::ErrorKind::ResourceBusy, why));
                }
            }
        }
    }
}

/// Removes what a program that was killed left half written: it may hold an identity.
fn tidy(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let facts = entry.metadata().ok().filter(|facts| facts.is_file());
        let age = facts.and_then(|facts| facts.modified().ok()?.elapsed().ok());
        if is_ours && age.is_some_and(|age| age > LEFT_AFTER) {
            // The next one who writes tries again.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The file that a path leads to, through links, whether it is there or not.
fn target(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match std::fs::read_link(&path) {
            Ok(next) => path = folder_of(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "its links lead in a circle",
    ))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes a rename or a removal last. Some file systems cannot, and lose nothing that they keep.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        let facts = std::fs::metadata(path).expect("it is there");
        facts.permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_for_its_owner_and_an_old_one_keeps_its_mode() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sub/config.toml");
        replace(&path, b"one").expect("written");
        assert_eq!(mode(&path), 0o600);
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("changed");
        replace(&path, b"two").expect("written");
        assert_eq!(mode(&path), 0o640);
        assert_eq!(std::fs::read(&path).expect("there"), b"two");
        let entries = std::fs::read_dir(path.parent().expect("a folder")).expect("a folder");
        assert_eq!(entries.count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_link_stays_and_what_it_points_to_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let real = folder.path().join("dotfiles/config.toml");
        let link = folder.path().join("config.toml");
        std::os::unix::fs::symlink("dotfiles/config.toml", &link).expect("linked");
        replace(&link, b"one").expect("a link to nothing leads somewhere");
        replace(&link, b"two").expect("written");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&real).expect("there"), b"two");
        std::os::unix::fs::symlink("circle", folder.path().join("circle")).expect("linked");
        assert!(replace(&folder.path().join("circle"), b"x").is_err());
    }

    #[test]
    fn what_a_killed_program_left_is_removed_and_what_another_one_writes_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = |name: &str, age: Duration| {
            let file = File::create(folder.path().join(name)).expect("made");
            let then = std::time::SystemTime::now() - age;
            file.set_modified(then).expect("changed");
        };
        made(".ddctl-left", LEFT_AFTER * 2);
        made(".ddctl-new", Duration::ZERO);
        made("config.toml", LEFT_AFTER * 2);
        let _lock = WriteLock::take(&folder.path().join("config.toml")).expect("taken");
        let is_there = |name: &str| folder.path().join(name).exists();
        assert!(!is_there(".ddctl-left"));
        assert!(is_there(".ddctl-new") && is_there("config.toml"));
    }

    #[test]
    fn writers_take_turns() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("count");
        std::fs::write(&path, "0").expect("written");
        let count = || -> u32 {
            let text = std::fs::read_to_string(&path).expect("there");
            text.parse().expect("a number")
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let _lock = WriteLock::take(&path).expect("its turn comes");
                        let next = count() + 1;
                        replace(&path, next.to_string().as_bytes()).expect("written");
                    }
                });
            }
        });
        assert_eq!(count(), 80);
    }
}
