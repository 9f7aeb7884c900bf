//! Reads ranges of the audit log, and feeds the wanted rows to whoever receives.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::pages::Pages;
use super::{AuditFilter, AuditProgress, Fed};
use crate::domain::intervals::Intervals;
use crate::domain::time::TimeRange;
use crate::gateway::{AUDIT_PAGE_LIMIT, AuditLog, AuditPage, AuditQuery, Gateway};
use crate::sources::error::SourceError;
use crate::sources::export::{IN_DOUBT, Reading};
use crate::sources::retry::{Backoff, retrying};

/// Rows younger than this are read again by the next look, and told by their ids.
const RECENT: SignedDuration = SignedDuration::from_secs(2 * IN_DOUBT.as_secs());

pub(super) struct Feeder<'a, P> {
    gateway: &'a Gateway,
    filter: &'a AuditFilter,
    tx: mpsc::Sender<Fed>,
    progress: P,
    insists: bool,
    rows: u64,
    /// When each of the newest rows was written, by its id.
    recent: HashMap<String, Timestamp>,
    has_answered: bool,
}

impl<'a, P: FnMut(AuditProgress)> Feeder<'a, P> {
    pub fn new(
        gateway: &'a Gateway,
        filter: &'a AuditFilter,
        tx: mpsc::Sender<Fed>,
        progress: P,
    ) -> Self {
        Self {
            gateway,
            filter,
            tx,
            progress,
            insists: true,
            rows: 0,
            recent: HashMap::new(),
            has_answered: false,
        }
    }

    /// For a reading that goes on: it looks again soon, so it need not insist.
    pub fn looking_again(self) -> Self {
        Self {
            insists: false,
            ..self
        }
    }

    /// Different rows that were given.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Reads `ranges`, newest first.
    pub async fn read(&mut self, ranges: &Intervals, now: Timestamp) -> Result<(), SourceError> {
        self.recent.retain(|_, at| *at >= now - RECENT);
        for range in ranges.iter().rev() {
            self.range(range, now).await?;
        }
        Ok(())
    }

    async fn range(&mut self, range: TimeRange, now: Timestamp) -> Result<(), SourceError> {
        let mut pages = Pages::new(range, AUDIT_PAGE_LIMIT);
        let mut stretch = Reading::new(range);
        while let Some(query) = pages.next() {
            let taken = pages.take(self.page(query).await?)?;
            for row in taken.rows {
                if self.filter.matches(&row) {
                    self.count(&row, now);
                    self.send(Fed::Event(Box::new(row))).await?;
                }
            }
            (self.progress)(AuditProgress {
                rows: self.rows,
                reached: taken.whole_from,
            });
            stretch.reached = taken.whole_from;
            let read = stretch.close(self.gateway.by_its_clock(now));
            self.send(Fed::Read(read)).await?;
        }
        Ok(())
    }

    fn count(&mut self, row: &AuditLog, now: Timestamp) {
        let is_recent = row.created_at >= now - RECENT;
        let is_known = is_recent && self.recent.insert(row.id.clone(), row.created_at).is_some();
        self.rows += u64::from(!is_known);
    }

    async fn page(&mut self, query: AuditQuery) -> Result<AuditPage, SourceError> {
        let query = AuditQuery {
            conditions: self.filter.conditions(),
            ..query
        };
        let backoff = match self.has_answered && self.insists {
            true => Backoff::patient(),
            false => Backoff::short(),
        };
        let gateway = self.gateway;
        let page = retrying(backoff, async || gateway.audit_logs(&query).await).await?;
        self.has_answered = true;
        Ok(page)
    }

    async fn send(&self, fed: Fed) -> Result<(), SourceError> {
        let sent = self.tx.send(fed).await;
        sent.map_err(|_| SourceError::Closed)
    }
}
