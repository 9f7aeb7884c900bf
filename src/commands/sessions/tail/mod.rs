//! `ddctl sessions tail`.

mod names;
mod notices;
mod object;
mod text;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::notices::Notices;
use self::text::Text;
use super::filter::FilterArgs;
use super::scope;
use crate::commands::flags::GatewayAccess;
use crate::context::Context;
use crate::domain::time::{TimeError, human_duration, parse_duration, parse_time};
use crate::error::{Exit, TimedOut, UsageError};
use crate::gateway::Gateway;
use crate::sources::tail::{Queued, TailEvent, TailOptions, Which, queue, tail};
use crate::sources::{self, SessionFilter, SessionRef, SourceError};
use crate::ui::Format;

/// Written at once.
const BATCH: usize = 64 * 1_024;
/// How long the last words may take, should nobody read them.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Watch sessions as they happen: new ones that match, and what the open ones say
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions tail
  ddctl sessions tail 7c1e
  ddctl sessions tail --agent '*' --connection 'prod-*' --since 10m
  ddctl sessions tail --once
  ddctl sessions tail --connection prod-db --for 1h > prod-db.txt
  ddctl sessions tail -o ndjson --quiet

Every line begins with the session's connection and the first digits of its id. `+` and `-` say that \
it opened and closed, `!` that something is missing. Lines are whole; one that does not end is shown \
once, without its last word, when nothing came for a second.

A stream that breaks is tried again for as long as it takes. What was missed, and the beginning of a \
new session, follow behind a mark as soon as the gateway has stored them (every 50 s, and at the \
session's end); what cannot be filled is named with its time and bytes. A filter by outcome or by \
status done shows a session when it is over.

With -o ndjson each object has `event`: opened, line, gap, closed; away and back for the stream of a \
session, gateway_away and gateway_back for the list; elsewhere where another replica of the gateway \
has the session; lost where it can be followed no further.")]
pub struct Tail {
    /// Sessions by id, unique prefix or pasted URL, until they are over; else every one that matches
    #[arg(value_name = "SESSION")]
    sessions: Vec<String>,
    /// Show what was before, too: sessions since then, and what open ones said: 10m, 03:12, RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Join open sessions that started within this time
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = parse_duration)]
    lookback: Duration,
    /// End after this time
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, conflicts_with = "once")]
    lasting: Option<Duration>,
    /// Show what there is, and end: open sessions with their last stored lines
    #[arg(long)]
    once: bool,
    /// Show secrets as they were recorded, except passwords in statements of database clients
    #[arg(long)]
    no_redact: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    gateway: GatewayAccess,
}

pub async fn run(context: &Context, args: &Tail) -> anyhow::Result<Exit> {
    args.check(context)?;
    let since = args.since(context)?;
    let gateway = Arc::new(context.gateway(&args.gateway.flags())?);
    let mut cancel = context.cancel();
    let which = tokio::select! {
        biased;
        _ = cancel.wait_for(|stopped| *stopped) => return Ok(Exit::Interrupted),
        which = args.which(context, &gateway) => which?,
    };
    let options = TailOptions {
        which,
        since,
        is_once: args.once,
        redactor: context.redactor(args.no_redact)?,
        shows_unfinished: context.ui.format() == Format::Table,
    };
    if !args.once {
        context.ui.status("following; Ctrl-C ends it");
    }
    // A tail waits all the time, and says so itself where it waits for too long.
    let _hush = context.ui.hush();
    let (outlet, queued) = queue();
    let work = tail(Arc::clone(&gateway), options, outlet);
    let screen = Screen::new(context, gateway, args.lasting);
    screen.show(work, queued).await
}

impl Tail {
    fn check(&self, context: &Context) -> Result<(), UsageError> {
        if !matches!(context.ui.format(), Format::Table | Format::Ndjson) {
            return Err(UsageError::with_hint(
                "a tail is shown as it happens, and that format is one document",
                "-o ndjson writes one object an event",
            ));
        }
        if !self.sessions.is_empty() && self.filter.filter() != SessionFilter::default() {
            return Err(UsageError::with_hint(
                "filters choose among all sessions, and these are named already",
                "leave out one or the other",
            ));
        }
        Ok(())
    }

    fn since(&self, context: &Context) -> Result<Option<Timestamp>, TimeError> {
        let since = self.since.as_deref();
        let tz = &context.ui.options().tz;
        since
            .map(|text| parse_time(text, context.now(), tz))
            .transpose()
    }

    async fn which(&self, context: &Context, gateway: &Gateway) -> anyhow::Result<Which> {
        if self.sessions.is_empty() {
            scope::warn_where_partial(context, gateway).await;
            let too_long = || TimeError::Duration(human_duration(self.lookback));
            let lookback = SignedDuration::try_from(self.lookback).map_err(|_| too_long())?;
            let open_since = context
                .now()
                .checked_sub(lookback)
                .map_err(|_| too_long())?;
            return Ok(Which::Matching {
                filter: Box::new(self.filter.filter()),
                open_since,
            });
        }
        let references: Vec<SessionRef> = self
            .sessions
            .iter()
            .map(|given| SessionRef::parse(given))
            .collect::<Result<_, _>>()?;
        let mut ids = Vec::new();
        for reference in &references {
            let id = sources::find(gateway, reference, context.now()).await?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(Which::Ids(ids))
    }
}

/// Where a tail is shown.
struct Screen<'a> {
    context: &'a Context,
    gateway: Arc<Gateway>,
    text: Text<'a>,
    notices: Notices,
    batch: Vec<u8>,
    /// What is being written: a reader that is slow holds up nothing but what it reads.
    writing: Option<JoinHandle<std::io::Result<()>>>,
    has_shown: bool,
    /// When somebody has seen enough.
    enough: Option<Instant>,
}

/// Why the showing ends.
enum End {
    /// Everything was told.
    Told,
    Stopped,
    TimedOut,
}

impl<'a> Screen<'a> {
    fn new(context: &'a Context, gateway: Arc<Gateway>, lasting: Option<Duration>) -> Self {
        Self {
            text: Text::new(&context.ui),
            context,
            gateway,
            notices: Notices::default(),
            batch: Vec::new(),
            writing: None,
            has_shown: false,
            enough: lasting.map(|lasting| Instant::now() + lasting),
        }
    }

    /// Shows what `work` tells, until it ends or somebody ends it.
    async fn show(
        mut self,
        work: impl Future<Output = Result<(), SourceError>>,
        mut queued: Receiver<Queued>,
    ) -> anyhow::Result<Exit> {
        let mut work = pin!(work);
        let mut outcome = None;
        let mut cancel = self.context.cancel();
        let end = loop {
            tokio::select! {
                biased;
                _ = cancel.wait_for(|stopped| *stopped) => break End::Stopped,
                () = at(self.context.deadline()) => break End::TimedOut,
                () = at(self.enough) => break End::Told,
                done = &mut work, if outcome.is_none() => outcome = Some(done),
                written = written(&mut self.writing) => {
                    self.writing = None;
                    written?;
                }
                () = at(self.notices.due()) => self.notices.say(&self.context.ui),
                next = queued.recv(), if self.writing.is_none() => match next {
                    Some(next) => self.take(next, &mut queued)?,
                    None => break End::Told,
                },
            }
            if matches!(outcome, Some(Err(_))) {
                break End::Told;
            }
        };
        self.last_words(&mut queued).await?;
        match (end, outcome) {
            (_, Some(Err(error))) => Err(error.into()),
            (End::Told, _) => Ok(self.conclude()),
            (End::Stopped, _) => Ok(Exit::Interrupted),
            (End::TimedOut, _) => {
                Err(TimedOut(self.context.globals.timeout.unwrap_or_default()).into())
            }
        }
    }

    /// Shows an event, and those that came with it.
    fn take(&mut self, first: Queued, queued: &mut Receiver<Queued>) -> anyhow::Result<()> {
        self.event(&first.event)?;
        while self.batch.len() < BATCH
            && let Ok(next) = queued.try_recv()
        {
            self.event(&next.event)?;
        }
        self.write();
        Ok(())
    }

    fn event(&mut self, event: &TailEvent) -> anyhow::Result<()> {
        self.say_limits(event);
        let label = match event {
            TailEvent::Away { session, .. } | TailEvent::Back { session, .. } => {
                self.text.label(session)
            }
            _ => String::new(),
        };
        self.notices.take(event, &label, Instant::now());
        let before = self.batch.len();
        match self.context.ui.format() {
            Format::Ndjson => object::write(&self.gateway, event, &mut self.batch)?,
            _ => self.text.write(event, &mut self.batch),
        }
        self.has_shown |= self.batch.len() > before;
        Ok(())
    }

    fn say_limits(&self, event: &TailEvent) {
        let ui = &self.context.ui;
        match event {
            TailEvent::Waiting { sessions } => ui.warning(&format!(
                "{sessions} more sessions are open than are followed at once; they wait until \
                 others end"
            )),
            TailEvent::Cut { shown } => ui.warning(&format!(
                "more than {shown} sessions were over by now; the newest are shown, and \
                 `ddctl sessions list` shows them all"
            )),
            _ => {}
        }
    }

    fn write(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let (ui, bytes) = (
            Arc::clone(&self.context.ui),
            std::mem::take(&mut self.batch),
        );
        self.writing = Some(tokio::task::spawn_blocking(move || ui.write(&bytes)));
    }

    /// Shows what waits to be shown, as far as somebody reads it.
    async fn last_words(&mut self, queued: &mut Receiver<Queued>) -> std::io::Result<()> {
        let end = Instant::now() + LAST_WORDS;
        loop {
            if let Some(writing) = self.writing.take() {
                match tokio::time::timeout_at(end, writing).await {
                    Ok(written) => written.unwrap_or(Ok(()))?,
                    Err(_) => return Ok(()),
                }
            }
            let Ok(next) = queued.try_recv() else { break };
            if self.take(next, queued).is_err() {
                break;
            }
        }
        if self.notices.due().is_some() {
            self.notices.say(&self.context.ui);
        }
        Ok(())
    }

    fn conclude(&self) -> Exit {
        if !self.has_shown {
            self.context.ui.status("no session that matches was open");
        }
        Exit::Done
    }
}

/// At that instant; never, where there is none.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// When what is being written was written.
async fn written(writing: &mut Option<JoinHandle<std::io::Result<()>>>) -> std::io::Result<()> {
    match writing {
        // A panic of the writer was reported where it happened.
        Some(writing) => writing.await.unwrap_or(Ok(())),
        None => std::future::pending().await,
    }
}
