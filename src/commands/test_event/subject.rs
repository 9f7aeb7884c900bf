//! Which monitor is meant.

use std::path::Path;

use anyhow::bail;
use serde_json::{Map, Value};

use super::events::{Events, Origin};
use super::{SHAPE, TestEvent};
use crate::commands::monitors::Source;
use crate::context::Context;
use crate::datadog::{Datadog, LiveMonitor};
use crate::error::UsageError;
use crate::monitors::as_code::Namespace;
use crate::monitors::{Monitor, Pack, Scenario, find, packs};

/// A monitor, from where it was found.
pub enum Chosen {
    /// Of a pack or of a file.
    Written(Box<Monitor>),
    /// At Datadog.
    Live(Box<LiveMonitor>, Box<Monitor>),
}

impl Chosen {
    /// What is evaluated here.
    pub fn monitor(&self) -> &Monitor {
        match self {
            Chosen::Written(monitor) | Chosen::Live(_, monitor) => monitor,
        }
    }

    /// The body it has at Datadog, or would have.
    pub fn definition(&self) -> Map<String, Value> {
        match self {
            Chosen::Written(monitor) => match monitor.to_api() {
                Value::Object(definition) => definition,
                _ => Map::new(),
            },
            Chosen::Live(live, _) => live.definition.clone(),
        }
    }
}

/// The monitor of `--monitor`, or the one that the scenario is named for; `None` where nothing
/// names one.
pub async fn choose(
    context: &Context,
    args: &TestEvent,
    events: &Events,
) -> anyhow::Result<Option<Chosen>> {
    let Some(given) = &args.monitor else {
        let Origin::Scenario(scenario) = &events.origin else {
            return Ok(None);
        };
        return written(args, &own(*scenario)?).map(Some);
    };
    if let Some(id) = id_of(given) {
        let datadog = context.datadog(&args.datadog.flags())?;
        let Some(live) = datadog.monitor(id).await? else {
            bail!("there is no monitor {id} at {}", datadog.site());
        };
        let monitor = Monitor::of_live(&live)?;
        return Ok(Some(Chosen::Live(Box::new(live), Box::new(monitor))));
    }
    written(args, given).map(Some)
}

/// The monitor at Datadog that `chosen` stands for.
pub async fn at_datadog(
    context: &Context,
    datadog: &Datadog,
    chosen: Chosen,
) -> anyhow::Result<(LiveMonitor, Monitor)> {
    let written = match chosen {
        Chosen::Live(live, monitor) => return Ok((*live, *monitor)),
        Chosen::Written(monitor) => monitor,
    };
    let namespace = Namespace::parse(&context.settings()?.namespace.value)?;
    let mark = namespace.mark(&written.identity)?.to_string();
    let mut found = datadog.monitors(Some(&mark)).await?;
    match (found.pop(), found.is_empty()) {
        (Some(live), true) => {
            let monitor = Monitor::of_live(&live)?;
            Ok((live, monitor))
        }
        (None, _) => Err(UsageError::with_hint(
            format!("no monitor at {} carries the mark {mark}", datadog.site()),
            "`ddctl monitors apply` makes it; --monitor takes the id of any other",
        )
        .into()),
        (Some(_), false) => Err(UsageError::with_hint(
            format!(
                "{} monitors carry the mark {mark}, and it cannot be told which is meant",
                found.len() + 1
            ),
            "name one by its id: --monitor ID",
        )
        .into()),
    }
}

fn written(args: &TestEvent, given: &str) -> anyhow::Result<Chosen> {
    let source = match find(given) {
        Some(file) => Source::of_pack(file),
        None if Path::new(given).is_file() || given == "-" => Source::of_file(Path::new(given))?,
        None => {
            return Err(UsageError::with_hint(
                format!("`{given}` is no monitor of a pack, no file and no id"),
                "`ddctl monitors list` shows the packs",
            )
            .into());
        }
    };
    let file = source.parse()?;
    let monitor = file
        .render(
            source.identity.clone(),
            Some(SHAPE),
            &args.variables.of(&file),
        )
        .map_err(|error| UsageError::new(format!("{}: {error}", source.label)))?;
    args.variables.check_used()?;
    Ok(Chosen::Written(Box::new(monitor)))
}

/// The monitor that a scenario is named for, as `pack/name`.
fn own(scenario: Scenario) -> Result<String, UsageError> {
    let mut identities = packs().iter().flat_map(Pack::files).map(|(own, _)| own);
    let found = identities.find(|own| own.name == scenario.name());
    let found = found.map(|own| own.to_string());
    found.ok_or_else(|| UsageError::new(format!("no pack has a monitor for {}", scenario.name())))
}

/// The id in `4711` or `https://app.datadoghq.eu/monitors/4711?…`.
fn id_of(given: &str) -> Option<u64> {
    if let Ok(id) = given.parse() {
        return Some(id);
    }
    let url: url::Url = given.parse().ok()?;
    let mut parts = url.path_segments()?;
    parts.find(|part| *part == "monitors")?;
    parts.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_alone_or_in_a_url() {
        assert_eq!(id_of("4711"), Some(4711));
        let url = "https://app.datadoghq.eu/monitors/4711?group=all";
        assert_eq!(id_of(url), Some(4711));
        assert_eq!(
            id_of("https://app.datadoghq.eu/monitors/4711/edit"),
            Some(4711)
        );
        for other in [
            "hoop/silence",
            "https://app.datadoghq.eu/monitors",
            "mine.yaml",
            "-4",
        ] {
            assert_eq!(id_of(other), None, "{other}");
        }
    }
}
