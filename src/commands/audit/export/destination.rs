//! Where the audit log goes: `--to` and `--format`, read together.

use clap::ValueEnum;

use super::Export;
use crate::commands::shipping::{self, Destination, Place, To};
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

/// # Errors
///
/// A path whose ending picks no format, `--format` where there is no file, and several destinations
/// that do not go together.
pub(super) fn of(args: &Export) -> Result<Vec<Place>, UsageError> {
    let all = &args.delivery.to;
    shipping::check(all)?;
    if args.format.is_some() && all.iter().all(|to| to.destination.is_intake()) {
        return Err(UsageError::new(
            "--format is for files and stdout, and this goes to Datadog alone",
        ));
    }
    let places = all.iter().map(|to| place(args, to));
    let places: Vec<Place> = places.collect::<Result<_, _>>()?;
    args.rotate.check(&places)?;
    Ok(places)
}

fn place(args: &Export, to: &To) -> Result<Place, UsageError> {
    if to.destination.takes_spans() {
        return Err(UsageError::with_hint(
            format!("`{}` takes spans, and these are changes", to.destination),
            "--to logs, --to events, or a file",
        ));
    }
    let format = match &to.destination {
        Destination::Logs | Destination::Events => Some(RowFormat::Ndjson),
        destination => args.format.or_else(|| format_of(destination)),
    };
    let format = format.ok_or_else(|| {
        UsageError::with_hint(
            format!("the ending of `{}` picks no format", to.destination),
            "name one: --format ndjson|json|csv",
        )
    })?;
    Ok(Place {
        rotation: args.rotate.of(to, args.follow),
        to: to.clone(),
        share: None,
        format: format.into(),
    })
}

/// Stdout without a format gets lines.
fn format_of(destination: &Destination) -> Option<RowFormat> {
    let Destination::Path(path) = destination else {
        return Some(RowFormat::Ndjson);
    };
    let ending = path.extension()?.to_str()?;
    RowFormat::from_str(if ending == "jsonl" { "ndjson" } else { ending }, true).ok()
}
