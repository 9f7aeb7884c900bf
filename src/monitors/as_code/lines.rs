//! Two texts, line by line: what went, what came, what stayed.

/// One line of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Same(&'a str),
    Old(&'a str),
    New(&'a str),
}

/// Texts of more lines than this, multiplied, are shown whole, the old one above the new one.
const MOST_WORK: usize = 1_000_000;

/// The shortest way from `old` to `new` by the longest common subsequence of lines.
pub fn line_difference<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    if old.len().saturating_mul(new.len()) > MOST_WORK {
        let gone = old.into_iter().map(Line::Old);
        return gone.chain(new.into_iter().map(Line::New)).collect();
    }
    walk(&old, &new, &common_lengths(&old, &new))
}

/// At `[i][j]`, how many lines `old[i..]` and `new[j..]` have in common, in order.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<usize>> {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = match old[i] == new[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    common
}

fn walk<'a>(old: &[&'a str], new: &[&'a str], common: &[Vec<usize>]) -> Vec<Line<'a>> {
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        let is_same = i < old.len() && j < new.len() && old[i] == new[j];
        let goes = j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]);
        let line = match (is_same, goes) {
            (true, _) => Line::Same(old[i]),
            (false, true) => Line::Old(old[i]),
            (false, false) => Line::New(new[j]),
        };
        i += usize::from(!matches!(line, Line::New(_)));
        j += usize::from(!matches!(line, Line::Old(_)));
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_changed_line_is_shown_between_those_that_stayed() {
        assert_eq!(
            line_difference("a\nb\nc", "a\nx\nc\nd"),
            [
                Line::Same("a"),
                Line::Old("b"),
                Line::New("x"),
                Line::Same("c"),
                Line::New("d"),
            ]
        );
        assert!(line_difference("", "").is_empty());
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_back(old in "[ab\n]{0,40}", new in "[ab\n]{0,40}") {
            let lines = line_difference(&old, &new);
            let of_old = lines.iter().filter_map(|line| match line {
                Line::Same(text) | Line::Old(text) => Some(*text),
                Line::New(_) => None,
            });
            let of_new = lines.iter().filter_map(|line| match line {
                Line::Same(text) | Line::New(text) => Some(*text),
                Line::Old(_) => None,
            });
            prop_assert!(of_old.eq(old.lines()));
            prop_assert!(of_new.eq(new.lines()));
        }
    }
}
