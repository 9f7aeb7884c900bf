//! The changes, made one after the other, each recorded as soon as it is made: a run that ends in
//! the middle can be gone on with, and undone.

use anyhow::Context as _;

use super::profile;
use super::steps;
use super::walk::Walk;
use crate::config::change;
use crate::error::Exit;
use crate::wizard::Change;

pub async fn carry_out(walk: &mut Walk<'_>, changes: &[Change]) -> anyhow::Result<()> {
    save_settings(walk, changes)?;
    keep_secrets(walk, changes)?;
    register(walk, changes).await?;
    apply_packs(walk, changes).await?;
    walk.is_carried_out = true;
    Ok(())
}

fn note(walk: &mut Walk<'_>, changes: impl IntoIterator<Item = Change>) -> anyhow::Result<()> {
    let now = walk.stage.parent.now();
    for change in changes {
        walk.memory.record.note(now, change);
    }
    walk.memory.keep().context("remember what was changed")
}

fn save_settings(walk: &mut Walk<'_>, changes: &[Change]) -> anyhow::Result<()> {
    let own = changes
        .iter()
        .filter(|one| matches!(one, Change::Setting { .. } | Change::Rule { .. }));
    let own: Vec<Change> = own.cloned().collect();
    if own.is_empty() {
        return Ok(());
    }
    let name = walk.stage.profile.clone();
    let path = walk.stage.path.clone();
    change(&path, |document| {
        for one in &own {
            if let Change::Setting { key, after, .. } = one {
                profile::put(document, &name, key, after.as_deref());
            }
        }
        // The last rule that is written stands first.
        for one in own.iter().rev() {
            if let Change::Rule { after, .. } = one {
                profile::put_rule(document, &name, after);
            }
        }
    })?;
    note(walk, own)?;
    walk.ui()
        .status(&format!("saved profile {name} in {}", path.display()));
    Ok(())
}

fn keep_secrets(walk: &mut Walk<'_>, changes: &[Change]) -> anyhow::Result<()> {
    let context = walk.stage.context()?;
    let mut kept: Vec<Change> = Vec::new();
    for secret in &walk.secrets_to_keep {
        let planned = changes.iter().find_map(|change| match change {
            Change::Secret { name, replaces, .. } if name == secret.kind.name() => Some(*replaces),
            _ => None,
        });
        if let Some(replaces) = planned {
            let change = secret.keep(&context, replaces, kept.is_empty())?;
            walk.ui().status(&change.text());
            kept.push(change);
        }
    }
    walk.secrets_to_keep.clear();
    walk.memory.record.to_keep.clear();
    note(walk, kept)
}

async fn register(walk: &mut Walk<'_>, changes: &[Change]) -> anyhow::Result<()> {
    let own = changes.iter().filter(|one| {
        matches!(
            one,
            Change::Webhook { .. } | Change::Attached { .. } | Change::File { .. }
        )
    });
    let own: Vec<Change> = own.cloned().collect();
    if own.is_empty() {
        return Ok(());
    }
    // It goes one by one: what is made before it fails is undone like all the rest.
    note(walk, own.clone())?;
    let done = run(walk, &steps::register_line(walk)).await;
    if done.is_err() {
        forget_unmade(walk, &own).await?;
    }
    done
}

/// What did not come about is not undone later: others may make it meanwhile. Where nobody can look,
/// everything may be there.
async fn forget_unmade(walk: &mut Walk<'_>, own: &[Change]) -> anyhow::Result<()> {
    let Ok(there) = steps::Registered::look(walk).await else {
        return Ok(());
    };
    let unmade = own.iter().filter(|change| !there.has(change));
    for change in unmade {
        walk.memory.record.forget(change);
    }
    walk.memory.keep().context("remember what was changed")
}

async fn apply_packs(walk: &mut Walk<'_>, changes: &[Change]) -> anyhow::Result<()> {
    let own = changes
        .iter()
        .filter(|one| matches!(one, Change::Pack { .. }));
    let own: Vec<Change> = own.cloned().collect();
    if own.is_empty() {
        return Ok(());
    }
    // What is made before it fails carries our mark, and is found by it.
    note(walk, own)?;
    steps::apply_packs(walk).await
}

async fn run(walk: &Walk<'_>, line: &[String]) -> anyhow::Result<()> {
    let words: Vec<&str> = line.iter().map(String::as_str).collect();
    match walk.stage.run(&words).await? {
        Exit::Done => Ok(()),
        exit => anyhow::bail!(
            "`ddctl {}` ended with {}; `ddctl setup` goes on from here",
            words.join(" "),
            exit.code()
        ),
    }
}
