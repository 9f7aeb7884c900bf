//! One holder at a time for a cursor or a spool, and who it is.
//!
//! The kernel keeps the lock (`flock`) and gives it up when its process ends, however that happens.
//! The file's text is for people alone. Not for network file systems.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::StateError;

/// Who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub host: String,
    /// The command without its values: `sessions export --new`.
    pub command: String,
    pub since: Timestamp,
}

impl Holder {
    /// This process.
    pub fn this(command: &str, now: Timestamp) -> Self {
        let host = rustix::system::uname();
        Self {
            pid: std::process::id(),
            host: host.nodename().to_string_lossy().into_owned(),
            command: command.to_owned(),
            since: now,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pid,
            host,
            command,
            since,
        } = self;
        write!(
            f,
            "`ddctl {command}` (process {pid} on {host}, since {since:.0})"
        )
    }
}

/// Whether somebody has a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    Free,
    /// `None` where the file does not say by whom.
    Held(Option<Holder>),
}

impl Holding {
    pub fn holder(self) -> Option<Holder> {
        match self {
            Holding::Free => None,
            Holding::Held(holder) => holder,
        }
    }

    pub fn is_held(&self) -> bool {
        *self != Holding::Free
    }
}

/// Somebody may be looking who has a lock, which takes a moment.
const TRIES: u32 = 4;
const MOMENT: Duration = Duration::from_millis(5);

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    /// Closing it gives the lock up.
    file: File,
}

impl Lock {
    /// Takes the lock at `path`.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] with the holder where somebody has it.
    pub fn take(path: &Path, holder: &Holder) -> Result<Self, StateError> {
        let mut lock = Self::locked(path, File::try_lock)?;
        let written = write(&mut lock.file, holder);
        written.map_err(|source| StateError::io(path, source))?;
        Ok(lock)
    }

    /// Takes the lock at `path` together with others who do so, and not with anybody who takes it
    /// alone.
    ///
    /// # Errors
    ///
    /// As [`Lock::take`].
    pub fn share(path: &Path) -> Result<Self, StateError> {
        Self::locked(path, File::try_lock_shared)
    }

    /// Who has the lock at `path` alone.
    pub fn look(path: &Path) -> Result<Holding, StateError> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Holding::Free),
            file => file.map_err(|source| StateError::io(path, source))?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(Holding::Free),
            Err(TryLockError::WouldBlock) => Ok(Holding::Held(read(&mut file))),
            Err(TryLockError::Error(source)) => Err(StateError::io(path, source)),
        }
    }

    /// Who has any of the locks in `folder` that `is_wanted` by their names, the longest first.
    pub(super) fn holders(
        folder: &Path,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Holder>, StateError> {
        let failed = |source| StateError::io(folder, source);
        let mut holders = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_str().is_some_and(&is_wanted) {
                holders.extend(Self::look(&entry.path())?.holder());
            }
        }
        holders.sort_by_key(|holder| holder.since);
        Ok(holders)
    }

    fn locked(
        path: &Path,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, StateError> {
        let failed = |source| StateError::io(path, source);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        for attempt in 1.. {
            match lock(&file) {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if attempt < TRIES => thread::sleep(MOMENT),
                Err(TryLockError::WouldBlock) => {
                    return Err(StateError::Held {
                        path: path.to_owned(),
                        holder: alone(&mut file),
                    });
                }
            }
        }
        Ok(Self { file })
    }
}

fn write(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::to_vec(holder).expect("a holder serialises into memory");
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)
}

/// Who has the lock alone. Those who share it write nothing, and what the file says then is left
/// from somebody who had it before.
fn alone(file: &mut File) -> Option<Holder> {
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => read(file),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

/// Between taking the lock and writing the text the file says nothing, or what is out of date.
fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(command: &str) -> Holder {
        Holder::this(command, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_second_taker_learns_who_was_first_and_has_it_once_that_one_is_gone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("cursor.lock");
        let first = Lock::take(&path, &holder("sessions export --follow")).expect("nobody has it");
        let error = Lock::take(&path, &holder("sessions export --new")).expect_err("held");
        let StateError::Held { holder: told, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*told, Some(holder("sessions export --follow")));
        assert!(
            error
                .to_string()
                .contains("`ddctl sessions export --follow`")
        );
        drop(first);
        Lock::take(&path, &holder("sessions export --new")).expect("nobody has it any more");
    }

    #[test]
    fn whoever_looks_sees_the_holder_and_is_in_nobodys_way() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("cursor.lock");
        assert_eq!(Lock::look(&path).expect("no file"), Holding::Free);
        let held = Lock::take(&path, &holder("relay")).expect("nobody has it");
        let expected = Holding::Held(Some(holder("relay")));
        assert_eq!(Lock::look(&path).expect("a file"), expected);
        drop(held);
        assert_eq!(Lock::look(&path).expect("a file"), Holding::Free);
    }

    #[test]
    fn those_who_share_a_lock_keep_out_whoever_wants_it_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("state.lock");
        let first = Lock::share(&path).expect("nobody has it");
        let second = Lock::share(&path).expect("it is shared");
        assert!(Lock::take(&path, &holder("state repair")).is_err());
        drop((first, second));
        let _alone = Lock::take(&path, &holder("state repair")).expect("free");
        assert!(Lock::share(&path).is_err());
    }

    #[test]
    fn a_lock_that_does_not_say_whose_it_is_is_held_all_the_same() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("cursor.lock");
        let _first = Lock::take(&path, &holder("relay")).expect("nobody has it");
        std::fs::write(&path, b"\xff{").expect("a writable folder");
        let error = Lock::take(&path, &holder("relay")).expect_err("held");
        assert!(error.to_string().contains("another ddctl"), "{error}");
    }
}
