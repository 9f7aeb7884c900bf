//! Events counted by their names, however many names there are.

use std::collections::BTreeMap;

/// Of events without a name, with a very long one, and of names past the first so many.
const OTHER: &str = "other";

/// Names that are told apart: lines of a file may have any.
const KINDS: usize = 64;

/// Bytes of a name that is told apart.
const LONGEST_KIND: usize = 100;

/// Counts events of one kind.
pub(super) fn count_kind(kinds: &mut BTreeMap<String, u64>, kind: &str, count: u64) {
    if let Some(known) = kinds.get_mut(kind) {
        *known += count;
        return;
    }
    let has_room = kinds.len() < KINDS && kind.len() <= LONGEST_KIND;
    let kind = if has_room { kind } else { OTHER };
    *kinds.entry(kind.to_owned()).or_default() += count;
}

/// Events by kind.
pub(super) fn count_kinds<'a>(
    kinds: impl Iterator<Item = Option<&'a str>>,
) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for kind in kinds {
        count_one(&mut counts, kind);
    }
    counts
}

/// Counts one event.
pub(super) fn count_one(kinds: &mut BTreeMap<String, u64>, kind: Option<&str>) {
    count_kind(kinds, kind.unwrap_or(OTHER), 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_names_there_are_the_counts_stay_few_and_add_up() {
        let names: Vec<String> = (0..1_000).map(|number| format!("name-{number}")).collect();
        let long = "x".repeat(10_000);
        let named = names.iter().map(|name| Some(name.as_str()));
        let kinds = count_kinds(named.chain([Some(long.as_str()), None, Some("name-0")]));
        assert_eq!(kinds.len(), KINDS + 1);
        assert_eq!(kinds.values().sum::<u64>(), 1_003);
        assert_eq!(kinds["name-0"], 2);
        assert!(kinds.keys().all(|name| name.len() <= LONGEST_KIND));
    }
}
