//! `ddctl state reset`.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::repair::ASKS_FOR_SINCE;
use super::rows::{PositionRow, SPOOL, all, spool};
use crate::context::Context;
use crate::delivery::spool::set_aside;
use crate::delivery::state::{CursorKey, FileKey, Holder, State};
use crate::error::{Exit, UsageError};
use crate::ui::{Format, counted};

/// Forget positions: what they called delivered goes out again, under the same ids
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl state reset 4f2a91c0d3b7e865
  ddctl state reset --all --yes

It names what is forgotten and asks. A position that an export is using is left alone. To send a range \
once more, `sessions export --again` is enough. `relay` empties the spool of a relay, and keeps the old \
file; --all leaves it alone.")]
pub struct Reset {
    /// A position as `state show` names it, or the beginning of it; `relay` is the spool
    #[arg(value_name = "POSITION", required_unless_present = "all")]
    position: Option<String>,
    /// Every position
    #[arg(long, conflicts_with = "position")]
    all: bool,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Forgotten {
    forgotten: Vec<PositionRow>,
}

pub(super) fn run(context: &Context, args: &Reset) -> anyhow::Result<Exit> {
    let folder = context.state_folder()?;
    if args.position.as_deref() == Some(SPOOL) {
        return reset_spool(context, &folder);
    }
    let chosen = match State::look(&folder)? {
        Some(state) => chosen(args, all(&state)?)?,
        None => chosen(args, Vec::new())?,
    };
    if !chosen.is_empty() {
        for row in &chosen {
            let (id, of, to) = (row.id(), row.of(), row.destination());
            context.ui.status(&format!("{id}: {of}, to {to}"));
        }
        let count = counted(chosen.len() as u64, "position");
        let question =
            format!("Forget {count}? What was delivered goes out again, under the same ids");
        if !context.ui.confirm(&question, "--yes")? {
            context.ui.status("nothing was forgotten");
            return Ok(Exit::Failed);
        }
        let holder = Holder::this("state reset", context.now());
        let mut state = State::open(&folder)?;
        chosen
            .iter()
            .try_for_each(|row| forget(&mut state, row, &holder))?;
    }
    let count = counted(chosen.len() as u64, "position");
    match context.ui.format() {
        Format::Table => {
            context.ui.status(&format!("{count} forgotten"));
            if chosen
                .iter()
                .any(|row| matches!(row, PositionRow::Sessions(_)))
            {
                context.ui.hint(ASKS_FOR_SINCE);
            }
        }
        _ => context
            .ui
            .one(&Forgotten { forgotten: chosen }, String::new)?,
    }
    Ok(Exit::Done)
}

/// What was never delivered is not forgotten for good: the file is kept.
fn reset_spool(context: &Context, folder: &Path) -> anyhow::Result<Exit> {
    let rows: Vec<PositionRow> = spool(folder)?.into_iter().collect();
    if let [PositionRow::Spool(row)] = &rows[..] {
        let (webhooks, events) = (
            counted(row.webhooks, "webhook"),
            counted(row.events, "event"),
        );
        let question = format!("Give up {webhooks} and {events} that were never delivered?");
        if !context.ui.confirm(&question, "--yes")? {
            context.ui.status("nothing was forgotten");
            return Ok(Exit::Failed);
        }
        let now = context.now();
        if let Some(aside) = set_aside(folder, &Holder::this("state reset", now), now)? {
            context
                .ui
                .status(&format!("the old spool is {}", aside.display()));
        }
    }
    match context.ui.format() {
        Format::Table => context.ui.status("the spool is empty"),
        _ => context
            .ui
            .one(&Forgotten { forgotten: rows }, String::new)?,
    }
    Ok(Exit::Done)
}

fn chosen(args: &Reset, rows: Vec<PositionRow>) -> Result<Vec<PositionRow>, UsageError> {
    let Some(wanted) = &args.position else {
        return Ok(rows);
    };
    let named = rows.into_iter().filter(|row| row.id().starts_with(wanted));
    let named: Vec<PositionRow> = named.collect();
    match named.len() {
        1 => Ok(named),
        found => Err(UsageError::with_hint(
            match found {
                0 => format!("no position is named `{wanted}`"),
                _ => format!("`{wanted}` may mean several positions"),
            },
            "`ddctl state show` names them",
        )),
    }
}

fn forget(state: &mut State, row: &PositionRow, holder: &Holder) -> anyhow::Result<()> {
    match row {
        PositionRow::Sessions(row) => {
            let key = CursorKey {
                organisation: row.organisation.clone(),
                filter: row.filter.clone(),
                destination: row.destination.clone(),
                site: row.site.clone(),
                scheme: row.scheme.clone(),
            };
            let _held = state.lock(&key, holder)?;
            state.forget(&key)?;
        }
        PositionRow::File(row) => {
            let key = FileKey {
                destination: row.destination.clone(),
                site: row.site.clone(),
                device: row.device,
                inode: row.inode,
            };
            let _held = state.lock_file(&key, holder)?;
            state.forget_file(&key)?;
        }
        // It is no position, and nobody chooses it among them.
        PositionRow::Spool(_) => {}
    }
    Ok(())
}
