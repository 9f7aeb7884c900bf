//! Appending letters.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{DeadLetterError, LARGEST_FILE, hold_folder, sync_folder};
use crate::delivery::entry::Entry;

/// One line of the file; [`super::Letter`] reads it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    time: Timestamp,
    destination: &'a str,
    id: &'a str,
    status: Option<u16>,
    reason: &'a str,
    attempts: u32,
    event: &'a RawValue,
}

/// What happened to an event that is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the destination answered, where it did.
    pub status: Option<u16>,
    pub reason: String,
    pub attempts: u32,
}

/// The dead letters of one destination; the file is made at the first one.
#[derive(Debug)]
pub struct DeadLetters {
    path: PathBuf,
    destination: String,
}

impl DeadLetters {
    /// `<directory>/<destination>.ndjson`; nothing is touched yet.
    pub fn new(directory: &Path, destination: &str) -> Self {
        let name: String = destination
            .chars()
            .map(|c| match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' => c,
                _ => '-',
            })
            .collect();
        Self {
            path: directory.join(format!("{name}.ndjson")),
            destination: destination.to_owned(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps these entries, all or none. Once this returns `Ok`, they are on the disk.
    ///
    /// # Errors
    ///
    /// A disk that refuses, and a file that has no room for them.
    pub fn keep<'e>(
        &self,
        entries: impl IntoIterator<Item = (&'e Entry, &'e Verdict)>,
        now: Timestamp,
    ) -> Result<(), DeadLetterError> {
        let mut lines = Vec::new();
        for (entry, verdict) in entries {
            let event = std::str::from_utf8(&entry.json)
                .ok()
                .and_then(|text| serde_json::from_str::<&RawValue>(text).ok())
                .expect("an entry is JSON");
            let letter = Line {
                time: now,
                destination: &self.destination,
                id: &entry.id,
                status: verdict.status,
                reason: &verdict.reason,
                attempts: verdict.attempts,
                event,
            };
            serde_json::to_writer(&mut lines, &letter).expect("a letter serialises into memory");
            lines.push(b'\n');
        }
        self.append(&lines)
    }

    fn append(&self, lines: &[u8]) -> Result<(), DeadLetterError> {
        match self.try_append(lines) {
            Ok(true) => Ok(()),
            Ok(false) => Err(DeadLetterError::Full {
                path: self.path.clone(),
            }),
            Err(source) => Err(DeadLetterError::Io {
                path: self.path.clone(),
                source,
            }),
        }
    }

    /// False where there is no room. The file is opened each time, since another process may
    /// have put a new one in its place.
    fn try_append(&self, lines: &[u8]) -> io::Result<bool> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let _held = hold_folder(folder)?;
        let is_new = !self.path.try_exists()?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .mode(0o600)
            .open(&self.path)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        let size = end_last_line(&mut file)?;
        if size + lines.len() as u64 > LARGEST_FILE {
            return Ok(false);
        }
        let written = file.write_all(lines).and_then(|()| file.sync_all());
        if let Err(error) = written {
            // Those that found room would be kept once more with the next run.
            let _ = file.set_len(size);
            return Err(error);
        }
        if is_new {
            sync_folder(folder);
        }
        Ok(true)
    }
}

/// Ends a line that a crash left torn, so that it spoils no other. The file's size.
fn end_last_line(file: &mut File) -> io::Result<u64> {
    let size = file.seek(SeekFrom::End(0))?;
    if size == 0 {
        return Ok(0);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" {
        return Ok(size);
    }
    file.write_all(b"\n")?;
    Ok(size + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::delivery::testing::{at, entries};

    fn verdict() -> Verdict {
        Verdict {
            status: Some(400),
            reason: "refused as malformed".to_owned(),
            attempts: 3,
        }
    }

    #[test]
    fn a_letter_says_what_when_where_and_why_in_a_private_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let directory = folder.path().join("a/deadletters");
        let letters = DeadLetters::new(&directory, "logs datadoghq.eu/x");
        assert!(!directory.exists(), "nothing is made before the first one");
        let entry = &entries(1)[0];
        letters
            .keep([(entry, &verdict())], at("2026-08-01T12:00:00Z"))
            .expect("a writable folder");
        assert_eq!(letters.path(), directory.join("logs-datadoghq.eu-x.ndjson"));
        let text = std::fs::read_to_string(letters.path()).expect("a file");
        let letter: Value = serde_json::from_str(&text).expect("one line of JSON");
        assert_eq!(letter["destination"], "logs datadoghq.eu/x");
        assert_eq!(letter["status"], 400);
        assert_eq!(letter["attempts"], 3);
        assert_eq!(letter["event"], Value::Object(entry.body()));
        let mode = |path: &Path| {
            std::fs::metadata(path)
                .expect("a path")
                .permissions()
                .mode()
        };
        assert_eq!(mode(letters.path()) & 0o777, 0o600);
        assert_eq!(mode(&directory) & 0o777, 0o700);
    }

    #[test]
    fn a_line_torn_by_a_crash_spoils_no_other() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let letters = DeadLetters::new(folder.path(), "logs");
        std::fs::write(letters.path(), b"{\"id\":\"torn").expect("a writable folder");
        letters
            .keep([(&entries(1)[0], &verdict())], at("2026-08-01T12:00:00Z"))
            .expect("a writable folder");
        let text = std::fs::read_to_string(letters.path()).expect("a file");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(serde_json::from_str::<Value>(lines[1]).is_ok());
    }

    #[test]
    fn letters_that_are_kept_together_each_have_a_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let letters = DeadLetters::new(folder.path(), "logs");
        let (entries, verdict) = (entries(3), verdict());
        letters
            .keep(
                entries.iter().map(|entry| (entry, &verdict)),
                at("2026-08-01T12:00:00Z"),
            )
            .expect("a writable folder");
        let text = std::fs::read_to_string(letters.path()).expect("a file");
        let ids = text.lines().map(|line| {
            let letter: Value = serde_json::from_str(line).expect("JSON");
            letter["id"].as_str().expect("an id").to_owned()
        });
        assert!(ids.eq(entries.iter().map(|entry| entry.id.clone())));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, b"").expect("a writable folder");
        let letters = DeadLetters::new(&blocked, "logs");
        let error = letters
            .keep([(&entries(1)[0], &verdict())], at("2026-08-01T12:00:00Z"))
            .expect_err("a file is no folder");
        assert!(error.to_string().contains("file/logs.ndjson"), "{error}");
    }
}
