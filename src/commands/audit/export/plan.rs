//! What a run reads: a range, or what the positions leave of it, and who remembers.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;

use super::Export;
use crate::commands::shipping::Place;
use crate::commands::shipping::positions::{self, Share, Terms, Unread};
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::map::audit::NAME;
use crate::delivery::state::CursorKey;
use crate::domain::intervals::Intervals;
use crate::domain::site::Site;
use crate::domain::time::{TimeRange, parse_range};
use crate::gateway::Gateway;

/// What is wanted of the positions: the range as it was asked for.
///
/// # Errors
///
/// No times, a range that is reversed or lies in the future, and `--new` to a file.
pub(super) fn terms(context: &Context, args: &Export, places: &[Place]) -> anyhow::Result<Terms> {
    if args.new && !places.iter().all(Place::has_position) {
        return Err(positions::files_have_none("--new").into());
    }
    let (now, tz) = (context.now(), &context.ui.options().tz);
    let range = args.since.as_deref();
    let range = range.map(|since| parse_range(since, args.until.as_deref(), now, tz));
    let range = range.transpose()?;
    Ok(Terms {
        command: args.command(),
        mode: "--new",
        since: range.map(|range| range.since),
        until: range.map_or(now, |range| range.until),
        again: args.again,
        looks_only: args.delivery.dry_run,
        is_limited: false,
    })
}

/// What is to be read, and who remembers what was delivered of it.
pub(super) struct Plan {
    /// As it was asked for; what is left of it may be less.
    pub range: TimeRange,
    /// What the destinations lack together.
    pub missing: Intervals,
    /// What was written shortly before is not all there yet.
    pub now: Timestamp,
    /// Of each destination; `None` where nothing is remembered.
    pub ledgers: Vec<Option<Rc<RefCell<Ledger>>>>,
}

impl Plan {
    pub async fn of(
        context: &Context,
        gateway: &Gateway,
        terms: &Terms,
        places: &[Place],
        site: Option<Site>,
    ) -> anyhow::Result<Self> {
        let selection = match places.iter().any(Place::has_position) {
            true => Some(selection(gateway).await?),
            false => None,
        };
        let shares = positions::shares(context, terms, places, site, selection.as_ref())?;
        Ok(Self::union(context.now(), &shares))
    }

    /// Whether there is a position to go on from everywhere.
    pub fn has_position(&self) -> bool {
        positions::have_moved(&self.ledgers)
    }

    fn union(now: Timestamp, shares: &[Share]) -> Self {
        let nothing = TimeRange {
            since: now,
            until: now,
        };
        Self {
            range: positions::whole(shares).unwrap_or(nothing),
            missing: Unread::of(shares).ranges,
            now,
            ledgers: shares.iter().map(|share| share.ledger.clone()).collect(),
        }
    }
}

/// In the place of a filter stands the name of its events, which is no filter of sessions.
async fn selection(gateway: &Gateway) -> anyhow::Result<CursorKey> {
    positions::selection(gateway, |_| NAME.to_owned()).await
}
