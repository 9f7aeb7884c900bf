//! Spans put together to trees, as they come.
//!
//! A span is sent when it ends, so that children come before their parents, and the root last. A
//! trace is shown when its root is there and nothing of it has come for a moment; one whose root
//! does not come is shown after a while as it is. What comes later is shown as a tree of its own.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::facts::Facts;
use crate::domain::span::TraceId;

/// After a root, for what was sent before it by another road.
const SETTLES: Duration = Duration::from_millis(300);

/// For a root that does not come: an SDK sends what waits every five seconds.
const PATIENCE: Duration = Duration::from_secs(12);

/// Spans that wait; with more, the trace that has waited longest is shown.
const MOST: usize = 20_000;

/// The spans of one trace that are shown together, by their start.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub trace_id: TraceId,
    pub spans: Vec<Facts>,
    /// Part of it was shown before.
    pub is_late: bool,
}

/// Trees that grow.
#[derive(Debug, Default)]
pub struct Forest {
    growing: HashMap<TraceId, Growing>,
    waiting: usize,
    /// Those that were shown, until there are too many to remember.
    shown: HashSet<TraceId>,
}

#[derive(Debug)]
struct Growing {
    spans: Vec<Facts>,
    has_root: bool,
    last: Instant,
}

impl Growing {
    fn is_due_at(&self) -> Instant {
        self.last + if self.has_root { SETTLES } else { PATIENCE }
    }
}

impl Forest {
    /// Takes a span.
    pub fn add(&mut self, facts: Facts, now: Instant) {
        let tree = self.growing.entry(facts.trace_id).or_insert(Growing {
            spans: Vec::new(),
            has_root: false,
            last: now,
        });
        tree.has_root |= facts.parent.is_none();
        tree.last = now;
        tree.spans.push(facts);
        self.waiting += 1;
    }

    /// When the next tree is to be shown; `None` where none waits.
    pub fn next_due(&self) -> Option<Instant> {
        self.growing.values().map(Growing::is_due_at).min()
    }

    /// The trees that are to be shown by `now`.
    pub fn due(&mut self, now: Instant) -> Vec<Tree> {
        let due = self
            .growing
            .iter()
            .filter(|(_, tree)| tree.is_due_at() <= now);
        let mut due: Vec<TraceId> = due.map(|(id, _)| *id).collect();
        if self.waiting > MOST {
            let oldest = self.growing.iter().min_by_key(|(_, tree)| tree.last);
            due.extend(oldest.map(|(id, _)| *id).filter(|id| !due.contains(id)));
        }
        self.cut(due)
    }

    /// All of them.
    pub fn rest(&mut self) -> Vec<Tree> {
        let all = self.growing.keys().copied().collect();
        self.cut(all)
    }

    /// In the order in which they began.
    fn cut(&mut self, ids: Vec<TraceId>) -> Vec<Tree> {
        if self.shown.len() > MOST {
            self.shown.clear();
        }
        let trees = ids.into_iter().filter_map(|trace_id| {
            let mut spans = self.growing.remove(&trace_id)?.spans;
            self.waiting -= spans.len();
            spans.sort_by_key(|span| span.start);
            let is_late = !self.shown.insert(trace_id);
            Some(Tree {
                trace_id,
                spans,
                is_late,
            })
        });
        let mut trees: Vec<Tree> = trees.collect();
        trees.sort_by_key(|tree| tree.spans.first().map(|span| span.start));
        trees
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::{chat, facts};
    use super::*;

    #[test]
    fn a_trace_waits_for_its_root_and_then_for_a_moment() {
        let (mut forest, now) = (Forest::default(), Instant::now());
        forest.add(facts(&chat(2, 1)), now);
        assert!(forest.due(now + SETTLES).is_empty());
        forest.add(facts(&chat(1, 0)), now + SETTLES);
        assert_eq!(forest.next_due(), Some(now + SETTLES * 2));
        let trees = forest.due(now + SETTLES * 2);
        assert_eq!((trees.len(), trees[0].spans.len()), (1, 2));
        assert!(trees[0].spans[0].parent.is_none(), "by their start");
        assert_eq!(forest.next_due(), None);
    }

    #[test]
    fn without_a_root_it_is_shown_after_a_while_and_what_comes_then_is_late() {
        let (mut forest, now) = (Forest::default(), Instant::now());
        forest.add(facts(&chat(2, 1)), now);
        let first = forest.due(now + PATIENCE);
        assert!(!first[0].is_late);
        forest.add(facts(&chat(1, 0)), now);
        assert!(forest.rest()[0].is_late);
    }

    #[test]
    fn what_waits_is_bounded() {
        let (mut forest, now) = (Forest::default(), Instant::now());
        for _ in 0..=MOST {
            forest.add(facts(&chat(2, 1)), now);
        }
        assert_eq!(forest.due(now).len(), 1);
        assert!(forest.due(now).is_empty());
    }
}
