//! Where an export goes: `--to` and `--format`, read together.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Export, recordings};
use crate::commands::shipping::{self, Destination, Place, To};
use crate::delivery::Format;
use crate::domain::nearest::nearest;
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
pub(super) enum Destinations {
    /// Session events, to each of these.
    Events(Vec<Place>),
    Recordings {
        target: Target,
        format: recordings::Format,
    },
}

/// Where recordings end.
pub(super) enum Target {
    Stdout,
    Path(PathBuf),
}

/// `is_recording` where NDJSON and CSV mean the recording: of files there is nothing else.
///
/// # Errors
///
/// A path whose ending picks no format, `--format` where there is no file, events of recordings
/// alone, and several destinations that do not go together.
pub(super) fn of(args: &Export, is_recording: bool) -> Result<Destinations, UsageError> {
    let all = &args.delivery.to;
    shipping::check(all)?;
    let has_rows = all.iter().any(|to| !to.destination.is_sent());
    if args.format.is_some() && !has_rows {
        let why = format!("--format is for files and stdout, not for `{}`", names(all));
        return Err(UsageError::new(why));
    }
    let mut places = Vec::new();
    for to in all {
        match kind(args, to, is_recording)? {
            Kind::Events(format) => places.push(Place {
                rotation: args.rotate.of(to, args.runs_until_stopped()),
                share: share(args, to),
                to: to.clone(),
                format,
            }),
            Kind::Recordings(..) if all.len() > 1 => return Err(recordings_alone(all)),
            Kind::Recordings(target, format) => {
                check(args, Some(format))?;
                return Ok(Destinations::Recordings { target, format });
            }
        }
    }
    check(args, None)?;
    check_spans(args)?;
    args.rotate.check(&places)?;
    Ok(Destinations::Events(places))
}

/// LLM Observability gets people's sessions only when asked for, which is another selection.
fn share(args: &Export, to: &To) -> Option<&'static str> {
    let has_people = args.include_people && to.destination == Destination::LlmObs;
    has_people.then_some("people=true")
}

fn names(all: &[To]) -> String {
    let names: Vec<String> = all.iter().map(|to| to.destination.to_string()).collect();
    names.join("`, `")
}

/// What goes to one destination.
enum Kind {
    Events(Format),
    Recordings(Target, recordings::Format),
}

fn kind(args: &Export, to: &To, is_recording: bool) -> Result<Kind, UsageError> {
    let target = match &to.destination {
        sent if sent.is_sent() && is_recording => {
            return Err(only_recordings(&format!("`{sent}` takes")));
        }
        Destination::Logs | Destination::Events | Destination::Otlp(_) | Destination::LlmObs => {
            return Ok(Kind::Events(Format::Ndjson));
        }
        Destination::Stdout => Target::Stdout,
        Destination::Path(path) => Target::Path(path.clone()),
    };
    let format = args
        .format
        .or_else(|| format_of(&target))
        .ok_or_else(|| without_format(&to.destination))?;
    match (format.of_events(), format.of_recordings()) {
        (Some(format), _) if !is_recording => Ok(Kind::Events(format)),
        (_, Some(format)) => Ok(Kind::Recordings(target, format)),
        (_, None) => Err(only_recordings("JSON holds")),
    }
}

/// A word without an ending is more often a destination that was mistyped than a file.
fn without_format(destination: &Destination) -> UsageError {
    let given = destination.to_string();
    let meant = match given.contains(['/', '.']) {
        true => None,
        false => nearest(&given, ["logs", "events", "otlp", "llmobs"]),
    };
    let why = match meant {
        Some(meant) => format!("there is no destination `{given}`; did you mean `{meant}`?"),
        None => format!("the ending of `{given}` picks no format"),
    };
    UsageError::with_hint(
        why,
        "for a file name a format: --format ndjson|json|csv for events, cast|cast2|txt|ndjson|csv|html|svg for recordings",
    )
}

fn recordings_alone(all: &[To]) -> UsageError {
    UsageError::with_hint(
        format!("recordings go to one destination, not to `{}`", names(all)),
        "export session events and recordings in two runs",
    )
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

/// What says which spans there are is refused where there are none, and what counts events where
/// there are no others.
fn check_spans(args: &Export) -> Result<(), UsageError> {
    let all = &args.delivery.to;
    let any = |is: fn(&Destination) -> bool| all.iter().any(|to| is(&to.destination));
    if args.include_output && !any(Destination::takes_spans) {
        return Err(UsageError::new(
            "--include-output is for --to otlp and --to llmobs",
        ));
    }
    if args.include_people && !any(|one| *one == Destination::LlmObs) {
        return Err(UsageError::new("--include-people is for --to llmobs"));
    }
    if args.proof.estimate && any(Destination::takes_spans) {
        return Err(UsageError::with_hint(
            "--estimate counts session events, and these are spans",
            "--dry-run shows them",
        ));
    }
    Ok(())
}

/// What cuts or chooses is refused where it would do nothing.
fn check(args: &Export, format: Option<recordings::Format>) -> Result<(), UsageError> {
    if format.is_some() && args.rotate.is_set() {
        return Err(UsageError::new(
            "--rotate-size and --rotate-age are for session events: a recording is one file",
        ));
    }
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
fn format_of(target: &Target) -> Option<ExportFormat> {
    let Target::Path(path) = target else {
        return Some(ExportFormat::Ndjson);
    };
    let ending = path.extension()?.to_str()?;
    ExportFormat::from_str(if ending == "jsonl" { "ndjson" } else { ending }, true).ok()
}
