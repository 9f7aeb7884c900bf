//! The flags that choose sessions by time, shared by every command that reads several.

use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;

use crate::context::Context;
use crate::domain::time::{TimeRange, human_duration, parse_duration, parse_moment, parse_range};
use crate::error::UsageError;
use crate::sources::SessionFilter;

/// When.
#[derive(Debug, Args)]
pub struct WhenArgs {
    /// Sessions that started since then: 90d, 12h, 2026-11-20, 03:12, RFC 3339 [default: 7d]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Sessions that started before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Sessions that ran then, open ones too: 03:12, '2026-11-20 03:12', RFC 3339
    #[arg(long, value_name = "TIME", conflicts_with_all = ["since", "until"])]
    at: Option<String>,
    /// With --at: how long before it a session may have started
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "24h",
        requires = "at",
        value_parser = parse_duration
    )]
    lookback: Duration,
}

/// The sessions of some time.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// Where they started.
    pub range: TimeRange,
    /// The moment at which they ran, and how far before it was looked.
    moment: Option<(TimeRange, Duration)>,
}

impl WhenArgs {
    /// True where something is said of the time.
    pub fn is_given(&self) -> bool {
        self.since.is_some() || self.until.is_some() || self.at.is_some()
    }

    pub fn when(&self, context: &Context) -> anyhow::Result<When> {
        let tz = &context.ui.options().tz;
        let now = context.now();
        let Some(at) = &self.at else {
            let since = self.since.as_deref().unwrap_or("7d");
            let range = parse_range(since, self.until.as_deref(), now, tz)?;
            return Ok(When {
                range,
                moment: None,
            });
        };
        let moment = parse_moment(at, now, tz)?;
        let too_long = |_| {
            let lookback = human_duration(self.lookback);
            UsageError::with_hint(
                format!("--lookback {lookback} reaches back further than any date"),
                "--lookback 30d is far enough for nearly every session",
            )
        };
        let lookback = SignedDuration::try_from(self.lookback).map_err(too_long)?;
        let since = moment.since.checked_sub(lookback).map_err(too_long)?;
        Ok(When {
            range: TimeRange {
                since,
                until: moment.until,
            },
            moment: Some((moment, self.lookback)),
        })
    }
}

impl When {
    /// True where sessions are asked for that ran at a moment.
    pub fn is_moment(&self) -> bool {
        self.moment.is_some()
    }

    /// The filter with what it has to ask of the time.
    pub fn filter(&self, filter: SessionFilter) -> SessionFilter {
        SessionFilter {
            ran_in: self.moment.map(|(moment, _)| moment),
            ..filter
        }
    }

    /// Says how far was looked: a session that began before that and still ran is not found.
    pub fn say_reach(&self, context: &Context) {
        let Some((moment, lookback)) = self.moment else {
            return;
        };
        let ui = &context.ui;
        let (at, since, zone) = (ui.time(moment.since), ui.time(self.range.since), ui.zone());
        ui.status(&format!(
            "what ran at {at} ({zone}) of the sessions that started since {since} ({}); \
             --lookback {} looks further",
            human_duration(lookback),
            further(lookback)
        ));
    }
}

/// A longer time to look back, as somebody would write it.
fn further(lookback: Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    let days = lookback.as_secs() / DAY;
    let longer = [7, 30, 90, 365].into_iter().find(|longer| *longer > days);
    format!("{}d", longer.unwrap_or(days.saturating_mul(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proposed_looks_further() {
        let of = |days: u64| further(Duration::from_secs(days * 86_400));
        assert_eq!(
            [of(1), of(7), of(90), of(400)],
            ["7d", "30d", "365d", "800d"]
        );
    }
}
