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

#[cfg(test)]
mod tests {
    use super::some;

    #[test]
    fn of_many_names_the_first_are_told_and_the_rest_counted() {
        assert_eq!(some(&["a", "b"]), "a, b");
        let many = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(some(&many), "a, b, c, d, e and 2 more");
    }
}
