//! How long Datadog keeps the logs.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::context::Context;
use crate::datadog::{Datadog, DatadogError, LogIndex};

/// An index and for how long it keeps a log that can be searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexRow {
    pub name: String,
    pub retention_days: Option<u32>,
}

/// What is known of the retention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    pub indexes: Vec<IndexRow>,
    /// Before then nothing is kept any more; `None` where that is not known.
    pub horizon: Option<Timestamp>,
}

impl Retention {
    /// By the index that keeps longest: which one takes the events is for Datadog to say, and what
    /// is lost must not pass for expired.
    fn of(indexes: Vec<LogIndex>, now: Timestamp) -> Self {
        let longest = indexes.iter().map(|index| index.num_retention_days).max();
        let horizon = longest.flatten().and_then(|days| {
            now.checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
                .ok()
        });
        let rows = indexes.into_iter().map(|index| IndexRow {
            name: index.name,
            retention_days: index.num_retention_days,
        });
        Self {
            indexes: rows.collect(),
            horizon,
        }
    }

    /// From when on Datadog is asked: it deletes no earlier than it says, and often later.
    pub fn asked_since(&self) -> Option<Timestamp> {
        let horizon = self.horizon?;
        horizon.checked_sub(SignedDuration::from_hours(48)).ok()
    }
}

/// Asks for the indexes. A key that may not read them leaves the retention unknown, and nothing
/// counts as expired.
pub async fn retention(context: &Context, datadog: &Datadog) -> Result<Retention, DatadogError> {
    match datadog.log_indexes().await {
        Ok(indexes) => Ok(Retention::of(indexes, datadog.clock_now())),
        Err(error) if error.status() == Some(403) => {
            context.ui.warning(&format!(
                "the retention is not known, so that nothing counts as expired: {error}"
            ));
            Ok(Retention::default())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(days: Option<u32>) -> LogIndex {
        LogIndex {
            name: "main".to_owned(),
            filter: Default::default(),
            num_retention_days: days,
            num_flex_logs_retention_days: None,
            daily_limit: None,
            is_rate_limited: None,
            exclusion_filters: None,
        }
    }

    #[test]
    fn the_index_that_keeps_longest_decides() {
        let now = "2026-11-21T00:00:00Z".parse().expect("an instant");
        let retention = Retention::of(vec![index(Some(3)), index(Some(15)), index(None)], now);
        let horizon = retention.horizon.expect("it is known");
        assert_eq!(horizon.to_string(), "2026-11-06T00:00:00Z");
        assert!(retention.asked_since() < retention.horizon);
        assert_eq!(Retention::of(vec![index(None)], now).horizon, None);
    }
}
