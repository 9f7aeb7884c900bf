//! What else events would set off: the log monitors of an organisation, and whom they tell.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::datadog::LiveMonitor;
use crate::monitors::render::Monitor;
use crate::query::Record;
use crate::query::monitor::{Evaluation, State};

/// A log monitor that events would bring to another state, or perhaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bystander {
    pub id: u64,
    pub name: String,
    pub would: Would,
    /// The handles of its message, such as `@pagerduty-night`.
    pub tells: Vec<String>,
}

/// What a monitor would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Would {
    Alert,
    Warn,
    /// Its query cannot be read here, or what is published leaves it open.
    CannotTell,
}

/// Those of `monitors` that `logs` would trip at `now`, the loudest first.
///
/// Only log monitors are looked at: events of a run arrive as logs. One whose number is there
/// without the events as well says nothing of them, so each is asked as if it had seen nothing
/// else.
pub fn bystanders(
    monitors: &[LiveMonitor],
    logs: &[Map<String, Value>],
    now: Timestamp,
) -> Vec<Bystander> {
    let mut tripped: Vec<Bystander> = monitors
        .iter()
        .filter(|monitor| monitor.kind() == Record::Log.monitor_type())
        .filter_map(|monitor| {
            Some(Bystander {
                id: monitor.id,
                name: monitor.name().to_owned(),
                would: would(monitor, logs, now)?,
                tells: tells(monitor),
            })
        })
        .collect();
    tripped.sort_by_key(|bystander| (bystander.would, bystander.id));
    tripped
}

/// The values of each group that a monitor would make of `logs`; `None` where its query cannot be
/// read.
pub fn groups_of(
    monitor: &LiveMonitor,
    logs: &[Map<String, Value>],
    now: Timestamp,
) -> Option<Vec<Vec<String>>> {
    let monitor = Monitor::of_live(monitor).ok()?;
    let evaluation = evaluate(&monitor, logs, now);
    let values = evaluation.groups.into_iter().map(|group| {
        let values = group.values.into_iter().map(|(_, value)| value.to_string());
        values.collect()
    });
    Some(values.collect())
}

/// `None` for a monitor that stays as it is.
fn would(monitor: &LiveMonitor, logs: &[Map<String, Value>], now: Timestamp) -> Option<Would> {
    let Ok(monitor) = Monitor::of_live(monitor) else {
        return Some(Would::CannotTell);
    };
    let evaluation = evaluate(&monitor, logs, now);
    if evaluation.found + evaluation.open == 0 {
        return None;
    }
    match evaluation.state() {
        State::Alert => Some(Would::Alert),
        State::Warn => Some(Would::Warn),
        State::CannotTell(_) => Some(Would::CannotTell),
        State::Ok | State::NoData => None,
    }
}

fn evaluate(monitor: &Monitor, logs: &[Map<String, Value>], now: Timestamp) -> Evaluation {
    let record = monitor.alert.record();
    let indexed: Vec<_> = logs.iter().map(|log| record.indexed(log)).collect();
    monitor.alert.evaluate(&indexed, &monitor.rules(None), now)
}

/// Whom a monitor tells, at once or by its escalation message.
pub fn tells(monitor: &LiveMonitor) -> Vec<String> {
    let options = monitor.options();
    let later = options.and_then(|options| options.get("escalation_message")?.as_str());
    let later = later.unwrap_or_default();
    handles(&format!("{} {later}", monitor.message()))
}

/// The handles of a message, each once. A space stands before a handle
/// (docs.datadoghq.com/monitors/notify); those of any `{{#is_…}}` block count.
fn handles(message: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let starts_word = |word: &str| word.len() > 1 && word.starts_with('@');
    for word in message.split(|c: char| c.is_whitespace() || "{}".contains(c)) {
        let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        if starts_word(word) && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn monitor(id: u64, kind: &str, query: &str) -> LiveMonitor {
        let definition = json!({
            "id": id, "name": format!("m{id}"), "type": kind, "query": query,
            "message": "{{#is_alert}}see @slack-sec, @a@corp.example.{{/is_alert}} mail@x @slack-sec",
            "options": {"thresholds": {"critical": 0.0}, "escalation_message": "@boss"},
        });
        let definition = definition.as_object().expect("an object").clone();
        LiveMonitor::try_from(definition).expect("it has an id")
    }

    fn log(text: &str) -> Map<String, Value> {
        let log = json!({"ddsource": "hoop", "message": text, "usr": {"id": "test-1"}});
        log.as_object().expect("an object").clone()
    }

    #[test]
    fn the_monitors_that_the_events_would_trip_are_named_with_whom_they_tell() {
        let count = |search: &str| {
            format!(r#"logs("{search}").index("*").rollup("count").by("@usr.id").last("5m") > 0"#)
        };
        let monitors = [
            monitor(1, "log alert", "no query at all"),
            monitor(2, "log alert", &count("source:hoop")),
            monitor(3, "log alert", &count("source:other")),
            monitor(4, "query alert", "avg(last_5m):avg:x{*} > 1"),
        ];
        let found = bystanders(&monitors, &[log("hello")], Timestamp::now());
        let told: Vec<(u64, Would)> = found.iter().map(|one| (one.id, one.would)).collect();
        assert_eq!(told, [(2, Would::Alert), (1, Would::CannotTell)]);
        assert_eq!(found[0].tells, ["@slack-sec", "@a@corp.example", "@boss"]);
        let groups = groups_of(&monitors[1], &[log("hello")], Timestamp::now());
        assert_eq!(groups, Some(vec![vec!["test-1".to_owned()]]));
    }
}
