//! `ddctl receipts show`.

use std::path::Path;

use clap::Args;

use super::card::Card;
use super::list::tone;
use super::view::{ReceiptDetail, STDOUT, account, place};
use crate::context::Context;
use crate::delivery::map::audit::is_selection;
use crate::delivery::receipts::{
    self, Batch, Line, LineRun, Listed, RECORDING, SetAside, Totals, Uncertain, Way,
};
use crate::error::{Exit, UsageError};
use crate::ui::{Table, Tone, Ui, counted};

/// Batches and events set aside that are shown before the rest is only counted.
const SHOWN: usize = 20;

/// Show one receipt: who sent or wrote what where, batch by batch
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl receipts show
  ddctl receipts show 20261121-181700-3fa2c1
  ddctl receipts show 20261121 -o json | jq '.batches[].late[].ids[]'")]
pub struct Show {
    /// An id or the beginning of one, then the newest such; without it, the newest of all
    #[arg(value_name = "RECEIPT", default_value = "", hide_default_value = true)]
    receipt: String,
}

pub fn run(context: &Context, args: &Show) -> anyhow::Result<Exit> {
    let found = receipts::list(&context.state_folder()?, &args.receipt, 1)?;
    let found = found
        .into_iter()
        .next()
        .ok_or_else(|| none(&args.receipt))?;
    let detail = read(found)?;
    context.ui.one(&detail, || text(&context.ui, &detail))?;
    Ok(Exit::Done)
}

fn none(given: &str) -> UsageError {
    let what = match given {
        "" => "there is no receipt yet".to_owned(),
        _ => format!("no receipt's id begins with `{given}`"),
    };
    UsageError::with_hint(what, "`ddctl receipts list` shows those there are")
}

fn read(found: Listed) -> anyhow::Result<ReceiptDetail> {
    let lines = receipts::open(&found.path)?;
    let mut detail = ReceiptDetail::of(found);
    for line in lines.into_iter().flatten() {
        match line? {
            Line::Batch(batch) => detail.batches.push(batch),
            Line::SetAside(aside) => detail.set_aside.push(aside),
            Line::Uncertain(uncertain) => detail.uncertain.push(uncertain),
            Line::Receipt(_) | Line::Ended(_) | Line::Found(_) | Line::Finding(_) => {}
        }
    }
    Ok(detail)
}

fn text(ui: &Ui, detail: &ReceiptDetail) -> String {
    let mut card = Card::new(ui, "receipt", &detail.id);
    what(ui, &mut card, detail);
    counts(&mut card, detail);
    card.line("before it", &detail.previous);
    card.optional("SHA-256", detail.sha256.as_deref());
    card.line("file", &detail.file);
    let mut text = card.into_text();
    if !detail.batches.is_empty() {
        text.push('\n');
        text.push_str(&batches(ui, &detail.batches).render(ui.table_width(), ui.palette()));
        text.push_str(&rest(detail.batches.len()));
    }
    text
}

fn what(ui: &Ui, card: &mut Card<'_>, detail: &ReceiptDetail) {
    card.line(
        "command",
        &format!("{} (ddctl {})", detail.command, detail.version),
    );
    card.toned("ended", detail.ending, tone(detail.ending));
    card.optional("why", detail.why.as_deref());
    let until = detail
        .ended
        .map_or_else(String::new, |at| format!(" to {}", ui.time(at)));
    card.line(
        "ran",
        &format!("{}{until} ({})", ui.time(detail.begun), ui.zone()),
    );
    if let Some(user) = &detail.operator.gateway {
        card.line("as", &format!("{} ({})", user.email, user.id));
    }
    card.line("by", &account(&detail.operator));
    if let Some((since, until)) = detail.since.zip(detail.until) {
        let (since, until) = (ui.time(since), ui.time(until));
        let of = match is_selection(&detail.filter) {
            true => "changes",
            false => "sessions",
        };
        card.line(of, &format!("{since} to {until} ({})", ui.zone()));
    }
    if !detail.sessions.is_empty() {
        card.line("sessions", &detail.sessions.join(" "));
    }
    match &detail.source {
        Some(source) => from_lines(card, source, detail),
        None => from_gateway(card, detail),
    }
    card.line("to", &place(&detail.destination, detail.site.as_deref()));
    let beside = detail.beside.iter().map(|other| place(other, None));
    for other in beside {
        card.line("beside", &format!("{other} (a receipt of its own)"));
    }
}

fn from_gateway(card: &mut Card<'_>, detail: &ReceiptDetail) {
    let filter = match detail.filter.as_str() {
        "" => "none",
        filter => filter,
    };
    card.line("filter", filter);
    card.optional("from", detail.gateway.as_deref());
}

fn from_lines(card: &mut Card<'_>, source: &str, detail: &ReceiptDetail) {
    card.line("from", source);
    let taken = detail.batches.iter().flat_map(|batch| &batch.lines);
    let aside = detail.set_aside.iter().flat_map(|aside| &aside.lines);
    let lines: Vec<&LineRun> = taken.chain(aside).collect();
    let first = lines.iter().map(|[first, _]| first).min();
    let last = lines.iter().map(|[_, last]| last).max();
    if let Some((first, last)) = first.zip(last) {
        card.line("lines", &format!("{first} to {last}"));
    }
}

fn counts(card: &mut Card<'_>, detail: &ReceiptDetail) {
    let totals = &detail.totals;
    if totals.found + totals.findings > 0 {
        card.line("found", &counted(totals.found, "event"));
    }
    let is_written = is_written(&detail.batches);
    let batches = match (totals.batches, is_written) {
        (count, true) => counted(count, "file"),
        (1, false) => "1 batch".to_owned(),
        (count, false) => format!("{count} batches"),
    };
    let (events, bytes) = (counted(totals.events, noun(totals)), totals.bytes);
    let name = if is_written { "written" } else { "taken" };
    card.line(
        name,
        &match detail.destination.as_str() {
            STDOUT => format!("{events}, {bytes} bytes"),
            _ => format!("{events} in {batches}, {bytes} bytes"),
        },
    );
    if !totals.kinds.is_empty() {
        let kinds = totals.kinds.iter();
        let kinds: Vec<String> = kinds
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        card.line("kinds", &kinds.join(", "));
    }
    let mut say = |name: &str, count: u64, what: &str| {
        if count > 0 {
            card.toned(
                name,
                &format!("{} {what}", counted(count, "event")),
                Tone::Warning,
            );
        }
    };
    say("late", totals.late, "under the time of sending");
    say("cut", totals.cut, "with a text cut");
    say("set aside", totals.dead_letters, "in the dead letters");
    say("left out", totals.skipped, "as too old");
    say("uncertain", totals.uncertain, "to which no answer came");
    for aside in detail.set_aside.iter().take(SHOWN) {
        card.line("", &told(aside));
    }
    for uncertain in detail.uncertain.iter().take(SHOWN) {
        let Uncertain {
            ids, unanswered, ..
        } = uncertain;
        let asked = counted(u64::from(*unanswered), "request");
        card.line(
            "",
            &format!("{} after {asked} without an answer", first_of(ids)),
        );
    }
}

/// What was counted.
fn noun(totals: &Totals) -> &'static str {
    let mut kinds = totals.kinds.keys();
    match (kinds.next().map(String::as_str), kinds.next()) {
        (Some(RECORDING), None) => RECORDING,
        _ => "event",
    }
}

/// Whether the batches are what was written, to files or standard output: nobody was asked.
fn is_written(batches: &[Batch]) -> bool {
    !batches.is_empty() && batches.iter().all(|batch| batch.attempts == 0)
}

fn told(aside: &SetAside) -> String {
    let ids = first_of(&aside.ids);
    match (aside.way, &aside.why) {
        (Way::DeadLetter, Some(why)) => format!("{ids}: {why}"),
        _ => format!("{ids}: too old"),
    }
}

fn first_of(ids: &[String]) -> String {
    match ids {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn batches(ui: &Ui, batches: &[Batch]) -> Table {
    match is_written(batches) {
        true => written(ui, batches),
        false => sent(ui, batches),
    }
}

fn sent(ui: &Ui, batches: &[Batch]) -> Table {
    let mut table = Table::new()
        .column("BATCH")
        .right()
        .column(format!("SENT ({})", ui.zone()))
        .unbroken()
        .column("EVENTS")
        .right()
        .expendable("BYTES", 2)
        .right()
        .column("STATUS")
        .expendable("TRIES", 1)
        .right()
        .column("SHA-256");
    for batch in batches.iter().take(SHOWN) {
        let status = batch
            .status
            .map_or_else(|| "-".to_owned(), |status| status.to_string());
        table.row([
            (batch.number.to_string(), Tone::Plain),
            (time(ui, batch), Tone::Plain),
            (batch.events.to_string(), Tone::Plain),
            (batch.bytes.to_string(), Tone::Plain),
            (status, Tone::Good),
            (batch.attempts.to_string(), Tone::Plain),
            (short(&batch.sha256), Tone::Dim),
        ]);
    }
    table
}

/// Files, in the folder that the receipt names, and standard output.
fn written(ui: &Ui, batches: &[Batch]) -> Table {
    let mut table = Table::new()
        .column("FILE")
        .expendable(format!("WRITTEN ({})", ui.zone()), 2)
        .unbroken()
        .column("EVENTS")
        .right()
        .expendable("BYTES", 1)
        .right()
        .column("SHA-256");
    for batch in batches.iter().take(SHOWN) {
        table.row([
            (file_name(batch), Tone::Plain),
            (time(ui, batch), Tone::Plain),
            (batch.events.to_string(), Tone::Plain),
            (batch.bytes.to_string(), Tone::Plain),
            (short(&batch.sha256), Tone::Dim),
        ]);
    }
    table
}

fn file_name(batch: &Batch) -> String {
    let name = batch.file.as_deref().map(|file| {
        let name = Path::new(file).file_name();
        name.map_or_else(
            || file.to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    });
    name.unwrap_or_else(|| "stdout".to_owned())
}

fn time(ui: &Ui, batch: &Batch) -> String {
    batch.sent_at.map_or_else(String::new, |at| ui.time(at))
}

fn short(hash: &str) -> String {
    format!("{}…", hash.get(..12).unwrap_or(hash))
}

fn rest(batches: usize) -> String {
    match batches.checked_sub(SHOWN) {
        None | Some(0) => String::new(),
        Some(more) => format!("and {more} more: -o json\n"),
    }
}
