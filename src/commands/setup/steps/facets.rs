//! What has to be clicked in Datadog, once: no API makes facets.

use std::collections::BTreeMap;

use super::packs::chosen;
use crate::commands::setup::walk::{Turn, Walk};
use crate::monitors::dashboards::{DashboardFile, shipped};
use crate::monitors::{MonitorFile, Shape};
use crate::ui::escape;
use crate::wizard::{Field, Step};

pub fn walk(walk: &mut Walk<'_>, step: &Step) -> anyhow::Result<Turn> {
    let shape = match walk.answers.get(Field::Delivery) {
        Some("webhook") => Shape::HoopWebhook,
        _ => Shape::Ddctl,
    };
    let facets = of_packs(&chosen(walk), shape);
    if facets.is_empty() {
        walk.note(step, "done", Some("none are needed".to_owned()));
        return Ok(Turn::Next);
    }
    let said = format!("{} to create in Datadog, by hand", facets.len());
    walk.note(step, "done", Some(said));
    let widest = facets.keys().map(|path| path.chars().count()).max();
    let widest = widest.unwrap_or_default();
    for (path, kind) in &facets {
        let path = escape::line(path);
        walk.ui()
            .status(&format!("    {path:widest$}  {}", escape::line(kind)));
    }
    walk.explain(
        "Once events are there: Logs > Explorer, open one, click the attribute, \"Create facet\" or \
         \"Create measure\". Monitors and dashboards find nothing by those that are missing.",
    );
    Ok(Turn::Next)
}

/// Each facet once, with its type.
fn of_packs(packs: &[String], shape: Shape) -> BTreeMap<String, String> {
    let mut facets = BTreeMap::new();
    let own = crate::monitors::packs().iter();
    let files = own
        .filter(|pack| packs.iter().any(|name| name == pack.name))
        .flat_map(|pack| pack.files());
    for (_, text) in files {
        let Ok(file) = MonitorFile::parse(text) else {
            continue;
        };
        let knows = file.shapes.iter().any(|(known, _)| *known == Some(shape));
        if let Ok((_, form)) = file.form(knows.then_some(shape)) {
            facets.extend(form.facets.clone());
        }
    }
    for (_, text) in shipped().filter(|(identity, _)| packs.contains(&identity.pack)) {
        if let Ok(file) = DashboardFile::parse(text) {
            facets.extend(file.facets);
        }
    }
    facets
}
