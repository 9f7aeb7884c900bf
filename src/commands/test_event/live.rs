//! `--live`: the real monitor is watched, so it is said first who would hear of it.

use anyhow::bail;
use serde_json::{Map, Value};

use super::events::Events;
use crate::context::Context;
use crate::datadog::{Datadog, LiveMonitor};
use crate::monitors::rehearsal::{
    Bystander, CopyError, Subject, Would, bystanders, groups_of, tells,
};
use crate::monitors::{Monitor, leaves_tests_out};
use crate::query::Record;
use crate::ui::{Ui, counted};

/// Makes the events such that `live` sees them, says what follows, and asks. `None` where the
/// answer was no.
pub async fn prepare(
    context: &Context,
    datadog: &Datadog,
    live: &LiveMonitor,
    monitor: &Monitor,
    events: &mut Events,
) -> anyhow::Result<Option<Subject>> {
    let ui = &context.ui;
    if live.kind() != Record::Log.monitor_type() {
        return Err(CopyError::NotOverLogs(live.kind().to_owned()).into());
    }
    if leaves_tests_out(monitor) {
        events.logs.iter_mut().for_each(unmark);
        ui.warning(
            "the monitor leaves test events out, so these are not marked as such: packs, \
             dashboards and receipts count them as real",
        );
    }
    let now = events.run.now;
    let Some(groups) = groups_of(live, &events.logs, now) else {
        bail!("the query of monitor {} cannot be evaluated here", live.id);
    };
    if groups.is_empty() {
        ui.warning("by the prediction the monitor finds none of the events");
    }
    if groups.iter().any(Vec::is_empty) {
        ui.warning(
            "the monitor has no groups, so the run has none of its own: what others do counts too",
        );
    }
    say_whom(ui, live);
    let all = datadog.monitors(None).await?;
    let others: Vec<Bystander> = bystanders(&all, &events.logs, now)
        .into_iter()
        .filter(|other| other.id != live.id)
        .collect();
    say_others(ui, &others);
    let question = format!(
        "Send {} to the real monitor {}?",
        counted(events.logs.len() as u64, "event"),
        live.id
    );
    let is_wanted = ui.confirm(&question, "--yes")?;
    Ok(is_wanted.then_some(Subject::Live {
        id: live.id,
        groups,
    }))
}

fn unmark(log: &mut Map<String, Value>) {
    if let Some(marks) = log.get_mut("evt").and_then(Value::as_object_mut) {
        marks.shift_remove("test");
    }
}

fn say_whom(ui: &Ui, live: &LiveMonitor) {
    let told = match tells(live) {
        told if told.is_empty() => "nobody: its message names no handle".to_owned(),
        told => told.join(" "),
    };
    ui.status(&format!(
        "monitor {} ({}) would tell {told}",
        live.id,
        live.name()
    ));
}

fn say_others(ui: &Ui, others: &[Bystander]) {
    for other in others {
        let would = match other.would {
            Would::Alert => "would alert too",
            Would::Warn => "would warn too",
            Would::CannotTell => "may react",
        };
        let tells = match other.tells.is_empty() {
            true => String::new(),
            false => format!(", and tell {}", other.tells.join(" ")),
        };
        ui.status(&format!(
            "monitor {} ({}) {would}{tells}",
            other.id, other.name
        ));
    }
    if others.is_empty() {
        ui.status("no other log monitor of the organisation would react");
    }
}
