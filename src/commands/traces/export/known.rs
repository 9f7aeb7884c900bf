//! What came before in a run, by whatever road.
//!
//! A line that says word for word what another one said is the same. Two that differ are two, even
//! under one id: a platform without span ids may log several calls of one moment. A line and a span
//! of OTLP never read alike; they are the same where they name the same span, or, where the line
//! names none, the same trace, name and start.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::domain::trace::Trace;
use crate::sources::traces::Entry;

/// So many are known again. What comes twice comes close together as a rule.
const MOST_KNOWN: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Known {
    /// What each said, as a hash.
    said: Recent<String, u64>,
    roads: Recent<u64, Road>,
}

/// By which something came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Road {
    Line,
    Otlp,
}

impl Known {
    /// Takes in `entry`; true where it came before.
    pub fn meet(&mut self, entry: &Entry) -> bool {
        let trace = entry.trace();
        let said = said(trace);
        if self.said.insert(trace.id.clone(), said) == Some(said) {
            return true;
        }
        let (road, keys) = match entry {
            Entry::Trace(_) => (Road::Line, vec![by_span(trace).unwrap_or(by_start(trace))]),
            Entry::Span(_) => (
                Road::Otlp,
                by_span(trace)
                    .into_iter()
                    .chain([by_start(trace)])
                    .collect(),
            ),
        };
        let is_known = |key: &u64| self.roads.get(key).is_some_and(|other| *other != road);
        let is_known = keys.iter().any(is_known);
        if !is_known {
            for key in keys {
                self.roads.insert(key, road);
            }
        }
        is_known
    }
}

/// Everything, whatever the order.
fn said(trace: &Trace) -> u64 {
    let fields = trace.fields.iter();
    let hashes = fields.map(|(name, value)| hash(&(name, value.to_string())));
    hashes.fold(0, u64::wrapping_add)
}

/// By trace and span; `None` where it names no span.
fn by_span(trace: &Trace) -> Option<u64> {
    let span = trace.own_span_id()?;
    Some(hash(&(trace.trace_id(), span)))
}

fn by_start(trace: &Trace) -> u64 {
    let start = trace.timestamp.as_millisecond();
    hash(&(trace.trace_id(), trace.text("span_name"), start))
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A map that forgets what came first.
#[derive(Debug)]
struct Recent<K, V> {
    map: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self {
            map: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key)
    }

    /// Gives back what was there.
    fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = self.map.insert(key.clone(), value);
        if before.is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > MOST_KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.map.remove(&oldest);
        }
        before
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::sources::lines::Row;
    use crate::sources::traces::trace_of_line;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "00f067aa0ba902b7";

    fn entry(line: &Value) -> Entry {
        let bytes = Bytes::from(line.to_string());
        match trace_of_line(1, bytes, Timestamp::UNIX_EPOCH).0 {
            Row::Event(mut line) => match line.entries.remove(0) {
                Row::Event(entry) => entry,
                Row::Broken(broken) => panic!("{}", broken.reason),
            },
            Row::Broken(broken) => panic!("{}", broken.reason),
        }
    }

    fn line(change: Value) -> Entry {
        let mut fields = json!({
            "trace_id": TRACE, "agent_id": "a", "status": "success", "span_name": "chat m-1",
            "timestamp": 1_795_168_800_000_i64,
        });
        let all = fields.as_object_mut().expect("an object");
        all.extend(change.as_object().expect("an object").clone());
        entry(&fields)
    }

    fn span() -> Entry {
        entry(&json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
            "traceId": TRACE, "spanId": SPAN, "name": "chat m-1",
            "startTimeUnixNano": "1795168800000250000", "endTimeUnixNano": "1795168800250000000",
        }]}]}]}))
    }

    #[test]
    fn what_says_the_same_twice_is_one_and_what_says_something_else_is_not() {
        let mut known = Known::default();
        assert!(!known.meet(&line(json!({"cost_usd": 1}))));
        assert!(known.meet(&line(json!({"cost_usd": 1}))));
        assert!(!known.meet(&line(json!({"cost_usd": 2}))));
    }

    #[test]
    fn a_span_that_comes_by_the_other_road_too_is_one() {
        let uuid = "0af76519-16cd-43dd-8448-eb211c80319c";
        for same in [
            json!({"span_id": SPAN}),
            json!({"span_id": SPAN, "trace_id": uuid, "span_name": "own name"}),
            json!({"model": "m-1"}),
        ] {
            let mut known = Known::default();
            assert!(!known.meet(&line(same.clone())));
            assert!(known.meet(&span()), "{same}");
            let mut known = Known::default();
            assert!(!known.meet(&span()));
            assert!(known.meet(&line(same.clone())), "{same}");
        }
    }

    #[test]
    fn other_spans_of_the_trace_are_others() {
        for other in [
            json!({"span_id": "00f067aa0ba902b8"}),
            json!({"span_name": "chat m-2"}),
            json!({"timestamp": 1_795_168_800_001_i64}),
            json!({"trace_id": "t-1", "span_id": SPAN}),
        ] {
            let mut known = Known::default();
            assert!(!known.meet(&span()));
            assert!(!known.meet(&line(other.clone())), "{other}");
        }
    }

    #[test]
    fn the_first_are_forgotten() {
        let mut recent = Recent::default();
        for number in 0..=MOST_KNOWN {
            assert_eq!(recent.insert(number, ()), None);
        }
        assert_eq!(
            (recent.map.len(), recent.order.len()),
            (MOST_KNOWN, MOST_KNOWN)
        );
        assert_eq!((recent.get(&0), recent.get(&1)), (None, Some(&())));
    }
}
