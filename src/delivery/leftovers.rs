//! Hidden parts that killed runs left beside their targets.
//!
//! Whoever writes a part holds a lock on it, which the system takes back from the dead. A part of
//! which the lock is free has nobody who would finish it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

/// Behind the hidden name of a part.
pub(super) const SUFFIX: &str = ".part";

/// Letters and digits between the target's name and the suffix.
const RANDOM: usize = 6;

/// Removes the parts in `folder` that dead runs of this user left of the targets that `is_ours`
/// names. What cannot be looked at stays: it costs disk and nothing else.
pub fn sweep(folder: &Path, is_ours: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let target = name.to_str().and_then(target_of);
        if target.is_some_and(&is_ours) && remove_if_dead(&entry.path()).is_ok_and(|gone| gone) {
            tracing::info!(part = %entry.path().display(), "removed what a killed run had left");
        }
    }
}

/// Removes what dead runs left of one target.
pub fn sweep_beside(target: &Path) {
    if let Some(name) = target.file_name().and_then(|name| name.to_str()) {
        sweep(super::atomic_file::folder_of(target), |found| found == name);
    }
}

/// `out.csv` of `.out.csv.aB3xY9.part`.
fn target_of(part: &str) -> Option<&str> {
    let inner = part.strip_prefix('.')?.strip_suffix(SUFFIX)?;
    let (target, random) = inner.rsplit_once('.')?;
    let is_random = random.len() == RANDOM && random.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_random && !target.is_empty()).then_some(target)
}

fn remove_if_dead(part: &Path) -> io::Result<bool> {
    let nofollow = OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(nofollow)
        .open(part)?;
    let found = file.metadata()?;
    let is_ours = found.is_file() && found.uid() == rustix::process::geteuid().as_raw();
    if !is_ours || file.try_lock().is_err() {
        return Ok(false);
    }
    fs::remove_file(part)?;
    Ok(true)
}

/// Marks a part as one that is being written. False where somebody took it for a leftover between
/// its making and this: then another one is to be made. A file system without locks has no sweeping
/// either.
pub(super) fn claim(part: &NamedTempFile) -> bool {
    let file: &File = part.as_file();
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => false,
        Err(fs::TryLockError::Error(_)) => true,
        Ok(()) => file.metadata().is_ok_and(|found| found.nlink() > 0),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::delivery::AtomicFile;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_nobody_writes_and_what_is_of_the_target_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out.csv");
        let mut living = AtomicFile::create(&target, false).expect("a writable folder");
        living.write_all(b"row").expect("room");
        let [part] = &names(folder.path())[..] else {
            panic!("one part");
        };
        let others = [
            ".out.csv.notes",
            ".other.csv.aB3xY9.part",
            ".out.csv.short.part",
        ];
        for name in others.iter().chain(&[".out.csv.aB3xY9.part"]) {
            fs::write(folder.path().join(name), b"x").expect("a writable folder");
        }
        sweep_beside(&target);
        let mut left: Vec<&str> = others.to_vec();
        left.push(part);
        left.sort_unstable();
        assert_eq!(names(folder.path()), left);
        living.commit().expect("it is whole");
        assert_eq!(fs::read(&target).expect("a file"), b"row");
    }

    #[test]
    fn a_part_that_somebody_takes_for_a_leftover_is_not_written_to() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let part = NamedTempFile::new_in(folder.path()).expect("a writable folder");
        let sweeper = File::open(part.path()).expect("it is there");
        sweeper.lock().expect("nobody has it");
        assert!(!claim(&part));
        drop(sweeper);
        fs::remove_file(part.path()).expect("ours");
        assert!(!claim(&part));
    }
}
