//! Undoing: what is far away first, so that what finds it is still there when that fails.

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
use crate::wizard::Undo;

pub async fn carry_out(
    stage: &mut Stage<'_>,
    memory: Memory,
    inventory: &Inventory,
    wanted: &Wanted,
) -> anyhow::Result<()> {
    if inventory.has_monitors {
        run(stage, &["monitors", "remove", "--all", "--yes"]).await?;
    }
    if inventory.has_dashboards {
        run(stage, &["dashboards", "remove", "--all", "--yes"]).await?;
    }
    for name in &inventory.endpoints {
        run(stage, &["webhooks", "remove", name, "--yes"]).await?;
    }
    detach(stage, inventory, wanted).await?;
    forget_secrets(stage, inventory)?;
    put_back(stage, inventory)?;
    remove_files(inventory, &memory)
}

async fn run(stage: &Stage<'_>, line: &[&str]) -> anyhow::Result<()> {
    match stage.run(line).await? {
        Exit::Done => Ok(()),
        exit => anyhow::bail!(
            "`ddctl {}` ended with {}; nothing on this machine was undone",
            line.join(" "),
            exit.code()
        ),
    }
}

async fn detach(stage: &Stage<'_>, inventory: &Inventory, wanted: &Wanted) -> anyhow::Result<()> {
    let attached = inventory.undo.iter().filter_map(|undo| match undo {
        Undo::Detach { id, name } => Some((id, name)),
        _ => None,
    });
    let attached: Vec<_> = attached.collect();
    if attached.is_empty() {
        return Ok(());
    }
    let gateway = stage.context()?.gateway(&wanted.secrets)?;
    for (id, name) in attached {
        let detached = gateway.detach_from_webhooks(id).await;
        detached.with_context(|| format!("detach {name}; nothing on this machine was undone"))?;
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

/// The record goes last: it is what the next try would go by.
fn remove_files(inventory: &Inventory, memory: &Memory) -> anyhow::Result<()> {
    let others = inventory
        .local
        .paths
        .iter()
        .filter(|path| **path != memory.path);
    for path in others {
        remove(path)?;
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
