//! `ddctl sessions replay`.

mod source;
mod text;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::Args;
use tempfile::SpooledTempFile;

use self::source::Loaded;
use super::cache::CacheArgs;
use super::clip;
use crate::commands::flags::GatewayAccess;
use crate::context::Context;
use crate::domain::time::parse_duration;
use crate::error::{Exit, UsageError};
use crate::recording::{Size, Warnings};
use crate::replay::{self, Clip, Ended, Look, Monotonic, Origin};
use crate::ui::terminal::Device;

/// What of a transcript is kept in memory while it is played.
const TRANSCRIPT: usize = 4 << 20;

/// Play a recording in the terminal
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions replay 7c1e
  ddctl sessions replay 7c1e --speed 4 --idle-limit 1s
  ddctl sessions replay 7c1e --clip 03:12..03:20
  ddctl sessions replay session.cast --clip '#7'
  ddctl sessions replay 7c1e | less
  ddctl sessions replay 7c1e --no-timing --redaction-report hidden.json

Keys: space pauses, left and right seek 5 seconds, [ and ] go from command to command, / searches, \
: goes to a time or a command, + and - change the speed, q quits; h shows them all. Cells are \
painted anew: no recorded escape sequence reaches this terminal. Without a terminal, or with \
TERM=dumb, a readable transcript is printed. Native database clients are shown as statements; the gateway records no \
answers for them.

A place is an offset (90s, 1m30s), a time of the clock in --tz (03:12), or the number of a command \
(#7). Commands are found by the shell's own marks (OSC 133), else behind its prompt; of a database \
session they are the statements, of an API session the requests. Markers count as commands.")]
pub struct Replay {
    /// An id, a unique prefix, a pasted URL, a recording file (asciicast, the gateway's event
    /// stream, ttyrec, a typescript of script(1)), or `-`
    session: String,
    /// The timing file of a typescript
    #[arg(long, value_name = "FILE")]
    timing: Option<PathBuf>,
    /// Play this many times as fast: 0.1 to 100
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Cut pauses to this
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    idle_limit: Option<Duration>,
    /// Play from A to B only: 10s..1m30s, 03:12..03:20, #3..#5; either may be left out
    #[arg(long, value_name = "A..B", value_parser = clip::parse)]
    clip: Option<Clip>,
    /// Pause at every marker
    #[arg(long)]
    pause_on_markers: bool,
    /// Size of the recorded terminal, where it was not recorded: 120x40
    #[arg(long, value_name = "COLSxROWS", value_parser = size)]
    size: Option<Size>,
    /// Ask the terminal to take the size of the recording
    #[arg(long)]
    resize: bool,
    /// Print the transcript at once
    #[arg(long)]
    no_timing: bool,
    /// Write the recorded output as it is, escape sequences and all; to a terminal only with --yes
    #[arg(long, conflicts_with = "no_timing")]
    raw: bool,
    /// Leave at the end instead of staying on the last picture
    #[arg(long)]
    exit: bool,
    /// Show secrets as they were recorded, except passwords in statements of database clients
    #[arg(long)]
    no_redact: bool,
    /// Leave out the lines of a file that cannot be read
    #[arg(long)]
    lenient: bool,
    /// Write what was hidden to a file as JSON: rules, counts and places, never a value; with a
    /// transcript or --raw
    #[arg(long, value_name = "FILE")]
    redaction_report: Option<PathBuf>,
    #[command(flatten)]
    cache: CacheArgs,
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

fn size(text: &str) -> Result<Size, String> {
    Size::parse(text).ok_or_else(|| "a size is columns and rows, such as 120x40".to_owned())
}

pub async fn run(context: &Context, args: &Replay) -> anyhow::Result<Exit> {
    let stdout_is_terminal = context.ui.options().streams.stdout_is_terminal;
    if args.raw && stdout_is_terminal && !context.ui.options().assume_yes {
        return Err(UsageError::with_hint(
            "--raw sends what was recorded to this terminal, and a recording can make it type, \
             paste or hide things",
            "write it to a file or a pipe; --yes sends it all the same",
        )
        .into());
    }
    // The player paints, and what cannot be painted on gets the text.
    let is_played = !args.raw && !args.no_timing && context.ui.is_screen();
    if is_played && args.redaction_report.is_some() {
        return Err(UsageError::with_hint(
            "--redaction-report tells of a whole recording, and playing may end before",
            "add --no-timing, or write to a file or a pipe",
        )
        .into());
    }
    let loaded = source::load(context, args).await?;
    match args.raw {
        true => text::raw(context, args, &loaded).await,
        false if is_played => play(context, args, &loaded),
        false => text::print(context, args, &loaded).await,
    }
}

fn play(context: &Context, args: &Replay, loaded: &Loaded) -> anyhow::Result<Exit> {
    let preparation = replay::Preparation {
        idle_limit: args.idle_limit,
        size: args.size,
        redactor: context.redactor(args.no_redact)?,
    };
    let storage = Box::new(SpooledTempFile::new(TRANSCRIPT));
    let options = options(context, args, loaded);
    let _hush = context.ui.hush();
    let mut terminal = Device::open().context("take over the terminal")?;
    let clock = Monotonic::start();
    let source = &loaded.source;
    let played = replay::play(
        &mut terminal,
        source,
        &preparation,
        storage,
        options,
        &clock,
    );
    // The terminal is whole again before anything is said.
    drop(terminal);
    let played = played.context("play on the terminal")?;
    warn(context, &played.warnings);
    Ok(match played.ended {
        Ended::Finished | Ended::Quit => Exit::Done,
        Ended::Interrupted => Exit::Interrupted,
        Ended::Signalled(signal) => Exit::OfProgram(u8::try_from(128 + signal).unwrap_or(1)),
        Ended::NoSuchPlace(why) => return Err(UsageError::new(why).into()),
        Ended::Broken(why) => return Err(anyhow!(why).context(format!("read {}", args.session))),
    })
}

fn options(context: &Context, args: &Replay, loaded: &Loaded) -> replay::Options {
    replay::Options {
        speed: args.speed,
        waits_at_end: !args.exit,
        clip: args.clip.clone().unwrap_or_default(),
        pauses_at_markers: args.pause_on_markers,
        origin: Origin {
            start: loaded.start,
            tz: context.ui.options().tz.clone(),
        },
        look: Look {
            has_colours: context.ui.palette().is_coloured(),
            has_unicode: has_unicode(context),
        },
        resizes: args.resize,
    }
}

/// False where the locale names another encoding. None at all, as in many containers, says
/// nothing about the terminal.
fn has_unicode(context: &Context) -> bool {
    let mut names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let locale = names.find_map(|name| context.environment.get(name).filter(|v| !v.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn warn(context: &Context, warnings: &Warnings) {
    for warning in warnings.to_string().lines() {
        context.ui.warning(warning);
    }
}
