//! One session with its recording, which is kept on disk where it is large.

use tempfile::SpooledTempFile;

use super::error::SourceError;
use super::retry::{Backoff, retrying};
use crate::domain::session::Session;
use crate::gateway::Gateway;

/// More than this goes to a temporary file, which has no name and which nobody else can open.
const IN_MEMORY: usize = 16 << 20;

/// Fetches a session and its recording, as received; `None` where there is none.
///
/// # Errors
///
/// As those of the gateway. What may pass is asked for again.
pub async fn spooled(
    gateway: &Gateway,
    id: &str,
) -> Result<(Session, Option<SpooledTempFile>), SourceError> {
    retrying(Backoff::short(), async || {
        let mut spool = SpooledTempFile::new(IN_MEMORY);
        let (session, is_recorded) = gateway.session_and_recording(id, &mut spool).await?;
        Ok((session, is_recorded.then_some(spool)))
    })
    .await
}
