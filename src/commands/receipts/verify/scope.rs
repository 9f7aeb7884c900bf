//! Whose sessions the gateway shows to the token that asks.

use anyhow::Context as _;

use super::Selected;
use super::proving::Asked;
use crate::sources;

/// What can be seen of what is asked about.
pub struct Scope {
    /// The gateway shows the token's own sessions alone, and no word of the others.
    pub is_own_alone: bool,
    /// As receipts and positions have it: what is seen of the same filter is another selection.
    pub filter: String,
}

impl Scope {
    /// # Errors
    ///
    /// A gateway that does not say whose token it sees.
    pub async fn of(asked: Asked<'_>) -> anyhow::Result<Self> {
        let user = sources::user(asked.gateway)
            .await
            .context("ask the gateway whose token this is")?;
        let selected = &asked.subject.selected;
        let is_own_alone =
            matches!(selected, Selected::Sessions(_)) && user.sees_own_sessions_alone();
        let filter = match is_own_alone {
            true => format!("{} own={:?}", selected.canonical(), user.id),
            false => selected.canonical(),
        };
        Ok(Self {
            is_own_alone,
            filter: filter.trim_start().to_owned(),
        })
    }
}
