//! `--rotate-size` and `--rotate-age`: one file after the other.

use std::time::Duration;

use clap::Args;

use super::place::{Destination, To};
use super::rows::Place;
use crate::delivery::Rotation;
use crate::domain::size::parse_size;
use crate::domain::time::parse_duration;
use crate::error::UsageError;

/// When a file of a run that stays ends, where nothing is said of its age: what is in no finished
/// file yet is read by nobody.
const AGE_OF_STANDING: Duration = Duration::from_secs(3_600);

/// Several files instead of one.
#[derive(Debug, Args)]
pub struct RotateFlags {
    /// Several files instead of one, each about this large: 100MB, 512KiB
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = parse_size,
        conflicts_with = "overwrite",
        help_heading = "Destination"
    )]
    rotate_size: Option<u64>,
    /// Several files instead of one, each ended so long after its first row [with --follow: 1h]
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = parse_age,
        conflicts_with = "overwrite",
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

impl RotateFlags {
    /// Of one destination; `None` where it is no path, and where one file is wanted.
    pub fn of(&self, to: &To, runs_until_stopped: bool) -> Option<Rotation> {
        match to.destination {
            Destination::Path(_) => self.rotation(runs_until_stopped),
            _ => None,
        }
    }

    /// True where several files are wanted.
    pub fn is_set(&self) -> bool {
        self.rotation(false).is_some()
    }

    fn rotation(&self, runs_until_stopped: bool) -> Option<Rotation> {
        let (size, age) = (self.rotate_size, self.rotate_age);
        size.map(drop).or(age.map(drop))?;
        let standing = runs_until_stopped.then_some(AGE_OF_STANDING);
        Some(Rotation {
            size,
            age: age.or(standing),
        })
    }

    /// Refuses what would do nothing.
    ///
    /// # Errors
    ///
    /// No file among `places` that could rotate.
    pub fn check(&self, places: &[Place]) -> Result<(), UsageError> {
        let is_path = |place: &Place| matches!(place.to.destination, Destination::Path(_));
        match !self.is_set() || places.iter().any(is_path) {
            true => Ok(()),
            false => Err(UsageError::with_hint(
                "--rotate-size and --rotate-age are for files, and no file is written",
                "name one: --to events.ndjson",
            )),
        }
    }
}
