//! What a run over lines did, for people on stderr and for programs as JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::summary::size;
use crate::context::Context;
use crate::delivery::Summary;
use crate::error::Exit;
use crate::ui::{Format, counted};

/// The shape that `-o json` promises.
#[derive(Debug, Default, Serialize)]
pub(super) struct LinesSummary {
    pub destination: String,
    pub file: String,
    /// Read in this run, empty ones too.
    pub lines: u64,
    pub events: u64,
    /// Lines that were dealt with in an earlier run.
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
    /// Broken lines too.
    pub dead_letters: u64,
    pub dead_letter_file: Option<String>,
    pub undelivered: u64,
    /// Lines of which the time was in another form than the intake's.
    pub times_set_right: u64,
    /// Every line before this one is delivered, set aside or empty.
    pub delivered_before_line: u64,
    /// The last line, where it is not all there yet.
    pub unfinished_line: Option<u64>,
    pub bytes_raw: u64,
    pub bytes_wire: u64,
    pub elapsed_s: f64,
    pub interrupted: bool,
}

impl LinesSummary {
    pub fn of(destination: &str, file: &str, summary: &Summary) -> Self {
        let retries = summary
            .retries
            .iter()
            .map(|(reason, count)| (reason.to_string(), *count));
        let dead_letter_file = summary.dead_letter_file.as_ref();
        Self {
            destination: destination.to_owned(),
            file: file.to_owned(),
            events: summary.read,
            accepted: summary.accepted,
            requests: summary.requests,
            retries: retries.collect(),
            splits: summary.splits,
            cut: summary.cut,
            late: summary.late,
            skipped: summary.skipped,
            dead_letters: summary.dead_letters,
            dead_letter_file: dead_letter_file.map(|path| path.display().to_string()),
            undelivered: summary.undelivered,
            bytes_raw: summary.bytes_raw,
            bytes_wire: summary.bytes_wire,
            elapsed_s: summary.elapsed.as_secs_f64(),
            interrupted: summary.is_interrupted,
            ..Self::default()
        }
    }

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
            self.already_sent,
            "line",
            "there already from an earlier run (--again sends them once more)",
        );
        say(
            self.late,
            "event",
            "older than Datadog takes: under the time of sending, tagged late:true",
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
            self.times_set_right,
            "timestamp",
            "in another form than Datadog reads: set right",
        );
        say(self.retries.values().sum(), "request", "made again");
        say(self.undelivered, "event", "not delivered");
        if let Some(file) = &self.dead_letter_file {
            say(self.dead_letters, "event", &format!("set aside in {file}"));
        }
        if let Some(line) = self.unfinished_line {
            remarks.push(format!(
                "  line {line} is not all there yet: it goes out once it is"
            ));
        }
        if self.interrupted {
            remarks.push(format!(
                "  stopped before the end, at line {}; run the same command again",
                self.delivered_before_line
            ));
        }
        remarks
    }
}

/// In a machine format the summary is the answer, unless stdout holds the data itself.
pub(super) fn show(
    context: &Context,
    summary: &LinesSummary,
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
        summary.file,
        summary.destination,
        summary.elapsed_s
    ));
    for remark in summary.remarks() {
        context.ui.status(&remark);
    }
    Ok(())
}
