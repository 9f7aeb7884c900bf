//! A report as OpenMetrics text.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;

use super::board::{DestinationState, Report};
use super::door::DoorState;

/// The content type of what [`text`] gives.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A family of samples, by destination.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    value: fn(&DestinationState, &Report) -> Option<i64>,
}

const FAMILIES: [Family; 8] = [
    Family {
        name: "ddctl_events_accepted",
        kind: "counter",
        help: "Events read that the destination lacked",
        value: |state, _| count(state.accepted),
    },
    Family {
        name: "ddctl_events_delivered",
        kind: "counter",
        help: "Events the destination took",
        value: |state, _| count(state.delivered),
    },
    Family {
        name: "ddctl_events_late",
        kind: "counter",
        help: "Events sent under another time than their own",
        value: |state, _| count(state.late),
    },
    Family {
        name: "ddctl_queue_events",
        kind: "gauge",
        help: "Events read and neither delivered nor set aside",
        value: |state, _| count(state.queue),
    },
    Family {
        name: "ddctl_oldest_undelivered_seconds",
        kind: "gauge",
        help: "How long the oldest undelivered event has waited",
        value: |state, report| {
            let since = state.oldest_undelivered.unwrap_or(report.at);
            Some(report.at.duration_since(since).as_secs())
        },
    },
    Family {
        name: "ddctl_lag_seconds",
        kind: "gauge",
        help: "Age of the oldest event that is lacking, or of the last look at the source",
        value: |state, report| Some(report.lag(state).as_secs()),
    },
    Family {
        name: "ddctl_clock_offset_seconds",
        kind: "gauge",
        help: "The destination's clock minus this machine's",
        value: |state, _| state.clock_offset_s,
    },
    Family {
        name: "ddctl_waits_for_a_person",
        kind: "gauge",
        help: "1 while nothing is sent until somebody acts",
        value: |state, _| {
            let waiting = state.waiting.as_ref();
            Some(i64::from(waiting.is_some_and(|one| one.for_a_person)))
        },
    },
];

fn count(value: u64) -> Option<i64> {
    i64::try_from(value).ok()
}

/// Everything the report counts.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    for family in &FAMILIES {
        let suffix = if family.kind == "counter" {
            "_total"
        } else {
            ""
        };
        head(&mut text, family.name, family.kind, family.help);
        for state in &report.destinations {
            if let Some(value) = (family.value)(state, report) {
                let destination = escaped(&state.destination);
                // Writing into a string does not fail; so below.
                let _ = writeln!(
                    text,
                    "{}{suffix}{{destination=\"{destination}\"}} {value}",
                    family.name
                );
            }
        }
    }
    by_reason(
        &mut text,
        report,
        "ddctl_requests_retried",
        "Requests made again",
        |state| &state.retried,
    );
    by_reason(
        &mut text,
        report,
        "ddctl_events_dead_lettered",
        "Events set aside",
        |state| &state.dead_letters,
    );
    of_source(&mut text, report);
    if let Some(door) = &report.door {
        of_door(&mut text, door, report.at);
    }
    text.push_str("# EOF\n");
    text
}

fn of_source(text: &mut String, report: &Report) {
    let away = report.source.away.as_ref();
    let away = away.map_or(0, |away| report.at.duration_since(away.since).as_secs());
    let gauges = [
        (
            "ddctl_source_away_seconds",
            "How long the source has not answered",
            away.unsigned_abs(),
        ),
        (
            "ddctl_sessions_open_too_long",
            "Sessions that run for longer than is allowed",
            report.source.open_too_long.len() as u64,
        ),
    ];
    for (name, help, value) in gauges {
        head(text, name, "gauge", help);
        let _ = writeln!(text, "{name} {value}");
    }
}

/// The families of a relay's door.
fn of_door(text: &mut String, door: &DoorState, at: Timestamp) {
    let oldest = door.oldest.unwrap_or(at);
    let oldest = u64::try_from(at.duration_since(oldest).as_secs()).unwrap_or_default();
    for (name, kind, help, value) in [
        (
            "ddctl_webhooks_accepted",
            "counter",
            "Webhooks answered 2xx",
            door.accepted,
        ),
        (
            "ddctl_webhooks_duplicate",
            "counter",
            "Of these, those that were there",
            door.duplicates,
        ),
        (
            "ddctl_webhooks_completed",
            "counter",
            "Webhooks whose events are whole",
            door.completed,
        ),
        (
            "ddctl_webhooks_incomplete",
            "counter",
            "Webhooks sent as they were",
            door.incomplete,
        ),
        (
            "ddctl_events_reconciled",
            "counter",
            "Events that no webhook told",
            door.reconciled,
        ),
        (
            "ddctl_spool_webhooks",
            "gauge",
            "Webhooks that are no events yet",
            door.webhooks,
        ),
        (
            "ddctl_spool_events",
            "gauge",
            "Events that a destination lacks",
            door.events,
        ),
        (
            "ddctl_spool_bytes",
            "gauge",
            "Bytes of spool or queue in use",
            door.spool_bytes,
        ),
        (
            "ddctl_oldest_webhook_seconds",
            "gauge",
            "How long the oldest webhook waits",
            oldest,
        ),
        (
            "ddctl_door_closed",
            "gauge",
            "1 while webhooks get 503",
            u64::from(door.closed.is_some()),
        ),
    ] {
        let suffix = if kind == "counter" { "_total" } else { "" };
        head(text, name, kind, help);
        let _ = writeln!(text, "{name}{suffix} {value}");
    }
    let name = "ddctl_webhooks_refused";
    head(text, name, "counter", "Requests that were not taken");
    for (reason, count) in &door.refused {
        let reason = escaped(reason);
        let _ = writeln!(text, "{name}_total{{reason=\"{reason}\"}} {count}");
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# TYPE {name} {kind}\n# HELP {name} {help}");
}

fn by_reason(
    text: &mut String,
    report: &Report,
    name: &str,
    help: &str,
    counts: fn(&DestinationState) -> &BTreeMap<String, u64>,
) {
    head(text, name, "counter", help);
    for state in &report.destinations {
        for (reason, count) in counts(state) {
            let (destination, reason) = (escaped(&state.destination), escaped(reason));
            let _ = writeln!(
                text,
                "{name}_total{{destination=\"{destination}\",reason=\"{reason}\"}} {count}"
            );
        }
    }
}

/// A label's value by the rules of OpenMetrics.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::delivery::Progress;
    use crate::health::Board;

    #[test]
    fn every_family_is_described_and_the_text_ends_as_it_has_to() {
        let board = Board::new("relay", [("logs \"x\"".to_owned(), false)], Timestamp::now);
        let board = board.with_door(|| DoorState {
            refused: BTreeMap::from([("unsigned".to_owned(), 3)]),
            ..DoorState::default()
        });
        board.read(0, Some(0), Timestamp::now());
        board.told(
            0,
            &Progress::Waiting {
                wait: Duration::from_secs(1),
                why: "503".to_owned(),
            },
        );
        let text = text(&board.report());
        assert!(text.ends_with("# EOF\n"));
        let of = "{destination=\"logs \\\"x\\\"\"";
        assert!(text.contains(&format!("ddctl_events_accepted_total{of}}} 1\n")));
        assert!(text.contains(&format!("ddctl_queue_events{of}}} 1\n")));
        let retried = format!("ddctl_requests_retried_total{of},reason=\"503\"}} 1\n");
        assert!(text.contains(&retried), "{text}");
        let refused = "ddctl_webhooks_refused_total{reason=\"unsigned\"} 3\n";
        assert!(text.contains(refused), "{text}");
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        for sample in samples {
            let name = sample.split(['{', ' ']).next().expect("a name");
            let family = name.trim_end_matches("_total");
            assert!(text.contains(&format!("# TYPE {family} ")), "{family}");
        }
    }
}
