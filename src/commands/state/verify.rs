//! `ddctl state verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::delivery::spool;
use crate::delivery::state::{FILE, State, StateError};
use crate::error::Exit;

/// Read the whole state and say what in it is not what was written
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl state verify
  ddctl state verify -o json && ddctl sessions export --new --to logs

Every row has a checksum of its own, and SQLite checks its pages. Exit 3 where anything is damaged, \
empty, or the file of another program.")]
pub struct Verify {}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Verified {
    #[serde(flatten)]
    state: Found,
    /// The relay's.
    spool: Found,
}

#[derive(Serialize)]
struct Found {
    path: PathBuf,
    /// False where there is no file yet.
    exists: bool,
    sound: bool,
    /// A line for each thing that is wrong.
    damage: Vec<String>,
    /// What helps.
    #[serde(skip)]
    hint: &'static str,
}

const REPAIR: &str = "`ddctl state repair` keeps every row that is what was written";

impl Found {
    /// # Errors
    ///
    /// A file that cannot be looked at, and one of another ddctl, which may be sound.
    fn of(
        path: PathBuf,
        damage: Result<Option<Vec<String>>, StateError>,
    ) -> Result<Self, StateError> {
        let (damage, hint) = match damage {
            // So damaged that nobody can look any further.
            Err(StateError::Damaged { what, .. }) => (Some(vec![what]), REPAIR),
            Err(error @ StateError::Foreign { .. }) => {
                let what = "it is an SQLite file of another program".to_owned();
                (Some(vec![what]), error.hint().unwrap_or_default())
            }
            damage => (damage?, REPAIR),
        };
        let exists = damage.is_some();
        let damage = damage.unwrap_or_default();
        Ok(Self {
            path,
            exists,
            sound: damage.is_empty(),
            damage,
            hint,
        })
    }

    fn text(&self) -> String {
        let path = self.path.display();
        match (self.exists, self.sound) {
            (false, _) => format!("{path} does not exist yet\n"),
            (true, true) => format!("{path} is sound\n"),
            (true, false) => {
                let lines = self.damage.iter().map(|line| format!("  {line}\n"));
                format!("{path} is damaged\n{}", lines.collect::<String>())
            }
        }
    }
}

pub(super) fn run(context: &Context, _: &Verify) -> anyhow::Result<Exit> {
    let folder = context.state_folder()?;
    let verified = Verified {
        state: Found::of(folder.join(FILE), look(&folder))?,
        spool: Found::of(folder.join(spool::FILE), spool::damage(&folder))?,
    };
    context.ui.one(&verified, || text(&verified))?;
    let unsound = [&verified.state, &verified.spool];
    let unsound = unsound.into_iter().filter(|found| !found.sound);
    let mut hints: Vec<&str> = unsound.map(|found| found.hint).collect();
    hints.dedup();
    hints.iter().for_each(|hint| context.ui.hint(hint));
    Ok(match hints.is_empty() {
        true => Exit::Done,
        false => Exit::AnswerIsNo,
    })
}

/// What is wrong; `None` where there is no file.
pub(super) fn look(folder: &Path) -> Result<Option<Vec<String>>, StateError> {
    State::look(folder)?.map(|state| state.damage()).transpose()
}

fn text(verified: &Verified) -> String {
    let spool = Some(&verified.spool).filter(|spool| spool.exists);
    verified.state.text() + &spool.map(Found::text).unwrap_or_default()
}
