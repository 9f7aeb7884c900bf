//! Reads ranges and single sessions, and feeds what comes of them to whoever receives.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::memory::{Events, Memory, RowPrint};
use super::stretch::Reading;
use super::{Export, Fed, SourceProgress, SourceSummary};
use crate::domain::event::SessionEvent;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::GatewayError;
use crate::sources::complete::{Asker, Completed, completed, single};
use crate::sources::contents::ReadRecording;
use crate::sources::dense::Hidden;
use crate::sources::error::SourceError;
use crate::sources::events::EventContext;
use crate::sources::filter::{RowVerdict, SessionFilter};
use crate::sources::retry::Backoff;
use crate::sources::rows::walk;
use crate::sources::throttle::Throttle;
use crate::sources::window::Walked;

/// Sessions after which a stretch is closed, so that a run that is cut off has something to go on
/// from.
pub(super) const STRETCH: usize = 100;

pub(super) struct Feeder<'a, P> {
    export: Export<'a>,
    throttle: Rc<Throttle>,
    /// Of a reading that goes on: what need not be asked for again.
    memory: Option<Rc<RefCell<Memory>>>,
    tx: mpsc::Sender<Fed>,
    progress: P,
    pub summary: SourceSummary,
}

impl<'a, P: FnMut(SourceProgress)> Feeder<'a, P> {
    pub fn new(export: Export<'a>, tx: mpsc::Sender<Fed>, progress: P) -> Self {
        Self {
            throttle: Rc::new(Throttle::new(export.concurrency)),
            export,
            memory: None,
            tx,
            progress,
            summary: SourceSummary::default(),
        }
    }

    /// For one round of many.
    pub fn sharing(self, throttle: &Rc<Throttle>, memory: &Rc<RefCell<Memory>>) -> Self {
        Self {
            throttle: Rc::clone(throttle),
            memory: Some(Rc::clone(memory)),
            ..self
        }
    }

    /// A reading that goes on looks again soon, so it need not insist.
    fn asker<'b>(&self, throttle: &'b Throttle) -> Asker<'b>
    where
        'a: 'b,
    {
        Asker {
            gateway: self.export.gateway,
            throttle,
            patience: match self.memory {
                Some(_) => Backoff::short,
                None => Backoff::patient,
            },
        }
    }

    pub fn is_full(&self) -> bool {
        let limit = self.export.limit.unwrap_or(usize::MAX);
        self.summary.sessions >= limit as u64
    }

    /// Reads one range, newest first.
    pub async fn range(
        &mut self,
        range: TimeRange,
        statements: &impl ReadRecording,
    ) -> Result<(), SourceError> {
        let Export {
            gateway, filter, ..
        } = self.export;
        let (throttle, memory) = (Rc::clone(&self.throttle), self.memory.clone());
        let looker = Looker {
            asker: self.asker(&throttle),
            filter,
            memory: memory.as_deref(),
            statements,
        };
        let looker = &looker;
        let sessions = walk(
            gateway,
            range,
            filter.lasting_query(),
            looker.asker.patience,
        )
        .map(|walked| async move { looker.looked_at(walked?).await })
        .buffered(self.export.concurrency.max(1));
        let mut sessions = pin!(sessions);
        let mut stretch = Reading::new(range);
        while let Some(looked) = sessions.next().await {
            match looked? {
                Looked::Session {
                    seen,
                    whole_from,
                    row,
                } => {
                    let events = self.take(seen, whole_from, &mut stretch).await?;
                    if let (Some(memory), Some(row)) = (&self.memory, row) {
                        memory.borrow_mut().note(row, events);
                    }
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

    /// Gives what came of a row; the same once more where that is known.
    async fn take(
        &mut self,
        seen: Seen,
        whole_from: Timestamp,
        stretch: &mut Reading,
    ) -> Result<Events, SourceError> {
        let completed = match seen {
            Seen::Wanted(completed) => completed,
            Seen::Unwanted(session) => {
                stretch.passed(&session, whole_from);
                return Ok(Events::default());
            }
            Seen::Again(session, events) => {
                stretch.passed(&session, whole_from);
                // One that is not wanted has none.
                if !events.is_empty() {
                    self.summary.note_open(&session);
                }
                give(&events, &self.tx).await?;
                return Ok(events);
            }
        };
        let session = &completed.session;
        stretch.passed(session, whole_from);
        let events: Events = completed.events(self.export.context).into();
        self.count(&completed, events.len());
        give(&events, &self.tx).await?;
        (self.progress)(SourceProgress {
            sessions: self.summary.sessions,
            events: self.summary.events,
            reached: Some(session.start_date),
        });
        Ok(events)
    }

    /// A session that was seen before brings nothing but events.
    fn count(&mut self, completed: &Completed, events: usize) {
        let has_seen =
            |memory: &Rc<RefCell<Memory>>| memory.borrow().has_seen(&completed.session.id);
        let is_known = self.memory.as_ref().is_some_and(has_seen);
        self.summary.count(completed, events);
        self.summary.sessions -= u64::from(is_known);
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
        let Export { gateway, now, .. } = self.export;
        let read = stretch.close(gateway.by_its_clock(now));
        let closed = self.tx.send(Fed::Read(read)).await;
        closed.map_err(|_| SourceError::Closed)
    }

    /// Asks for sessions by their ids.
    pub async fn unfinished(
        &mut self,
        sessions: &BTreeMap<String, Timestamp>,
        statements: &impl ReadRecording,
    ) -> Result<(), SourceError> {
        let throttle = Rc::clone(&self.throttle);
        let asker = &self.asker(&throttle);
        let asked = stream::iter(sessions)
            .map(|(id, start)| async move { (id, *start, single(asker, id, statements).await) })
            .buffered(self.export.concurrency.max(1));
        let mut asked = pin!(asked);
        let empty = TimeRange {
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
        };
        let mut stretch = Reading::new(empty);
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

/// A row, seen through the filter.
enum Seen {
    Wanted(Completed),
    Unwanted(Box<Session>),
    /// It is as it was when it gave these.
    Again(Box<Session>, Events),
}

/// What a walk gave, seen through the filter.
enum Looked {
    Session {
        seen: Seen,
        whole_from: Timestamp,
        /// As the list had it, where somebody remembers it.
        row: Option<RowPrint>,
    },
    Hidden(Hidden),
}

/// Looks at rows through the filter, and asks for the single session where one is wanted.
struct Looker<'a, S> {
    asker: Asker<'a>,
    filter: &'a SessionFilter,
    memory: Option<&'a RefCell<Memory>>,
    statements: &'a S,
}

impl<S: ReadRecording> Looker<'_, S> {
    async fn looked_at(&self, walked: Walked) -> Result<Looked, SourceError> {
        let (row, whole_from) = match walked {
            Walked::Row { row, whole_from } => (row, whole_from),
            Walked::Hidden(hidden) => return Ok(Looked::Hidden(hidden)),
        };
        let print = self.memory.map(|_| RowPrint::of(&row));
        let known = self.memory.zip(print.as_ref());
        let known = known.and_then(|(memory, print)| memory.borrow().events_of(print));
        let seen = match known {
            Some(events) => Seen::Again(row, events),
            None => self.seen(row).await?,
        };
        Ok(Looked::Session {
            seen,
            whole_from,
            row: print,
        })
    }

    async fn seen(&self, row: Box<Session>) -> Result<Seen, SourceError> {
        if self.filter.of_row(&row) == RowVerdict::Unwanted {
            return Ok(Seen::Unwanted(row));
        }
        let completed = completed(&self.asker, *row, self.statements).await?;
        Ok(match self.filter.matches(&completed.session) {
            true => Seen::Wanted(completed),
            false => Seen::Unwanted(Box::new(Session::clone(&completed.session))),
        })
    }
}

/// Gives the events of one session.
pub(super) async fn send(
    completed: &Completed,
    context: &EventContext,
    tx: &mpsc::Sender<Fed>,
    summary: &mut SourceSummary,
) -> Result<(), SourceError> {
    let events = completed.events(context);
    summary.count(completed, events.len());
    give(&events, tx).await
}

async fn give(events: &[SessionEvent], tx: &mpsc::Sender<Fed>) -> Result<(), SourceError> {
    for event in events {
        let event = Fed::Event(Box::new(event.clone()));
        tx.send(event).await.map_err(|_| SourceError::Closed)?;
    }
    Ok(())
}
