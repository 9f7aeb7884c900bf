//! Copies that a rehearsal left behind.

use jiff::Timestamp;

use super::copy::{REHEARSAL_TAG, made_at};
use super::ending::Left;
use crate::datadog::{Datadog, DatadogError};

/// A temporary copy that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    pub id: u64,
    pub name: String,
    pub run: String,
    pub made: Timestamp,
}

/// Every temporary copy in the organisation, the oldest first; another rehearsal may be using one.
///
/// A monitor that carries the tag and not the others is somebody's own, and is left alone.
pub async fn strays(datadog: &Datadog) -> Result<Vec<Stray>, DatadogError> {
    let monitors = datadog.monitors(Some(REHEARSAL_TAG)).await?;
    let mut strays: Vec<Stray> = monitors
        .iter()
        .filter_map(|monitor| {
            let (run, made) = made_at(monitor.tags())?;
            Some(Stray {
                id: monitor.id,
                name: monitor.name().to_owned(),
                run,
                made,
            })
        })
        .collect();
    strays.sort_by_key(|stray| (stray.made, stray.id));
    Ok(strays)
}

/// Deletes the copies of one run: one was asked for, and no answer said whether it was made.
pub(super) async fn delete_of_run(datadog: &Datadog, run: &str) -> Left {
    let strays = match strays(datadog).await {
        Ok(strays) => strays,
        Err(error) => return Left::Perhaps(error),
    };
    for stray in strays.iter().filter(|stray| stray.run == run) {
        if let Err(error) = datadog.delete_monitor(stray.id).await {
            return Left::Copy(stray.id, error);
        }
    }
    Left::Nothing
}
