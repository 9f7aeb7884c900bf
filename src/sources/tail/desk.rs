//! What all followers share, and how they come by stored recordings: few at once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::event::Outlet;
use super::lines::Style;
use crate::domain::session::Session;
use crate::gateway::{Gateway, GatewayError};
use crate::sources::filter::SessionFilter;

/// Recordings that may lie in memory at once.
const RECORDINGS: usize = 2;

/// What all followers share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) gateway: Arc<Gateway>,
    pub(super) outlet: Outlet,
    pub(super) style: Style,
    /// What is recorded from here on is wanted of sessions that began before.
    pub(super) since: Option<Timestamp>,
    /// What a session must be when it has ended, to be shown at all.
    pub(super) at_end: Option<Arc<SessionFilter>>,
    places: Arc<Semaphore>,
}

/// A session with its stored recording, which has a place among those in memory.
pub(super) struct Stored {
    pub(super) session: Session,
    pub(super) recording: Option<Bytes>,
    _place: Option<OwnedSemaphorePermit>,
}

type Asking = Pin<Box<dyn Future<Output = Result<Stored, GatewayError>> + Send>>;

/// Where a look into the recording stands.
pub(super) enum Looking {
    Not,
    Asked(Asking),
    /// Answered: what the stream still owes may come until then.
    Waiting(Box<Stored>, Instant),
}

impl Shared {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        outlet: Outlet,
        style: Style,
        since: Option<Timestamp>,
        at_end: Option<Arc<SessionFilter>>,
    ) -> Self {
        Self {
            gateway,
            outlet,
            style,
            since,
            at_end,
            places: Arc::new(Semaphore::new(RECORDINGS)),
        }
    }

    /// Waits for a place, then asks.
    pub(super) async fn stored(&self, id: &str) -> Result<Stored, GatewayError> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (session, recording) = self.gateway.session_with_recording(id).await?;
        Ok(Stored {
            session,
            recording,
            _place: place,
        })
    }

    /// The same, while something else is done.
    pub(super) fn look(&self, id: &str) -> Looking {
        let (shared, id) = (self.clone(), id.to_owned());
        Looking::Asked(Box::pin(async move { shared.stored(&id).await }))
    }
}

impl Looking {
    /// The answer of what was asked; never, where nothing was.
    pub(super) async fn answer(&mut self) -> Result<Stored, GatewayError> {
        match self {
            Looking::Asked(asking) => asking.await,
            _ => std::future::pending().await,
        }
    }
}
