//! What has to be clicked in Datadog, once: no API makes facets.

use std::collections::BTreeMap;

use super::packs::{chosen, shape};
use crate::commands::monitors::facts;
use crate::commands::setup::walk::{Turn, Walk};
use crate::monitors::dashboards::{DashboardFile, shipped};
use crate::monitors::{Identity, MonitorFile, ProfileFacts, Shape, Values, missing_for};
use crate::ui::escape;
use crate::wizard::{Change, Step};

pub fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    let shape = shape(walk);
    let context = walk.stage.context()?;
    let facets = of_packs(&chosen(walk), shape, &facts(&context)?);
    if facets.is_empty() {
        walk.note(step, "done", Some("none are needed".to_owned()));
        return Ok(Turn::Next);
    }
    let is_new = walk
        .changes
        .iter()
        .any(|change| matches!(change, Change::Pack { .. }));
    let is_told = is_asked || is_new || walk.mode.chosen == Some(step.id);
    let how = match is_told {
        true => "",
        false => "; `ddctl setup facets` lists them",
    };
    let said = format!("{} to create in Datadog, by hand{how}", facets.len());
    walk.note(step, "done", Some(said));
    if is_told {
        list(walk, &facets);
    }
    Ok(Turn::Next)
}

fn list(walk: &Walk<'_>, facets: &BTreeMap<String, String>) {
    let widest = facets.keys().map(|path| path.chars().count()).max();
    let widest = widest.unwrap_or_default();
    for (path, kind) in facets {
        let path = escape::line(path);
        walk.ui()
            .status(&format!("    {path:widest$}  {}", escape::line(kind)));
    }
    walk.explain(
        "Once events are there: Logs > Explorer, open one, click the attribute, \"Create facet\" or \
         \"Create measure\". Monitors and dashboards find nothing by those that are missing.",
    );
}

/// Each facet once, with its type, of the monitors that can do anything in this profile.
fn of_packs(packs: &[String], shape: Shape, facts: &ProfileFacts) -> BTreeMap<String, String> {
    let mut facets = BTreeMap::new();
    let own = crate::monitors::packs().iter();
    let files = own
        .filter(|pack| packs.iter().any(|name| name == pack.name))
        .flat_map(|pack| pack.files());
    for (identity, text) in files {
        facets.extend(of_monitor(identity, text, shape, facts).unwrap_or_default());
    }
    for (_, text) in shipped().filter(|(identity, _)| packs.contains(&identity.pack)) {
        if let Ok(file) = DashboardFile::parse(text) {
            facets.extend(file.facets);
        }
    }
    facets
}

fn of_monitor(
    identity: Identity,
    text: &str,
    shape: Shape,
    facts: &ProfileFacts,
) -> Option<BTreeMap<String, String>> {
    let file = MonitorFile::parse(text).ok()?;
    let knows = file.shapes.iter().any(|(known, _)| *known == Some(shape));
    let shape = knows.then_some(shape);
    let monitor = file.render(identity, shape, &Values::new()).ok()?;
    let (_, form) = file.form(shape).ok()?;
    missing_for(&monitor, facts)
        .is_none()
        .then(|| form.facets.clone())
}
