//! Instants as Datadog's older endpoints write them.

use jiff::Timestamp;

/// `2025-11-21T18:03:26.123200+00:00`
pub fn with_micros(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// `2023-05-22T21:15:22+00:00`
pub fn with_seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}
