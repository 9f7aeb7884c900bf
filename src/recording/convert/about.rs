//! What a converted file says of itself.

use std::ops::Range;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Options, Outcome};

/// Where a recording came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The session's id.
    pub session: Option<String>,
    /// The gateway's address.
    pub gateway: Option<String>,
    /// The name of a file, without its folder.
    pub file: Option<String>,
}

/// What is known before the first event: names and values.
pub(super) fn beginning(options: &Options<'_>) -> Vec<(&'static str, String)> {
    let about = &options.about;
    let optional = [
        ("session", about.session.clone()),
        ("gateway", about.gateway.clone()),
        ("file", about.file.clone()),
    ];
    let range = match &options.clip {
        Some(clip) => spelled(clip),
        None => "all of it".to_owned(),
    };
    let redaction = match options.redactor.is_on() {
        true => "secrets that were found are replaced by [redacted:RULE]",
        false => "off",
    };
    let known = optional
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut all: Vec<_> = known.collect();
    all.push(("range", range));
    all.push(("redaction", redaction.to_owned()));
    all
}

/// What is known behind the last event.
pub(super) fn end(outcome: &Outcome, sha256: String) -> [(&'static str, String); 2] {
    [("hidden", hidden(outcome)), ("sha256", sha256)]
}

/// `jwt 1, password 2`, or `nothing`.
fn hidden(outcome: &Outcome) -> String {
    let counts: Vec<_> = outcome
        .report
        .counts()
        .map(|(rule, count)| format!("{rule} {count}"))
        .collect();
    match counts.as_slice() {
        [] => "nothing".to_owned(),
        counts => counts.join(", "),
    }
}

/// The counts by rule, for machines.
pub(super) fn hidden_counts(outcome: &Outcome) -> Value {
    let counts = outcome.report.counts();
    counts
        .map(|(rule, count)| (rule.to_owned(), json!(count)))
        .collect()
}

/// The same as the value of a key.
pub(super) fn object(
    facts: impl IntoIterator<Item = (&'static str, String)>,
) -> Map<String, Value> {
    facts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

/// `10.000..90.500` in seconds; an open end stays open.
fn spelled(clip: &Range<Duration>) -> String {
    let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
    match clip.end {
        Duration::MAX => format!("{}..", seconds(clip.start)),
        end => format!("{}..{}", seconds(clip.start), seconds(end)),
    }
}
