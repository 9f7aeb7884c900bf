//! Which span of a trace is its root, and whose child each of the others is.
//!
//! What a line says of its own place goes out as it is: its `span_id`, and the `parent_span_id` that
//! it names, whether that span was seen or not. A line without an id has one that is made of what it
//! says and of nothing else, so that it is the same in every run.
//!
//! A platform often says less. So lines of one trace are held until they are likely to be all there,
//! and those of them that name no parent are put together:
//!
//! - the only one is the root, else the only agent is, and the others are its children;
//! - where there are several agents, or none, they are children of a root that is made up.
//!
//! What comes after its trace has gone is put together anew: nothing is remembered of a trace that
//! went, since the next run would not know it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::domain::span::{SpanId, TraceId};
use crate::domain::trace::Trace;

/// How long the lines of a trace are waited for where a file is being written to.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// So many lines are held; then the oldest trace goes.
pub const MOST_HELD: usize = 10_000;

/// The kind of a root that is made up, by which its id is made.
const MADE_UP: &str = "made up";

/// A line that waits for the others of its trace.
#[derive(Clone, Debug)]
pub struct Held<T> {
    pub payload: T,
    trace: TraceId,
    span: SpanId,
    /// What it names; no span is its own parent.
    parent: Option<SpanId>,
    is_agent: bool,
}

impl<T> Held<T> {
    pub fn new(payload: T, trace: &Trace) -> Self {
        let span = trace.span_id();
        Self {
            payload,
            trace: trace.trace_id(),
            span,
            parent: trace.parent_span_id().filter(|parent| *parent != span),
            is_agent: trace.text("span_type") == Some("agent"),
        }
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
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self {
            groups: BTreeMap::new(),
            numbers: HashMap::new(),
            next: 0,
            held: 0,
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
        Some(arranged(trace, lines))
    }
}

/// The tree of `lines`.
fn arranged<T>(trace: TraceId, lines: Vec<Held<T>>) -> Group<T> {
    let circles = circles(&lines);
    let named = |at: usize| lines[at].parent.filter(|_| !circles.contains(&at));
    let tops: Vec<usize> = (0..lines.len()).filter(|at| named(*at).is_none()).collect();
    let top = top(&lines, &tops);
    let first = tops.first().filter(|_| top.is_none());
    let made_up = first.map(|at| SpanId::of_text(trace, MADE_UP, &lines[*at].span.to_string()));
    let root = top.map(|at| lines[at].span).or(made_up);
    let parent = |at: usize| named(at).or(root.filter(|_| top != Some(at)));
    let parents: Vec<Option<SpanId>> = (0..lines.len()).map(parent).collect();
    let spans = lines.into_iter().zip(parents);
    let spans = spans.map(|(held, parent)| Placed {
        payload: held.payload,
        span: held.span,
        parent,
    });
    Group {
        trace,
        made_up,
        spans: spans.collect(),
    }
}

/// The root among those that name no parent: the only one, else the only agent.
fn top<T>(lines: &[Held<T>], tops: &[usize]) -> Option<usize> {
    let mut agents = tops.iter().copied().filter(|at| lines[*at].is_agent);
    match (tops, agents.next(), agents.next()) {
        ([only], ..) => Some(*only),
        (_, Some(agent), None) => Some(agent),
        _ => None,
    }
}

/// The lines whose parent comes from themselves, one of each circle: that link is left out.
fn circles<T>(lines: &[Held<T>]) -> HashSet<usize> {
    let spans = lines.iter().enumerate().rev();
    let by_span: HashMap<SpanId, usize> = spans.map(|(at, held)| (held.span, at)).collect();
    let parents = lines.iter().map(|held| by_span.get(&held.parent?).copied());
    let parents: Vec<Option<usize>> = parents.collect();
    let (mut circles, mut sound) = (HashSet::new(), HashSet::new());
    for at in 0..lines.len() {
        let (mut way, mut on_way) = (Vec::new(), HashSet::new());
        let mut next = Some(at);
        while let Some(here) = next.filter(|here| !sound.contains(here)) {
            way.push(here);
            on_way.insert(here);
            next = parents[here];
            if next.is_some_and(|parent| on_way.contains(&parent)) {
                circles.insert(here);
                break;
            }
        }
        sound.extend(way);
    }
    circles
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

    fn id(number: u64) -> String {
        format!("{number:016x}")
    }

    fn span(number: u64) -> Option<SpanId> {
        id(number).parse().ok()
    }

    #[test]
    fn one_line_is_its_trace() {
        let group = group(vec![held(0, json!({"span_type": "llm"}))]);
        assert_eq!((group.made_up, group.spans[0].parent), (None, None));
    }

    #[test]
    fn the_only_agent_is_the_root_of_what_names_no_parent() {
        let group = group(vec![
            held(0, json!({"span_type": "llm"})),
            held(1, json!({"span_type": "agent"})),
            held(2, json!({"span_type": "tool"})),
        ]);
        assert_eq!(group.made_up, None);
        let agent = Some(group.spans[1].span);
        let parents: Vec<_> = group.spans.iter().map(|one| one.parent).collect();
        assert_eq!(parents, [agent, None, agent]);
    }

    #[test]
    fn two_agents_or_none_get_a_root_that_is_made_up() {
        for kind in ["agent", "tool"] {
            let kind = json!({ "span_type": kind });
            let group = group(vec![held(0, kind.clone()), held(1, kind)]);
            assert!(group.made_up.is_some());
            assert!(group.spans.iter().all(|one| one.parent == group.made_up));
            assert_ne!(group.spans[0].span, group.spans[1].span);
        }
    }

    #[test]
    fn a_parent_that_is_named_is_the_parent_whether_it_was_seen_or_not() {
        let group = group(vec![
            held(0, json!({"span_id": id(1)})),
            held(1, json!({"span_id": id(2), "parent_span_id": id(1)})),
            held(2, json!({"span_id": id(3), "parent_span_id": id(2)})),
            held(3, json!({"parent_span_id": id(99)})),
        ]);
        let parents: Vec<_> = group.spans.iter().map(|one| one.parent).collect();
        assert_eq!(
            (group.made_up, &parents[..]),
            (None, &[None, span(1), span(2), span(99)][..])
        );
    }

    #[test]
    fn what_is_no_id_and_the_line_itself_are_no_parents() {
        for parent in ["", "7", &id(0), &id(5)] {
            let change = json!({"span_id": id(5), "parent_span_id": parent});
            let group = group(vec![held(0, change)]);
            assert_eq!(group.spans[0].parent, None, "{parent}");
        }
    }

    #[test]
    fn of_a_circle_the_line_that_closes_it_names_no_parent() {
        let group = group(vec![
            held(0, json!({"span_id": id(1), "parent_span_id": id(2)})),
            held(1, json!({"span_id": id(2), "parent_span_id": id(1)})),
        ]);
        let parents: Vec<_> = group.spans.iter().map(|one| one.parent).collect();
        assert_eq!((group.made_up, &parents[..]), (None, &[span(2), None][..]));
    }

    #[test]
    fn a_trace_that_went_is_not_remembered() {
        let (now, mut window) = (Instant::now(), Window::default());
        let mut groups = Vec::new();
        for number in 0..2 {
            window.push(held(number, json!({"span_type": "agent"})), now);
            groups.extend(window.due(now, Duration::ZERO));
        }
        assert_eq!((groups[1].made_up, groups[1].spans[0].parent), (None, None));
        assert_ne!(groups[0].spans[0].span, groups[1].spans[0].span);
    }

    #[test]
    fn a_trace_of_more_lines_than_are_held_keeps_its_ids_and_what_they_name() {
        let lines = MOST_HELD as u64 + 500;
        let (now, mut window) = (Instant::now(), Window::default());
        let mut groups = Vec::new();
        for number in 1..=lines {
            let change = json!({"span_id": id(number), "parent_span_id": id(number / 2)});
            groups.extend(window.push(held(number as usize, change), now));
        }
        groups.extend(window.due(now, Duration::ZERO));
        assert_eq!(groups.len(), 2);
        let spans = groups.iter().flat_map(|group| &group.spans);
        let parents: HashMap<_, _> = spans.map(|one| (one.span, one.parent)).collect();
        for number in 1..=lines {
            let own = span(number).expect("an id");
            assert_eq!(parents[&own], span(number / 2), "{number}");
        }
    }

    #[test]
    fn the_oldest_trace_goes_where_it_gets_too_much() {
        let (now, mut window) = (Instant::now(), Window::default());
        let of = |number: usize| held(number, json!({"trace_id": format!("t-{}", number % 5_000)}));
        for number in 0..MOST_HELD {
            assert_eq!(window.push(of(number), now), None);
        }
        let went = window.push(of(MOST_HELD), now).expect("the oldest");
        assert_eq!(went.spans.len(), 3);
        assert_eq!(went.trace, TraceId::of_text("t-0"));
    }

    /// Lines of a trace: what each names as its own id and as its parent, 0 for nothing. No line
    /// names one after itself, so that there are no circles.
    fn lines(links: &[(bool, usize, bool)]) -> Vec<Held<usize>> {
        let line = |(at, (has_id, up, is_agent)): (usize, &(bool, usize, bool))| {
            let mut change = json!({"span_type": if *is_agent { "agent" } else { "llm" }});
            if *has_id {
                change["span_id"] = id(at as u64 + 1).into();
            }
            if *up > 0 {
                let before = (at + 1).checked_sub(*up).filter(|number| *number > 0);
                change["parent_span_id"] = id(before.unwrap_or(1_000 + at) as u64).into();
            }
            held(at, change)
        };
        links.iter().enumerate().map(line).collect()
    }

    /// Everything that goes out where lines come in runs that end at `cuts`.
    fn in_runs(lines: &[Held<usize>], cuts: &[bool]) -> Vec<Group<usize>> {
        let (now, mut groups) = (Instant::now(), Vec::new());
        let mut window = Window::default();
        for (held, ends) in lines.iter().zip(cuts) {
            groups.extend(window.push(held.clone(), now));
            if *ends {
                groups.extend(window.due(now, Duration::ZERO));
                window = Window::default();
            }
        }
        groups.extend(window.due(now, Duration::ZERO));
        groups
    }

    proptest! {
        #[test]
        fn in_whatever_runs_lines_come_their_ids_and_what_they_name_are_the_same(
            lined in prop::collection::vec(
                ((any::<bool>(), 0_usize..4, any::<bool>()), any::<bool>()), 1..12,
            ),
        ) {
            let (links, cuts): (Vec<_>, Vec<_>) = lined.into_iter().unzip();
            let lines = lines(&links);
            let groups = in_runs(&lines, &cuts);
            let made_up = groups.iter().filter_map(|group| group.made_up);
            let placed = groups.iter().flat_map(|group| &group.spans);
            let all: Vec<SpanId> = placed.map(|one| one.span).chain(made_up).collect();
            prop_assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "no id stands twice");
            for group in &groups {
                let of_group: HashSet<SpanId> =
                    group.spans.iter().map(|one| one.span).chain(group.made_up).collect();
                for one in &group.spans {
                    let line = &lines[one.payload];
                    prop_assert_eq!(one.span, line.span);
                    match line.parent {
                        Some(named) => prop_assert_eq!(one.parent, Some(named)),
                        None => prop_assert!(one.parent.is_none_or(|it| of_group.contains(&it))),
                    }
                }
            }
        }

        #[test]
        fn whatever_is_named_every_line_comes_out_once_and_every_way_up_ends(
            links in prop::collection::vec((0_u64..9, any::<bool>()), 1..8),
        ) {
            let id = |number: u64| id(number + 1);
            let lines = links.iter().enumerate().map(|(at, (parent, is_agent))| {
                let kind = if *is_agent { "agent" } else { "llm" };
                let (own, parent) = (id(at as u64), id(*parent));
                held(at, json!({"span_id": own, "parent_span_id": parent, "span_type": kind}))
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
