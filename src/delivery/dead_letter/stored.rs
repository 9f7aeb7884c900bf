//! Reading letters, whole ones and damaged ones.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::DeadLetterError;

/// An event that no destination took, and why.
#[derive(Clone, Debug, Deserialize)]
pub struct Letter {
    /// When it was set aside.
    pub time: Timestamp,
    /// Such as `logs datadoghq.eu`.
    pub destination: String,
    /// The value of `evt.id`.
    pub id: String,
    /// What the destination answered, where it did.
    pub status: Option<u16>,
    pub reason: String,
    pub attempts: u32,
    /// The event, a JSON object; a JSON text where it was no event at all.
    pub event: Box<RawValue>,
}

/// A line of a file of letters.
#[derive(Clone, Debug)]
pub struct StoredLetter {
    pub path: PathBuf,
    /// Counted from 1.
    pub line: u64,
    /// With its end.
    pub bytes: Vec<u8>,
    /// What the bytes say, or why they are no letter.
    pub content: Result<Letter, String>,
}

impl StoredLetter {
    /// By which people name it: the event's id, or file and line where nobody knows the id.
    pub fn name(&self) -> String {
        match &self.content {
            Ok(letter) => letter.id.clone(),
            Err(_) => self.place(),
        }
    }

    /// `logs-datadoghq.eu:17`.
    pub fn place(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        format!("{}:{}", stem.to_string_lossy(), self.line)
    }

    /// Whether `name` means this letter: its place, its id or the beginning of it.
    pub fn is_named(&self, name: &str) -> bool {
        let is_id = |letter: &Letter| !name.is_empty() && letter.id.starts_with(name);
        self.place() == name || self.content.as_ref().is_ok_and(is_id)
    }
}

/// Reads the letters of a file, one after the other, until `each` says no.
///
/// # Errors
///
/// A file that cannot be read. Lines that are no letters are given as such.
pub fn read(
    path: &Path,
    mut each: impl FnMut(StoredLetter) -> bool,
) -> Result<(), DeadLetterError> {
    let failed = |source| DeadLetterError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    for line in 1.. {
        let mut bytes = Vec::new();
        if file.read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let content = serde_json::from_slice(&bytes).map_err(|error| error.to_string());
        let goes_on = each(StoredLetter {
            path: path.to_owned(),
            line,
            bytes,
            content,
        });
        if !goes_on {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::dead_letter::{DeadLetters, Verdict};
    use crate::delivery::testing::{at, entries};

    #[test]
    fn what_was_written_is_read_and_what_is_damaged_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let letters = DeadLetters::new(folder.path(), "logs datadoghq.eu");
        std::fs::write(letters.path(), b"{\"id\":\"torn").expect("a writable folder");
        let verdict = Verdict {
            status: Some(400),
            reason: "refused".to_owned(),
            attempts: 2,
        };
        letters
            .keep([(&entries(1)[0], &verdict)], at("2026-08-01T12:00:00Z"))
            .expect("a writable folder");
        let mut found = Vec::new();
        let keep = |letter| {
            found.push(letter);
            true
        };
        read(letters.path(), keep).expect("a file");
        let [damaged, whole] = &found[..] else {
            panic!("two lines: {found:?}");
        };
        assert!(damaged.content.is_err());
        assert_eq!(damaged.name(), "logs-datadoghq.eu:1");
        let letter = whole.content.as_ref().expect("a letter");
        assert_eq!((letter.status, letter.attempts), (Some(400), 2));
        assert_eq!(letter.destination, "logs datadoghq.eu");
        assert_eq!((whole.name(), whole.line), ("id-0".to_owned(), 2));
        assert!(whole.is_named("id-") && whole.is_named("logs-datadoghq.eu:2"));
        assert!(!whole.is_named("") && !whole.is_named("other"));
    }
}
