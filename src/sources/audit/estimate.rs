//! How many rows a reading comes to, by the gateway's own count and before anything is read.

use jiff::Timestamp;

use super::AuditFilter;
use crate::domain::intervals::Intervals;
use crate::gateway::{AuditQuery, Gateway};
use crate::sources::error::SourceError;
use crate::sources::retry::{Backoff, retrying};

/// At most so many: a row at the very end of a range may be one too many, and the gateway does not
/// know every condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    pub rows: u64,
    /// Of them, those from before the time that was asked about.
    pub old: u64,
}

/// Counts the wanted rows of `ranges`, and those of them from before `old_before`.
///
/// # Errors
///
/// What the gateway refuses, or does not answer.
pub async fn estimate(
    gateway: &Gateway,
    ranges: &Intervals,
    filter: &AuditFilter,
    old_before: Timestamp,
) -> Result<Estimate, SourceError> {
    let mut estimate = Estimate::default();
    for range in ranges.iter() {
        let rows = count(gateway, filter, range.since, range.until).await?;
        estimate.rows += rows;
        estimate.old += match old_before {
            before if before <= range.since => 0,
            before if before >= range.until => rows,
            before => count(gateway, filter, range.since, before).await?,
        };
    }
    Ok(estimate)
}

async fn count(
    gateway: &Gateway,
    filter: &AuditFilter,
    since: Timestamp,
    until: Timestamp,
) -> Result<u64, SourceError> {
    let query = AuditQuery {
        conditions: filter.conditions(),
        created_after: Some(since),
        created_before: Some(until),
        page: 0,
    };
    let ask = async || gateway.audit_logs(&query).await;
    Ok(retrying(Backoff::short(), ask).await?.total)
}
