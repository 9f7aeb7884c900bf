//! Flags about what is proven of a run, or told of one beforehand, and what the latter costs.

use std::time::Duration;

use clap::Args;

use super::{Destination, To};
use crate::delivery::Limits;
use crate::domain::time::parse_duration;

/// What is proven of a run, or told of one beforehand.
#[derive(Debug, Args)]
pub struct ProofFlags {
    /// Once it is indexed, prove that it is all there, as `receipts verify` does
    #[arg(long, conflicts_with = "dry_run", help_heading = "Proof")]
    pub verify: bool,
    /// How long Datadog may take to make it searchable
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5m",
        value_parser = parse_duration,
        requires = "verify",
        help_heading = "Proof"
    )]
    pub verify_wait: Duration,
    /// Say how many events, bytes and requests it would be, and send nothing
    #[arg(
        long,
        conflicts_with_all = ["dry_run", "verify"],
        help_heading = "Proof"
    )]
    pub estimate: bool,
    /// What a million indexed events cost, for --estimate
    #[arg(
        long,
        value_name = "PRICE",
        value_parser = price,
        requires = "estimate",
        help_heading = "Proof"
    )]
    pub price_per_million: Option<f64>,
    /// What a gigabyte of ingested logs costs, for --estimate
    #[arg(
        long,
        value_name = "PRICE",
        value_parser = price,
        requires = "estimate",
        help_heading = "Proof"
    )]
    pub price_per_gb: Option<f64>,
}

/// In whatever currency.
fn price(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(price) if (0.0..=1e9).contains(&price) => Ok(price),
        Ok(_) => Err("it is between 0 and a billion".to_owned()),
        Err(_) => Err("it is a number such as 1.70".to_owned()),
    }
}

impl ProofFlags {
    /// What so much costs, where a price was given.
    pub fn cost(&self, events: u64, bytes: u64) -> Option<f64> {
        let (million, gigabyte) = (self.price_per_million, self.price_per_gb);
        let cost = million.unwrap_or_default() * events as f64 / 1e6
            + gigabyte.unwrap_or_default() * bytes as f64 / 1e9;
        million.or(gigabyte).map(|_| cost)
    }
}

/// How many requests so much takes, to all of these together; files take none.
pub fn requests(all: &[To], events: u64, bytes: u64) -> u64 {
    let of_one = |to: &To| match to.destination {
        Destination::Logs => batches(Limits::DATADOG_LOGS, events, bytes),
        Destination::Otlp(_) | Destination::LlmObs => batches(Limits::SPANS, events, bytes),
        Destination::Events => events,
        Destination::Stdout | Destination::Path(_) => 0,
    };
    all.iter().map(of_one).sum()
}

/// Whichever limit of a batch is met first.
fn batches(limits: Limits, events: u64, bytes: u64) -> u64 {
    let Limits {
        bytes: most_bytes,
        entries,
        ..
    } = limits;
    let by_events = events.div_ceil(entries as u64);
    by_events.max(bytes.div_ceil(most_bytes as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_is_met_first_decides() {
        let logs = to(&["logs"]);
        assert_eq!(requests(&logs, 0, 0), 0);
        assert_eq!(requests(&logs, 1_001, 1_000), 2);
        assert_eq!(requests(&logs, 10, 9_000_000), 3);
    }

    #[test]
    fn an_event_is_a_request_of_its_own_and_a_file_takes_none() {
        assert_eq!(requests(&to(&["events"]), 13, 1_000), 13);
        assert_eq!(
            requests(&to(&["logs", "events", "a.ndjson", "-"]), 13, 1_000),
            14
        );
    }

    fn to(all: &[&str]) -> Vec<To> {
        all.iter()
            .map(|one| one.parse().expect("a destination"))
            .collect()
    }
}
