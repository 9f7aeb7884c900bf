//! Dead letters without their events, and which of them somebody means.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::context::Context;
use crate::delivery::dead_letter::{FOLDER, StoredLetter, files, read};
use crate::domain::line_set::LineSet;
use crate::error::UsageError;

/// Which letters.
#[derive(Debug, Args)]
pub(super) struct Chosen {
    /// Letters as `deadletters list` names them: an id, its beginning, or FILE:LINE
    #[arg(value_name = "LETTER", required_unless_present = "all")]
    letters: Vec<String>,
    /// Every letter
    #[arg(long, conflicts_with = "letters")]
    all: bool,
}

/// The shape that `-o json` promises for a letter. Of a damaged one little is known.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LetterRow {
    /// The event's `evt.id`.
    pub id: Option<String>,
    /// FILE:LINE, by which it can be named as well.
    pub place: String,
    pub file: PathBuf,
    pub line: u64,
    pub time: Option<Timestamp>,
    pub destination: Option<String>,
    /// What the destination answered, where it did.
    pub status: Option<u16>,
    pub attempts: Option<u32>,
    /// Why it was set aside, or what is wrong with the letter.
    pub reason: String,
    pub bytes: usize,
    pub damaged: bool,
}

impl LetterRow {
    pub fn of(stored: &StoredLetter) -> Self {
        let letter = stored.content.as_ref();
        let reason = match letter {
            Ok(letter) => letter.reason.clone(),
            Err(error) => format!("no letter: {error}"),
        };
        let known = letter.ok();
        Self {
            id: known.map(|letter| letter.id.clone()),
            place: stored.place(),
            file: stored.path.clone(),
            line: stored.line,
            time: known.map(|letter| letter.time),
            destination: known.map(|letter| letter.destination.clone()),
            status: known.and_then(|letter| letter.status),
            attempts: known.map(|letter| letter.attempts),
            reason,
            bytes: stored.bytes.len(),
            damaged: known.is_none(),
        }
    }

    /// By which people name it.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.place)
    }
}

/// The folder of the letters.
pub(super) fn folder(context: &Context) -> anyhow::Result<PathBuf> {
    Ok(context.state_folder()?.join(FOLDER))
}

/// Every letter, in the order of the files.
pub(super) fn all(context: &Context) -> anyhow::Result<Vec<LetterRow>> {
    let mut rows = Vec::new();
    for file in files(&folder(context)?)? {
        rows.extend(of_file(&file, &mut |_| true)?);
    }
    Ok(rows)
}

fn of_file(
    file: &Path,
    is_wanted: &mut impl FnMut(&StoredLetter) -> bool,
) -> anyhow::Result<Vec<LetterRow>> {
    let mut rows = Vec::new();
    read(file, |letter| {
        if is_wanted(&letter) {
            rows.push(LetterRow::of(&letter));
        }
        true
    })?;
    Ok(rows)
}

impl Chosen {
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// The letters that are meant, in the order of the files.
    ///
    /// # Errors
    ///
    /// A name that no letter has.
    pub fn rows(&self, files: &[PathBuf]) -> anyhow::Result<Vec<LetterRow>> {
        let mut found = vec![false; self.letters.len()];
        let mut is_wanted = |letter: &StoredLetter| {
            let mut is_named = self.all;
            for (name, found) in self.letters.iter().zip(&mut found) {
                let is_this = letter.is_named(name);
                *found |= is_this;
                is_named |= is_this;
            }
            is_named
        };
        let mut rows = Vec::new();
        for file in files {
            rows.extend(of_file(file, &mut is_wanted)?);
        }
        let unknown = self.letters.iter().zip(&found).find(|(_, found)| !**found);
        match unknown {
            Some((name, _)) => Err(no_such(name).into()),
            None => Ok(rows),
        }
    }
}

pub(super) fn no_such(name: &str) -> UsageError {
    UsageError::with_hint(
        format!("no dead letter is named `{name}`"),
        "`ddctl deadletters list` shows them",
    )
}

/// The lines of `file` among `rows`.
pub(super) fn lines_of(rows: &[LetterRow], file: &Path) -> LineSet {
    let mut lines = LineSet::default();
    for row in rows.iter().filter(|row| row.file == file) {
        lines.insert(row.line..row.line + 1);
    }
    lines
}
