//! The records that a monitor found, by group.
//!
//! Queries of a formula often look for the same and group alike, and differ in what they measure.
//! Such a search is held against a record once.

use std::collections::BTreeMap;

use super::super::facet::Facet;
use super::super::{IndexedLog, Query, Verdict};
use super::EventQuery;
use super::tally::Tally;

/// The values of a group, in the order of the facets.
type Values = Vec<String>;

/// What was found for queries of one search and one grouping.
pub(super) struct Sorted<'a> {
    /// At least one; they differ in their rollups alone.
    queries: Vec<&'a EventQuery>,
    /// One tally for each query.
    groups: BTreeMap<Values, Vec<Tally>>,
    /// Records that lack a facet, by the first facet they lack.
    without_group: BTreeMap<String, Vec<Tally>>,
}

impl<'a> Sorted<'a> {
    /// Puts those of `queries` together that find and group the same.
    pub fn of(queries: Vec<&'a EventQuery>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for query in queries {
            let is_alike = |sorted: &&mut Self| {
                let first = sorted.queries[0];
                (&first.search, &first.by) == (&query.search, &query.by)
            };
            match all.iter_mut().find(is_alike) {
                Some(sorted) => sorted.queries.push(query),
                None => all.push(Self {
                    queries: vec![query],
                    groups: BTreeMap::new(),
                    without_group: BTreeMap::new(),
                }),
            }
        }
        all
    }

    pub fn search(&self) -> &'a Query {
        &self.queries[0].search
    }

    /// Takes in a record that the search finds, or may find.
    pub fn add(&mut self, record: &IndexedLog<'_>, verdict: &Verdict) {
        match groups_of(record, &self.queries[0].by) {
            Ok(groups) => {
                for group in groups {
                    let tallies = self.groups.entry(group).or_default();
                    add(tallies, &self.queries, record, verdict);
                }
            }
            Err(lacking) => {
                let tallies = self.without_group.entry(lacking.to_string()).or_default();
                add(tallies, &self.queries, record, verdict);
            }
        }
    }

    /// Every group that has a record.
    pub fn groups(&self) -> impl Iterator<Item = &[String]> {
        self.groups.keys().map(Vec::as_slice)
    }

    /// Whether the group has no record.
    pub fn is_empty(&self, values: &[String]) -> bool {
        let tallies = self.groups.get(values).into_iter().flatten();
        tallies.into_iter().all(Tally::is_empty)
    }

    /// What is known of a group for `query`, where that is one of these.
    pub fn tally(&self, query: &EventQuery, values: &[String]) -> Option<&Tally> {
        let is_same = |own: &&EventQuery| std::ptr::eq(*own, query);
        let at = self.queries.iter().position(is_same)?;
        self.groups.get(values)?.get(at)
    }

    /// The facets that records lack, each with those records for each of the queries.
    pub fn without_group(&self) -> impl Iterator<Item = (&str, &Tally)> {
        let lacking = self.without_group.iter();
        lacking
            .flat_map(|(facet, tallies)| tallies.iter().map(move |tally| (facet.as_str(), tally)))
    }
}

fn add(
    tallies: &mut Vec<Tally>,
    queries: &[&EventQuery],
    record: &IndexedLog<'_>,
    verdict: &Verdict,
) {
    tallies.resize_with(queries.len(), Tally::default);
    for (tally, query) in tallies.iter_mut().zip(queries) {
        tally.add(query, record, verdict);
    }
}

/// Every group that `record` is in, more than one where an array holds the values of a facet; else
/// the first facet that it lacks.
fn groups_of<'f>(record: &IndexedLog<'_>, by: &'f [Facet]) -> Result<Vec<Values>, &'f Facet> {
    let mut groups = vec![Vec::with_capacity(by.len())];
    for facet in by {
        let mut values = facet.values(record);
        let last = values.pop().ok_or(facet)?;
        let others = values.iter().flat_map(|value| with(&groups, value));
        let others: Vec<Values> = others.collect();
        groups.iter_mut().for_each(|group| group.push(last.clone()));
        groups.extend(others);
    }
    Ok(groups)
}

fn with<'g>(groups: &'g [Values], value: &'g str) -> impl Iterator<Item = Values> + 'g {
    groups.iter().map(move |group| {
        let mut group = group.clone();
        group.push(value.to_owned());
        group
    })
}
