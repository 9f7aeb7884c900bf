//! What a run found in its lines: what was set right, what came twice, and links that make no tree.

use std::collections::BTreeMap;

use serde::Serialize;

use super::known::Known;
use crate::domain::span::TraceId;
use crate::domain::trace::{Family, Trace, TraceStatus};
use crate::sources::traces::Entry;

/// So many links of each kind are named.
const MOST_NAMED: usize = 20;

/// The part of the summary that is about lines.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Found {
    /// Files of which something was read.
    pub files: u64,
    /// Lines read, empty ones too.
    pub lines: u64,
    /// Lines that are traces.
    pub spans: u64,
    /// Traces that they belong to, as far as they were compared.
    pub traces: u64,
    /// Lines that are no traces.
    pub broken_lines: u64,
    /// Lines of which the time was in another form than the intake's.
    pub times_set_right: u64,
    /// Lines with a status that the platform does not have.
    pub unknown_statuses: u64,
    /// Lines and spans that were there before, word for word or by the other road.
    pub duplicates: u64,
    /// Parents that nobody saw, some of them.
    pub missing_parents: Vec<Link>,
    /// Links that make a trace its own ancestor, some of them.
    pub cyclic_parents: Vec<Link>,
    /// Last lines that are not all there yet.
    pub unfinished_lines: Vec<String>,
    /// There were more traces than are compared.
    pub links_unchecked: bool,
}

/// A trace that names a parent.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Link {
    /// `line 4`, with the file where there are several.
    pub at: String,
    pub trace_id: String,
    pub parent_trace_id: String,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub found: Found,
    family: Family,
    /// By the parent that was not seen when it was named.
    awaited: BTreeMap<TraceId, Link>,
    known: Known,
}

/// What is to be said at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Remark {
    UnknownStatus(String),
    Cyclic,
}

impl Tally {
    /// Takes in a trace, which stands at `at`.
    pub fn meet(&mut self, trace: &Trace, at: impl Fn() -> String) -> Vec<Remark> {
        let mut remarks = Vec::new();
        self.found.spans += 1;
        if trace.status() == TraceStatus::Unknown {
            self.found.unknown_statuses += 1;
            let word = trace.text("status").unwrap_or_default();
            if self.found.unknown_statuses == 1 {
                remarks.push(Remark::UnknownStatus(word.to_owned()));
            }
        }
        let parent = trace.parent().map(TraceId::of_text);
        let is_circle = self.family.meet(trace.trace_id(), parent);
        let link = || Link {
            at: at(),
            trace_id: trace.text("trace_id").unwrap_or_default().to_owned(),
            parent_trace_id: trace.parent().unwrap_or_default().to_owned(),
        };
        if is_circle {
            remarks.push(Remark::Cyclic);
            if self.found.cyclic_parents.len() < MOST_NAMED {
                self.found.cyclic_parents.push(link());
            }
        }
        if let Some(parent) = parent.filter(|parent| !self.family.has(*parent))
            && !self.family.is_full()
        {
            self.awaited.entry(parent).or_insert_with(link);
        }
        remarks
    }

    /// Whether the same came before.
    pub fn is_duplicate(&mut self, entry: &Entry) -> bool {
        let is_known = self.known.meet(entry);
        self.found.duplicates += u64::from(is_known);
        is_known
    }

    /// Everything, at the end.
    pub fn found(&self) -> Found {
        let awaited = self.awaited.iter();
        let missing = awaited.filter(|(parent, _)| !self.family.has(**parent));
        Found {
            traces: self.family.len() as u64,
            missing_parents: missing
                .map(|(_, link)| link.clone())
                .take(MOST_NAMED)
                .collect(),
            links_unchecked: self.family.is_full(),
            ..self.found.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;

    fn trace(id: &str, parent: Option<&str>, change: Value) -> Trace {
        let mut fields = json!({
            "trace_id": id, "parent_trace_id": parent, "agent_id": "a", "status": "success",
        });
        let fields = fields.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        Trace::new(fields.clone(), Timestamp::UNIX_EPOCH)
    }

    fn meet(tally: &mut Tally, line: u64, trace: &Trace) -> Vec<Remark> {
        tally.meet(trace, || format!("line {line}"))
    }

    #[test]
    fn a_parent_that_comes_later_is_not_missing_and_one_that_never_comes_is() {
        let mut tally = Tally::default();
        for (line, (id, parent)) in [("b", "a"), ("c", "x"), ("d", "x")].into_iter().enumerate() {
            let remarks = meet(
                &mut tally,
                line as u64 + 1,
                &trace(id, Some(parent), json!({})),
            );
            assert_eq!(remarks, []);
        }
        meet(&mut tally, 4, &trace("a", None, json!({})));
        let found = tally.found();
        assert_eq!((found.spans, found.traces), (4, 4));
        let [missing] = &found.missing_parents[..] else {
            panic!("{found:?}");
        };
        assert_eq!((&*missing.at, &*missing.parent_trace_id), ("line 2", "x"));
    }

    #[test]
    fn a_circle_is_said_where_it_closes() {
        let mut tally = Tally::default();
        assert_eq!(meet(&mut tally, 1, &trace("a", Some("b"), json!({}))), []);
        let closing = trace("b", Some("a"), json!({}));
        assert_eq!(meet(&mut tally, 2, &closing), [Remark::Cyclic]);
        assert_eq!(meet(&mut tally, 3, &closing), []);
        let found = tally.found();
        assert_eq!(found.cyclic_parents[0].at, "line 2");
        assert!(found.missing_parents.is_empty());
    }

    #[test]
    fn a_status_that_nobody_knows_is_said_once() {
        let mut tally = Tally::default();
        let odd = trace("a", None, json!({"status": "melted"}));
        let told = [Remark::UnknownStatus("melted".to_owned())];
        assert_eq!(meet(&mut tally, 1, &odd), told);
        assert_eq!(meet(&mut tally, 2, &odd), []);
        assert_eq!(tally.found().unknown_statuses, 2);
    }
}
