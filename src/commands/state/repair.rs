//! `ddctl state repair`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::delivery::state::{CursorKey, Holder, Repaired, repair};
use crate::error::Exit;
use crate::ui::{Format, counted};

/// Make a sound file of a damaged one; what cannot be kept is named
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl state verify || ddctl state repair

The old file is kept beside the new one, with the time in its name. Every row that is what was \
written is taken over. Nothing is lost by what is not: events that a position no longer knows go out \
again, under the same evt.id. No export may run meanwhile.")]
pub struct Repair {}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Outcome {
    /// Where the old file lies; null where there was none.
    aside: Option<PathBuf>,
    kept: u64,
    /// Rows that are not what was written, by table.
    lost: BTreeMap<&'static str, u64>,
    /// Tables that could not be read to their end.
    cut: Vec<&'static str>,
    /// Positions that begin anew.
    begin_again: Vec<String>,
}

pub(super) fn run(context: &Context, _: &Repair) -> anyhow::Result<Exit> {
    let now = context.now();
    let holder = Holder::this("state repair", now);
    let repaired = repair(&context.state_folder()?, &holder, now)?;
    if context.ui.format() != Format::Table {
        context.ui.one(&outcome(repaired), String::new)?;
        return Ok(Exit::Done);
    }
    match repaired {
        None => context.ui.status("there is no state to repair"),
        Some(repaired) => say(context, &repaired),
    }
    Ok(Exit::Done)
}

fn outcome(repaired: Option<Repaired>) -> Outcome {
    let (aside, tally) = match repaired {
        Some(Repaired { aside, tally }) => (Some(aside), tally),
        None => (None, Default::default()),
    };
    Outcome {
        aside,
        kept: tally.kept,
        lost: tally.lost,
        cut: tally.cut,
        begin_again: tally.begin_again.iter().map(CursorKey::id).collect(),
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
    for key in &tally.begin_again {
        context.ui.status(&format!(
            "  position {} begins anew: its sessions go out again under the same evt.id",
            key.id()
        ));
    }
}
