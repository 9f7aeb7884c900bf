//! The logs that a monitor's searches find, and the numbers made of those within its window.

use std::collections::{BTreeMap, BTreeSet};

use super::UNGROUPED;
use crate::sandbox::datadog::logs::{IndexedLog, Sample};
use crate::sandbox::datadog::monitors::grammar::{LogAlert, LogQuery};
use crate::sandbox::datadog::search::matches;

/// Milliseconds, since the epoch where they are an instant.
pub type Millis = i64;

/// How a window lies to the instant of a look.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub length: Millis,
    /// How far before the look the window ends (`evaluation_delay`).
    pub delay: Millis,
    /// What the stand-in's clock is ahead of the true time.
    pub shift: Millis,
}

/// The logs that were found and may still count.
#[derive(Clone, Debug, Default)]
pub struct Window {
    found: Vec<Found>,
    /// The number of the last arrival that was shown.
    seen: u64,
}

/// One log in one group of one query.
#[derive(Clone, Debug)]
struct Found {
    query: usize,
    group: String,
    sample: Sample,
    timestamp: Millis,
    /// From when on searches find it, by the true time.
    visible_at: Millis,
}

impl Found {
    /// The true time from which it counts.
    fn enters(&self, span: Span) -> Millis {
        let in_window = self
            .timestamp
            .saturating_sub(span.shift)
            .saturating_add(span.delay);
        in_window.max(self.visible_at)
    }

    /// The true time from which it counts no more.
    fn leaves(&self, span: Span) -> Millis {
        self.timestamp
            .saturating_sub(span.shift)
            .saturating_add(span.delay)
            .saturating_add(span.length)
    }
}

impl Window {
    pub fn seen(&self) -> u64 {
        self.seen
    }

    pub fn saw_until(&mut self, n: u64) {
        self.seen = self.seen.max(n);
    }

    pub fn see(&mut self, alert: &LogAlert, log: &IndexedLog, visible_at: Millis) {
        self.seen = log.n;
        for (place, query) in alert.queries.iter().enumerate() {
            if !query.reaches_the_index || !matches(&query.search, log) {
                continue;
            }
            let sample = query.compute.sample(log);
            let found = groups_of(query, log).into_iter().map(|group| Found {
                query: place,
                group,
                sample: sample.clone(),
                timestamp: log.timestamp.as_millisecond(),
                visible_at,
            });
            self.found.extend(found);
        }
    }

    /// The true times at which a log begins or ceases to count.
    pub fn edges(&self, span: Span) -> impl Iterator<Item = Millis> {
        let counting = self
            .found
            .iter()
            .map(move |found| (found.enters(span), found.leaves(span)))
            .filter(|(enters, leaves)| enters < leaves);
        counting.flat_map(|(enters, leaves)| [enters, leaves])
    }

    /// Drops what will never count again after a look at the true time `at`.
    pub fn forget(&mut self, span: Span, at: Millis) {
        self.found.retain(|found| found.leaves(span) > at);
    }

    /// The numbers of a look at the true time `at`.
    pub fn numbers(&self, alert: &LogAlert, span: Span, at: Millis) -> Numbers {
        let mut samples: BTreeMap<String, Vec<Vec<&Sample>>> = BTreeMap::new();
        let queries = alert.queries.len();
        let counting = self
            .found
            .iter()
            .filter(|found| found.enters(span) <= at && at < found.leaves(span));
        for found in counting {
            let of_group = samples
                .entry(found.group.clone())
                .or_insert_with(|| vec![Vec::new(); queries]);
            of_group[found.query].push(&found.sample);
        }
        let numbers = samples.into_iter().map(|(group, of_queries)| {
            let is_grouped = group != UNGROUPED;
            let numbers = alert.queries.iter().zip(of_queries);
            let numbers = numbers.map(|(query, samples)| match samples.is_empty() && is_grouped {
                // Another query's group: this one has no number there.
                true => None,
                false => query.compute.number(samples),
            });
            (group, numbers.collect())
        });
        Numbers {
            by_group: numbers.collect(),
            is_grouped: alert.queries.iter().any(|query| !query.by.is_empty()),
        }
    }
}

/// The numbers of each query in each group with a log in it.
#[derive(Debug)]
pub struct Numbers {
    by_group: BTreeMap<String, Vec<Option<f64>>>,
    is_grouped: bool,
}

impl Numbers {
    /// The groups with logs; of a monitor that does not group always the one.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        let always = Some(UNGROUPED).filter(|_| !self.is_grouped);
        let found = self.by_group.keys().map(String::as_str);
        found.chain(always).collect::<BTreeSet<_>>().into_iter()
    }

    pub fn is_empty(&self, group: &str) -> bool {
        !self.by_group.contains_key(group)
    }

    /// The number of a group with logs.
    pub fn of(&self, alert: &LogAlert, group: &str) -> Option<f64> {
        let numbers = self.by_group.get(group)?;
        alert.number.value(&|place| *numbers.get(place)?)
    }

    /// The number without any logs: only counts have one.
    pub fn of_nothing(&self, alert: &LogAlert) -> Option<f64> {
        alert
            .number
            .value(&|place| alert.queries.get(place)?.compute.number([]))
    }
}

/// The groups a log is in, `facet:value` joined by commas: one for each combination of its values,
/// none where it lacks a facet.
fn groups_of(query: &LogQuery, log: &IndexedLog) -> Vec<String> {
    if query.by.is_empty() {
        return vec![UNGROUPED.to_owned()];
    }
    let mut groups = vec![String::new()];
    for facet in &query.by {
        let values = facet.values(log);
        groups = groups
            .iter()
            .flat_map(|group| {
                let comma = if group.is_empty() { "" } else { "," };
                values
                    .iter()
                    .map(move |value| format!("{group}{comma}{facet}:{value}"))
            })
            .collect();
    }
    groups
}
