//! The rows of a range, page by page: the I/O around [`Windows`].

use std::collections::VecDeque;

use futures_util::{Stream, TryStreamExt, stream};

use super::dense::Part;
use super::error::SourceError;
use super::retry::{Backoff, retrying};
use super::window::{PageRequest, Reach, Walked, Windows};
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::{CountMode, Gateway, SessionPage, SessionQuery};

/// Every list row of the range that matches `query`, newest first but within a second that has
/// more rows than paging reaches.
///
/// # Errors
///
/// `TooDense` behind the rows of a second that could not be read whole.
pub(super) fn rows<'a>(
    gateway: &'a Gateway,
    range: TimeRange,
    query: SessionQuery,
) -> impl Stream<Item = Result<Session, SourceError>> + 'a {
    walk(gateway, range, query, Backoff::patient).and_then(async |walked| match walked {
        Walked::Row { row, .. } => Ok(*row),
        Walked::Hidden(hidden) => Err(SourceError::TooDense { hidden }),
    })
}

/// As [`rows`], for whoever keeps account of what was read. `patience` is for a gateway that has
/// answered before.
pub(super) fn walk<'a>(
    gateway: &'a Gateway,
    range: TimeRange,
    query: SessionQuery,
    patience: fn() -> Backoff,
) -> impl Stream<Item = Result<Walked, SourceError>> + 'a {
    let rows = Rows {
        gateway,
        windows: Windows::new(range, Part::of(&query), Reach::GATEWAY),
        query,
        ready: VecDeque::new(),
        patience,
        has_answered: false,
        has_connections: false,
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
    ready: VecDeque<Walked>,
    patience: fn() -> Backoff,
    has_answered: bool,
    /// The gateway was asked for the names of its connections.
    has_connections: bool,
}

impl Rows<'_> {
    async fn next(&mut self) -> Result<Option<Walked>, SourceError> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Ok(Some(row));
            }
            if self.windows.wants_names() && !self.has_connections {
                self.has_connections = true;
                self.name_connections().await;
            }
            let Some(asked) = self.windows.next() else {
                return Ok(None);
            };
            let page = self.page(asked).await?;
            self.ready.extend(self.windows.take(page)?);
        }
    }

    async fn page(&mut self, asked: PageRequest) -> Result<SessionPage, SourceError> {
        let query = match &asked.part {
            Some(part) => part.narrow(&self.query),
            None => self.query.clone(),
        };
        let query = SessionQuery {
            start: Some(asked.start),
            end: Some(asked.end),
            limit: asked.limit,
            offset: asked.offset,
            count: match asked.is_counted {
                true => CountMode::Exact,
                false => CountMode::None,
            },
            ..query
        };
        let backoff = match self.has_answered {
            true => (self.patience)(),
            false => Backoff::short(),
        };
        let page = retrying(backoff, async || self.gateway.sessions(&query).await).await?;
        self.has_answered = true;
        Ok(page)
    }

    /// Names that no row has shown yet. They only help: what stays hidden is counted in the end.
    async fn name_connections(&mut self) {
        let ask = async || self.gateway.connections().await;
        match retrying(Backoff::short(), ask).await {
            Ok(connections) => {
                for one in connections {
                    self.windows.names().note_connection(&one.kind, &one.name);
                }
            }
            Err(error) => tracing::warn!(%error, "the names of the connections are not known"),
        }
    }
}
