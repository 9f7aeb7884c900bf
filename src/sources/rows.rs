//! The rows of a range, page by page: the I/O around [`Windows`].

use std::collections::VecDeque;

use futures_util::{Stream, stream};

use super::error::SourceError;
use super::retry::{Backoff, retrying};
use super::window::{PageRequest, Reach, Windows};
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::{Gateway, SessionPage, SessionQuery};

/// Every list row of the range that matches `query`, newest first.
pub(super) fn rows<'a>(
    gateway: &'a Gateway,
    range: TimeRange,
    query: SessionQuery,
) -> impl Stream<Item = Result<Session, SourceError>> + 'a {
    let rows = Rows {
        gateway,
        query,
        windows: Windows::new(range, Reach::GATEWAY),
        ready: VecDeque::new(),
        has_answered: false,
    };
    stream::try_unfold(rows, |mut rows| async move {
        let row = rows.next().await?;
        Ok(row.map(|row| (row, rows)))
    })
}

struct Rows<'a> {
    gateway: &'a Gateway,
    query: SessionQuery,
    windows: Windows,
    ready: VecDeque<Session>,
    has_answered: bool,
}

impl Rows<'_> {
    async fn next(&mut self) -> Result<Option<Session>, SourceError> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Ok(Some(row));
            }
            let Some(asked) = self.windows.next() else {
                return Ok(None);
            };
            let page = self.page(asked).await?;
            let fresh = self.windows.take(page.rows, page.has_next_page)?;
            self.ready.extend(fresh);
        }
    }

    async fn page(&mut self, asked: PageRequest) -> Result<SessionPage, SourceError> {
        let query = SessionQuery {
            start: Some(asked.start),
            end: Some(asked.end),
            limit: asked.limit,
            offset: asked.offset,
            ..self.query.clone()
        };
        let backoff = match self.has_answered {
            true => Backoff::patient(),
            false => Backoff::short(),
        };
        let page = retrying(backoff, async || self.gateway.sessions(&query).await).await?;
        self.has_answered = true;
        Ok(page)
    }
}
