//! What an export did: one summary, for people on stderr and for programs as JSON.

use jiff::Timestamp;
use serde::Serialize;

use super::left_out::LeftOut;
use crate::commands::shipping::{Shipped, Verification};
use crate::context::Context;
use crate::domain::time::TimeRange;
use crate::sources::{Hidden, SourceSummary};
use crate::ui::{Format, counted};

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
pub struct ExportSummary {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub sessions: u64,
    /// Sessions of which the gateway gave the list row alone.
    pub incomplete: u64,
    /// Sessions that were not done: more events of them will come.
    pub not_done: Vec<String>,
    /// Sessions that the gateway has and does not show.
    pub hidden: Vec<HiddenSessions>,
    /// Sessions that LLM Observability did not get.
    pub left_out: LeftOut,
    #[serde(flatten)]
    pub shipped: Shipped,
    /// With `--verify`.
    pub verification: Option<Verification>,
    /// Being stopped is how it ends.
    #[serde(skip)]
    pub runs_until_stopped: bool,
}

/// What of a second the gateway's list ends before.
#[derive(Debug, Serialize)]
pub struct HiddenSessions {
    pub second: Timestamp,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub connection: Option<String>,
    pub user: Option<String>,
    pub sessions: u64,
}

impl From<&Hidden> for HiddenSessions {
    fn from(hidden: &Hidden) -> Self {
        Self {
            second: hidden.second,
            kind: hidden.kind.clone(),
            connection: hidden.connection.clone(),
            user: hidden.user.clone(),
            sessions: hidden.sessions,
        }
    }
}

impl ExportSummary {
    pub fn of(range: Option<TimeRange>, source: &SourceSummary, shipped: Shipped) -> Self {
        Self {
            since: range.map(|range| range.since),
            until: range.map(|range| range.until),
            sessions: source.sessions,
            incomplete: source.incomplete,
            not_done: source.not_done.clone(),
            hidden: source.hidden.iter().map(HiddenSessions::from).collect(),
            left_out: LeftOut::default(),
            shipped,
            runs_until_stopped: false,
            verification: None,
        }
    }

    fn lines(&self) -> Vec<String> {
        let of = format!(" of {}", counted(self.sessions, "session"));
        let mut lines = self.shipped.lines(&of);
        let mut say = |count: u64, text: &str| {
            if count > 0 {
                lines.push(format!("  {} {text}", counted(count, "session")));
            }
        };
        say(
            self.incomplete,
            "incomplete: the gateway gave the list row alone",
        );
        say(
            self.not_done.len() as u64,
            "not over yet: closing events will come",
        );
        say(
            self.hidden.iter().map(|hidden| hidden.sessions).sum(),
            "not read: the gateway's list ends before them; a narrower filter may show them",
        );
        lines.extend(self.left_out.lines());
        if self.shipped.total.interrupted && !self.runs_until_stopped {
            lines.push("  stopped before the end; run the same command again".to_owned());
        }
        lines.extend(self.verification.iter().flat_map(Verification::lines));
        lines
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
    for line in summary.lines() {
        context.ui.status(&line);
    }
    Ok(())
}
