//! How fast Datadog is asked: the search quota is small, and the whole organisation shares it.

use std::time::Duration;

use crate::datadog::RateLimit;

/// Between two requests as long as nothing is known: third parties measured two in ten seconds.
const UNKNOWN: Duration = Duration::from_secs(5);

/// The quota as the last answer told it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    quota: Option<RateLimit>,
}

impl Pace {
    pub fn learn(&mut self, quota: Option<RateLimit>) {
        self.quota = quota;
    }

    /// How long to wait before the next request: not at all while half of the window's quota is
    /// left for others, then such that the rest lasts until the window's end.
    pub fn wait(&self) -> Duration {
        let Some(quota) = &self.quota else {
            return Duration::ZERO;
        };
        let reset = quota.reset.unwrap_or_default();
        match (quota.remaining, quota.limit) {
            (Some(left), Some(limit)) if left * 2 >= limit => Duration::ZERO,
            (Some(left), _) => reset / u32::try_from(left).unwrap_or(u32::MAX).max(1),
            (None, _) => Duration::ZERO,
        }
    }

    /// About how long so many requests take.
    pub fn estimate(&self, requests: u64) -> Duration {
        let told = self.quota.as_ref();
        let each = told
            .and_then(|quota| Some(quota.period? / u32::try_from(quota.limit?).ok()?.max(1)))
            .unwrap_or(UNKNOWN);
        each * u32::try_from(requests).unwrap_or(u32::MAX)
    }
}
