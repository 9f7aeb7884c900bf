//! What an export did: one summary, for people on stderr and for programs as JSON.

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::shipping::{Shipped, Verification};
use crate::context::Context;
use crate::domain::time::TimeRange;
use crate::ui::{Format, counted};

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
pub struct AuditSummary {
    pub since: Timestamp,
    pub until: Timestamp,
    /// Rows of the audit log that were read.
    pub rows: u64,
    #[serde(flatten)]
    pub shipped: Shipped,
    /// With `--verify`.
    pub verification: Option<Verification>,
    /// Being stopped is how it ends.
    #[serde(skip)]
    pub runs_until_stopped: bool,
}

impl AuditSummary {
    pub fn of(range: TimeRange, rows: u64, shipped: Shipped) -> Self {
        Self {
            since: range.since,
            until: range.until,
            rows,
            shipped,
            verification: None,
            runs_until_stopped: false,
        }
    }

    fn lines(&self) -> Vec<String> {
        let of = format!(" of {}", counted(self.rows, "change"));
        let mut lines = self.shipped.lines(&of);
        if self.shipped.total.interrupted && !self.runs_until_stopped {
            lines.push("  stopped before the end; run the same command again".to_owned());
        }
        lines.extend(self.verification.iter().flat_map(Verification::lines));
        lines
    }
}

/// In a machine format the summary is the answer, unless stdout holds the data itself.
pub fn show(context: &Context, summary: &AuditSummary, stdout_is_free: bool) -> anyhow::Result<()> {
    if stdout_is_free && context.ui.format() != Format::Table {
        return context.ui.one(summary, String::new);
    }
    for line in summary.lines() {
        context.ui.status(&line);
    }
    Ok(())
}
