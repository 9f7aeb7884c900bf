//! A set of line numbers, as ranges: what of a file is dealt with.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Ranges in order, none of which touches the next. As text `3-7,12-13`, the ends not included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineSet(Vec<Range<u64>>);

/// A text that is no set of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no set of lines")]
pub struct NotLines;

impl LineSet {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, line: u64) -> bool {
        let after = self.0.partition_point(|range| range.end <= line);
        self.0.get(after).is_some_and(|range| range.contains(&line))
    }

    /// Lines in the set.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    pub fn insert(&mut self, lines: Range<u64>) {
        if lines.is_empty() {
            return;
        }
        let first = self.0.partition_point(|range| range.end < lines.start);
        let behind = self.0.partition_point(|range| range.start <= lines.end);
        let touched = &self.0[first..behind];
        let start = touched
            .first()
            .map_or(lines.start, |range| range.start.min(lines.start));
        let end = touched
            .last()
            .map_or(lines.end, |range| range.end.max(lines.end));
        let joined = start..end;
        self.0.splice(first..behind, std::iter::once(joined));
    }

    /// Inserts single lines; those that follow each other cost as much as one.
    pub fn insert_all(&mut self, lines: &[u64]) {
        for run in lines.chunk_by(|one, next| one + 1 == *next) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                self.insert(*first..last + 1);
            }
        }
    }

    /// The first line from `line` on that is not in the set.
    pub fn end_of_run(&self, line: u64) -> u64 {
        let after = self.0.partition_point(|range| range.end <= line);
        match self.0.get(after) {
            Some(range) if range.contains(&line) => range.end,
            _ => line,
        }
    }

    /// Takes out every line before `line`.
    pub fn forget_before(&mut self, line: u64) {
        self.0.retain(|range| range.end > line);
        if let Some(first) = self.0.first_mut() {
            first.start = first.start.max(line);
        }
    }
}

impl fmt::Display for LineSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{}-{}", range.start, range.end)?;
        }
        Ok(())
    }
}

impl FromStr for LineSet {
    type Err = NotLines;

    fn from_str(text: &str) -> Result<Self, NotLines> {
        let mut set = Self::default();
        for range in text.split(',').filter(|range| !range.is_empty()) {
            let (start, end) = range.split_once('-').ok_or(NotLines)?;
            let number = |text: &str| text.parse().map_err(|_| NotLines);
            set.insert(number(start)?..number(end)?);
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_was_put_in_and_nothing_else(
            inserted in prop::collection::vec((0_u64..40, 0_u64..6), 0..12),
            singles in prop::collection::btree_set(0_u64..40, 0..12),
            before in 0_u64..50,
        ) {
            let mut set = LineSet::default();
            let mut model = BTreeSet::new();
            for (start, count) in inserted {
                set.insert(start..start + count);
                model.extend(start..start + count);
            }
            set.insert_all(&singles.iter().copied().collect::<Vec<_>>());
            model.extend(singles);
            for line in 0..50 {
                prop_assert_eq!(set.contains(line), model.contains(&line));
                let end = (line..).find(|line| !model.contains(line));
                prop_assert_eq!(Some(set.end_of_run(line)), end);
            }
            prop_assert_eq!(set.len(), model.len() as u64);
            prop_assert_eq!(set.is_empty(), model.is_empty());
            prop_assert_eq!(set.to_string().parse(), Ok(set.clone()));
            set.forget_before(before);
            model.retain(|line| *line >= before);
            prop_assert_eq!(set.len(), model.len() as u64);
            prop_assert!((0..50).all(|line| set.contains(line) == model.contains(&line)));
        }
    }

    #[test]
    fn rubbish_is_no_set() {
        for text in ["3", "a-b", "3-4;5-6", "-"] {
            assert_eq!(text.parse::<LineSet>(), Err(NotLines));
        }
    }
}
