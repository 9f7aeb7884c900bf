//! One holder at a time for a cursor or a spool, and who it is.
//!
//! The kernel keeps the lock (`flock`) and gives it up when its process ends, however that happens.
//! The file's text is for people alone. Not for network file systems.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    // Never read: closing it gives the lock up.
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] with the holder where somebody has it.
    pub fn take(path: &Path, holder: &Holder) -> Result<Self, StateError> {
        let failed = |source| StateError::io(path, source);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StateError::Held {
                    path: path.to_owned(),
                    holder: read(&mut file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        write(&mut file, holder).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

fn write(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::to_vec(holder).expect("a holder serialises into memory");
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)
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
    fn a_lock_that_does_not_say_whose_it_is_is_held_all_the_same() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("cursor.lock");
        let _first = Lock::take(&path, &holder("relay")).expect("nobody has it");
        std::fs::write(&path, b"\xff{").expect("a writable folder");
        let error = Lock::take(&path, &holder("relay")).expect_err("held");
        assert!(error.to_string().contains("another ddctl"), "{error}");
    }
}
