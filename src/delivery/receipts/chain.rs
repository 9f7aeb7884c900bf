//! The chain: one line a change, each with the hash of the line before.
//!
//! One process writes at a time, under a lock that lasts as long as one entry takes. The newest
//! entry says what a writer has to know: its number, its hash, and which receipts are open.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::folder::{Folder, private, sync_folder_of};
use super::hash;
use super::line::Ended;
use crate::delivery::state::StateError;

/// One line of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// From 1 on, without a gap.
    pub number: u64,
    /// Hash of the entry before.
    pub previous: String,
    pub change: Change,
    /// The receipt's id.
    pub receipt: String,
    /// Of its first line where it was begun, else of all of it; absent where it was gone.
    pub sha256: Option<String>,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Receipts that are begun and not closed, after this change.
    pub open: Vec<String>,
}

/// What happened to a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Begun,
    Ended,
    /// Its process was gone; another one sealed what it found.
    CutOff,
}

/// What a writer says; the rest follows from the entry before.
#[derive(Debug)]
pub(super) struct News<'a> {
    pub change: Change,
    pub receipt: &'a str,
    pub sha256: Option<String>,
    pub at: Timestamp,
    pub ended: Option<Ended>,
}

/// The chain in the hands of its one writer.
#[derive(Debug)]
pub(super) struct Chain {
    path: PathBuf,
    /// Locked until it is closed.
    file: File,
    newest: Option<Entry>,
    head: String,
}

impl Chain {
    /// Waits for another writer; none has it for long.
    ///
    /// # Errors
    ///
    /// [`StateError::Receipts`] where the newest entry cannot be read.
    pub fn lock(folder: &Folder) -> Result<Self, StateError> {
        let path = folder.chain();
        let failed = |source| StateError::io(&path, source);
        let mut file = private().create(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let line = newest_line(&mut file).map_err(failed)?;
        let newest = line.as_deref().map(|line| read(&path, line)).transpose()?;
        Ok(Self {
            head: line.map_or_else(|| hash::NONE.to_owned(), |line| hash::of(&line)),
            path,
            file,
            newest,
        })
    }

    pub fn head(&self) -> &str {
        &self.head
    }

    pub fn newest(&self) -> Option<&Entry> {
        self.newest.as_ref()
    }

    pub fn open(&self) -> &[String] {
        self.newest.as_ref().map_or(&[], |entry| &entry.open)
    }

    /// On the disk once this returns.
    pub fn append(&mut self, news: News<'_>) -> Result<(), StateError> {
        let mut open = self.open().to_vec();
        match news.change {
            Change::Begun => open.push(news.receipt.to_owned()),
            Change::Ended | Change::CutOff => open.retain(|id| id != news.receipt),
        }
        let entry = Entry {
            number: self.newest.as_ref().map_or(1, |entry| entry.number + 1),
            previous: self.head.clone(),
            change: news.change,
            receipt: news.receipt.to_owned(),
            sha256: news.sha256,
            at: news.at,
            ended: news.ended,
            open,
        };
        let mut line = serde_json::to_vec(&entry).expect("an entry serialises into memory");
        self.head = hash::of(&line);
        line.push(b'\n');
        let written = self
            .file
            .write_all(&line)
            .and_then(|()| self.file.sync_data());
        written.map_err(|source| StateError::io(&self.path, source))?;
        if entry.number == 1 {
            sync_folder_of(&self.path);
        }
        self.newest = Some(entry);
        Ok(())
    }
}

fn read(path: &Path, line: &[u8]) -> Result<Entry, StateError> {
    serde_json::from_slice(line).map_err(|error| StateError::Receipts {
        path: path.to_owned(),
        what: format!("the newest entry cannot be read: {error}"),
    })
}

/// The newest whole line. A line that a power cut left torn is taken away: what it told of had not
/// begun yet, or is sealed as cut off.
fn newest_line(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut span = 16 << 10;
    loop {
        let from = size.saturating_sub(span);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.take(size - from).read_to_end(&mut tail)?;
        let end = tail.iter().rposition(|byte| *byte == b'\n');
        let start = end.and_then(|end| tail[..end].iter().rposition(|byte| *byte == b'\n'));
        match (start, end) {
            (None, _) if from > 0 => span *= 4,
            (_, None) => {
                file.set_len(0)?;
                return Ok(None);
            }
            (start, Some(end)) => {
                file.set_len(from + end as u64 + 1)?;
                let start = start.map_or(0, |start| start + 1);
                return Ok(Some(tail[start..end].to_vec()));
            }
        }
    }
}

/// Every line there is, with its hash; `Err` holds one that is no entry. A torn last line is left
/// out. Nothing where there is no chain.
pub(super) fn entries(
    folder: &Folder,
) -> Result<impl Iterator<Item = Result<Linked, StateError>> + use<>, StateError> {
    let path = folder.chain();
    let file = match File::open(&path) {
        Ok(file) => Some(BufReader::new(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(StateError::io(&path, source)),
    };
    let lines = file
        .into_iter()
        .flat_map(|mut file| std::iter::from_fn(move || next_line(&mut file).transpose()));
    Ok(lines.map(move |line| {
        let line = line.map_err(|source| StateError::io(&path, source))?;
        Ok(Linked {
            sha256: hash::of(&line),
            entry: serde_json::from_slice(&line).ok(),
        })
    }))
}

/// A line of the chain as it was found.
pub(super) struct Linked {
    pub sha256: String,
    /// `None` where the line is no entry.
    pub entry: Option<Entry>,
}

/// A whole line without its end.
pub(super) fn next_line(file: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    file.read_until(b'\n', &mut line)?;
    Ok((line.pop() == Some(b'\n')).then_some(line))
}
