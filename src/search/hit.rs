//! One place where a pattern matched.

use std::ops::Range;
use std::time::Duration;

use super::pattern::Part;
use crate::recording::safe;

/// The most that is kept of a line on either side of a match, in bytes.
const REACH: usize = 1_024;
/// A replay begins this long before the hit, so that the eye is there when it comes.
const LEAD: u64 = 2;
/// And ends this long after it.
const TRAIL: u64 = 4;

/// A match, safe to print and without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which of the patterns.
    pub pattern: usize,
    pub part: Part,
    /// When its first byte was recorded, since the start of the recording.
    pub start: Duration,
    /// When its last byte was.
    pub end: Duration,
    /// The line it stands in; a long one is cut on both sides.
    pub line: String,
    /// Where it stands in the line.
    pub matched: Range<usize>,
    /// The lines before and after, as many as were asked for.
    pub before: Vec<String>,
    pub after: Vec<String>,
}

impl Hit {
    /// What to give to `replay --clip`, in seconds: `62..70`.
    pub fn clip(&self) -> String {
        clip(self.start, self.end)
    }
}

/// A stretch around two times of a recording, in whole seconds.
pub fn clip(start: Duration, end: Duration) -> String {
    let from = start.as_secs().saturating_sub(LEAD);
    let to = end.as_secs().saturating_add(TRAIL);
    format!("{from}..{to}")
}

/// A line made safe to print, and where `matched` stands in it then.
pub(super) fn shown(line: &str, matched: Range<usize>) -> (String, Range<usize>) {
    let before = tail(&line[..matched.start]);
    let after = head(&line[matched.end..]);
    let mut text = safe::line(before);
    if before.len() < matched.start {
        text.insert(0, '…');
    }
    let start = text.len();
    text.push_str(&safe::line(head(&line[matched])));
    let end = text.len();
    text.push_str(safe::line(after).trim_end());
    (text, start..end)
}

/// A line without a match, made safe to print.
pub(super) fn context(line: &str) -> String {
    safe::line(head(line)).trim_end().to_owned()
}

fn head(text: &str) -> &str {
    let end = (0..=REACH.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}

fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(REACH)..=text.len();
    let start = start.into_iter().find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or_default()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_begins_a_little_before_and_ends_a_little_after() {
        let at = Duration::from_millis;
        assert_eq!(clip(at(64_900), at(66_100)), "62..70");
        assert_eq!(clip(at(500), at(500)), "0..4");
    }

    #[test]
    fn a_line_is_safe_and_the_match_keeps_its_place() {
        let (line, matched) = shown("a\x1b[31m\u{202e}drop it  ", 9..13);
        assert_eq!((line.as_str(), &line[matched]), ("adrop it", "drop"));
    }

    #[test]
    fn a_long_line_is_cut_around_the_match() {
        let line = format!("{}needle{}", "é".repeat(5_000), "é".repeat(5_000));
        let (line, matched) = shown(&line, 10_000..10_006);
        assert_eq!(&line[matched], "needle");
        assert!(
            line.starts_with('…') && line.len() < 3 * REACH,
            "{}",
            line.len()
        );
    }
}
