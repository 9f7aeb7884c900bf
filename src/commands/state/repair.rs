//! `ddctl state repair`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::verify::look;
use crate::context::Context;
use crate::delivery::spool;
use crate::delivery::state::{BeginAgain, FILE, Holder, Repaired, StateError, repair};
use crate::error::Exit;
use crate::ui::{Format, counted};

/// Make a sound file of a damaged one; what cannot be kept is named
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl state verify || ddctl state repair

The old file is kept beside the new one, with the time in its name. Every row that is what was \
written is taken over. Nothing is lost by what is not: events that a position no longer knows go out \
again, under the same evt.id. A position that is gone is not guessed: --new and --follow ask once for \
--since then, and a file goes out from its first line. Of a relay's spool that is different: a webhook whose row is damaged is in \
the old file alone. Nothing that sends may run meanwhile.")]
pub struct Repair {}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Outcome {
    #[serde(flatten)]
    state: Mended,
    /// The relay's, where it was damaged.
    spool: Option<Mended>,
}

#[derive(Serialize)]
struct Mended {
    /// Where the old file lies; null where there was none, or nothing to repair.
    aside: Option<PathBuf>,
    kept: u64,
    /// Rows that are not what was written, by table.
    lost: BTreeMap<&'static str, u64>,
    /// Tables that could not be read to their end.
    cut: Vec<&'static str>,
    /// Positions that begin anew.
    begin_again: Vec<String>,
}

/// What was made of the state and of the spool; `None` where there was nothing to repair. Whoever
/// holds them is told that `command` wants them.
pub fn repaired(
    folder: &Path,
    command: &str,
    now: Timestamp,
) -> Result<[Option<Repaired>; 2], StateError> {
    let holder = Holder::this(command, now);
    let state = match is_sound(folder) {
        true => None,
        false => repair(folder, &holder, now)?,
    };
    let is_damaged = spool::damage(folder)?.is_some_and(|damage| !damage.is_empty());
    let spool = match is_damaged {
        true => spool::repair(folder, &holder, now)?,
        false => None,
    };
    Ok([state, spool])
}

/// Whether there is a state of today's form with nothing wrong in it.
fn is_sound(folder: &Path) -> bool {
    matches!(look(folder), Ok(Some(damage)) if damage.is_empty())
}

pub(super) fn run(context: &Context, _: &Repair) -> anyhow::Result<Exit> {
    let folder = context.state_folder()?;
    let [repaired, spool] = repaired(&folder, "state repair", context.now())?;
    if context.ui.format() != Format::Table {
        let outcome = Outcome {
            state: mended(repaired),
            spool: spool.map(|spool| mended(Some(spool))),
        };
        context.ui.one(&outcome, String::new)?;
        return Ok(Exit::Done);
    }
    if repaired.is_none() && spool.is_none() {
        let path = folder.join(FILE);
        context.ui.status(&match path.exists() {
            true => format!("{} is sound: there is nothing to repair", path.display()),
            false => "there is no state to repair".to_owned(),
        });
    }
    repaired
        .iter()
        .chain(&spool)
        .for_each(|one| say(context, one));
    if repaired.is_some_and(|one| one.tally.has_lost_positions()) {
        context.ui.hint(ASKS_FOR_SINCE);
    }
    Ok(Exit::Done)
}

/// What leads on where a position is gone.
pub(super) const ASKS_FOR_SINCE: &str = "`--new` and `--follow` ask once for --since where a \
     position is gone: name a time before the oldest session that was open at the last run \
     (`ddctl receipts list` has the runs); what was sent already has the same evt.id";

fn mended(repaired: Option<Repaired>) -> Mended {
    let (aside, tally) = match repaired {
        Some(Repaired { aside, tally }) => (Some(aside), tally),
        None => (None, Default::default()),
    };
    Mended {
        aside,
        kept: tally.kept,
        lost: tally.lost,
        cut: tally.cut,
        begin_again: tally.begin_again.iter().map(|one| one.key.id()).collect(),
    }
}

fn say(context: &Context, repaired: &Repaired) {
    let Repaired { aside, tally } = repaired;
    let kept = counted(tally.kept, "row");
    context
        .ui
        .status(&format!("{kept} kept; the old file is {}", aside.display()));
    for (table, count) in &tally.lost {
        let lost = counted(*count, "row");
        context
            .ui
            .status(&format!("  {lost} of `{table}` lost: not what was written"));
    }
    for table in &tally.cut {
        context
            .ui
            .status(&format!("  `{table}` could not be read to its end"));
    }
    for one in &tally.begin_again {
        context.ui.status(&told_anew(context, one));
    }
}

fn told_anew(context: &Context, one: &BeginAgain) -> String {
    let id = one.key.id();
    match one.since {
        Some(since) => {
            let since = context.ui.moment(since);
            format!(
                "  position {id} begins anew at {since}: its sessions go out again under the same \
                 evt.id"
            )
        }
        None => format!("  position {id} has lost where it begins"),
    }
}
