//! The session events of ranges of start times, each session completed, several at once, in order,
//! with word of what was read to its end.

mod feeder;
mod follow;
mod memory;
mod stretch;

use std::collections::BTreeMap;
use std::ops::Add;

use jiff::Timestamp;
use tokio::sync::mpsc;

use self::feeder::{Feeder, send};
pub use self::follow::{Follow, follow};
pub use self::stretch::Stretch;
pub(super) use self::stretch::{IN_DOUBT, Reading};
use super::complete::{Asker, Completed, single};
use super::contents::ReadRecording;
use super::dense::Hidden;
use super::error::SourceError;
use super::events::EventContext;
use super::filter::SessionFilter;
use super::find::{SessionRef, find};
use super::retry::Backoff;
use super::throttle::Throttle;
use crate::domain::event::SessionEvent;
use crate::domain::intervals::Intervals;
use crate::domain::session::{Session, Status};
use crate::gateway::Gateway;

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
pub enum Fed<T = SessionEvent> {
    Event(Box<T>),
    /// Every event of it was given.
    Read(Stretch),
}

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
    /// Those of them that run, with their starts.
    pub open: Vec<(String, Timestamp)>,
    /// What the gateway has and does not show.
    pub hidden: Vec<Hidden>,
}

/// Sends the events of every wanted session to `tx`: sessions newest first, the events of one
/// session next to each other and in order. Ends early, with `Closed`, when nobody receives.
///
/// `statements` reads recordings.
pub async fn export(
    export: Export<'_>,
    statements: impl ReadRecording,
    tx: mpsc::Sender<Fed>,
    progress: impl FnMut(SourceProgress),
) -> Result<SourceSummary, SourceError> {
    let mut feeder = Feeder::new(export, tx, progress);
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
    statements: impl ReadRecording,
    tx: mpsc::Sender<Fed>,
) -> Result<SourceSummary, SourceError> {
    let mut feeder = Feeder::new(export, tx, |_| ());
    feeder.unfinished(sessions, &statements).await?;
    Ok(feeder.summary)
}

/// As [`export`], of the sessions named, in their order.
pub async fn export_sessions(
    gateway: &Gateway,
    references: &[SessionRef],
    context: &EventContext,
    statements: impl ReadRecording,
    tx: mpsc::Sender<Fed>,
) -> Result<SourceSummary, SourceError> {
    let mut summary = SourceSummary::default();
    let asker = Asker {
        gateway,
        throttle: &Throttle::new(1),
        patience: Backoff::patient,
    };
    for reference in references {
        let id = find(gateway, reference, Timestamp::now()).await?;
        let session = single(&asker, &id, &statements).await?;
        send(&session, context, &tx, &mut summary).await?;
    }
    Ok(summary)
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
        self.open.extend(other.open);
        self.hidden.extend(other.hidden);
        self
    }
}

impl SourceSummary {
    fn count(&mut self, completed: &Completed, events: usize) {
        self.sessions += 1;
        self.events += events as u64;
        self.incomplete += u64::from(completed.is_incomplete);
        let session = &completed.session;
        if !session.is_done() {
            self.not_done.push(session.id.clone());
        }
        self.note_open(session);
    }

    fn note_open(&mut self, session: &Session) {
        if session.status == Status::Open {
            self.open.push((session.id.clone(), session.start_date));
        }
    }
}

#[cfg(test)]
mod tests;
