//! `ddctl setup --undo`: what setup made goes, what it replaced comes back. Remote objects are found
//! by our mark or name, from any machine; what lies on this machine by its path.

mod carry_out;
mod inventory;
mod local;
mod remote;
mod undelivered;

use serde::Serialize;

use self::inventory::{Fate, Inventory, Item};
use self::undelivered::Undelivered;
use super::memory::Memory;
use super::stage::Stage;
use crate::config::SecretFlags;
use crate::context::Context;
use crate::error::Exit;
use crate::ui::{Table, Tone, counted};

/// How undoing is meant.
pub struct Wanted {
    pub secrets: SecretFlags,
    pub is_dry_run: bool,
    pub with_receipts: bool,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct View<'a> {
    profile: &'a str,
    items: &'a [Item],
    undone: bool,
}

pub async fn run(context: &Context, wanted: &Wanted) -> anyhow::Result<Exit> {
    if !wanted.is_dry_run {
        context.require_write("undoing the setup")?;
    }
    let mut stage = Stage::open(context)?;
    let memory = Memory::open(context, &stage.profile)?;
    stage.recall(&memory.record.answers);
    let profile = stage.profile.clone();
    let undelivered = undelivered::look(&stage)?;
    if let Some(why) = undelivered.as_ref().filter(|_| !wanted.is_dry_run) {
        return Ok(refuse(context, why));
    }
    let inventory = Inventory::take(&stage, &memory, wanted).await?;
    let is_wanted = show_and_ask(context, &inventory, wanted)?;
    let is_whole = match is_wanted {
        true => carry_out::carry_out(&mut stage, memory, &inventory, wanted).await?,
        false => !inventory.is_blind() || !inventory.remembers,
    };
    if is_wanted {
        context.ui.status(match is_whole {
            true => "undone",
            false => "undone on this machine; `ddctl setup --undo` tries the rest again",
        });
    }
    let view = View {
        profile: &profile,
        items: &inventory.items,
        undone: is_wanted,
    };
    context.ui.one(&view, String::new)?;
    if let Some(why) = &undelivered {
        return Ok(refuse(context, why));
    }
    let is_unwanted = !is_wanted && inventory.has_work();
    let is_left = !is_whole || (is_wanted && inventory.is_blind());
    Ok(match (wanted.is_dry_run, is_unwanted || is_left) {
        (false, true) => Exit::Failed,
        _ => Exit::Done,
    })
}

/// Something would be lost.
fn refuse(context: &Context, why: &Undelivered) -> Exit {
    context.ui.error(&why.text);
    context.ui.hint(&why.way_out);
    Exit::WorkKept
}

fn show_and_ask(context: &Context, inventory: &Inventory, wanted: &Wanted) -> anyhow::Result<bool> {
    let ui = &context.ui;
    let palette = ui.options().stderr_palette;
    if !inventory.items.is_empty() {
        let table = table(&inventory.items).render(ui.table_width(), palette);
        ui.status(table.trim_end());
    }
    if !inventory.has_work() {
        ui.status("there is nothing to undo");
        return Ok(false);
    }
    if wanted.is_dry_run {
        ui.status("dry run: nothing was changed");
        return Ok(false);
    }
    let count = inventory
        .items
        .iter()
        .filter(|item| item.fate.is_work())
        .count();
    let question = format!("Undo {}?", counted(count as u64, "thing"));
    let is_wanted = ui.confirm(&question, "--yes")?;
    if !is_wanted {
        ui.status("nothing was changed");
    }
    Ok(is_wanted)
}

fn table(items: &[Item]) -> Table {
    let mut table = Table::new().column("WHERE").column("WHAT").column("");
    for item in items {
        let tone = match item.fate {
            Fate::Goes => Tone::Bad,
            Fate::ComesBack => Tone::Good,
            Fate::Stays => Tone::Dim,
            Fate::NotLooked => Tone::Warning,
        };
        table.row([
            (item.place.clone(), Tone::Plain),
            (item.what.clone(), Tone::Strong),
            (item.told(), tone),
        ]);
    }
    table
}
