//! What lies on this machine: the profile, secrets, state and cache.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::super::memory::Memory;
use super::super::profile;
use super::super::stage::Stage;
use super::Wanted;
use super::inventory::{Fate, Item};
use crate::wizard::{Now, Undo, undo_plan};

const PROFILE: &str = "profile";
const SECRETS: &str = "secrets";
const MACHINE: &str = "this machine";

/// The folder of receipts in a profile's state.
const RECEIPTS: &str = "receipts";

/// Files and folders that go.
#[derive(Debug, Default)]
pub struct Local {
    pub paths: Vec<PathBuf>,
    /// The folder of the profile's state, which goes once it is empty.
    pub state: Option<PathBuf>,
}

/// What setup changed in the profile, the vault and at connections, by its record.
pub fn settings(
    stage: &Stage<'_>,
    memory: &Memory,
    items: &mut Vec<Item>,
) -> anyhow::Result<Vec<Undo>> {
    let name = &stage.profile;
    let document = stage.before();
    if memory.record.changes.is_empty() && stage.has_profile() {
        let text = format!("{name} in {}", stage.path.display());
        let stays = Item::new(PROFILE, text, Fate::Stays);
        items.push(stays.noting("there is no record that setup made it"));
    }
    let now = Now {
        setting: &|key| profile::value(document, name, key),
        rule: &|pattern| profile::rule(document, name, pattern),
    };
    let undo = undo_plan(&memory.record.changes, &now);
    items.extend(undo.iter().filter_map(item));
    Ok(undo)
}

/// A file that is gone by now is none.
fn item(undo: &Undo) -> Option<Item> {
    Some(match undo {
        Undo::PutBack { key, to } => Item::new(PROFILE, key, Fate::ComesBack).noting(to),
        Undo::Unset { key } => Item::new(PROFILE, key, Fate::Goes),
        Undo::PutRuleBack { pattern, to } => {
            let what = format!("connections {pattern}");
            match to {
                Some(rule) => Item::new(PROFILE, what, Fate::ComesBack).noting(rule.text()),
                None => Item::new(PROFILE, what, Fate::Goes),
            }
        }
        Undo::ForgetSecret { name } => Item::new(SECRETS, name, Fate::Goes),
        Undo::RemoveFile { path } if path.exists() => {
            Item::new(SECRETS, path.display().to_string(), Fate::Goes)
        }
        Undo::Leave { what, why } => Item::new(PROFILE, what, Fate::Stays).noting(*why),
        Undo::RemoveFile { .. } => return None,
    })
}

/// State and cache, by their paths. Receipts prove what was sent; `keeps` is the record, where it is
/// still needed.
pub fn files(
    stage: &Stage<'_>,
    wanted: &Wanted,
    keeps: Option<&Path>,
    items: &mut Vec<Item>,
) -> anyhow::Result<Local> {
    let environment = &stage.parent.environment;
    let mut local = Local::default();
    let mut add = |path: PathBuf, why_it_stays: Option<&str>| {
        let text = path.display().to_string();
        match why_it_stays {
            Some(why) => items.push(Item::new(MACHINE, text, Fate::Stays).noting(why)),
            None => {
                items.push(Item::new(MACHINE, text, Fate::Goes));
                local.paths.push(path);
            }
        }
    };
    let state = environment.state_folder();
    let state = state.map(|folder| folder.join(&stage.profile));
    let entries = state.as_deref().map_or(Ok(Vec::new()), entries)?;
    for path in entries {
        let is_receipts = path.file_name().is_some_and(|name| name == RECEIPTS);
        let why = match (is_receipts && !wanted.with_receipts, keeps == Some(&path)) {
            (true, _) => Some("they prove what was sent (--with-receipts)"),
            (_, true) => Some("it says what is left to be undone far away"),
            _ => None,
        };
        add(path, why);
    }
    let cache = environment.cache_folder();
    if let Some(cache) = cache.filter(|folder| folder.exists()) {
        let is_shared = profile::has_others(stage.before(), &stage.profile);
        add(cache, is_shared.then_some("other profiles use it as well"));
    }
    local.state = state;
    Ok(local)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let read = std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in read {
        let entry = entry.with_context(|| format!("read {}", folder.display()))?;
        paths.push(entry.path());
    }
    paths.sort();
    Ok(paths)
}
