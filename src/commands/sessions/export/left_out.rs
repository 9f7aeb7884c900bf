//! Sessions that LLM Observability was not to get, or does not take.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use crate::domain::session::short_ids;
use crate::ui::counted;

/// So many are named in a line.
const NAMED: usize = 5;

/// Ids of sessions.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LeftOut {
    /// Of people: how many, for programs.
    #[serde(serialize_with = "count")]
    pub people: BTreeSet<String>,
    /// Begun more than 23 h ago.
    pub too_old: BTreeSet<String>,
}

fn count<S: Serializer>(ids: &BTreeSet<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(ids.len() as u64)
}

impl LeftOut {
    /// For people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.people.is_empty() {
            let sessions = counted(self.people.len() as u64, "session");
            lines.push(format!(
                "  {sessions} of people not sent to llmobs (--include-people sends them)"
            ));
        }
        if !self.too_old.is_empty() {
            let sessions = counted(self.too_old.len() as u64, "session");
            lines.push(format!(
                "  {sessions} older than LLM Observability takes (23 h): {}",
                named(&self.too_old)
            ));
        }
        lines
    }
}

fn named(ids: &BTreeSet<String>) -> String {
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let short = short_ids(&all);
    let named: Vec<&str> = short.iter().take(NAMED).copied().collect();
    match ids.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
