//! Undoing: what is far away first, by what still lies on this machine. A service that is away keeps
//! nothing else from being undone.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;

use super::super::memory::Memory;
use super::super::profile;
use super::super::stage::Stage;
use super::Wanted;
use super::inventory::Inventory;
use crate::config::{SecretKind, change};
use crate::error::Exit;
use crate::wizard::{Place, Record, Undo};

/// Undoes what can be undone; whether that was everything. What a service does not let go of is told,
/// and remembered for the next try.
pub async fn carry_out(
    stage: &mut Stage<'_>,
    memory: Memory,
    inventory: &Inventory,
    wanted: &Wanted,
) -> anyhow::Result<bool> {
    let is_datadog_clean = at_datadog(stage, inventory).await;
    let is_gateway_clean = at_gateway(stage, inventory, wanted).await;
    let left = memory.record.far_away(|place| match place {
        Place::Datadog => !is_datadog_clean || inventory.at_datadog.is_hidden,
        Place::Gateway => !is_gateway_clean || inventory.at_gateway.is_hidden,
    });
    forget_secrets(stage, inventory)?;
    put_back(stage, inventory)?;
    remove_files(inventory, memory, left)?;
    Ok(is_datadog_clean && is_gateway_clean)
}

async fn at_datadog(stage: &Stage<'_>, inventory: &Inventory) -> bool {
    let mut is_clean = true;
    for (count, noun) in [
        (inventory.at_datadog.monitors, "monitors"),
        (inventory.at_datadog.dashboards, "dashboards"),
    ] {
        if count > 0 {
            let line = [noun, "remove", "--all", "--yes"];
            is_clean &= told(stage, run(stage, &line).await);
        }
    }
    is_clean
}

async fn at_gateway(stage: &Stage<'_>, inventory: &Inventory, wanted: &Wanted) -> bool {
    let mut is_clean = true;
    for name in &inventory.at_gateway.endpoints {
        let line = ["webhooks", "remove", name, "--yes"];
        is_clean &= told(stage, run(stage, &line).await);
    }
    is_clean & told(stage, detach(stage, inventory, wanted).await)
}

/// Whether it was done; why not, told.
fn told(stage: &Stage<'_>, done: anyhow::Result<()>) -> bool {
    let Err(error) = done else {
        return true;
    };
    stage.ui().error(&format!("{error:#}"));
    for hint in crate::error::classify(&error).hints {
        stage.ui().hint(&hint);
    }
    false
}

async fn run(stage: &Stage<'_>, line: &[&str]) -> anyhow::Result<()> {
    match stage.run(line).await? {
        Exit::Done => Ok(()),
        exit => anyhow::bail!("`ddctl {}` ended with {}", line.join(" "), exit.code()),
    }
}

async fn detach(stage: &Stage<'_>, inventory: &Inventory, wanted: &Wanted) -> anyhow::Result<()> {
    if inventory.at_gateway.attached.is_empty() {
        return Ok(());
    }
    let gateway = stage.context()?.gateway_as_admin(&wanted.secrets)?;
    for one in &inventory.at_gateway.attached {
        let detached = gateway.detach_from_webhooks(&one.id).await;
        detached.with_context(|| format!("detach {}", one.name))?;
    }
    Ok(())
}

fn forget_secrets(stage: &Stage<'_>, inventory: &Inventory) -> anyhow::Result<()> {
    let context = stage.context()?;
    for undo in &inventory.undo {
        match undo {
            Undo::ForgetSecret { name } => {
                if let Some(kind) = SecretKind::of_name(name) {
                    context.vault()?.remove(kind)?;
                }
            }
            Undo::RemoveFile { path } => remove(path)?,
            _ => {}
        }
    }
    Ok(())
}

/// The profile as it was; one that says nothing any more goes.
fn put_back(stage: &Stage<'_>, inventory: &Inventory) -> anyhow::Result<()> {
    let is_of_profile = |undo: &&Undo| {
        matches!(
            undo,
            Undo::PutBack { .. } | Undo::Unset { .. } | Undo::PutRuleBack { .. }
        )
    };
    let own: Vec<&Undo> = inventory.undo.iter().filter(is_of_profile).collect();
    if own.is_empty() {
        return Ok(());
    }
    let name = &stage.profile;
    change(&stage.path, |document| {
        for undo in own {
            match undo {
                Undo::PutBack { key, to } => profile::put(document, name, key, Some(to)),
                Undo::Unset { key } => profile::put(document, name, key, None),
                Undo::PutRuleBack { to: Some(rule), .. } => {
                    profile::put_rule(document, name, rule);
                }
                Undo::PutRuleBack { pattern, to: None } => {
                    profile::remove_rule(document, name, pattern);
                }
                _ => {}
            }
        }
        profile::remove_where_empty(document, name);
    })?;
    remove_where_bare(&stage.path)
}

/// A settings file that says nothing any more but its version was made here.
fn remove_where_bare(path: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    match text.trim() {
        "" | "version = 1" => remove(path),
        _ => Ok(()),
    }
}

/// The record goes last: it is what the next try would go by, and stays as far as one is needed.
fn remove_files(inventory: &Inventory, mut memory: Memory, left: Record) -> anyhow::Result<()> {
    let others = inventory
        .local
        .paths
        .iter()
        .filter(|path| **path != memory.path);
    for path in others {
        remove(path)?;
    }
    if !left.changes.is_empty() {
        memory.record = left;
        return memory.keep();
    }
    remove(&memory.path)?;
    if let Some(state) = &inventory.local.state {
        // Receipts that stay keep it.
        let _ = fs::remove_dir(state);
    }
    Ok(())
}

fn remove(path: &Path) -> anyhow::Result<()> {
    let removed = match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
