//! `remove` of either kind: what is ours at Datadog goes, whether or not a file has it.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use super::carry_out::{report, said};
use super::place::Place;
use crate::domain::nearest::nearest;
use crate::error::{Exit, UsageError};
use crate::monitors::as_code::{Found, Listing, Outcome, Plan, Scope, Step, remove as remove_all};
use crate::ui::{Format, Table, Tone, counted};

/// What is to go.
#[derive(Debug, Args)]
pub struct Removal {
    /// PACK/NAME of what is to go
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// All of this pack; repeatable
    #[arg(long, value_name = "PACK", conflicts_with = "names")]
    pack: Vec<String>,
    /// All of the namespace
    #[arg(long, conflicts_with_all = ["names", "pack"])]
    all: bool,
}

pub async fn remove(place: &Place<'_>, removal: &Removal) -> anyhow::Result<Exit> {
    let ui = &place.context.ui;
    let noun = place.kind().noun();
    place.require_write(&format!("removing {noun}s"), "list --live")?;
    let mut record = place.open_record()?;
    let listing = place.listing().await?;
    let meant = removal.meant(place, &listing)?;
    if meant.is_empty() {
        ui.status(&format!(
            "there is no such {noun} of ours; nothing was changed"
        ));
    }
    let scope = Scope {
        kind: place.kind(),
        namespace: place.namespace.to_string(),
        whole_packs: BTreeSet::new(),
    };
    let plan = Plan::of_removal(scope, &meant);
    let remote = place.remote();
    let ids: Vec<String> = meant.iter().map(|found| found.id.clone()).collect();
    let held = remote.undeletable(&ids).await?;
    if ui.format() == Format::Table && !meant.is_empty() {
        let table = table(&meant, &held).render(ui.table_width(), ui.palette());
        ui.write(table.as_bytes())?;
    }
    let free = meant.len() - held.len();
    let question = format!(
        "Remove {} of the namespace {} at {}?",
        counted(free as u64, noun),
        place.namespace,
        place.site()
    );
    if free > 0 && !ui.confirm(&question, "--yes")? {
        ui.status("nothing was changed");
        return Ok(Exit::Failed);
    }
    let stop = place.context.cancel();
    let is_held = |id: &str| held.contains_key(id);
    let mut told = |step: &Step, outcome: &Outcome, id: Option<&str>| {
        ui.status(&said(place, step, outcome, id));
    };
    let removed = remove_all(&remote, &plan, &is_held, &mut record, &stop, &mut told);
    let removed = removed.await;
    let exit = report(place, &plan, removed, None)?;
    warn_of_held(place, &meant, &held);
    Ok(match held.is_empty() {
        true => exit,
        false => Exit::Failed,
    })
}

impl Removal {
    fn meant<'l>(&self, place: &Place<'_>, listing: &'l Listing) -> anyhow::Result<Vec<&'l Found>> {
        let is_ours = |found: &&Found| found.mark.namespace == place.namespace.as_str();
        let ours: Vec<&Found> = listing.marked.iter().filter(is_ours).collect();
        if self.all {
            return Ok(ours);
        }
        if !self.pack.is_empty() {
            let is_meant = |found: &&&Found| self.pack.contains(&found.mark.pack);
            return Ok(ours.iter().filter(is_meant).copied().collect());
        }
        if self.names.is_empty() {
            return Err(UsageError::with_hint(
                format!("say which {}s are to go", place.kind().noun()),
                "by PACK/NAME, by --pack PACK, or --all of the namespace",
            )
            .into());
        }
        let named = self.names.iter().map(|name| one(place, &ours, name));
        named.collect()
    }
}

/// The one of that name. Two of one name are told apart by nobody here.
fn one<'l>(place: &Place<'_>, ours: &[&'l Found], name: &str) -> anyhow::Result<&'l Found> {
    let is_meant = |found: &&&Found| found.mark.short() == name.to_ascii_lowercase();
    let found: Vec<&'l Found> = ours.iter().filter(is_meant).copied().collect();
    let noun = place.kind().noun();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let names: Vec<String> = ours.iter().map(|found| found.mark.short()).collect();
            let near = nearest(name, names.iter().map(String::as_str));
            let near = near.map(|name| format!(", did you mean `{name}`?"));
            Err(UsageError::with_hint(
                format!(
                    "the namespace {} has no {noun} {name} at Datadog{}",
                    place.namespace,
                    near.unwrap_or_default()
                ),
                format!("`ddctl {noun}s list --live` shows what is there"),
            )
            .into())
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|found| found.id.as_str()).collect();
            Err(UsageError::with_hint(
                format!(
                    "{} {noun}s are called {name}: {}",
                    ids.len(),
                    ids.join(", ")
                ),
                "one was copied by hand: take the mark off the copy first",
            )
            .into())
        }
    }
}

fn table(meant: &[&Found], held: &BTreeMap<String, Vec<String>>) -> Table {
    let mut table = Table::new()
        .column("NAME")
        .column("ID")
        .unbroken()
        .column("TITLE")
        .column("");
    for found in meant {
        let (word, tone) = match held.contains_key(&found.id) {
            true => ("is used", Tone::Warning),
            false => ("goes", Tone::Bad),
        };
        table.row([
            (found.mark.short(), Tone::Strong),
            (found.id.clone(), Tone::Plain),
            (found.title().to_owned(), Tone::Plain),
            (word.to_owned(), tone),
        ]);
    }
    table
}

/// Datadog deletes nothing that a composite monitor or an SLO uses, unless it is forced to.
fn warn_of_held(place: &Place<'_>, meant: &[&Found], held: &BTreeMap<String, Vec<String>>) {
    let ui = &place.context.ui;
    for found in meant.iter().filter(|found| held.contains_key(&found.id)) {
        let reasons = held.get(&found.id).map(|reasons| reasons.join("; "));
        ui.warning(&format!(
            "{} ({}) stays, since something else uses it: {}",
            found.mark.short(),
            found.id,
            reasons.unwrap_or_default()
        ));
        ui.hint("remove what uses it first, then run this again");
    }
}
