//! What a run over lines did, for people on stderr and for programs as JSON.

use serde::Serialize;

use crate::commands::shipping::{Carried, Shipped};
use crate::context::Context;
use crate::ui::{Format, counted};

/// What there is to say of the lines themselves.
#[derive(Debug, Serialize)]
pub(super) struct Lines {
    pub file: String,
    /// Read in this run, empty ones too.
    pub lines: u64,
    /// Lines of which the time was in another form than the intake's.
    pub times_set_right: u64,
    /// Every line before this one is delivered, set aside or empty.
    pub delivered_before_line: u64,
    /// The last line, where it is not all there yet.
    pub unfinished_line: Option<u64>,
}

impl Lines {
    /// Of two destinations: what both have.
    pub fn and(self, other: Self) -> Self {
        Self {
            file: self.file,
            lines: self.lines.max(other.lines),
            times_set_right: self.times_set_right.max(other.times_set_right),
            delivered_before_line: self.delivered_before_line.min(other.delivered_before_line),
            unfinished_line: self.unfinished_line.or(other.unfinished_line),
        }
    }
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct LinesSummary {
    #[serde(flatten)]
    lines: Lines,
    #[serde(flatten)]
    shipped: Shipped,
}

impl LinesSummary {
    fn text(&self) -> Vec<String> {
        let Lines {
            file,
            times_set_right,
            delivered_before_line,
            unfinished_line,
            ..
        } = &self.lines;
        let mut text = self.shipped.lines(&format!(" of {file}"));
        if *times_set_right > 0 {
            let count = counted(*times_set_right, "timestamp");
            text.push(format!(
                "  {count} in another form than Datadog reads: set right"
            ));
        }
        if let Some(line) = unfinished_line {
            text.push(format!(
                "  line {line} is not all there yet: it goes out once it is"
            ));
        }
        if self.shipped.total.interrupted {
            text.push(format!(
                "  stopped before the end, at line {delivered_before_line}; run the same command again"
            ));
        }
        text
    }
}

/// In a machine format the summary is the answer, unless stdout holds the data itself.
pub(super) fn show(
    context: &Context,
    lines: Lines,
    carried: &[Carried],
    is_stdout_free: bool,
) -> anyhow::Result<()> {
    let shipped = Shipped::of(carried);
    let summary = LinesSummary { lines, shipped };
    if is_stdout_free && context.ui.format() != Format::Table {
        return context.ui.one(&summary, String::new);
    }
    for line in summary.text() {
        context.ui.status(&line);
    }
    Ok(())
}
