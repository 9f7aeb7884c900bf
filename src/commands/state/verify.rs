//! `ddctl state verify`.

use std::path::PathBuf;

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

Every row has a checksum of its own, and SQLite checks its pages. Exit 3 where anything is damaged.")]
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
}

impl Found {
    fn of(path: PathBuf, damage: Option<Vec<String>>) -> Self {
        let exists = damage.is_some();
        let damage = damage.unwrap_or_default();
        Self {
            path,
            exists,
            sound: damage.is_empty(),
            damage,
        }
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
        state: Found::of(folder.join(FILE), look(&folder)?),
        spool: Found::of(folder.join(spool::FILE), spool::damage(&folder)?),
    };
    context.ui.one(&verified, || text(&verified))?;
    if verified.state.sound && verified.spool.sound {
        return Ok(Exit::Done);
    }
    let hint = "`ddctl state repair` keeps every row that is what was written";
    context.ui.hint(hint);
    Ok(Exit::AnswerIsNo)
}

/// What is wrong; `None` where there is no file.
fn look(folder: &std::path::Path) -> Result<Option<Vec<String>>, StateError> {
    let damage = |state: Option<State>| state.map(|state| state.damage()).transpose();
    match State::look(folder).and_then(damage) {
        // So damaged that nobody can look any further.
        Err(StateError::Damaged { what, .. }) => Ok(Some(vec![what])),
        found => found,
    }
}

fn text(verified: &Verified) -> String {
    let spool = Some(&verified.spool).filter(|spool| spool.exists);
    verified.state.text() + &spool.map(Found::text).unwrap_or_default()
}
