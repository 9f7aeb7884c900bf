//! `ddctl sessions replay`.

use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::commands::flags::GatewayAccess;
use crate::context::Context;
use crate::domain::time::parse_duration;
use crate::error::{Exit, UsageError};
use crate::recording::edits::TimeEdits;
use crate::recording::transcript;
use crate::recording::{Header, Kind, Reader, Recording, Strictness, Warnings, open};
use crate::replay::{self, Ended, Monotonic};
use crate::sources::{self, SessionRef};
use crate::ui::terminal::Device;
use crate::ui::{Tone, Ui};

/// The largest file that is taken for a recording.
const LARGEST: u64 = 1 << 30;

/// Play a recording in the terminal
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions replay 7c1e
  ddctl sessions replay 7c1e --speed 4 --idle-limit 1s
  ddctl sessions replay session.cast
  ddctl sessions replay 7c1e | less

Keys: space pauses, . steps while paused, + and - change the speed, q quits. Cells are painted
anew: no recorded escape sequence reaches this terminal. Without a terminal a readable transcript
is printed. Native database clients are shown as statements; the gateway records no answers for
them.")]
pub struct Replay {
    /// An id, a unique prefix, a pasted URL, a recording file (asciicast), or `-`
    session: String,
    /// Play this many times as fast: 0.1 to 100
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Cut pauses to this
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    idle_limit: Option<Duration>,
    /// Play from A to B only: 10s..1m30s; either may be left out
    #[arg(long, value_name = "A..B", value_parser = clip)]
    clip: Option<std::ops::Range<Duration>>,
    /// Print the transcript at once
    #[arg(long)]
    no_timing: bool,
    /// Leave at the end instead of staying on the last picture
    #[arg(long)]
    exit: bool,
    /// Show secrets as they were recorded, except passwords in statements of database clients
    #[arg(long)]
    no_redact: bool,
    /// Leave out the lines of a file that cannot be read
    #[arg(long)]
    lenient: bool,
    #[command(flatten)]
    gateway: GatewayAccess,
}

fn duration(text: &str) -> Result<Duration, String> {
    // Bare seconds, as asciinema takes them.
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string()),
        Err(_) => parse_duration(text).map_err(|error| error.to_string()),
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=100.0).contains(&speed) => Ok(speed),
        _ => Err("a speed is a number from 0.1 to 100".to_owned()),
    }
}

fn clip(text: &str) -> Result<std::ops::Range<Duration>, String> {
    let (from, to) = text
        .split_once("..")
        .ok_or("a clip is A..B, such as 10s..1m30s")?;
    let end = |text: &str, open: Duration| {
        if text.is_empty() {
            Ok(open)
        } else {
            duration(text)
        }
    };
    let range = end(from, Duration::ZERO)?..end(to, Duration::MAX)?;
    match range.is_empty() {
        true => Err("the clip ends before it begins".to_owned()),
        false => Ok(range),
    }
}

/// A recording and what it was read from.
struct Loaded {
    recording: Recording,
    kind: Kind,
    warnings: Warnings,
}

pub async fn run(context: &Context, args: &Replay) -> anyhow::Result<Exit> {
    let loaded = match is_file(&args.session) {
        true => load_file(&args.session, args.lenient)?,
        false => load_session(context, args).await?,
    };
    for warning in loaded.warnings.to_string().lines() {
        context.ui.warning(warning);
    }
    let Loaded {
        mut recording,
        kind,
        ..
    } = loaded;
    if recording.events.is_empty() {
        bail!("the recording is empty");
    }
    if let Some(range) = &args.clip {
        recording.events = recording.events.into_iter().clip(range.clone()).collect();
    }
    if args.no_timing || !context.ui.is_interactive() {
        print(context, &recording, kind, args.no_redact)
    } else {
        play(context, args, recording, kind)
    }
}

/// What exists as a file is one; so is standard input.
fn is_file(given: &str) -> bool {
    given == "-" || Path::new(given).is_file()
}

fn load_file(given: &str, lenient: bool) -> anyhow::Result<Loaded> {
    let mut bytes = Vec::new();
    let reader: Box<dyn Read> = match given {
        "-" => Box::new(io::stdin()),
        path => Box::new(std::fs::File::open(path).with_context(|| format!("read {path}"))?),
    };
    reader
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("read {given}"))?;
    if bytes.len() as u64 > LARGEST {
        bail!("{given} is larger than a recording can be");
    }
    let strictness = if lenient {
        Strictness::Lenient
    } else {
        Strictness::Strict
    };
    let reader = open(&bytes[..], strictness).with_context(|| format!("read {given}"))?;
    let told = reader.kind();
    let (recording, warnings) = reader
        .into_recording()
        .with_context(|| format!("read {given}"))?;
    Ok(Loaded {
        kind: told.unwrap_or_else(|| Kind::of_events(&recording.events)),
        recording,
        warnings,
    })
}

async fn load_session(context: &Context, args: &Replay) -> anyhow::Result<Loaded> {
    let reference = SessionRef::parse(&args.session)
        .map_err(|error| UsageError::with_hint(error.to_string(), "a recording file must exist"))?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let id = sources::find(&gateway, &reference, context.now()).await?;
    let progress = context.ui.progress("fetching the recording");
    progress.set("…");
    let (session, bytes) = gateway.session_with_recording(&id).await?;
    drop(progress);
    let Some(bytes) = bytes else {
        bail!(
            "the gateway gives no recording of session {id}: nothing was recorded, or the token's role may not read it"
        );
    };
    let (recording, warnings) = open(&bytes[..], Strictness::Lenient)
        .and_then(Reader::into_recording)
        .with_context(|| format!("read the recording of session {id}"))?;
    if !session.is_done() {
        context
            .ui
            .status("the session is not over: this is what the gateway has stored so far");
    }
    Ok(Loaded {
        kind: Kind::of_session(&session, &recording.events),
        recording: Recording {
            header: Header::of_session(&session),
            ..recording
        },
        warnings,
    })
}

fn print(
    context: &Context,
    recording: &Recording,
    kind: Kind,
    no_redact: bool,
) -> anyhow::Result<Exit> {
    let redactor = context.redactor(no_redact);
    let lines = transcript::redacted(kind, &recording.events, &redactor);
    let text: String = lines
        .iter()
        .map(|line| painted(&context.ui, line))
        .collect();
    context.ui.write(text.as_bytes())?;
    Ok(Exit::Done)
}

fn painted(ui: &Ui, line: &transcript::Line) -> String {
    let tone = match line.tone {
        transcript::Tone::Plain => Tone::Plain,
        transcript::Tone::Input => Tone::Accent,
        transcript::Tone::Remark => Tone::Dim,
        transcript::Tone::Error => Tone::Bad,
    };
    format!("{}\n", ui.palette().paint(tone, &line.text))
}

fn play(
    context: &Context,
    args: &Replay,
    recording: Recording,
    kind: Kind,
) -> anyhow::Result<Exit> {
    let options = replay::Options {
        speed: args.speed,
        idle_limit: args.idle_limit,
        waits_at_end: !args.exit,
        redactor: context.redactor(args.no_redact),
        ..replay::Options::default()
    };
    let mut terminal = Device::open().context("take over the terminal")?;
    let ended = replay::run(
        &mut terminal,
        recording,
        kind,
        &options,
        &Monotonic::start(),
    );
    // The terminal is whole again before anything is said.
    drop(terminal);
    Ok(match ended.context("play on the terminal")? {
        Ended::Finished | Ended::Quit => Exit::Done,
        Ended::Interrupted => Exit::Interrupted,
        Ended::Signalled(signal) => Exit::OfProgram(u8::try_from(128 + signal).unwrap_or(1)),
    })
}
