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

/// What calls are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    LogsSearch,
    LogsAggregate,
    ListMonitors,
    ReadMonitor,
    CreateMonitor,
    UpdateMonitor,
    /// Whatever has no bucket of its own.
    Global,
}

impl Bucket {
    /// As `X-RateLimit-Name` spells it: recorded, but for the one of aggregations, of which only
    /// third parties say that there is one.
    pub fn name(self) -> &'static str {
        match self {
            Bucket::LogsSearch => "logs_public_search_api",
            Bucket::LogsAggregate => "logs_public_aggregate_api",
            Bucket::ListMonitors => "get_all_monitors",
            Bucket::ReadMonitor => "get_monitors",
            Bucket::CreateMonitor => "post_monitors",
            Bucket::UpdateMonitor => "put_monitors",
            Bucket::Global => "global_org",
        }
    }
}

/// The limit of each bucket, as recorded in 2022 and 2023 unless set otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// By far the scarcest.
    pub logs_search: RateLimit,
    /// Nobody recorded it; taken to be that of the search.
    pub logs_aggregate: RateLimit,
    pub list_monitors: RateLimit,
    pub read_monitor: RateLimit,
    pub create_monitor: RateLimit,
    pub update_monitor: RateLimit,
    pub global: RateLimit,
}

impl Default for RateLimits {
    fn default() -> Self {
        let limit = |calls, period| RateLimit { calls, period };
        Self {
            logs_search: limit(10, 10),
            logs_aggregate: limit(10, 10),
            list_monitors: limit(1_000, 10),
            read_monitor: limit(3_000, 10),
            create_monitor: limit(500, 10),
            update_monitor: limit(500, 10),
            global: limit(12_000, 60),
        }
    }
}

impl RateLimits {
    pub fn of(&self, bucket: Bucket) -> RateLimit {
        match bucket {
            Bucket::LogsSearch => self.logs_search,
            Bucket::LogsAggregate => self.logs_aggregate,
            Bucket::ListMonitors => self.list_monitors,
            Bucket::ReadMonitor => self.read_monitor,
            Bucket::CreateMonitor => self.create_monitor,
            Bucket::UpdateMonitor => self.update_monitor,
            Bucket::Global => self.global,
        }
    }
}

/// The calls of the current window of each bucket.
#[derive(Debug, Default)]
pub struct Quotas {
    windows: Mutex<HashMap<Bucket, Window>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    index: u64,
    used: u64,
}

/// What is left of a bucket after a call was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    bucket: Bucket,
    limit: RateLimit,
    remaining: u64,
    /// Seconds until the next window.
    reset: u64,
    pub exceeded: bool,
}

impl Quotas {
    /// Counts a call against a bucket. One that exceeds it costs nothing.
    pub fn count(&self, bucket: Bucket, limit: RateLimit, now: Timestamp) -> Quota {
        let second = u64::try_from(now.as_second()).unwrap_or(0);
        let period = limit.period.max(1);
        let index = second / period;
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(bucket).or_default();
        if window.index != index {
            *window = Window { index, used: 0 };
        }
        let exceeded = window.used >= limit.calls;
        window.used += u64::from(!exceeded);
        Quota {
            bucket,
            limit,
            // A limit that was lowered in the middle of a window may be overdrawn already.
            remaining: limit.calls.saturating_sub(window.used),
            reset: period - second % period,
            exceeded,
        }
    }
}

impl Quota {
    /// A bucket that others have emptied, a second before its next window.
    pub fn spent(bucket: Bucket, limit: RateLimit) -> Self {
        Self {
            bucket,
            limit,
            remaining: 0,
            reset: 1,
            exceeded: true,
        }
    }

    /// Adds the `X-RateLimit-*` headers.
    pub fn announce(self, reply: Reply) -> Reply {
        let headers = [
            ("x-ratelimit-limit", self.limit.calls.to_string()),
            ("x-ratelimit-period", self.limit.period.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", self.reset.to_string()),
            ("x-ratelimit-name", self.bucket.name().to_owned()),
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
        let at = |now| quotas.count(Bucket::Global, LIMIT, second(now));
        assert_eq!((at(1_003).remaining, at(1_003).remaining), (1, 0));
        assert_eq!((at(1_003).exceeded, at(1_003).reset), (true, 7));
        assert_eq!((at(1_009).exceeded, at(1_009).reset), (true, 1));
        assert_eq!((at(1_010).exceeded, at(1_010).remaining), (false, 0));
    }

    #[test]
    fn a_limit_that_is_lowered_in_the_middle_of_a_window_has_nothing_left() {
        let quotas = Quotas::default();
        for _ in 0..2 {
            quotas.count(Bucket::Global, LIMIT, second(1));
        }
        let lower = RateLimit { calls: 1, ..LIMIT };
        let quota = quotas.count(Bucket::Global, lower, second(2));
        assert_eq!((quota.remaining, quota.exceeded), (0, true));
    }

    #[test]
    fn buckets_are_counted_apart() {
        let quotas = Quotas::default();
        quotas.count(Bucket::Global, LIMIT, second(1));
        assert_eq!(
            quotas.count(Bucket::LogsSearch, LIMIT, second(1)).remaining,
            1
        );
    }
}
