//! `ddctl deadletters drop`.

use clap::Args;
use serde::Serialize;

use super::rows::{Chosen, LetterRow, folder, lines_of};
use crate::context::Context;
use crate::delivery::dead_letter::{DeadLetterError, Drawer, files};
use crate::delivery::state::Holder;
use crate::error::Exit;
use crate::ui::{Format, counted, escape};

/// Give dead letters up: their events are delivered nowhere and gone
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl deadletters drop 3f2a9c41
  ddctl deadletters drop --all --yes

It names what goes and asks. An event that came from the gateway or from a file is still there.")]
pub struct Drop {
    #[command(flatten)]
    chosen: Chosen,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Dropped {
    dropped: Vec<LetterRow>,
}

/// Letters that are named before the question.
const NAMED: usize = 20;

pub(super) fn run(context: &Context, args: &Drop) -> anyhow::Result<Exit> {
    let holder = Holder::this("deadletters drop", context.now());
    let files = files(&folder(context)?)?;
    let drawers = files.iter().map(|file| Drawer::open(file, &holder));
    let drawers = drawers.collect::<Result<Vec<_>, DeadLetterError>>()?;
    let rows = args.chosen.rows(&files)?;
    if rows.is_empty() {
        context.ui.status("there are no dead letters");
    } else {
        name(context, &rows);
        let question = format!("Give up {}?", counted(rows.len() as u64, "dead letter"));
        if !context.ui.confirm(&question, "--yes")? {
            context.ui.status("nothing was dropped");
            return Ok(Exit::Failed);
        }
        for drawer in drawers {
            drawer.remove(&lines_of(&rows, drawer.path()))?;
        }
    }
    let count = counted(rows.len() as u64, "dead letter");
    let dropped = Dropped { dropped: rows };
    match context.ui.format() {
        Format::Table => context.ui.status(&format!("{count} dropped")),
        _ => context.ui.one(&dropped, String::new)?,
    }
    Ok(Exit::Done)
}

fn name(context: &Context, rows: &[LetterRow]) {
    for row in rows.iter().take(NAMED) {
        let line = format!("{}: {}", row.name(), row.reason);
        context.ui.status(&escape::line(&line));
    }
    if rows.len() > NAMED {
        let more = rows.len() - NAMED;
        context.ui.status(&format!("and {more} more"));
    }
}
