//! `ddctl deadletters list`.

use clap::Args;

use super::rows::{LetterRow, all};
use crate::context::Context;
use crate::error::Exit;
use crate::ui::{Table, Tone};

/// List the events that were set aside, with the reason
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl deadletters list
  ddctl deadletters list -o json | jq '.[] | select(.status == 400)'

A letter holds the event, where it was to go, what was answered, and how often it was tried. The files \
lie in the folder of the profile's state, deadletters/, one for each destination, a JSON object a line.")]
pub struct List {}

pub(super) fn run(context: &Context, _: &List) -> anyhow::Result<Exit> {
    let rows = all(context)?;
    context
        .ui
        .list(&rows, "there are no dead letters", || table(context, &rows))?;
    Ok(Exit::Done)
}

pub(super) fn table(context: &Context, rows: &[LetterRow]) -> Table {
    let mut table = Table::new()
        .column("LETTER")
        .unbroken()
        .column("REASON")
        .expendable("ANSWER", 1)
        .right()
        .expendable("DESTINATION", 2)
        .expendable(format!("SET ASIDE ({})", context.ui.zone()), 3)
        .expendable("TRIES", 4)
        .right();
    for row in rows {
        let tone = match row.damaged {
            true => Tone::Bad,
            false => Tone::Plain,
        };
        let or_nothing = |text: Option<String>| text.unwrap_or_default();
        table.row([
            (row.name().to_owned(), Tone::Strong),
            (row.reason.clone(), tone),
            (
                or_nothing(row.status.map(|status| status.to_string())),
                Tone::Plain,
            ),
            (or_nothing(row.destination.clone()), Tone::Plain),
            (
                or_nothing(row.time.map(|time| context.ui.time(time))),
                Tone::Dim,
            ),
            (
                or_nothing(row.attempts.map(|tries| tries.to_string())),
                Tone::Dim,
            ),
        ]);
    }
    table
}
