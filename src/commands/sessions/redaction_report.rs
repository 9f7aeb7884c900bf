//! What was hidden in a recording, as a file: rules, counts and places, never a value.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::delivery::AtomicFile;
use crate::domain::redaction::Redactor;
use crate::recording::redact::{MOST_PLACES, Place, Report};

/// The shape of the file.
#[derive(Debug, Serialize)]
pub struct RedactionReport {
    /// As the recording was named, or the session's id.
    recording: String,
    /// False under `--no-redact`: then only a protocol's own secrets are hidden.
    redacted: bool,
    hidden: u64,
    /// How many secrets each rule found.
    rules: BTreeMap<String, u64>,
    /// Where their marks stand, the first ten thousand.
    places: Vec<PlaceRow>,
    places_left_out: u64,
}

/// Where one mark stands.
#[derive(Debug, Serialize)]
struct PlaceRow {
    rule: String,
    /// Seconds since the start of the recording.
    time: f64,
    /// The event's number in the recording; null in a line that was made of several.
    event: Option<usize>,
}

impl RedactionReport {
    pub fn of(recording: &str, redactor: &Redactor, report: &Report) -> Self {
        let counts = report.counts();
        Self {
            recording: recording.to_owned(),
            redacted: redactor.is_on(),
            hidden: report.total(),
            rules: counts
                .map(|(rule, count)| (rule.to_owned(), count))
                .collect(),
            places: report.places().iter().map(row).collect(),
            places_left_out: report.total().saturating_sub(MOST_PLACES as u64),
        }
    }

    /// Writes the file, in the place of one that is there.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        write_json(path, self)
    }
}

/// Writes an array with a report of each recording, in the place of a file that is there.
pub fn write_all<'a>(
    path: &Path,
    reports: impl Iterator<Item = &'a RedactionReport>,
) -> anyhow::Result<()> {
    write_json(path, &reports.collect::<Vec<_>>())
}

fn write_json(path: &Path, report: &impl Serialize) -> anyhow::Result<()> {
    let mut file = AtomicFile::create(path, true)?;
    let json = serde_json::to_string_pretty(report)?;
    writeln!(file, "{json}").map_err(|error| file.explain(error))?;
    file.commit()?;
    Ok(())
}

fn row(place: &Place) -> PlaceRow {
    // Recordings count microseconds; more digits would be those of the binary fraction.
    let micros = Duration::from_micros(u64::try_from(place.time.as_micros()).unwrap_or(u64::MAX));
    PlaceRow {
        rule: place.rule.to_string(),
        time: micros.as_secs_f64(),
        event: place.index,
    }
}
