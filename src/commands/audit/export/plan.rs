//! What a run reads: a range, or what the positions leave of it, and who remembers.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;

use super::Export;
use crate::commands::shipping::positions::{self, Share, Terms, Unread};
use crate::commands::shipping::{Course, Following, Place};
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::state::StateError;
use crate::domain::intervals::Intervals;
use crate::domain::site::Site;
use crate::domain::time::{TimeRange, parse_range};
use crate::gateway::Gateway;

/// What is wanted of the positions: the range as it was asked for.
///
/// # Errors
///
/// No times, a range that is reversed or lies in the future, and going on where there is no position.
pub(super) fn terms(context: &Context, args: &Export, places: &[Place]) -> anyhow::Result<Terms> {
    if args.goes_on() && !places.iter().all(Place::has_position) {
        return Err(positions::files_have_none(args.mode()).into());
    }
    let (now, tz) = (context.now(), &context.ui.options().tz);
    let range = args.since.as_deref();
    let range = range.map(|since| parse_range(since, args.until.as_deref(), now, tz));
    let range = range.transpose()?;
    Ok(Terms {
        command: args.command(),
        mode: args.mode(),
        since: range.map(|range| range.since),
        until: range.map_or(now, |range| range.until),
        again: args.again,
        looks_only: args.delivery.dry_run || args.proof.estimate,
        is_limited: false,
    })
}

/// What is to be read, and who remembers what was delivered of it.
pub(super) struct Plan {
    pub what: What,
    /// As it was asked for; what is left of it may be less.
    pub range: TimeRange,
    /// What was written shortly before is not all there yet.
    pub now: Timestamp,
    /// Of each destination; `None` where nothing is remembered.
    pub ledgers: Vec<Option<Rc<RefCell<Ledger>>>>,
    /// How far the reading is.
    pub course: Course,
}

pub(super) enum What {
    /// What the destinations lack together.
    Ranges(Intervals),
    /// What the positions leave, again and again.
    Following(Following),
}

impl Plan {
    pub async fn of(
        context: &Context,
        args: &Export,
        gateway: &Gateway,
        terms: &Terms,
        places: &[Place],
        site: Option<Site>,
    ) -> anyhow::Result<Self> {
        let selection = match places.iter().any(Place::has_position) {
            true => Some(positions::selection(gateway, |_| args.selected()).await?),
            false => None,
        };
        let shares = positions::shares(context, terms, places, site, selection.as_ref())?;
        Ok(Self::union(context.now(), args, shares))
    }

    /// Whether there is a position to go on from everywhere.
    pub fn has_position(&self) -> bool {
        positions::have_moved(&self.ledgers)
    }

    /// What broke the run beside reading and delivering.
    pub fn intact(&self) -> Result<(), StateError> {
        match &self.what {
            What::Following(following) => following.intact(),
            What::Ranges(_) => Ok(()),
        }
    }

    fn union(now: Timestamp, args: &Export, shares: Vec<Share>) -> Self {
        let nothing = TimeRange {
            since: now,
            until: now,
        };
        Self {
            range: positions::whole(&shares).unwrap_or(nothing),
            ledgers: shares.iter().map(|share| share.ledger.clone()).collect(),
            what: match args.follow {
                true => What::Following(Following::new(shares)),
                false => What::Ranges(Unread::of(&shares).ranges),
            },
            now,
            course: Course::default(),
        }
    }
}
