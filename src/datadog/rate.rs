//! Rate-limit headers, and how long an answer asks to wait.
//!
//! `X-RateLimit-Reset` holds the seconds until the reset, not an epoch
//! (docs.datadoghq.com/api/latest/rate-limits). The numbers differ by organisation and year, so
//! nothing here knows a limit by heart.

use std::time::Duration;

use jiff::Timestamp;

use crate::http::{self, HeaderMap};

/// What the headers of one answer say about its bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The bucket, such as `logs_public_search_api`.
    pub name: Option<String>,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    /// Length of the window.
    pub period: Option<Duration>,
    /// Until the window ends.
    pub reset: Option<Duration>,
}

impl RateLimit {
    /// `None` where no such header was sent.
    pub(super) fn of_headers(headers: &HeaderMap) -> Option<Self> {
        let rate = Self {
            name: text(headers, "x-ratelimit-name").map(str::to_owned),
            limit: number(headers, "x-ratelimit-limit"),
            remaining: number(headers, "x-ratelimit-remaining"),
            period: number(headers, "x-ratelimit-period").map(Duration::from_secs),
            reset: number(headers, "x-ratelimit-reset").map(Duration::from_secs),
        };
        let is_empty = rate.limit.is_none() && rate.remaining.is_none() && rate.reset.is_none();
        (!is_empty).then_some(rate)
    }
}

/// How long to wait, by `Retry-After` (seconds or an HTTP date) and, on a 429, by
/// `X-RateLimit-Reset`: the longer of the two. What cannot be read counts as absent.
pub(super) fn wait_hint(headers: &HeaderMap, status: u16, now: Timestamp) -> Option<Duration> {
    let after = http::retry_after(headers, now);
    // On other answers the header only describes the bucket, which need not be empty.
    let reset = match status {
        429 => number(headers, "x-ratelimit-reset").map(Duration::from_secs),
        _ => None,
    };
    after.max(reset)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn hint(status: u16, pairs: &[(&'static str, &'static str)]) -> Option<Duration> {
        let now = "2026-08-01T12:00:00Z".parse().expect("a valid instant");
        wait_hint(&headers(pairs), status, now)
    }

    #[test]
    fn a_wait_is_read_in_seconds_and_as_a_date() {
        assert_eq!(
            hint(503, &[("retry-after", "3")]),
            Some(Duration::from_secs(3))
        );
        assert_eq!(hint(429, &[("retry-after", "0")]), Some(Duration::ZERO));
        assert_eq!(
            hint(503, &[("retry-after", "Sat, 01 Aug 2026 12:02:00 GMT")]),
            Some(Duration::from_secs(120))
        );
        assert_eq!(
            hint(503, &[("retry-after", "Sat, 01 Aug 2026 11:00:00 GMT")]),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn rubbish_counts_as_no_hint() {
        for value in ["soon", "-1", "1.5", "", "99999999999999999999999"] {
            assert_eq!(hint(429, &[("retry-after", value)]), None, "{value}");
        }
    }

    #[test]
    fn the_reset_counts_on_a_429_alone_and_the_longer_hint_wins() {
        let both = [("retry-after", "2"), ("x-ratelimit-reset", "7")];
        assert_eq!(hint(429, &both), Some(Duration::from_secs(7)));
        assert_eq!(hint(503, &both), Some(Duration::from_secs(2)));
    }

    #[test]
    fn the_bucket_of_a_recorded_answer_is_read() {
        let rate = RateLimit::of_headers(&headers(&[
            ("x-ratelimit-limit", "10"),
            ("x-ratelimit-name", "logs_public_search_api"),
            ("x-ratelimit-period", "10"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1"),
        ]))
        .expect("a bucket");
        assert_eq!(rate.name.as_deref(), Some("logs_public_search_api"));
        assert_eq!((rate.limit, rate.remaining), (Some(10), Some(0)));
        assert_eq!(rate.reset, Some(Duration::from_secs(1)));
        assert_eq!(RateLimit::of_headers(&headers(&[])), None);
    }
}
