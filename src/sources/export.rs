//! The session events of ranges of start times, each session completed, several at once, in order,
//! with word of what was read to its end.

use std::collections::BTreeMap;
use std::ops::Add;
use std::pin::pin;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::complete::{Completed, completed, single};
use super::dense::Hidden;
use super::error::SourceError;
use super::events::EventContext;
use super::filter::{RowVerdict, SessionFilter};
use super::find::{SessionRef, find};
use super::rows::walk;
use super::window::Walked;
use crate::domain::event::SessionEvent;
use crate::domain::intervals::Intervals;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::{Gateway, GatewayError};

/// What to export, from where.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    pub gateway: &'a Gateway,
    /// Of start times.
    pub ranges: &'a Intervals,
    /// What started shortly before is not all there yet.
    pub now: Timestamp,
    pub filter: &'a SessionFilter,
    pub context: &'a EventContext,
    /// Sessions at most, counted after the filter.
    pub limit: Option<usize>,
    /// Single sessions asked for at once.
    pub concurrency: usize,
}

impl Export<'_> {
    pub const CONCURRENCY: usize = 8;
}

/// What reading gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Fed {
    Event(Box<SessionEvent>),
    /// Every event of it was given.
    Read(Stretch),
}

/// A range of start times that was read to its end; empty for sessions that were asked for one by
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub range: TimeRange,
    /// Sessions that may bring more events, or may yet match the filter: id and start.
    pub unfinished: Vec<(String, Timestamp)>,
    /// Ids of sessions that will bring no more.
    pub finished: Vec<String>,
}

/// Sessions after which a stretch is closed, so that a run that is cut off has something to go on
/// from.
const STRETCH: usize = 100;

/// A row is there some time after its start: the gateway's machine takes the start, the database
/// commits. Until then nobody can be sure of a stretch.
const IN_DOUBT: SignedDuration = SignedDuration::from_secs(60);

/// How far the reading got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceProgress {
    pub sessions: u64,
    pub events: u64,
    /// Start of the session read last; the reading goes from new to old.
    pub reached: Option<Timestamp>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSummary {
    pub sessions: u64,
    pub events: u64,
    /// Sessions of which the gateway gave the list row alone.
    pub incomplete: u64,
    /// Ids of sessions that were not done: more events of them will come.
    pub not_done: Vec<String>,
    /// What the gateway has and does not show.
    pub hidden: Vec<Hidden>,
}

/// Sends the events of every wanted session to `tx`: sessions newest first, the events of one
/// session next to each other and in order. Ends early, with `Closed`, when nobody receives.
///
/// `statements` reads a recording's raw `event_stream` array.
pub async fn export(
    export: Export<'_>,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    tx: mpsc::Sender<Fed>,
    progress: impl FnMut(SourceProgress),
) -> Result<SourceSummary, SourceError> {
    let mut feeder = Feeder {
        export,
        tx,
        progress,
        summary: SourceSummary::default(),
    };
    for range in export.ranges.iter().rev() {
        if feeder.is_full() {
            break;
        }
        feeder.range(range, &statements).await?;
    }
    Ok(feeder.summary)
}

/// As [`export`], of sessions of earlier runs that were not over then: by id, with their starts.
/// One that is no longer there will bring no more.
pub async fn export_unfinished(
    export: Export<'_>,
    sessions: &BTreeMap<String, Timestamp>,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    tx: mpsc::Sender<Fed>,
) -> Result<SourceSummary, SourceError> {
    let mut feeder = Feeder {
        export,
        tx,
        progress: |_| (),
        summary: SourceSummary::default(),
    };
    feeder.unfinished(sessions, &statements).await?;
    Ok(feeder.summary)
}

/// As [`export`], of the sessions named, in their order.
pub async fn export_sessions(
    gateway: &Gateway,
    references: &[SessionRef],
    context: &EventContext,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    tx: mpsc::Sender<Fed>,
) -> Result<SourceSummary, SourceError> {
    let mut summary = SourceSummary::default();
    for reference in references {
        let id = find(gateway, reference, Timestamp::now()).await?;
        let session = single(gateway, &id, &statements).await?;
        send(&session, context, &tx, &mut summary).await?;
    }
    Ok(summary)
}

struct Feeder<'a, P> {
    export: Export<'a>,
    tx: mpsc::Sender<Fed>,
    progress: P,
    summary: SourceSummary,
}

impl<P: FnMut(SourceProgress)> Feeder<'_, P> {
    fn is_full(&self) -> bool {
        let limit = self.export.limit.unwrap_or(usize::MAX);
        self.summary.sessions >= limit as u64
    }

    async fn range(
        &mut self,
        range: TimeRange,
        statements: &impl Fn(&Session, &[u8]) -> Option<String>,
    ) -> Result<(), SourceError> {
        let Export {
            gateway, filter, ..
        } = self.export;
        let sessions = walk(gateway, range, filter.lasting_query())
            .map(|walked| async move { looked_at(gateway, filter, walked?, statements).await })
            .buffered(self.export.concurrency.max(1));
        let mut sessions = pin!(sessions);
        let mut stretch = Reading::new(range, self.export.now);
        while let Some(looked) = sessions.next().await {
            match looked? {
                Looked::Session { seen, whole_from } => {
                    self.take(&seen, whole_from, &mut stretch).await?;
                }
                Looked::Hidden(hidden) => self.leave_out(hidden, &mut stretch).await?,
            }
            if self.is_full() {
                return self.close(&mut stretch).await;
            }
            if stretch.sessions == STRETCH {
                self.close(&mut stretch).await?;
            }
        }
        stretch.reached = range.since;
        self.close(&mut stretch).await
    }

    async fn take(
        &mut self,
        seen: &Seen,
        whole_from: Timestamp,
        stretch: &mut Reading,
    ) -> Result<(), SourceError> {
        let (session, wanted) = match seen {
            Seen::Wanted(completed) => (&*completed.session, Some(completed)),
            Seen::Unwanted(session) => (&**session, None),
        };
        stretch.passed(session, whole_from);
        if let Some(completed) = wanted {
            send(completed, self.export.context, &self.tx, &mut self.summary).await?;
            (self.progress)(SourceProgress {
                sessions: self.summary.sessions,
                events: self.summary.events,
                reached: Some(session.start_date),
            });
        }
        Ok(())
    }

    /// Closes the stretch above what cannot be had, and begins another one below it.
    async fn leave_out(
        &mut self,
        hidden: Hidden,
        stretch: &mut Reading,
    ) -> Result<(), SourceError> {
        let hole = hidden.hole();
        tracing::warn!(%hidden, "the gateway's list ends before some sessions");
        self.summary.hidden.push(hidden);
        stretch.reached = hole.until;
        self.close(stretch).await?;
        stretch.go_below(hole.since);
        Ok(())
    }

    /// Gives word that everything down to the last session was read; siblings of the same instant
    /// may follow it.
    async fn close(&self, stretch: &mut Reading) -> Result<(), SourceError> {
        let read = stretch.close();
        let closed = self.tx.send(Fed::Read(read)).await;
        closed.map_err(|_| SourceError::Closed)
    }

    async fn unfinished(
        &mut self,
        sessions: &BTreeMap<String, Timestamp>,
        statements: &impl Fn(&Session, &[u8]) -> Option<String>,
    ) -> Result<(), SourceError> {
        let gateway = self.export.gateway;
        let asked = stream::iter(sessions)
            .map(|(id, start)| async move { (id, *start, single(gateway, id, statements).await) })
            .buffered(self.export.concurrency.max(1));
        let mut asked = pin!(asked);
        let empty = TimeRange {
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
        };
        let mut stretch = Reading::new(empty, self.export.now);
        while let Some((id, start, answer)) = asked.next().await {
            let completed = match answer {
                Ok(completed) => completed,
                Err(SourceError::Gateway(GatewayError::NoSession { .. })) => {
                    stretch.finished.push(id.clone());
                    continue;
                }
                Err(error) => return Err(error),
            };
            match completed.session.is_done() {
                true => stretch.finished.push(id.clone()),
                false => stretch.unfinished.push((id.clone(), start)),
            }
            if self.export.filter.matches(&completed.session) {
                send(&completed, self.export.context, &self.tx, &mut self.summary).await?;
            }
        }
        self.close(&mut stretch).await
    }
}

/// A stretch that is being read, from its end down.
struct Reading {
    until: Timestamp,
    /// Start of the last session.
    reached: Timestamp,
    sessions: usize,
    unfinished: Vec<(String, Timestamp)>,
    finished: Vec<String>,
}

impl Reading {
    fn new(range: TimeRange, now: Timestamp) -> Self {
        Self {
            until: range.until.min(now - IN_DOUBT),
            reached: range.since,
            sessions: 0,
            unfinished: Vec::new(),
            finished: Vec::new(),
        }
    }

    fn passed(&mut self, session: &Session, whole_from: Timestamp) {
        self.sessions += 1;
        self.reached = whole_from;
        if !session.is_done() {
            let id = session.id.clone();
            self.unfinished.push((id, session.start_date));
        }
    }

    /// Nothing between here and the last close is claimed to be read.
    fn go_below(&mut self, until: Timestamp) {
        self.until = self.until.min(until);
        self.reached = self.until;
    }

    /// What was read since the last time.
    fn close(&mut self) -> Stretch {
        let range = TimeRange {
            since: self.reached,
            until: self.until,
        };
        self.until = self.until.min(self.reached);
        self.sessions = 0;
        Stretch {
            range,
            unfinished: std::mem::take(&mut self.unfinished),
            finished: std::mem::take(&mut self.finished),
        }
    }
}

/// A row, seen through the filter.
enum Seen {
    Wanted(Completed),
    Unwanted(Box<Session>),
}

/// What a walk gave, seen through the filter.
enum Looked {
    Session { seen: Seen, whole_from: Timestamp },
    Hidden(Hidden),
}

async fn send(
    completed: &Completed,
    context: &EventContext,
    tx: &mpsc::Sender<Fed>,
    summary: &mut SourceSummary,
) -> Result<(), SourceError> {
    let events = completed.events(context);
    summary.count(completed, events.len());
    for event in events {
        let event = Fed::Event(Box::new(event));
        tx.send(event).await.map_err(|_| SourceError::Closed)?;
    }
    Ok(())
}

/// What can be said of a reading that did not get to its end.
impl From<SourceProgress> for SourceSummary {
    fn from(progress: SourceProgress) -> Self {
        Self {
            sessions: progress.sessions,
            events: progress.events,
            ..Self::default()
        }
    }
}

impl Add for SourceSummary {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.sessions += other.sessions;
        self.events += other.events;
        self.incomplete += other.incomplete;
        self.not_done.extend(other.not_done);
        self.hidden.extend(other.hidden);
        self
    }
}

impl SourceSummary {
    fn count(&mut self, completed: &Completed, events: usize) {
        self.sessions += 1;
        self.events += events as u64;
        self.incomplete += u64::from(completed.is_incomplete);
        if !completed.session.is_done() {
            self.not_done.push(completed.session.id.clone());
        }
    }
}

async fn looked_at(
    gateway: &Gateway,
    filter: &SessionFilter,
    walked: Walked,
    statements: &impl Fn(&Session, &[u8]) -> Option<String>,
) -> Result<Looked, SourceError> {
    let (row, whole_from) = match walked {
        Walked::Row { row, whole_from } => (row, whole_from),
        Walked::Hidden(hidden) => return Ok(Looked::Hidden(hidden)),
    };
    let seen = seen(gateway, filter, row, statements).await?;
    Ok(Looked::Session { seen, whole_from })
}

async fn seen(
    gateway: &Gateway,
    filter: &SessionFilter,
    row: Box<Session>,
    statements: &impl Fn(&Session, &[u8]) -> Option<String>,
) -> Result<Seen, SourceError> {
    if filter.of_row(&row) == RowVerdict::Unwanted {
        return Ok(Seen::Unwanted(row));
    }
    let completed = completed(gateway, *row, statements).await?;
    Ok(match filter.matches(&completed.session) {
        true => Seen::Wanted(completed),
        false => Seen::Unwanted(Box::new(Session::clone(&completed.session))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::session::Outcome;
    use crate::sources::testing::{STILL_OPEN, at_millis, gateway_of, row};

    fn sessions(count: u32) -> Vec<(u32, Timestamp, i64)> {
        (0..count)
            .map(|id| (id, at_millis(900_000 - i64::from(id) * 500), 0))
            .collect()
    }

    /// Exports the day, as it was at `now`.
    async fn exported_at(
        now: Timestamp,
        sessions: Vec<(u32, Timestamp, i64)>,
        filter: SessionFilter,
        limit: Option<usize>,
        receiver: impl AsyncFnOnce(mpsc::Receiver<Fed>) -> Vec<Fed>,
    ) -> (Result<SourceSummary, SourceError>, Vec<Fed>) {
        let server = gateway_of(sessions).await;
        let gateway = server.gateway();
        let settings = Export {
            gateway: &gateway,
            ranges: &[day()].into_iter().collect(),
            now,
            filter: &filter,
            context: &EventContext::default(),
            limit,
            concurrency: Export::CONCURRENCY,
        };
        let (tx, rx) = mpsc::channel(4);
        tokio::join!(export(settings, |_, _| None, tx, |_| ()), receiver(rx))
    }

    fn day() -> TimeRange {
        TimeRange {
            since: at_millis(0),
            until: at_millis(86_400_000),
        }
    }

    fn long_after() -> Timestamp {
        at_millis(100 * 86_400_000)
    }

    async fn exported(
        sessions: Vec<(u32, Timestamp, i64)>,
        filter: SessionFilter,
        limit: Option<usize>,
    ) -> (SourceSummary, Vec<Fed>) {
        let exported = exported_at(long_after(), sessions, filter, limit, everything).await;
        (exported.0.expect("exported"), exported.1)
    }

    async fn everything(mut rx: mpsc::Receiver<Fed>) -> Vec<Fed> {
        let mut fed = Vec::new();
        while let Some(one) = rx.recv().await {
            fed.push(one);
        }
        fed
    }

    fn events(fed: &[Fed]) -> Vec<&SessionEvent> {
        let events = fed.iter().filter_map(|one| match one {
            Fed::Event(event) => Some(&**event),
            Fed::Read(_) => None,
        });
        events.collect()
    }

    fn stretches(fed: &[Fed]) -> Vec<&Stretch> {
        let stretches = fed.iter().filter_map(|one| match one {
            Fed::Read(stretch) => Some(stretch),
            Fed::Event(_) => None,
        });
        stretches.collect()
    }

    #[tokio::test]
    async fn events_of_a_session_stay_together_and_in_order() {
        let (summary, fed) = exported(sessions(30), SessionFilter::default(), None).await;
        assert_eq!(
            (summary.sessions, summary.events, summary.incomplete),
            (30, 60, 0)
        );
        for (number, pair) in events(&fed).chunks(2).enumerate() {
            let id = format!("a0000000-0000-4000-8000-{number:012}");
            assert!(pair.iter().all(|event| event.session.id == id));
            assert_eq!(pair[0].kind, EventKind::Open);
            assert_eq!(pair[1].kind, EventKind::Close);
            assert_eq!(pair[1].command.as_deref(), Some("select 1"));
        }
    }

    #[tokio::test]
    async fn a_stretch_ends_behind_its_last_session_and_together_they_are_the_range() {
        let count = 2 * STRETCH as u32 + 30;
        let (_, fed) = exported(sessions(count), SessionFilter::default(), None).await;
        let read = stretches(&fed);
        assert_eq!(read.len(), 3);
        let all: Intervals = read.iter().map(|stretch| stretch.range).collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), [day()]);
        let mut given: Vec<Timestamp> = Vec::new();
        for one in &fed {
            match one {
                Fed::Event(event) => given.push(event.session.start_date),
                Fed::Read(stretch) => {
                    let is_given = |at: &Timestamp| given.contains(at);
                    let starts = sessions(count).into_iter().map(|(_, start, _)| start);
                    let mut within = starts.filter(|at| stretch.range.contains(*at));
                    assert!(within.all(|at| is_given(&at)), "read before it was given");
                }
            }
        }
    }

    #[tokio::test]
    async fn what_the_gateway_hides_is_named_and_no_stretch_covers_it() {
        let (before, crowded, after) = (at_millis(1_000), at_millis(5_500), at_millis(9_000));
        let mut sessions = vec![(1, after, 1)];
        sessions.extend((2..10_152).map(|id| (id, crowded, 0)));
        sessions.push((10_152, before, 1));
        let failed = SessionFilter {
            outcome: Some(Outcome::Failure),
            ..SessionFilter::default()
        };
        let (summary, fed) = exported(sessions, failed, None).await;
        assert_eq!(summary.sessions, 2, "both beside the crowd");
        let [hidden] = &summary.hidden[..] else {
            panic!("one part: {:?}", summary.hidden);
        };
        assert_eq!((hidden.sessions, hidden.second), (50, at_millis(5_000)));
        assert_eq!(hidden.user.as_deref(), Some("s"));
        let read: Intervals = stretches(&fed).iter().map(|one| one.range).collect();
        assert!(read.contains(before) && read.contains(after) && !read.contains(crowded));
        assert_eq!(read.missing_from(day()).iter().count(), 1);
    }

    #[tokio::test]
    async fn of_the_last_minute_nobody_can_be_sure() {
        let now = at_millis(900_000);
        let all = SessionFilter::default();
        let (_, fed) = exported_at(now, sessions(300), all, None, everything).await;
        assert_eq!(events(&fed).len(), 600, "it is read all the same");
        let sure: Intervals = stretches(&fed).iter().map(|one| one.range).collect();
        assert_eq!(sure.start(), Some(day().since));
        assert_eq!(sure.end(), Some(at_millis(840_000)));
    }

    #[tokio::test]
    async fn the_limit_counts_sessions_after_the_filter_and_leaves_the_rest_unread() {
        let mut sessions = sessions(20);
        for session in sessions.iter_mut().step_by(2) {
            session.2 = 254;
        }
        let blocked = SessionFilter {
            outcome: Some(Outcome::Blocked),
            ..SessionFilter::default()
        };
        let (summary, fed) = exported(sessions.clone(), blocked, Some(3)).await;
        assert_eq!(summary.sessions, 3);
        let events = events(&fed);
        assert!(events.iter().all(|event| event.outcome == Outcome::Blocked));
        let read: Intervals = stretches(&fed).iter().map(|one| one.range).collect();
        assert!(!read.contains(sessions[10].1));
    }

    #[tokio::test]
    async fn a_receiver_that_goes_away_ends_the_reading() {
        let one =
            async |mut rx: mpsc::Receiver<Fed>| rx.recv().await.into_iter().collect::<Vec<_>>();
        let all = SessionFilter::default();
        let (summary, fed) = exported_at(long_after(), sessions(30), all, None, one).await;
        assert_eq!(summary, Err(SourceError::Closed));
        assert_eq!(fed.len(), 1);
    }

    #[tokio::test]
    async fn sessions_that_are_not_over_are_told_with_their_stretch() {
        let mut sessions = sessions(3);
        sessions[1].2 = STILL_OPEN;
        let (_, fed) = exported(sessions.clone(), SessionFilter::default(), None).await;
        let unfinished = &stretches(&fed)[0].unfinished;
        let open = row(1, sessions[1].1);
        assert_eq!(*unfinished, [(open.id, open.start_date)]);
    }

    #[tokio::test]
    async fn one_that_does_not_match_yet_is_not_over_either() {
        let mut sessions = sessions(3);
        sessions[1].2 = STILL_OPEN;
        let blocked = SessionFilter {
            outcome: Some(Outcome::Blocked),
            ..SessionFilter::default()
        };
        let (summary, fed) = exported(sessions, blocked, None).await;
        assert_eq!(summary.sessions, 0);
        assert_eq!(stretches(&fed)[0].unfinished.len(), 1);
    }

    #[tokio::test]
    async fn earlier_sessions_are_asked_for_until_they_are_over_or_gone() {
        let (over, open, gone) = (1, 2, 3);
        let start = at_millis(1_000);
        let server = gateway_of(vec![(over, start, 0), (open, start, STILL_OPEN)]).await;
        let gateway = server.gateway();
        let earlier = [over, open, gone].map(|number| (row(number, start).id, start));
        let earlier = BTreeMap::from(earlier);
        let settings = Export {
            gateway: &gateway,
            ranges: &Intervals::default(),
            now: long_after(),
            filter: &SessionFilter::default(),
            context: &EventContext::default(),
            limit: None,
            concurrency: Export::CONCURRENCY,
        };
        let (tx, rx) = mpsc::channel(4);
        let asked = export_unfinished(settings, &earlier, |_, _| None, tx);
        let (summary, fed) = tokio::join!(asked, everything(rx));
        assert_eq!(summary.expect("asked").sessions, 2);
        assert_eq!(events(&fed).len(), 3, "two of the one, one of the other");
        let [read] = stretches(&fed)[..] else {
            panic!("one word at the end: {fed:?}");
        };
        assert_eq!(read.finished, [row(over, start).id, row(gone, start).id]);
        assert_eq!(read.unfinished, [(row(open, start).id, start)]);
        assert!(Intervals::from_iter([read.range]).is_empty());
    }
}
