//! `ddctl state show`.

use clap::Args;

use super::rows::{PositionRow, all, spool};
use crate::context::Context;
use crate::delivery::state::State;
use crate::error::Exit;
use crate::ui::{Table, Tone, counted};

/// Show how far each destination is, and who is at work
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl state show
  ddctl state show -o json | jq '.[] | select(.held)'

A position belongs to a destination, a site and a filter, or to a file. Events of what it calls done \
are with the destination or in the dead letters. `relay` is the spool: what a relay has taken and not \
delivered yet. It takes no lock and changes nothing.")]
pub struct Show {}

pub(super) fn run(context: &Context, _: &Show) -> anyhow::Result<Exit> {
    let folder = context.state_folder()?;
    let state = State::look(&folder)?;
    let mut rows = state.as_ref().map_or(Ok(Vec::new()), all)?;
    rows.extend(spool(&folder)?);
    let empty = "nothing was delivered yet, so there are no positions";
    context.ui.list(&rows, empty, || table(context, &rows))?;
    Ok(Exit::Done)
}

fn table(context: &Context, rows: &[PositionRow]) -> Table {
    let mut table = Table::new()
        .column("POSITION")
        .unbroken()
        .column("OF")
        .column(format!("DONE ({})", context.ui.zone()))
        .expendable("DESTINATION", 2)
        .expendable("HELD BY", 1);
    for row in rows {
        table.row([
            (row.id().to_owned(), Tone::Strong),
            (row.of(), Tone::Plain),
            (done(context, row), Tone::Plain),
            (row.destination(), Tone::Plain),
            (row.holder().unwrap_or_default(), Tone::Warning),
        ]);
    }
    table
}

fn done(context: &Context, row: &PositionRow) -> String {
    let row = match row {
        PositionRow::File(row) => {
            return format!("{} lines", row.line.saturating_sub(1) + row.beyond);
        }
        PositionRow::Spool(row) => {
            let webhooks = counted(row.webhooks, "webhook");
            return format!("{webhooks} and {} wait", counted(row.events, "event"));
        }
        PositionRow::Sessions(row) => row,
    };
    let mut done = match (&row.done[..], row.done.first(), row.done.last()) {
        (stretches, Some(first), Some(last)) => {
            let gaps = match stretches.len() - 1 {
                0 => String::new(),
                gaps => format!(", {} between", counted(gaps as u64, "gap")),
            };
            let (since, until) = (context.ui.time(first.since), context.ui.time(last.until));
            format!("{since} to {until}{gaps}")
        }
        _ => "nothing whole yet".to_owned(),
    };
    if row.unfinished > 0 {
        let open = counted(row.unfinished as u64, "session");
        done.push_str(&format!("; {open} not over"));
    }
    done
}
