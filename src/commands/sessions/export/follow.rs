//! `--follow`: goes on from the position and stays, until somebody stops it.

use std::time::Duration;

use clap::Args;

use crate::domain::time::parse_duration;

/// Staying.
#[derive(Debug, Args)]
pub struct FollowArgs {
    /// From the stored position on, and stay: new sessions, and what becomes of the open ones
    #[arg(
        long,
        conflicts_with_all = ["sessions", "until", "new", "again", "limit", "dry_run"]
    )]
    pub follow: bool,
    /// With --follow: how often the gateway is asked
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "10s",
        value_parser = parse_duration,
        requires = "follow"
    )]
    pub interval: Duration,
}
