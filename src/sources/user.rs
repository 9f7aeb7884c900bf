//! Whose token the gateway sees.

use super::error::SourceError;
use super::retry::{Backoff, retrying};
use crate::gateway::{Gateway, UserInfo};

/// Asked once in a run, and again where the gateway fails for a moment.
pub async fn user(gateway: &Gateway) -> Result<&UserInfo, SourceError> {
    retrying(Backoff::short(), async || gateway.user_info().await).await
}
