//! `ddctl receipts list`.

use clap::Args;

use super::view::{ReceiptRow, place};
use crate::commands::flags::at_least_one;
use crate::context::Context;
use crate::delivery::receipts::{self, Problem};
use crate::error::Exit;
use crate::ui::{Table, Tone, Ui, counted};

/// List what was sent and written, the newest run first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl receipts list
  ddctl receipts list --limit 500 -o csv
  ddctl receipts list --check
  ddctl receipts list --check --files

Every run that sends or writes events, or writes recordings of a gateway, leaves a receipt for each \
place it goes to: a file of its own under receipts/ in the profile's state, and an entry in a chain of \
hashes, receipts/chain.ndjson. A run that writes goes on where none can be kept, and says so.

--check reads all of them and names what was changed, taken out or put in; then the exit code is 3. \
What no check can find is that the newest receipts are gone together with their entries, unless the \
newest hash was kept elsewhere. --files holds the files that were written against the SHA-256 in their \
receipts as well: one that was changed, moved or removed since is named, with exit code 3.")]
pub struct List {
    /// Show at most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_one)]
    limit: usize,
    /// Instead, name the receipts that are not as they were written
    #[arg(long)]
    check: bool,
    /// With --check: the files as well that receipts say were written
    #[arg(long, requires = "check")]
    files: bool,
}

pub fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    let state = context.state_folder()?;
    if args.check {
        return check(context, args.files);
    }
    let receipts = receipts::list(&state, "", args.limit.saturating_add(1))?;
    let is_cut = receipts.len() > args.limit;
    let shown = receipts.iter().take(args.limit);
    let rows: Vec<ReceiptRow> = shown.map(ReceiptRow::of).collect();
    let empty = "nothing was sent or written yet: `ddctl sessions export --since 24h --to logs` leaves the first";
    context
        .ui
        .list(&rows, empty, || table(&context.ui, &rows))?;
    if is_cut {
        let limit = args.limit;
        context
            .ui
            .status(&format!("the newest {limit}; --limit shows more"));
    }
    Ok(Exit::Done)
}

fn check(context: &Context, has_files: bool) -> anyhow::Result<Exit> {
    let state = context.state_folder()?;
    let check = receipts::check(&state)?;
    let ui = &context.ui;
    let mut checked = counted(check.receipts, "receipt");
    let mut found = check.problems.clone();
    if has_files {
        let files = receipts::check_files(&state, &check)?;
        checked.push_str(&format!(" and {}", counted(files.files, "file")));
        found.extend(files.problems);
    }
    let whole = match &check.head {
        Some(head) => format!("{checked}, each as it was written; the newest hash is {head}"),
        None => "there are no receipts".to_owned(),
    };
    ui.list(&found, &whole, || problems(&found))?;
    match found.len() {
        0 => Ok(Exit::Done),
        count => {
            let count = counted(count as u64, "problem");
            ui.status(&format!("{count} in {checked}"));
            Ok(Exit::AnswerIsNo)
        }
    }
}

fn problems(problems: &[Problem]) -> Table {
    let mut table = Table::new().column("RECEIPT").unbroken().column("WHAT");
    for problem in problems {
        let receipt = problem.receipt.as_deref().unwrap_or("-");
        table.row([(receipt, Tone::Strong), (problem.what.as_str(), Tone::Bad)]);
    }
    table
}

fn table(ui: &Ui, rows: &[ReceiptRow]) -> Table {
    let mut table = Table::new()
        .column("ID")
        .unbroken()
        .expendable(format!("BEGUN ({})", ui.zone()), 2)
        .column("COMMAND")
        .expendable("TO", 3)
        .expendable("WHO", 4)
        .column("EVENTS")
        .right()
        .expendable("LATE", 5)
        .right()
        .expendable("SET ASIDE", 1)
        .right()
        .column("ENDED");
    for row in rows {
        table.row(cells(ui, row));
    }
    table
}

fn cells(ui: &Ui, row: &ReceiptRow) -> [(String, Tone); 9] {
    let to = place(&row.destination, row.site.as_deref());
    let aside = row.dead_letters + row.skipped + row.uncertain;
    [
        (row.id.clone(), Tone::Accent),
        (ui.time(row.begun), Tone::Plain),
        (row.command.clone(), Tone::Plain),
        (to, Tone::Dim),
        (row.operator.clone(), Tone::Dim),
        ((row.events + row.found).to_string(), Tone::Plain),
        (row.late.to_string(), Tone::Dim),
        (
            aside.to_string(),
            if aside > 0 { Tone::Warning } else { Tone::Dim },
        ),
        (row.ending.to_owned(), tone(row.ending)),
    ]
}

/// The colour of an ending.
pub fn tone(ending: &str) -> Tone {
    match ending {
        "done" => Tone::Good,
        "running" => Tone::Accent,
        "failed" => Tone::Bad,
        _ => Tone::Warning,
    }
}
