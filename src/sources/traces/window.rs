//! Which span of a trace is its root, and whose child each of the others is.
//!
//! A platform logs one line a span, or one a run, and says little of how they hang together. So
//! lines of one trace are held until they are likely to be all there, and then made a tree:
//!
//! - a span that names a span of the trace as its parent is its child;
//! - of the others the only one is the root, else the only agent;
//! - where there are several agents, or none, they are children of a root that is made up.
//!
//! What comes after its trace has gone is a child of the root that went.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::domain::span::{SpanId, TraceId};
use crate::domain::trace::{Trace, root_span};

/// How long the lines of a trace are waited for where a file is being written to.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// So many lines are held; then the oldest trace goes.
const MOST_HELD: usize = 2_000;

/// The roots of so many traces that went are known.
const MOST_GONE: usize = 10_000;

/// A line that waits for the others of its trace.
#[derive(Clone, Debug)]
pub struct Held<T> {
    pub payload: T,
    trace: TraceId,
    own: Option<SpanId>,
    /// What it is called where it is not the root.
    otherwise: SpanId,
    parent: Option<SpanId>,
    is_agent: bool,
}

impl<T> Held<T> {
    pub fn new(payload: T, trace: &Trace) -> Self {
        let id = |name| trace.text(name).and_then(|text| text.parse().ok());
        Self {
            payload,
            trace: trace.trace_id(),
            own: id("span_id"),
            otherwise: trace.span_id(),
            parent: id("parent_span_id"),
            is_agent: trace.text("span_type") == Some("agent"),
        }
    }

    fn id(&self) -> SpanId {
        self.own.unwrap_or(self.otherwise)
    }
}

/// A line with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    pub payload: T,
    pub span: SpanId,
    pub parent: Option<SpanId>,
}

/// The lines of one trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<T> {
    pub trace: TraceId,
    /// A root that nobody logged.
    pub made_up: Option<SpanId>,
    pub spans: Vec<Placed<T>>,
}

/// What is held.
#[derive(Debug)]
pub struct Window<T> {
    groups: BTreeMap<u64, (TraceId, Instant, Vec<Held<T>>)>,
    numbers: HashMap<TraceId, u64>,
    next: u64,
    held: usize,
    gone: HashMap<TraceId, SpanId>,
    gone_in_order: VecDeque<TraceId>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self {
            groups: BTreeMap::new(),
            numbers: HashMap::new(),
            next: 0,
            held: 0,
            gone: HashMap::new(),
            gone_in_order: VecDeque::new(),
        }
    }
}

impl<T> Window<T> {
    /// Takes in a line; gives out the oldest trace where it gets too much.
    pub fn push(&mut self, held: Held<T>, now: Instant) -> Option<Group<T>> {
        let next = self.next;
        let number = *self.numbers.entry(held.trace).or_insert(next);
        self.next += u64::from(number == next);
        let group = self.groups.entry(number);
        let (_, _, lines) = group.or_insert_with(|| (held.trace, now, Vec::new()));
        lines.push(held);
        self.held += 1;
        match self.held > MOST_HELD {
            true => self.oldest(),
            false => None,
        }
    }

    /// The traces that were begun `age` ago.
    pub fn due(&mut self, now: Instant, age: Duration) -> Vec<Group<T>> {
        let is_due = |begun: Instant| now.saturating_duration_since(begun) >= age;
        let mut due = Vec::new();
        while self
            .groups
            .first_key_value()
            .is_some_and(|(_, (_, begun, _))| is_due(*begun))
        {
            due.extend(self.oldest());
        }
        due
    }

    fn oldest(&mut self) -> Option<Group<T>> {
        let (_, (trace, _, lines)) = self.groups.pop_first()?;
        self.numbers.remove(&trace);
        self.held -= lines.len();
        let (group, root) = arranged(trace, lines, self.gone.get(&trace).copied());
        if self.gone.insert(trace, root).is_none() {
            self.gone_in_order.push_back(trace);
        }
        if self.gone_in_order.len() > MOST_GONE
            && let Some(first) = self.gone_in_order.pop_front()
        {
            self.gone.remove(&first);
        }
        Some(group)
    }
}

/// The tree of `lines`, under `above` where the trace went before, and its root.
fn arranged<T>(trace: TraceId, lines: Vec<Held<T>>, above: Option<SpanId>) -> (Group<T>, SpanId) {
    let ids = ids(trace, &lines, above);
    let parents = parents(&lines);
    let tops: Vec<usize> = (0..lines.len())
        .filter(|at| !parents.contains_key(at))
        .collect();
    let agents = || tops.iter().copied().filter(|at| lines[*at].is_agent);
    let top = match (&tops[..], above) {
        (_, Some(_)) => None,
        ([only], _) => Some(*only),
        _ => agents().next().filter(|_| agents().count() == 1),
    };
    let root = match (above, top) {
        (Some(above), _) => above,
        (None, Some(top)) => lines[top].own.map_or(root_span(trace), |_| ids[top]),
        (None, None) => root_span(trace),
    };
    let made_up = (above.is_none() && top.is_none()).then_some(root);
    let id = |at: usize| match top == Some(at) {
        true => root,
        false => ids[at],
    };
    let places: Vec<(SpanId, Option<SpanId>)> = (0..lines.len())
        .map(|at| {
            let parent = match parents.get(&at) {
                Some(parent) => Some(id(*parent)),
                None => (top != Some(at)).then_some(root),
            };
            (id(at), parent)
        })
        .collect();
    let spans = lines.into_iter().zip(places);
    let spans = spans.map(|(held, (span, parent))| Placed {
        payload: held.payload,
        span,
        parent,
    });
    let group = Group {
        trace,
        made_up,
        spans: spans.collect(),
    };
    (group, root)
}

/// The id of each line. Two spans have two: of those that claim the same the first has it.
fn ids<T>(trace: TraceId, lines: &[Held<T>], above: Option<SpanId>) -> Vec<SpanId> {
    let mut taken: HashSet<SpanId> = above.into_iter().collect();
    let id = |(at, held): (usize, &Held<T>)| match taken.insert(held.id()) {
        true => held.id(),
        false => SpanId::of_text(trace, "again", &format!("{} {at}", held.id())),
    };
    lines.iter().enumerate().map(id).collect()
}

/// The parent of each line that names one of the others. Where they go round in a circle, the first
/// of it has none.
fn parents<T>(lines: &[Held<T>]) -> HashMap<usize, usize> {
    let by_id: HashMap<SpanId, usize> = lines
        .iter()
        .enumerate()
        .rev()
        .map(|(at, held)| (held.id(), at))
        .collect();
    let mut parents: HashMap<usize, usize> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, held)| Some((at, *by_id.get(&held.parent?)?)))
        .collect();
    let mut sound = HashSet::new();
    for at in 0..lines.len() {
        let (mut way, mut next) = (Vec::new(), at);
        let mut on_way = HashSet::new();
        while !sound.contains(&next) && on_way.insert(next) {
            way.push(next);
            match parents.get(&next) {
                Some(parent) if on_way.contains(parent) => {
                    parents.remove(&next);
                }
                Some(parent) => next = *parent,
                None => break,
            }
        }
        sound.extend(way);
    }
    parents
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn held(number: usize, change: Value) -> Held<usize> {
        let mut fields = json!({
            "trace_id": "t-1", "agent_id": "a", "status": "success",
            "span_name": format!("s-{number}"),
        });
        let fields = fields.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        let trace = Trace::new(fields.clone(), Timestamp::UNIX_EPOCH);
        Held::new(number, &trace)
    }

    fn group(lines: Vec<Held<usize>>) -> Group<usize> {
        let (now, mut window) = (Instant::now(), Window::default());
        for held in lines {
            assert_eq!(window.push(held, now), None);
        }
        assert_eq!(window.due(now, PATIENCE), [], "not yet");
        let mut due = window.due(now, Duration::ZERO);
        assert_eq!(due.len(), 1);
        due.remove(0)
    }

    fn root() -> SpanId {
        root_span(TraceId::of_text("t-1"))
    }

    #[test]
    fn one_line_is_its_trace() {
        let group = group(vec![held(0, json!({"span_type": "llm"}))]);
        assert_eq!(group.made_up, None);
        assert_eq!((group.spans[0].span, group.spans[0].parent), (root(), None));
    }

    #[test]
    fn the_only_agent_is_the_root_of_what_names_no_parent() {
        let group = group(vec![
            held(0, json!({"span_type": "llm"})),
            held(1, json!({"span_type": "agent"})),
            held(2, json!({"span_type": "tool"})),
        ]);
        assert_eq!(group.made_up, None);
        let parents: Vec<_> = group.spans.iter().map(|one| one.parent).collect();
        assert_eq!(parents, [Some(root()), None, Some(root())]);
    }

    #[test]
    fn two_agents_or_none_get_a_root_that_is_made_up() {
        for kind in ["agent", "tool"] {
            let kind = json!({ "span_type": kind });
            let group = group(vec![held(0, kind.clone()), held(1, kind)]);
            assert_eq!(group.made_up, Some(root()));
            assert!(group.spans.iter().all(|one| one.parent == Some(root())));
            assert_ne!(group.spans[0].span, group.spans[1].span);
        }
    }

    #[test]
    fn a_parent_that_is_named_is_the_parent_and_one_that_is_missing_is_not() {
        let id = |number: u64| format!("{number:016x}");
        let group = group(vec![
            held(0, json!({"span_id": id(1)})),
            held(1, json!({"span_id": id(2), "parent_span_id": id(1)})),
            held(2, json!({"span_id": id(3), "parent_span_id": id(2)})),
        ]);
        let span = |number: u64| id(number).parse::<SpanId>().ok();
        let parents: Vec<_> = group.spans.iter().map(|one| one.parent).collect();
        assert_eq!(
            (group.made_up, &parents[..]),
            (None, &[None, span(1), span(2)][..])
        );
        let lone = self::group(vec![held(0, json!({"parent_span_id": id(9)}))]);
        assert_eq!(lone.spans[0].parent, None);
    }

    #[test]
    fn what_comes_late_is_a_child_of_the_root_that_went() {
        let (now, mut window) = (Instant::now(), Window::default());
        window.push(held(0, json!({"span_type": "agent"})), now);
        assert_eq!(window.due(now, Duration::ZERO).len(), 1);
        window.push(held(1, json!({"span_type": "agent"})), now);
        let late = window.due(now, Duration::ZERO).remove(0);
        assert_eq!((late.made_up, late.spans[0].parent), (None, Some(root())));
    }

    #[test]
    fn the_oldest_trace_goes_where_it_gets_too_much() {
        let (now, mut window) = (Instant::now(), Window::default());
        let of = |number: usize| held(number, json!({"trace_id": format!("t-{}", number % 1_000)}));
        for number in 0..MOST_HELD {
            assert_eq!(window.push(of(number), now), None);
        }
        let went = window.push(of(MOST_HELD), now).expect("the oldest");
        assert_eq!(went.spans.len(), 3);
        assert_eq!(went.trace, TraceId::of_text("t-0"));
    }

    proptest! {
        #[test]
        fn whatever_is_named_every_line_comes_out_once_and_every_way_up_ends(
            links in prop::collection::vec((0_u64..6, 0_u64..8, any::<bool>()), 1..8),
        ) {
            let id = |number: u64| format!("{:016x}", number + 1);
            let lines = links.iter().enumerate().map(|(at, (own, parent, is_agent))| {
                let kind = if *is_agent { "agent" } else { "llm" };
                held(at, json!({"span_id": id(*own), "parent_span_id": id(*parent), "span_type": kind}))
            });
            let group = group(lines.collect());
            let mut numbers: Vec<usize> = group.spans.iter().map(|one| one.payload).collect();
            numbers.sort_unstable();
            prop_assert_eq!(numbers, (0..links.len()).collect::<Vec<_>>());
            let parents: HashMap<_, _> =
                group.spans.iter().rev().map(|one| (one.span, one.parent)).collect();
            for one in &group.spans {
                let (mut at, mut steps) = (Some(one.span), 0);
                while let Some(span) = at {
                    at = parents.get(&span).copied().flatten();
                    steps += 1;
                    prop_assert!(steps <= links.len() + 2);
                }
            }
        }
    }
}
