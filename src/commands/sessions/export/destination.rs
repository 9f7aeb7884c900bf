//! Where an export goes: `--to` and `--format`, read together.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Export, recordings};
use crate::delivery::Format;
use crate::error::UsageError;

/// The formats of files: events as rows, or whole recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Events, one object a line
    Ndjson,
    /// Events, one array
    Json,
    /// Events, a row each
    Csv,
    /// Recordings as asciicast v3
    Cast,
    /// Recordings as readable text
    Txt,
    /// Recordings as a page that plays them
    Html,
    /// A picture of a recording's screen, as it was at --at
    Svg,
}

/// `--to` and `--format`, read together.
pub(super) enum Destination {
    Logs,
    Rows {
        target: Target,
        format: Format,
    },
    Recordings {
        target: Target,
        format: recordings::Format,
    },
}

/// Where bytes end that are not sent to an intake.
pub(super) enum Target {
    Stdout,
    Path(PathBuf),
}

/// # Errors
///
/// A path whose ending picks no format, and `--format` beside `logs`.
pub(super) fn of(args: &Export) -> Result<Destination, UsageError> {
    if args.to == "logs" {
        return match args.format {
            None => Ok(Destination::Logs),
            Some(_) => Err(UsageError::new(
                "--format is for files and stdout, not for `logs`",
            )),
        };
    }
    let target = match args.to.as_str() {
        "-" => Target::Stdout,
        path => Target::Path(path.into()),
    };
    let format = args
        .format
        .or_else(|| format_of(Path::new(&args.to)))
        .ok_or_else(|| {
            UsageError::with_hint(
                format!("the ending of `{}` picks no format", args.to),
                "name one: --format ndjson|json|csv for events, cast|txt|html|svg for recordings",
            )
        })?;
    check(args, format)?;
    Ok(match format {
        ExportFormat::Ndjson => Destination::Rows {
            target,
            format: Format::Ndjson,
        },
        ExportFormat::Json => Destination::Rows {
            target,
            format: Format::Json,
        },
        ExportFormat::Csv => Destination::Rows {
            target,
            format: Format::Csv,
        },
        ExportFormat::Cast => Destination::Recordings {
            target,
            format: recordings::Format::Cast,
        },
        ExportFormat::Txt => Destination::Recordings {
            target,
            format: recordings::Format::Txt,
        },
        ExportFormat::Html => Destination::Recordings {
            target,
            format: recordings::Format::Html,
        },
        ExportFormat::Svg => Destination::Recordings {
            target,
            format: recordings::Format::Svg,
        },
    })
}

/// What cuts or chooses is refused where it would do nothing.
fn check(args: &Export, format: ExportFormat) -> Result<(), UsageError> {
    if args.at.is_some() && format != ExportFormat::Svg {
        return Err(UsageError::new("--at is for pictures: --to FILE.svg"));
    }
    if args.clip.is_some() && format != ExportFormat::Html {
        return Err(UsageError::new("--clip is for pages: --to FILE.html"));
    }
    Ok(())
}

/// Stdout without a format gets lines.
fn format_of(path: &Path) -> Option<ExportFormat> {
    if path == Path::new("-") {
        return Some(ExportFormat::Ndjson);
    }
    let ending = path.extension()?.to_str()?;
    ExportFormat::from_str(if ending == "jsonl" { "ndjson" } else { ending }, true).ok()
}
