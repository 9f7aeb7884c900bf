//! Finished recordings on this machine: the flags of the commands that read recordings.

use anyhow::Context as _;
use clap::Args;

use crate::context::Context;
use crate::error::UsageError;
use crate::gateway::Gateway;
use crate::sources::Cache;

/// Whether recordings are kept.
#[derive(Clone, Copy, Debug, Args)]
pub struct CacheArgs {
    /// Keep finished recordings on this machine, 1 GiB for a week, and read them from there
    #[arg(long, help_heading = "Cache")]
    cache: bool,
    /// Keep them although the gateway has downloads switched off
    #[arg(long, help_heading = "Cache")]
    allow_download: bool,
}

impl CacheArgs {
    /// The cache, where the flag or the profile asks for one.
    pub async fn open(
        &self,
        context: &Context,
        gateway: &Gateway,
    ) -> anyhow::Result<Option<Cache>> {
        open(context, gateway, self.cache, self.allow_download).await
    }
}

/// The cache, where `is_asked_for` or the profile wants one. A gateway with downloads switched off
/// does not want recordings to lie about: it has to be allowed.
pub async fn open(
    context: &Context,
    gateway: &Gateway,
    is_asked_for: bool,
    allow_download: bool,
) -> anyhow::Result<Option<Cache>> {
    if !is_asked_for && !context.settings()?.recording_cache.value {
        return Ok(None);
    }
    if !allow_download && gateway.server_info().await?.disable_sessions_download {
        const WHY: &str = "the gateway has downloads of recordings switched off";
        if is_asked_for {
            let hint = "--allow-download keeps them all the same";
            return Err(UsageError::with_hint(WHY, hint).into());
        }
        context.ui.warning(&format!("{WHY}: none is kept"));
        return Ok(None);
    }
    let folder = context
        .environment
        .cache_folder()
        .context("there is no home folder to keep recordings in: set HOME")?;
    Ok(Some(Cache::open(&folder.join("recordings"))?))
}
