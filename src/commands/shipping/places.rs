//! Where rows go, of which none is a recording: `--to` and `--format`, read together.

use clap::ValueEnum;

use super::flags::DeliveryFlags;
use super::place::{Destination, To, check};
use super::rotate::RotateFlags;
use super::rows::Place;
use crate::delivery::Format;
use crate::error::UsageError;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// One object a line
    Ndjson,
    /// One array
    Json,
    /// A row each, under a heading
    Csv,
}

impl From<RowFormat> for Format {
    fn from(format: RowFormat) -> Self {
        match format {
            RowFormat::Ndjson => Format::Ndjson,
            RowFormat::Json => Format::Json,
            RowFormat::Csv => Format::Csv,
        }
    }
}

/// How a run writes.
pub struct Places<'a> {
    pub delivery: &'a DeliveryFlags,
    pub format: Option<RowFormat>,
    pub rotate: &'a RotateFlags,
    pub runs_until_stopped: bool,
    /// What the rows are, where they are nothing that a destination of spans would take.
    pub no_spans: Option<&'static str>,
}

impl Places<'_> {
    /// Every destination that was named.
    ///
    /// # Errors
    ///
    /// A path whose ending picks no format, `--format` where there is no file, and several
    /// destinations that do not go together.
    pub fn read(&self) -> Result<Vec<Place>, UsageError> {
        let all = &self.delivery.to;
        check(all)?;
        if self.format.is_some() && all.iter().all(|to| to.destination.is_sent()) {
            return Err(UsageError::new(
                "--format is for files and stdout, and none is written",
            ));
        }
        let places = all.iter().map(|to| self.place(to));
        let places: Vec<Place> = places.collect::<Result<_, _>>()?;
        self.rotate.check(&places)?;
        Ok(places)
    }

    fn place(&self, to: &To) -> Result<Place, UsageError> {
        if let Some(rows) = self.no_spans.filter(|_| to.destination.takes_spans()) {
            return Err(UsageError::with_hint(
                format!("`{}` takes spans, and these are {rows}", to.destination),
                "--to logs, --to events, or a file",
            ));
        }
        let format = match to.destination.is_sent() {
            true => Some(RowFormat::Ndjson),
            false => self.format.or_else(|| format_of(&to.destination)),
        };
        let format = format.ok_or_else(|| {
            UsageError::with_hint(
                format!("the ending of `{}` picks no format", to.destination),
                "name one: --format ndjson|json|csv",
            )
        })?;
        Ok(Place {
            rotation: self.rotate.of(to, self.runs_until_stopped),
            to: to.clone(),
            share: None,
            format: format.into(),
        })
    }
}

/// Stdout without a format gets lines.
fn format_of(destination: &Destination) -> Option<RowFormat> {
    let Destination::Path(path) = destination else {
        return Some(RowFormat::Ndjson);
    };
    let ending = path.extension()?.to_str()?;
    RowFormat::from_str(if ending == "jsonl" { "ndjson" } else { ending }, true).ok()
}
