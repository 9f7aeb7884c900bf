//! What an answer's headers say about time.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How long `Retry-After` asks to wait, in seconds or until an HTTP date. What cannot be read
/// counts as absent.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(value)?.duration_since(now);
    Some(Duration::try_from(until).unwrap_or(Duration::ZERO))
}

/// An HTTP date, such as the one of the `Date` header.
pub fn http_date(value: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(value).ok()
}
