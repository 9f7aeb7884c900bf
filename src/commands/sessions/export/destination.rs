//! Where an export goes: `--to` and `--format`, read together.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Export, recordings};
use crate::delivery::Format;
use crate::error::UsageError;

/// The formats of files: events as rows, or whole recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Events, one object a line; of a recording one a row
    Ndjson,
    /// Events, one array
    Json,
    /// Events, a row each; of a recording one an event or statement
    Csv,
    /// Recordings as asciicast v3
    Cast,
    /// Recordings as asciicast v2
    Cast2,
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

/// `is_recording` where NDJSON and CSV mean the recording: of files there is nothing else.
///
/// # Errors
///
/// A path whose ending picks no format, `--format` beside `logs`, events of recordings alone.
pub(super) fn of(args: &Export, is_recording: bool) -> Result<Destination, UsageError> {
    if args.to == "logs" {
        match (args.format, is_recording) {
            (Some(_), _) => {
                let why = "--format is for files and stdout, not for `logs`";
                return Err(UsageError::new(why));
            }
            (None, true) => return Err(only_recordings("`logs` takes")),
            (None, false) => check(args, &Destination::Logs)?,
        }
        return Ok(Destination::Logs);
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
                "name one: --format ndjson|json|csv for events, cast|cast2|txt|ndjson|csv|html|svg for recordings",
            )
        })?;
    let destination = match (format.of_events(), format.of_recordings()) {
        (Some(format), _) if !is_recording => Destination::Rows { target, format },
        (_, Some(format)) => Destination::Recordings { target, format },
        (_, None) => return Err(only_recordings("JSON holds")),
    };
    check(args, &destination)?;
    Ok(destination)
}

impl ExportFormat {
    fn of_events(self) -> Option<Format> {
        match self {
            ExportFormat::Ndjson => Some(Format::Ndjson),
            ExportFormat::Json => Some(Format::Json),
            ExportFormat::Csv => Some(Format::Csv),
            _ => None,
        }
    }

    fn of_recordings(self) -> Option<recordings::Format> {
        Some(match self {
            ExportFormat::Json => return None,
            ExportFormat::Ndjson => recordings::Format::Ndjson,
            ExportFormat::Csv => recordings::Format::Csv,
            ExportFormat::Cast => recordings::Format::Cast,
            ExportFormat::Cast2 => recordings::Format::Cast2,
            ExportFormat::Txt => recordings::Format::Txt,
            ExportFormat::Html => recordings::Format::Html,
            ExportFormat::Svg => recordings::Format::Svg,
        })
    }
}

fn only_recordings(what: &str) -> UsageError {
    UsageError::with_hint(
        format!("{what} session events, and these are recordings"),
        "name a file that ends in .cast, .txt, .ndjson, .csv, .html or .svg",
    )
}

/// What cuts or chooses is refused where it would do nothing.
fn check(args: &Export, destination: &Destination) -> Result<(), UsageError> {
    let format = match destination {
        Destination::Recordings { format, .. } => Some(*format),
        Destination::Logs | Destination::Rows { .. } => None,
    };
    let is_picture = format == Some(recordings::Format::Svg);
    if args.at.is_some() && !is_picture {
        return Err(UsageError::new("--at is for pictures: --to FILE.svg"));
    }
    if args.clip.is_some() && is_picture {
        return Err(UsageError::with_hint(
            "--clip is a part of a recording, and a picture is one moment",
            "--at names it",
        ));
    }
    let is_of_recordings = args.clip.is_some()
        || args.timing.is_some()
        || args.lenient
        || args.cache
        || args.redaction_report.is_some();
    if format.is_none() && is_of_recordings {
        return Err(UsageError::with_hint(
            "--clip, --timing, --lenient, --cache and --redaction-report are for recordings, and \
             this exports session events",
            "--recording exports the recordings",
        ));
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
