//! `ddctl sessions export`: session events to Datadog or to files, recordings to files.

mod destination;
mod events;
mod mapping;
mod page;
mod recordings;
mod summary;

use clap::{Args, ValueEnum};

use self::destination::{Destination, ExportFormat, Target};
use super::filter::FilterArgs;
use super::{clip, scope};
use crate::commands::flags::{DatadogAccess, GatewayAccess, at_least_one};
use crate::context::Context;
use crate::delivery::{Codec, LatePolicy};
use crate::domain::time::{TimeRange, parse_range};
use crate::error::Exit;
use crate::replay::{Clip, Point};
use crate::sources::{self, SessionRef};

/// Ship session events to Datadog or to files, or recordings to files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions export --since 24h --to logs
  ddctl sessions export --since 24h --to logs --dry-run
  ddctl sessions export --since 2026-10-01 --until 2026-11-01 --to october.ndjson
  ddctl sessions export 7c1e --to session.cast
  ddctl sessions export 7c1e --to session.html
  ddctl sessions export 7c1e --to moment.svg --at 03:12
  ddctl sessions export --since 7d --agent '*' --to recordings/ --format txt

Events older than Datadog takes (18 hours) go out under the time of sending, with their own time in
evt.original_time and the tag late:true; --late chooses otherwise.

A page is one file that works from disk and asks no network for anything. It holds 64 MB of pictures
and text at most, packed to a few; --clip takes a part of what is larger. Where output went on for
hours it shows 30000 pictures of it, says so, and has every line in its transcript.")]
pub struct Export {
    /// Sessions by id, unique prefix or pasted URL, instead of a range
    #[arg(value_name = "SESSION")]
    sessions: Vec<String>,
    /// Sessions that started since then: 24h, 2026-11-20, RFC 3339
    #[arg(
        long,
        value_name = "TIME",
        required_unless_present = "sessions",
        conflicts_with = "sessions"
    )]
    since: Option<String>,
    /// Sessions that started before then
    #[arg(long, value_name = "TIME", conflicts_with = "sessions")]
    until: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Stop after this many sessions
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    limit: Option<usize>,
    /// Where it goes: `logs` (Datadog), `-`, or a path whose ending picks the format
    #[arg(long, value_name = "DEST", help_heading = "Destination")]
    to: String,
    /// Format of a file or of stdout
    #[arg(long, value_name = "FORMAT", help_heading = "Destination")]
    format: Option<ExportFormat>,
    /// Replace a file that exists
    #[arg(long, help_heading = "Destination")]
    overwrite: bool,
    /// Compression on the way to Datadog
    #[arg(
        long,
        value_name = "CODEC",
        default_value = "zstd",
        help_heading = "Destination"
    )]
    compression: Compression,
    /// What happens to events older than Datadog takes
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "restamp",
        help_heading = "Destination"
    )]
    late: Late,
    /// Show the real payloads, the key masked; send nothing, write no file
    #[arg(long)]
    dry_run: bool,
    /// Leave secrets in commands and recordings as they are
    #[arg(long)]
    no_redact: bool,
    /// Of a page: from A to B only: 10s..1m30s, 03:12..03:20, #3..#5; either may be left out
    #[arg(long, value_name = "A..B", value_parser = clip::parse)]
    clip: Option<Clip>,
    /// Of a picture: the moment, as 90s, 03:12 or #7; without it, the end
    #[arg(long, value_name = "TIME")]
    at: Option<Point>,
    /// In recordings: what was typed as well, passwords included
    #[arg(long)]
    include_input: bool,
    /// Take recordings although the gateway has downloads switched off
    #[arg(long)]
    allow_download: bool,
    /// Sessions asked for at once
    #[arg(long, value_name = "N", default_value_t = sources::Export::CONCURRENCY, value_parser = at_least_one)]
    concurrency: usize,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Compression {
    Zstd,
    Gzip,
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Late {
    Restamp,
    Skip,
    Deadletter,
}

impl Compression {
    fn codec(self) -> Codec {
        match self {
            Compression::Zstd => Codec::Zstd,
            Compression::Gzip => Codec::Gzip,
            Compression::None => Codec::Identity,
        }
    }
}

impl Late {
    fn policy(self) -> LatePolicy {
        match self {
            Late::Restamp => LatePolicy::Restamp,
            Late::Skip => LatePolicy::Skip,
            Late::Deadletter => LatePolicy::DeadLetter,
        }
    }
}

pub async fn run(context: &Context, args: &Export) -> anyhow::Result<Exit> {
    let destination = destination::of(args)?;
    let selection = selection(context, args)?;
    match destination {
        Destination::Recordings { target, format } => {
            let options = recordings::Options {
                target: if args.dry_run { Target::Stdout } else { target },
                format,
                overwrite: args.overwrite,
                include_input: args.include_input,
                allow_download: args.allow_download,
                redactor: context.redactor(args.no_redact)?,
                clip: args.clip.clone(),
                at: args.at.clone(),
            };
            let gateway = context.gateway(&args.gateway.flags())?;
            recordings::run(
                context,
                &gateway,
                &selection,
                &args.filter.filter(),
                args.limit,
                options,
            )
            .await
        }
        Destination::Logs => events::to_logs(context, args, &selection).await,
        Destination::Rows { target, format } => {
            events::to_rows(context, args, &selection, target, format).await
        }
    }
}

/// Which sessions: those of a range, or these.
pub enum Selection {
    Range(TimeRange),
    Sessions(Vec<SessionRef>),
}

fn selection(context: &Context, args: &Export) -> anyhow::Result<Selection> {
    let Some(since) = &args.since else {
        let references = args.sessions.iter().map(|given| SessionRef::parse(given));
        return Ok(Selection::Sessions(references.collect::<Result<_, _>>()?));
    };
    let tz = &context.ui.options().tz;
    Ok(Selection::Range(parse_range(
        since,
        args.until.as_deref(),
        context.now(),
        tz,
    )?))
}
