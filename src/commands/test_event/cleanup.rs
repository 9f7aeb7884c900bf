//! `test-event --cleanup`: deletes the copies that interrupted rehearsals left behind.

use serde::Serialize;

use super::TestEvent;
use crate::context::Context;
use crate::domain::time::human_duration;
use crate::error::Exit;
use crate::monitors::rehearsal::{Stray, strays};
use crate::ui::{Table, Tone, counted};

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Row {
    id: u64,
    name: String,
    run: String,
    made: String,
    /// False where it stays.
    deleted: bool,
}

pub async fn run(context: &Context, args: &TestEvent) -> anyhow::Result<Exit> {
    let datadog = context.datadog(&args.datadog.flags())?;
    let strays = strays(&datadog).await?;
    let is_wanted = !strays.is_empty() && is_confirmed(context, &strays)?;
    let mut rows = Vec::new();
    for stray in &strays {
        if is_wanted {
            datadog.delete_monitor(stray.id).await?;
        }
        rows.push(Row::of(stray, is_wanted));
    }
    context
        .ui
        .list(&rows, "no rehearsal left anything behind", || {
            table(context, &strays)
        })?;
    if is_wanted {
        let deleted = counted(rows.len() as u64, "monitor");
        context.ui.status(&format!("deleted {deleted}"));
    }
    Ok(Exit::Done)
}

fn is_confirmed(context: &Context, strays: &[Stray]) -> anyhow::Result<bool> {
    context.require_write_or(
        "deleting temporary monitors",
        "`ddctl monitors list --live` only looks at them",
    )?;
    for stray in strays {
        let age = context.now().duration_since(stray.made);
        let age = human_duration(age.try_into().unwrap_or_default());
        context.ui.status(&format!(
            "monitor {} of run {}, made {age} ago",
            stray.id, stray.run
        ));
    }
    let monitors = counted(strays.len() as u64, "temporary monitor");
    context.ui.confirm(
        &format!("Delete {monitors}? A rehearsal that is under way loses its own"),
        "--yes",
    )
}

impl Row {
    fn of(stray: &Stray, deleted: bool) -> Self {
        Self {
            id: stray.id,
            name: stray.name.clone(),
            run: stray.run.clone(),
            made: stray.made.to_string(),
            deleted,
        }
    }
}

fn table(context: &Context, strays: &[Stray]) -> Table {
    let mut table = Table::new()
        .column("ID")
        .column(format!("MADE ({})", context.ui.zone()))
        .column("RUN")
        .expendable("NAME", 1);
    for stray in strays {
        table.row([
            (stray.id.to_string().as_str(), Tone::Strong),
            (context.ui.time(stray.made).as_str(), Tone::Plain),
            (stray.run.as_str(), Tone::Plain),
            (stray.name.as_str(), Tone::Dim),
        ]);
    }
    table
}
