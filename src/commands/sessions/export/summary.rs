//! What an export did: one summary, for people on stderr and for programs as JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::context::Context;
use crate::delivery::Summary;
use crate::domain::time::TimeRange;
use crate::error::Exit;
use crate::sources::SourceSummary;
use crate::ui::{Format, counted};

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
pub struct ExportSummary {
    pub destination: String,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub sessions: u64,
    /// Sessions of which the gateway gave the list row alone.
    pub incomplete: u64,
    /// Sessions that were not done: more events of them will come.
    pub not_done: Vec<String>,
    pub events: u64,
    /// Events that the destination had from an earlier run.
    pub already_sent: u64,
    pub accepted: u64,
    pub requests: u64,
    /// Requests made again, by reason.
    pub retries: BTreeMap<String, u64>,
    pub splits: u64,
    /// Events of which a text was cut.
    pub cut: u64,
    /// Events sent under another time than their own.
    pub late: u64,
    pub skipped: u64,
    pub dead_letters: u64,
    pub dead_letter_file: Option<String>,
    pub undelivered: u64,
    pub bytes_raw: u64,
    pub bytes_wire: u64,
    pub elapsed_s: f64,
    pub interrupted: bool,
}

impl ExportSummary {
    pub fn of(
        destination: &str,
        range: Option<TimeRange>,
        source: &SourceSummary,
        summary: &Summary,
    ) -> Self {
        let retries = summary
            .retries
            .iter()
            .map(|(reason, count)| (reason.to_string(), *count));
        Self {
            destination: destination.to_owned(),
            since: range.map(|range| range.since),
            until: range.map(|range| range.until),
            sessions: source.sessions,
            incomplete: source.incomplete,
            not_done: source.not_done.clone(),
            events: summary.read,
            already_sent: 0,
            accepted: summary.accepted,
            requests: summary.requests,
            retries: retries.collect(),
            splits: summary.splits,
            cut: summary.cut,
            late: summary.late,
            skipped: summary.skipped,
            dead_letters: summary.dead_letters,
            dead_letter_file: summary
                .dead_letter_file
                .as_ref()
                .map(|path| path.display().to_string()),
            undelivered: summary.undelivered,
            bytes_raw: summary.bytes_raw,
            bytes_wire: summary.bytes_wire,
            elapsed_s: summary.elapsed.as_secs_f64(),
            interrupted: summary.is_interrupted,
        }
    }

    /// What the run comes to.
    pub fn exit(&self) -> Exit {
        match self {
            _ if self.dead_letters > 0 => Exit::WorkKept,
            _ if self.interrupted => Exit::Interrupted,
            _ => Exit::Done,
        }
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let mut say = |count: u64, noun: &str, text: &str| {
            if count > 0 {
                remarks.push(format!("  {} {text}", counted(count, noun)));
            }
        };
        say(
            self.late,
            "event",
            "older than Datadog takes: under the time of sending, tagged late:true",
        );
        say(
            self.already_sent,
            "event",
            "there already from an earlier run (--again sends them once more)",
        );
        say(
            self.skipped,
            "event",
            "older than Datadog takes: left out (--late skip)",
        );
        say(
            self.cut,
            "event",
            "longer than Datadog takes: a text was cut",
        );
        say(
            self.incomplete,
            "session",
            "incomplete: the gateway gave the list row alone",
        );
        say(
            self.not_done.len() as u64,
            "session",
            "not over yet: closing events will come",
        );
        say(self.retries.values().sum(), "request", "made again");
        say(self.undelivered, "event", "not delivered");
        if let Some(file) = &self.dead_letter_file {
            say(self.dead_letters, "event", &format!("set aside in {file}"));
        }
        if self.interrupted {
            remarks.push("  stopped before the end; run the same command again".to_owned());
        }
        remarks
    }
}

/// In a machine format the summary is the answer, unless stdout holds the data itself.
pub fn show(
    context: &Context,
    summary: &ExportSummary,
    stdout_is_free: bool,
) -> anyhow::Result<()> {
    if stdout_is_free && context.ui.format() != Format::Table {
        return context.ui.one(summary, String::new);
    }
    let amount = match summary.bytes_raw {
        0 => String::new(),
        raw if raw == summary.bytes_wire => format!(", {}", size(raw)),
        raw => format!(", {} as {}", size(raw), size(summary.bytes_wire)),
    };
    context.ui.status(&format!(
        "{} of {} to {} in {:.1} s{amount}",
        counted(summary.accepted, "event"),
        counted(summary.sessions, "session"),
        if summary.destination == "-" {
            "stdout"
        } else {
            &summary.destination
        },
        summary.elapsed_s
    ));
    for remark in summary.remarks() {
        context.ui.status(&remark);
    }
    Ok(())
}

/// Bytes as people read them: `512 B`, `4.2 kB`, `1.3 MB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
