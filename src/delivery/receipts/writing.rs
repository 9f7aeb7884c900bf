//! A receipt that is being written.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::chain::{Chain, Change, News, next_line};
use super::folder::{Folder, new_id, private, sync_folder_of};
use super::hash;
use super::line::{Batch, Ended, Ending, FORMAT, Header, Line, Operator, Run};
use super::totals::Totals;
use crate::delivery::observer::Placed;
use crate::delivery::state::StateError;

/// A line is on the disk after this time, even where the power is cut.
const SYNC_EVERY: Duration = Duration::from_millis(250);

/// The receipt of a run under way. One that is dropped without [`Receipt::end`] counts as cut off.
#[derive(Debug)]
pub struct Receipt {
    folder: Folder,
    id: String,
    operator: Operator,
    path: PathBuf,
    /// Locked as long as the process writes: that is how others know that it is not cut off.
    file: File,
    hash: Sha256,
    totals: Totals,
    synced: Instant,
}

impl Receipt {
    /// Begins a receipt in the state of `state`, and seals those that were cut off.
    ///
    /// # Errors
    ///
    /// Where the disk refuses, or the chain cannot be gone on with.
    pub fn begin(state: &Path, run: Run, now: Timestamp) -> Result<Self, StateError> {
        let folder = Folder::of_state(state);
        let id = new_id(now);
        folder.make(&id)?;
        let mut chain = Chain::lock(&folder)?;
        settle_nascent(&folder, &chain)?;
        seal_what_was_cut_off(&folder, &mut chain, now)?;
        let header = Header {
            format: FORMAT,
            id,
            previous: chain.head().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            begun: now,
            run,
        };
        begun(folder, chain, header)
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who does it.
    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its lines add up to so far.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Adds a line. It survives the process once this returns, and soon a power cut as well.
    pub fn add(&mut self, line: &Line) -> Result<(), StateError> {
        self.totals.add(line);
        let bytes = bytes_of(line);
        self.hash.update(&bytes);
        let is_due = self.synced.elapsed() >= SYNC_EVERY;
        let written = self.file.write_all(&bytes).and_then(|()| match is_due {
            true => self.file.sync_data(),
            false => Ok(()),
        });
        written.map_err(|source| StateError::io(&self.path, source))?;
        if is_due {
            self.synced = Instant::now();
        }
        Ok(())
    }

    /// Adds what was written to a file or a stream, as a batch.
    pub fn add_placed(&mut self, placed: &Placed<'_>) -> Result<(), StateError> {
        let number = self.totals.batches + 1;
        self.add(&Line::Batch(Batch::of_placed(placed, number)))
    }

    /// Closes the receipt: on the disk, and in the chain.
    pub fn end(
        mut self,
        ending: Ending,
        why: Option<String>,
        now: Timestamp,
    ) -> Result<(), StateError> {
        let ended = Ended {
            at: now,
            ending,
            why,
            totals: self.totals.clone(),
        };
        self.add(&Line::Ended(ended.clone()))?;
        let synced = self.file.sync_data();
        synced.map_err(|source| StateError::io(&self.path, source))?;
        Chain::lock(&self.folder)?.append(News {
            change: Change::Ended,
            receipt: &self.id,
            sha256: Some(hash::hex(&self.hash.finalize())),
            at: now,
            ended: Some(ended),
        })
    }
}

fn bytes_of(line: &Line) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(line).expect("a line serialises into memory");
    bytes.push(b'\n');
    bytes
}

/// The file is whole before the chain knows it, and under its name after: a process that is killed
/// in between leaves what [`settle_nascent`] can tell apart.
fn begun(folder: Folder, mut chain: Chain, header: Header) -> Result<Receipt, StateError> {
    let (id, begun) = (header.id.clone(), header.begun);
    let operator = header.run.operator.clone();
    let (nascent, path) = (folder.nascent(), folder.receipt(&id));
    let failed = |source| StateError::io(&path, source);
    let line = bytes_of(&Line::Receipt(Box::new(header)));
    let write = || {
        let mut file = private().create_new(true).open(&nascent)?;
        file.try_lock().map_err(io::Error::from)?;
        file.write_all(&line)?;
        file.sync_all()?;
        Ok(file)
    };
    let file = write().map_err(failed)?;
    chain.append(News {
        change: Change::Begun,
        receipt: &id,
        sha256: Some(hash::of(line.trim_ascii_end())),
        at: begun,
        ended: None,
    })?;
    fs::rename(&nascent, &path).map_err(failed)?;
    sync_folder_of(&path);
    Ok(Receipt {
        folder,
        id,
        operator,
        path,
        file,
        hash: Sha256::new_with_prefix(&line),
        totals: Totals::default(),
        synced: Instant::now(),
    })
}

/// What a process left that was killed while it began: the chain knows it, and it gets its name, or
/// nobody does, and it goes.
fn settle_nascent(folder: &Folder, chain: &Chain) -> Result<(), StateError> {
    let nascent = folder.nascent();
    let failed = |source| StateError::io(&nascent, source);
    let newest = chain.newest().filter(|entry| entry.change == Change::Begun);
    let first = match File::open(&nascent) {
        Ok(file) => next_line(&mut BufReader::new(file)).map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(failed(source)),
    };
    let sha256 = first.map(|line| hash::of(&line));
    let settled = match newest.filter(|entry| sha256.is_some() && entry.sha256 == sha256) {
        Some(entry) => fs::rename(&nascent, folder.receipt(&entry.receipt)),
        None => fs::remove_file(&nascent),
    };
    settled.map_err(failed)
}

fn seal_what_was_cut_off(
    folder: &Folder,
    chain: &mut Chain,
    now: Timestamp,
) -> Result<(), StateError> {
    for id in chain.open().to_vec() {
        let path = folder.receipt(&id);
        let sha256 = match File::open(&path) {
            Ok(file) => match file.try_lock() {
                Ok(()) => Some(hash::of_all(file).map_err(|source| StateError::io(&path, source))?),
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(source)) => return Err(StateError::io(&path, source)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(StateError::io(&path, source)),
        };
        chain.append(News {
            change: Change::CutOff,
            receipt: &id,
            sha256,
            at: now,
            ended: None,
        })?;
    }
    Ok(())
}
