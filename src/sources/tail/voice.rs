//! What one session tells.

use std::sync::Arc;
use std::time::Duration;

use super::event::{Begin, Gap, Outlet, TailEvent, TailLine};
use crate::domain::session::Session;
use crate::sources::error::SourceError;

/// Every telling waits for room, and fails where nobody listens any more.
pub(super) struct Voice {
    outlet: Outlet,
    session: Arc<Session>,
}

impl Voice {
    pub(super) fn new(outlet: Outlet, session: Arc<Session>) -> Self {
        Self { outlet, session }
    }

    pub(super) async fn opened(&self, begin: Begin) -> Result<(), SourceError> {
        let session = self.session();
        self.tell(TailEvent::Opened { session, begin }).await
    }

    pub(super) async fn lines(&self, lines: Vec<TailLine>) -> Result<(), SourceError> {
        for line in lines {
            let session = self.session();
            self.tell(TailEvent::Line { session, line }).await?;
        }
        Ok(())
    }

    pub(super) async fn gap(&self, gap: Gap) -> Result<(), SourceError> {
        let session = self.session();
        self.tell(TailEvent::Gap { session, gap }).await
    }

    pub(super) async fn away(&self, why: String) -> Result<(), SourceError> {
        let session = self.session();
        self.tell(TailEvent::Away { session, why }).await
    }

    pub(super) async fn back(&self, away: Duration) -> Result<(), SourceError> {
        let session = self.session();
        self.tell(TailEvent::Back { session, away }).await
    }

    pub(super) async fn elsewhere(&self) -> Result<(), SourceError> {
        let session = self.session();
        self.tell(TailEvent::Elsewhere { session }).await
    }

    /// `ended` is the session as it stands at its end.
    pub(super) async fn closed(&self, ended: Arc<Session>) -> Result<(), SourceError> {
        self.tell(TailEvent::Closed { session: ended }).await
    }

    pub(super) async fn lost(&self, why: String) -> Result<(), SourceError> {
        let session = self.session();
        self.tell(TailEvent::Lost { session, why }).await
    }

    fn session(&self) -> Arc<Session> {
        Arc::clone(&self.session)
    }

    async fn tell(&self, event: TailEvent) -> Result<(), SourceError> {
        self.outlet.tell(event).await
    }
}
