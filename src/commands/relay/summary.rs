//! What a relay did: one summary, for people on stderr and for programs as JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entrance::Entrance;
use crate::commands::shipping::Shipped;
use crate::context::Context;
use crate::health::Kept;
use crate::ui::{Format, counted};

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct RelaySummary {
    webhooks: Webhooks,
    /// Events that no webhook told, found in the gateway's list.
    reconciled: u64,
    left: Left,
    #[serde(skip)]
    kept_in: Kept,
    #[serde(flatten)]
    shipped: Shipped,
}

#[derive(Debug, Serialize)]
struct Webhooks {
    /// Answered 2xx.
    accepted: u64,
    duplicates: u64,
    /// By reason.
    refused: BTreeMap<String, u64>,
    /// Their events are whole.
    completed: u64,
    /// An incomplete event had to go out.
    incomplete: u64,
}

/// What stays in the spool or in the queue.
#[derive(Debug, Serialize)]
struct Left {
    webhooks: u64,
    events: u64,
}

pub(super) fn show(context: &Context, entrance: &Entrance, shipped: Shipped) -> anyhow::Result<()> {
    let state = entrance.state();
    let summary = RelaySummary {
        webhooks: Webhooks {
            accepted: state.accepted,
            duplicates: state.duplicates,
            refused: state.refused,
            completed: state.completed,
            incomplete: state.incomplete,
        },
        reconciled: state.reconciled,
        left: Left {
            webhooks: state.webhooks,
            events: state.events,
        },
        kept_in: state.kept_in,
        shipped,
    };
    if context.ui.format() != Format::Table {
        return context.ui.one(&summary, String::new);
    }
    for line in summary.lines() {
        context.ui.status(&line);
    }
    Ok(())
}

impl RelaySummary {
    fn lines(&self) -> Vec<String> {
        let of = format!(" of {}", counted(self.webhooks.accepted, "webhook"));
        let mut lines = self.shipped.lines(&of);
        let mut say = |count: u64, noun: &str, text: &str| {
            if count > 0 {
                lines.push(format!("  {} {text}", counted(count, noun)));
            }
        };
        say(
            self.webhooks.duplicates,
            "webhook",
            "came again, stored once",
        );
        for (why, count) in &self.webhooks.refused {
            say(*count, "request", &format!("refused: {why}"));
        }
        say(
            self.webhooks.incomplete,
            "webhook",
            "went out incomplete first",
        );
        say(
            self.reconciled,
            "event",
            "that no webhook told, from the gateway's list",
        );
        let kept = match self.kept_in {
            Kept::Spool => "in the spool for the next relay",
            Kept::Queue => "in the queue for other relays",
        };
        say(self.left.webhooks, "webhook", kept);
        say(self.left.events, "event", kept);
        lines
    }
}
