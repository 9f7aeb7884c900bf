//! Datadog's monitors as `monitors list --live` shows them.

use serde::Serialize;

use crate::commands::as_code::Place;
use crate::datadog::{LiveMonitor, MonitorState};
use crate::monitors::as_code::Mark;
use crate::ui::{Table, Tone, counted};

/// The shape that `-o json` of `list --live` promises.
#[derive(Serialize)]
struct Row {
    id: u64,
    /// `namespace/pack/name` of what is kept as code.
    mark: Option<String>,
    state: String,
    r#type: String,
    priority: Option<u64>,
    title: String,
    url: String,
}

/// Lists what has a mark, of whatever namespace unless one is named; with `tag`, everything that
/// has the tag.
pub async fn list(
    place: &Place<'_>,
    tag: Option<&str>,
    namespace: Option<&str>,
) -> anyhow::Result<()> {
    let monitors = place.datadog().monitors(tag).await?;
    let total = monitors.len();
    let mut rows: Vec<Row> = Vec::new();
    for monitor in &monitors {
        let mark = Mark::of_tags(&monitor.definition).into_iter().next();
        let is_named = |mark: &Mark| namespace.is_none_or(|name| mark.namespace == name);
        if mark
            .as_ref()
            .map_or(tag.is_some() && namespace.is_none(), is_named)
        {
            rows.push(Row::of(place, monitor, mark.as_ref()));
        }
    }
    rows.sort_by(|one, other| (&one.mark, one.id).cmp(&(&other.mark, other.id)));
    let ui = &place.context.ui;
    let shown = rows.len();
    ui.list(&rows, "no monitor there is kept as code", || table(&rows))?;
    if total > shown {
        let others = counted((total - shown) as u64, "other monitor");
        ui.status(&format!(
            "{others} there; --tag TAG lists those that have it"
        ));
    }
    Ok(())
}

impl Row {
    fn of(place: &Place<'_>, monitor: &LiveMonitor, mark: Option<&Mark>) -> Self {
        let short = |mark: &Mark| format!("{}/{}", mark.namespace, mark.short());
        Self {
            id: monitor.id,
            mark: mark.map(short),
            state: monitor.overall_state().to_string(),
            r#type: monitor.kind().to_owned(),
            priority: monitor
                .definition
                .get("priority")
                .and_then(serde_json::Value::as_u64),
            title: monitor.name().to_owned(),
            url: place.page(&monitor.id.to_string()),
        }
    }

    fn tone(&self) -> Tone {
        match MonitorState::of(&self.state) {
            MonitorState::Alert => Tone::Bad,
            MonitorState::Warn | MonitorState::NoData => Tone::Warning,
            MonitorState::Ok => Tone::Good,
            _ => Tone::Plain,
        }
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new()
        .column("ID")
        .unbroken()
        .column("NAMESPACE/PACK/NAME")
        .column("STATE")
        .unbroken()
        .expendable("P", 2)
        .expendable("TITLE", 1);
    for row in rows {
        let priority = row.priority.map(|priority| priority.to_string());
        table.row([
            (row.id.to_string(), Tone::Plain),
            (
                row.mark.clone().unwrap_or_else(|| "-".to_owned()),
                Tone::Strong,
            ),
            (row.state.clone(), row.tone()),
            (priority.unwrap_or_else(|| "-".to_owned()), Tone::Plain),
            (row.title.clone(), Tone::Plain),
        ]);
    }
    table
}
