//! What a run over traces did, for people on stderr and for programs as JSON.

use serde::Serialize;

use super::tally::{Found, Link};
use crate::commands::shipping::{Carried, Shipped};
use crate::context::Context;
use crate::ui::{Format, counted};

/// So many links are named to people.
const MOST_TOLD: usize = 3;

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
pub(super) struct TracesSummary {
    file: String,
    #[serde(flatten)]
    found: Found,
    #[serde(flatten)]
    shipped: Shipped,
    /// Being stopped is how it ends.
    #[serde(skip)]
    runs_until_stopped: bool,
}

impl TracesSummary {
    pub fn new(file: String, found: Found, carried: &[Carried], runs_until_stopped: bool) -> Self {
        Self {
            file,
            found,
            shipped: Shipped::of(carried),
            runs_until_stopped,
        }
    }

    fn text(&self) -> Vec<String> {
        let found = &self.found;
        let mut text = self.shipped.lines(&format!(" of {}", self.file));
        let counts = [
            (
                found.times_set_right,
                "timestamp",
                "in another form than Datadog reads: set right",
            ),
            (
                found.unknown_statuses,
                "line",
                "with a status that is not the platform's: warn, outcome unknown",
            ),
            (
                found.duplicates,
                "line",
                "that came before, word for word or by the other road: sent once (--keep-duplicates sends \
                 them)",
            ),
        ];
        let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
        text.extend(counts.map(|(count, noun, what)| format!("  {} {what}", counted(count, noun))));
        text.extend(links(&found.missing_parents, "that was not among them"));
        text.extend(links(&found.cyclic_parents, "that comes from it itself"));
        if found.links_unchecked {
            text.push(format!(
                "  only the links of the first {} were followed",
                found.traces
            ));
        }
        for line in &found.unfinished_lines {
            text.push(format!(
                "  {line} is not all there yet: it goes out once it is"
            ));
        }
        if self.shipped.total.interrupted && !self.runs_until_stopped {
            text.push("  stopped before the end; run the same command again".to_owned());
        }
        text
    }
}

/// `  2 traces name a parent that was not among them: t-9 (line 4)`
fn links(links: &[Link], what: &str) -> Option<String> {
    let count = links.len() as u64;
    let named = links.iter().take(MOST_TOLD);
    let named = named.map(|link| format!("{} ({})", link.parent_trace_id, link.at));
    let named: Vec<String> = named.collect();
    let verb = if count == 1 { "names" } else { "name" };
    let more = if links.len() > MOST_TOLD { ", …" } else { "" };
    (count > 0).then(|| {
        let traces = counted(count, "trace");
        format!(
            "  {traces} {verb} a parent {what}: {}{more}",
            named.join(", ")
        )
    })
}

/// In a machine format the summary is the answer, unless stdout holds the data itself.
pub(super) fn show(
    context: &Context,
    summary: &TracesSummary,
    is_stdout_free: bool,
) -> anyhow::Result<()> {
    if is_stdout_free && context.ui.format() != Format::Table {
        return context.ui.one(summary, String::new);
    }
    for line in summary.text() {
        context.ui.status(&line);
    }
    Ok(())
}
