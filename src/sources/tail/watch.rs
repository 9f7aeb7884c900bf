//! All sessions of a tail: the list that names them, and a follower for each.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::desk::Shared;
use super::event::{Begin, Outlet, TailEvent};
use super::follow::Follower;
use super::lines::Style;
use super::roster::Roster;
use crate::domain::redaction::Redactor;
use crate::domain::session::{Outcome, Session, Status};
use crate::gateway::Gateway;
use crate::sources::error::SourceError;
use crate::sources::filter::SessionFilter;
use crate::sources::list::list;
use crate::sources::retry::{Backoff, retrying};

/// How often the list is read.
const EVERY: Duration = Duration::from_secs(2);
/// Streams at once, each a connection; what is open beyond that waits its turn.
const STREAMS: usize = 500;

/// What to follow.
#[derive(Clone, Debug)]
pub struct TailOptions {
    pub which: Which,
    /// What was before is wanted from here on.
    pub since: Option<Timestamp>,
    /// Show what there is, and end.
    pub is_once: bool,
    pub redactor: Redactor,
    /// Lines that have not ended are told too, for somebody who watches.
    pub shows_unfinished: bool,
}

/// Which sessions.
#[derive(Clone, Debug)]
pub enum Which {
    /// These, by their whole ids; the tail ends when they are over.
    Ids(Vec<String>),
    /// What matches: what begins from now on, and what began since `open_since` and is not over.
    Matching {
        filter: Box<SessionFilter>,
        open_since: Timestamp,
    },
}

/// Tells everything that happens to `outlet`. Ends where nothing more can happen.
///
/// # Errors
///
/// The gateway is away at the beginning, refuses the token, or nobody takes what is told.
pub async fn tail(
    gateway: Arc<Gateway>,
    options: TailOptions,
    outlet: Outlet,
) -> Result<(), SourceError> {
    let style = Style {
        redactor: options.redactor.clone(),
        shows_unfinished: options.shows_unfinished,
    };
    let shared = |at_end| {
        let (gateway, outlet) = (Arc::clone(&gateway), outlet.clone());
        Shared::new(gateway, outlet, style.clone(), options.since, at_end)
    };
    match options.which {
        Which::Ids(ids) => {
            let crew = Crew::new(shared(None), options.is_once);
            these(&gateway, &ids, crew).await
        }
        Which::Matching { filter, open_since } => {
            let wanted = Wanted::of(*filter);
            let crew = Crew::new(shared(wanted.at_end.clone()), options.is_once);
            let roster = Roster::new(options.since, open_since);
            let watch = Watch {
                gateway: &gateway,
                outlet,
                wanted,
                roster,
                crew,
            };
            watch.run(options.is_once).await
        }
    }
}

async fn these(gateway: &Gateway, ids: &[String], mut crew: Crew) -> Result<(), SourceError> {
    for id in ids {
        let session = retrying(Backoff::short(), async || gateway.session(id).await).await?;
        let begin = match session.is_done() {
            true => Begin::Past,
            false => Begin::Joined,
        };
        crew.take(vec![(session, begin)]);
    }
    crew.all().await
}

/// A filter, as far as it can be asked before a session is over, and all of it.
struct Wanted {
    at_beginning: SessionFilter,
    at_end: Option<Arc<SessionFilter>>,
}

impl Wanted {
    fn of(filter: SessionFilter) -> Self {
        let is_of_end = filter.status == Some(Status::Done)
            || filter
                .outcome
                .is_some_and(|outcome| outcome != Outcome::Unknown);
        match is_of_end {
            false => Self {
                at_beginning: filter,
                at_end: None,
            },
            true => Self {
                at_beginning: SessionFilter {
                    outcome: None,
                    status: None,
                    ..filter.clone()
                },
                at_end: Some(Arc::new(filter)),
            },
        }
    }
}

struct Watch<'a> {
    gateway: &'a Gateway,
    outlet: Outlet,
    wanted: Wanted,
    roster: Roster,
    crew: Crew,
}

impl Watch<'_> {
    async fn run(mut self, is_once: bool) -> Result<(), SourceError> {
        self.look().await?;
        if let Some(shown) = self.roster.cut() {
            self.outlet.tell(TailEvent::Cut { shown }).await?;
        }
        if is_once {
            return self.crew.all().await;
        }
        let mut away: Option<Instant> = None;
        let mut next = Instant::now() + EVERY;
        let mut backoff = Backoff::endless();
        loop {
            self.crew.until(next).await?;
            let looked = self.look().await;
            let pause = match (looked, away) {
                (Ok(()), since) => {
                    if let Some(since) = since {
                        let away = since.elapsed();
                        self.outlet.tell(TailEvent::ListBack { away }).await?;
                    }
                    away = None;
                    backoff = Backoff::endless();
                    EVERY
                }
                (Err(error), since) => {
                    let why = passing(error)?;
                    if since.is_none() {
                        self.outlet.tell(TailEvent::ListAway { why }).await?;
                    }
                    away = since.or_else(|| Some(Instant::now()));
                    backoff.next_wait()
                }
            };
            next = Instant::now() + pause;
        }
    }

    /// Reads the list, and sets followers on what is new.
    async fn look(&mut self) -> Result<(), SourceError> {
        let range = self.roster.range(Timestamp::now());
        let mut fresh = Vec::new();
        let roster = &mut self.roster;
        list(
            self.gateway,
            range,
            &self.wanted.at_beginning,
            None,
            |row| {
                if let Some(begin) = roster.take(&row) {
                    fresh.push((row, begin));
                }
            },
        )
        .await?;
        self.roster.looked();
        // In the order in which they began.
        fresh.reverse();
        let waited = self.crew.waiting.len();
        self.crew.take(fresh);
        match self.crew.waiting.len() {
            waiting if waiting > waited => {
                self.outlet
                    .tell(TailEvent::Waiting { sessions: waiting })
                    .await
            }
            _ => Ok(()),
        }
    }
}

/// Why the list cannot be read now; an error where that will not pass.
fn passing(error: SourceError) -> Result<String, SourceError> {
    match &error {
        SourceError::GaveUp { last, .. } => Ok(last.to_string()),
        SourceError::Unstable { .. } => Ok(error.to_string()),
        _ => Err(error),
    }
}

/// The followers at work.
struct Crew {
    shared: Shared,
    /// Everything is shown once, one session after the other.
    is_once: bool,
    at_work: JoinSet<Result<(), SourceError>>,
    waiting: VecDeque<(Session, Begin)>,
}

impl Crew {
    fn new(shared: Shared, is_once: bool) -> Self {
        Self {
            shared,
            is_once,
            at_work: JoinSet::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Sets followers on sessions, given in the order in which they began. What was over is told
    /// one after the other.
    fn take(&mut self, sessions: Vec<(Session, Begin)>) {
        let is_over = |(_, begin): &(Session, Begin)| self.is_once || *begin == Begin::Past;
        let (one_by_one, at_once): (Vec<_>, Vec<_>) = sessions.into_iter().partition(is_over);
        if !one_by_one.is_empty() {
            self.at_work.spawn(in_turn(self.shared.clone(), one_by_one));
        }
        self.waiting.extend(at_once);
        self.fill_up();
    }

    fn fill_up(&mut self) {
        while self.at_work.len() < STREAMS
            && let Some((session, begin)) = self.waiting.pop_front()
        {
            let follower = Follower::new(self.shared.clone(), Arc::new(session), begin);
            self.at_work.spawn(follower.run());
        }
    }

    /// Lets them work until then.
    async fn until(&mut self, end: Instant) -> Result<(), SourceError> {
        loop {
            tokio::select! {
                Some(ended) = self.at_work.join_next() => settled(ended)?,
                () = tokio::time::sleep_until(end) => return Ok(()),
            }
            self.fill_up();
        }
    }

    /// Lets them work until they have nothing left to do.
    async fn all(mut self) -> Result<(), SourceError> {
        while let Some(ended) = self.at_work.join_next().await {
            settled(ended)?;
            self.fill_up();
        }
        Ok(())
    }
}

fn settled(
    ended: Result<Result<(), SourceError>, tokio::task::JoinError>,
) -> Result<(), SourceError> {
    match ended {
        Ok(outcome) => outcome,
        Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
        Err(_) => Ok(()),
    }
}

async fn in_turn(shared: Shared, sessions: Vec<(Session, Begin)>) -> Result<(), SourceError> {
    for (session, begin) in sessions {
        let follower = Follower::new(shared.clone(), Arc::new(session), begin);
        follower.show_stored().await?;
    }
    Ok(())
}
