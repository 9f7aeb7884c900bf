//! One session from its beginning, or from now, to its end: its stream, and the stored recording
//! where the stream is not enough.

mod reconcile;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::desk::{Looking, Shared, Stored};
use super::event::Begin;
use super::ledger::Ledger;
use super::lines::LiveText;
use super::pace::{self, Pace};
use super::voice::Voice;
use crate::domain::session::Session;
use crate::gateway::{GatewayError, Live, LiveEvent, LiveStream};
use crate::recording::Code;
use crate::sources::error::SourceError;
use crate::sources::retry::{Backoff, retrying};

/// What was stored has come through the stream after so long, if it comes at all.
const GRACE: Duration = Duration::from_millis(500);
/// Of a session that nobody asked the past of, `--once` shows these.
const LAST_LINES: usize = 10;

/// One session that is followed.
pub(super) struct Follower {
    shared: Shared,
    session: Arc<Session>,
    voice: Voice,
    begin: Begin,
    text: LiveText,
    ledger: Ledger,
    pace: Pace,
    looking: Looking,
    settled: usize,
    beginning: Option<i64>,
    /// Unix microseconds; `None` until the first stream tells what time it is there.
    wanted_from: Option<i64>,
    /// The first event that came since the stream began.
    first_since_gap: Option<i64>,
    /// Something of the session was shown: what is found later stands behind a mark.
    has_shown: bool,
    /// Time without a stream that no recording has answered for yet.
    unanswered: Option<(Timestamp, Timestamp)>,
}

impl Follower {
    pub(super) fn new(shared: Shared, session: Arc<Session>, begin: Begin) -> Self {
        let now = Instant::now();
        let wanted_from = match (begin, shared.since) {
            (Begin::New | Begin::Past, _) => Some(i64::MIN),
            (Begin::Joined, Some(since)) => Some(since.as_microsecond()),
            (Begin::Joined, None) => None,
        };
        Self {
            text: LiveText::new(Arc::clone(&session), shared.style.clone(), now),
            voice: Voice::new(shared.outlet.clone(), Arc::clone(&session)),
            shared,
            session,
            begin,
            ledger: Ledger::default(),
            pace: Pace::new(Duration::ZERO, now),
            looking: Looking::Not,
            settled: 0,
            beginning: None,
            wanted_from,
            first_since_gap: None,
            has_shown: false,
            unanswered: None,
        }
    }

    /// Follows the session to its end.
    ///
    /// # Errors
    ///
    /// What concerns every session: the token is refused, nobody listens any more.
    pub(super) async fn run(mut self) -> Result<(), SourceError> {
        if !self.is_muted() {
            self.voice.opened(self.begin).await?;
        }
        if !self.session.is_done() && !self.follow().await? {
            return Ok(());
        }
        self.conclude().await
    }

    /// Shows what is stored now, and no more.
    pub(super) async fn show_stored(mut self) -> Result<(), SourceError> {
        if self.session.is_done() {
            return self.run().await;
        }
        if self.is_muted() {
            return Ok(());
        }
        self.voice.opened(self.begin).await?;
        match self.ask(Backoff::short()).await {
            Ok(stored) => {
                self.wanted_from.get_or_insert(i64::MIN);
                let last = self.shared.since.is_none().then_some(LAST_LINES);
                self.look(stored.recording, last).await.map(drop)
            }
            Err(error) => self.lost(error).await,
        }
    }

    /// True where only the end tells whether the session is wanted.
    fn is_muted(&self) -> bool {
        self.shared.at_end.is_some()
    }

    /// Listens until the session is over; false where it can be followed no further.
    async fn follow(&mut self) -> Result<bool, SourceError> {
        let mut down: Option<(Instant, Backoff)> = None;
        loop {
            let broken = match self.shared.gateway.live(&self.session.id).await {
                Ok(stream) => {
                    self.connected(&stream, down.take().map(|(since, _)| since))
                        .await?;
                    match self.listen(stream).await? {
                        None => return Ok(true),
                        Some(error) => error,
                    }
                }
                Err(error) => error,
            };
            if !broken.is_retriable() {
                self.lost(SourceError::Gateway(broken)).await?;
                return Ok(false);
            }
            if down.is_none() {
                let why = broken.to_string();
                self.end_line().await?;
                if !self.is_muted() {
                    self.voice.away(why).await?;
                }
            }
            let (_, backoff) = down.get_or_insert_with(|| (Instant::now(), Backoff::endless()));
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }

    /// A stream began, for the first time or after a break.
    async fn connected(
        &mut self,
        stream: &LiveStream,
        down_since: Option<Instant>,
    ) -> Result<(), SourceError> {
        let now = Instant::now();
        let began = stream.began().unwrap_or_else(Timestamp::now);
        let age = began.duration_since(self.session.start_date);
        self.pace = Pace::new(Duration::try_from(age).unwrap_or_default(), now);
        self.first_since_gap = None;
        let second = SignedDuration::from_secs(1);
        let after = began.checked_add(second).unwrap_or(began).as_microsecond();
        match self.begin {
            _ if down_since.is_some() => self.pace.gap(now),
            Begin::New => self.pace.gap(now),
            Begin::Joined if self.shared.since.is_some() => self.pace.look_now(now),
            Begin::Joined | Begin::Past => {}
        }
        self.wanted_from.get_or_insert(after);
        let Some(since) = down_since.filter(|_| !self.is_muted()) else {
            return Ok(());
        };
        let away = now - since;
        let from = began.checked_sub(SignedDuration::try_from(away).unwrap_or_default());
        let from = from.unwrap_or(began);
        let from = self.unanswered.map_or(from, |(first, _)| first.min(from));
        self.unanswered = Some((from, began));
        self.voice.back(away).await
    }

    /// Listens until the stream breaks, which it says, or the session is over.
    async fn listen(
        &mut self,
        mut stream: LiveStream,
    ) -> Result<Option<GatewayError>, SourceError> {
        loop {
            let due = self.due();
            tokio::select! {
                biased;
                said = stream.next() => match said {
                    Ok(Live::Event(event)) => self.event(event).await?,
                    Ok(Live::Quiet) => {}
                    Ok(Live::Ended) => return Ok(None),
                    Err(error) => return Ok(Some(error)),
                },
                answer = self.looking.answer() => self.looking = match answer {
                    Ok(stored) => Looking::Waiting(Box::new(stored), Instant::now() + GRACE),
                    Err(error) => self.put_off(&error)?,
                },
                () = tokio::time::sleep_until(due) => {}
            }
            self.tick().await?;
        }
    }

    async fn event(&mut self, event: LiveEvent) -> Result<(), SourceError> {
        let Some(code) = Code::parse(&event.code) else {
            return Ok(());
        };
        let now = Instant::now();
        self.pace.heard(now);
        if self.is_muted() {
            return Ok(());
        }
        let at = event.at.as_microsecond();
        self.first_since_gap.get_or_insert(at);
        // Whatever follows the first event that came is wanted, whole second or not.
        self.wanted_from = self.wanted_from.map(|from| from.min(at));
        self.ledger.push(at, &code, &event.payload);
        self.has_shown = true;
        let mut lines = Vec::new();
        self.text
            .push(event.at, code, event.payload, now, &mut lines);
        self.voice.lines(lines).await
    }

    fn due(&self) -> Instant {
        let look = match &self.looking {
            Looking::Not if self.is_muted() => None,
            Looking::Not => Some(self.pace.due()),
            Looking::Asked(_) => None,
            Looking::Waiting(_, until) => Some(*until),
        };
        // The stream itself is silent for no longer than this.
        let idle = Instant::now() + Duration::from_secs(60);
        look.into_iter()
            .chain(self.text.due())
            .fold(idle, Instant::min)
    }

    async fn tick(&mut self) -> Result<(), SourceError> {
        let now = Instant::now();
        let mut lines = Vec::new();
        self.text.tick(now, &mut lines);
        self.voice.lines(lines).await?;
        match std::mem::replace(&mut self.looking, Looking::Not) {
            Looking::Not if !self.is_muted() && now >= self.pace.due() => {
                self.looking = self.shared.look(&self.session.id);
            }
            Looking::Waiting(stored, until) if now >= until => self.looked(*stored).await?,
            looking => self.looking = looking,
        }
        Ok(())
    }

    /// The recording could not be had; it is asked for again when the next one is due.
    fn put_off(&mut self, error: &GatewayError) -> Result<Looking, SourceError> {
        if matches!(error, GatewayError::Unauthorized { .. }) {
            return Err(SourceError::Gateway(error.clone()));
        }
        tracing::debug!(%error, session = %self.session.id, "the stored recording cannot be read");
        self.pace.looked(
            pace::Look {
                is_beyond_gap: false,
                found_missing: false,
            },
            Instant::now(),
        );
        Ok(Looking::Not)
    }

    fn ask(
        &self,
        backoff: Backoff,
    ) -> impl Future<Output = Result<Stored, SourceError>> + Send + use<> {
        let (shared, id) = (self.shared.clone(), self.session.id.clone());
        retrying(backoff, async move || shared.stored(&id).await)
    }

    /// Nothing joins what was said so far.
    async fn end_line(&mut self) -> Result<(), SourceError> {
        let mut lines = Vec::new();
        self.text.interrupt(&mut lines);
        self.voice.lines(lines).await
    }

    /// # Errors
    ///
    /// The error itself, where it concerns every session.
    async fn lost(&mut self, error: SourceError) -> Result<(), SourceError> {
        if let Some(GatewayError::Unauthorized { .. }) = error.gateway() {
            return Err(error);
        }
        let why = error
            .gateway()
            .map_or_else(|| error.to_string(), ToString::to_string);
        self.end_line().await?;
        self.voice.lost(why).await
    }
}
