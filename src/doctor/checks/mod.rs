//! One check a file: how it looks, and how it judges what it saw.

pub(super) mod api_key;
pub(super) mod app_key;
pub(super) mod certificates;
pub(super) mod clock;
pub(super) mod connections;
pub(super) mod dead_letters;
pub(super) mod gateway_api;
pub(super) mod gateway_token;
pub(super) mod indexes;
pub(super) mod intake;
pub(super) mod licence;
pub(super) mod monitors;
pub(super) mod otel;
pub(super) mod positions;
pub(super) mod proxy;
pub(super) mod relay;
pub(super) mod retention;
pub(super) mod running;
pub(super) mod secrets;
pub(super) mod settings;
pub(super) mod state;
pub(super) mod webhooks;

mod samples;

use std::error::Error;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::domain::time::human_duration;

/// `3 h`: how long ago, or nothing where it lies ahead.
fn since(now: Timestamp, then: Timestamp) -> String {
    let passed = now.duration_since(then).max(SignedDuration::ZERO);
    human_duration(passed.unsigned_abs())
}

/// The first few of many names.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// An error with its causes, in one line.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // SQLite's says again what it is the cause of.
        if !text.split(": ").any(|told| more.ends_with(told)) {
            text += &format!(": {more}");
        }
        cause = error.source();
    }
    text
}

/// A path as a shell takes it for one word.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{shell_word, some};

    #[test]
    fn a_path_can_be_pasted_into_a_shell() {
        assert_eq!(shell_word(Path::new("/run/key-1.txt")), "/run/key-1.txt");
        assert_eq!(shell_word(Path::new("/x/sp ace/k")), "'/x/sp ace/k'");
        assert_eq!(shell_word(Path::new("it's")), r"'it'\''s'");
    }

    #[test]
    fn of_many_names_the_first_are_told_and_the_rest_counted() {
        assert_eq!(some(&["a", "b"]), "a, b");
        let many = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(some(&many), "a, b, c, d, e and 2 more");
    }
}
