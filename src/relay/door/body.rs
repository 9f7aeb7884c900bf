//! Reading a body that nobody has proven yet.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::relay::counts::Refusal;

/// Of a webhook: Svix's own server takes no larger ones
/// (`server/svix-server/src/v1/endpoints/message.rs`).
pub(super) const LARGEST: usize = 2 << 20;

/// Of all bodies that are under way.
const TOGETHER: usize = 16 << 20;

/// For a whole body.
const PATIENCE: Duration = Duration::from_secs(15);

/// What may be in memory of all bodies together.
#[derive(Debug)]
pub(super) struct Budget(Arc<Semaphore>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TOGETHER)))
    }
}

/// A whole body, which is counted until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    pub bytes: Bytes,
    _share: Vec<OwnedSemaphorePermit>,
}

impl Budget {
    /// Reads `body` to its end. One that says that it is too large is not read at all.
    pub async fn read(&self, body: Incoming) -> Result<Held, Refusal> {
        if body.size_hint().lower() > LARGEST as u64 {
            return Err(Refusal::TooLarge);
        }
        timeout(PATIENCE, self.collect(body))
            .await
            .unwrap_or(Err(Refusal::Slow))
    }

    async fn collect(&self, mut body: Incoming) -> Result<Held, Refusal> {
        let (mut bytes, mut share) = (BytesMut::new(), Vec::new());
        while let Some(frame) = body.frame().await {
            // Whoever breaks off gets no answer.
            let frame = frame.map_err(|_| Refusal::Slow)?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > LARGEST {
                return Err(Refusal::TooLarge);
            }
            share.push(self.share(data.len())?);
            bytes.extend_from_slice(&data);
        }
        Ok(Held {
            bytes: bytes.freeze(),
            _share: share,
        })
    }

    /// Only what has come is counted, so that nobody keeps others out with what he says he will send.
    fn share(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let bytes = u32::try_from(bytes).map_err(|_| Refusal::TooLarge)?;
        let share = Arc::clone(&self.0).try_acquire_many_owned(bytes);
        share.map_err(|_| Refusal::Crowded)
    }
}
