//! `--rotate-size` and `--rotate-age`: one file after the other.

use std::time::Duration;

use clap::Args;

use super::Export;
use crate::commands::shipping::Destination;
use crate::commands::shipping::Place;
use crate::delivery::Rotation;
use crate::domain::size::parse_size;
use crate::domain::time::parse_duration;
use crate::error::UsageError;

/// When a file of a run that stays ends, where nothing is said of its age: what is in no finished
/// file yet is read by nobody.
const AGE_OF_STANDING: Duration = Duration::from_secs(3_600);

/// Several files instead of one.
#[derive(Debug, Args)]
pub struct RotateArgs {
    /// Several files instead of one, each about this large: 100MB, 512KiB
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = parse_size,
        conflicts_with_all = ["file", "overwrite"],
        help_heading = "Destination"
    )]
    rotate_size: Option<u64>,
    /// Several files instead of one, each ended so long after its first row [with --follow: 1h]
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = parse_age,
        conflicts_with_all = ["file", "overwrite"],
        help_heading = "Destination"
    )]
    rotate_age: Option<Duration>,
}

fn parse_age(text: &str) -> Result<Duration, String> {
    match parse_duration(text).map_err(|error| error.to_string())? {
        Duration::ZERO => Err("it is longer than nothing, such as 15m".to_owned()),
        age => Ok(age),
    }
}

impl RotateArgs {
    /// `None` where one file is wanted.
    pub(super) fn rotation(&self, runs_until_stopped: bool) -> Option<Rotation> {
        let (size, age) = (self.rotate_size, self.rotate_age);
        size.map(drop).or(age.map(drop))?;
        let standing = runs_until_stopped.then_some(AGE_OF_STANDING);
        Some(Rotation {
            size,
            age: age.or(standing),
        })
    }
}

/// Refuses what would do nothing.
pub(super) fn check(args: &Export, places: Option<&[Place]>) -> Result<(), UsageError> {
    if args.rotate.rotation(false).is_none() {
        return Ok(());
    }
    let is_path = |place: &Place| matches!(place.to.destination, Destination::Path(_));
    match places {
        Some(places) if places.iter().any(is_path) => Ok(()),
        Some(_) => Err(UsageError::with_hint(
            "--rotate-size and --rotate-age are for files, and no file is written",
            "name one: --to events.ndjson",
        )),
        None => Err(UsageError::new(
            "--rotate-size and --rotate-age are for session events: a recording is one file",
        )),
    }
}
