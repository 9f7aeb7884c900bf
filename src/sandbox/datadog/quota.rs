//! Rate limits as Datadog announces them: fixed windows, aligned to the calendar, by bucket.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hyper::header::HeaderName;
use jiff::Timestamp;

use crate::sandbox::http::Reply;

/// So many calls in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    pub calls: u64,
    /// Seconds.
    pub period: u64,
}

impl RateLimit {
    /// Searching logs, as recorded in 2022 and 2023: by far the scarcest.
    pub const LOGS_SEARCH: RateLimit = RateLimit {
        calls: 10,
        period: 10,
    };
    /// Whatever has no bucket of its own, as recorded in 2022.
    pub const GLOBAL: RateLimit = RateLimit {
        calls: 12_000,
        period: 60,
    };
}

/// A bucket's name, as `X-RateLimit-Name` spells it.
pub const LOGS_SEARCH: &str = "logs_public_search_api";
pub const GLOBAL: &str = "global_org";

/// The calls of the current window of each bucket.
#[derive(Debug, Default)]
pub struct Quotas {
    windows: Mutex<HashMap<&'static str, Window>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    index: u64,
    used: u64,
}

/// What is left of a bucket after a call was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    name: &'static str,
    limit: RateLimit,
    remaining: u64,
    /// Seconds until the next window.
    reset: u64,
    pub exceeded: bool,
}

impl Quotas {
    /// Counts a call against a bucket. One that exceeds it costs nothing.
    pub fn count(&self, name: &'static str, limit: RateLimit, now: Timestamp) -> Quota {
        let second = u64::try_from(now.as_second()).unwrap_or(0);
        let period = limit.period.max(1);
        let index = second / period;
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(name).or_default();
        if window.index != index {
            *window = Window { index, used: 0 };
        }
        let exceeded = window.used >= limit.calls;
        window.used += u64::from(!exceeded);
        Quota {
            name,
            limit,
            remaining: limit.calls - window.used,
            reset: period - second % period,
            exceeded,
        }
    }
}

impl Quota {
    /// Adds the `X-RateLimit-*` headers.
    pub fn announce(self, reply: Reply) -> Reply {
        let headers = [
            ("x-ratelimit-limit", self.limit.calls.to_string()),
            ("x-ratelimit-period", self.limit.period.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", self.reset.to_string()),
            ("x-ratelimit-name", self.name.to_owned()),
        ];
        headers.iter().fold(reply, |reply, (name, value)| {
            reply.header(HeaderName::from_static(name), value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: RateLimit = RateLimit {
        calls: 2,
        period: 10,
    };

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("within the calendar")
    }

    #[test]
    fn the_window_is_aligned_to_the_calendar_and_counts_down() {
        let quotas = Quotas::default();
        let at = |now| quotas.count("a", LIMIT, second(now));
        assert_eq!((at(1_003).remaining, at(1_003).remaining), (1, 0));
        assert_eq!((at(1_003).exceeded, at(1_003).reset), (true, 7));
        assert_eq!((at(1_009).exceeded, at(1_009).reset), (true, 1));
        assert_eq!((at(1_010).exceeded, at(1_010).remaining), (false, 0));
    }

    #[test]
    fn buckets_are_counted_apart() {
        let quotas = Quotas::default();
        quotas.count("a", LIMIT, second(1));
        assert_eq!(quotas.count("b", LIMIT, second(1)).remaining, 1);
    }
}
