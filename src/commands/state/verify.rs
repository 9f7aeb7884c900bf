//! `ddctl state verify`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::context::Context;
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
    path: PathBuf,
    /// False where there is no file yet.
    exists: bool,
    sound: bool,
    /// A line for each thing that is wrong.
    damage: Vec<String>,
}

pub(super) fn run(context: &Context, _: &Verify) -> anyhow::Result<Exit> {
    let folder = context.state_folder()?;
    let found = look(&folder)?;
    let exists = found.is_some();
    let damage = found.unwrap_or_default();
    let verified = Verified {
        path: folder.join(FILE),
        exists,
        sound: damage.is_empty(),
        damage,
    };
    context.ui.one(&verified, || text(&verified))?;
    if verified.sound {
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
    let path = verified.path.display();
    match (verified.exists, verified.sound) {
        (false, _) => format!("{path} does not exist yet\n"),
        (true, true) => format!("{path} is sound\n"),
        (true, false) => {
            let lines = verified.damage.iter().map(|line| format!("  {line}\n"));
            format!("{path} is damaged\n{}", lines.collect::<String>())
        }
    }
}
