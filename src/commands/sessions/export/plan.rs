//! What a run reads: a range, what a cursor leaves of it, or the sessions named.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;

use super::{Export, Selection};
use crate::commands::shipping::positions::{self, Share, Terms, Unread};
use crate::commands::shipping::{Course, Following, Place};
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::state::{CursorKey, StateError};
use crate::domain::site::Site;
use crate::domain::time::TimeRange;
use crate::gateway::Gateway;
use crate::sources::SessionRef;

/// What was asked for, of a destination that has a position.
pub(super) enum Wanted {
    Selected(Selection),
    /// From the stored position, or from `since` the first time.
    New {
        since: Option<Timestamp>,
        until: Timestamp,
    },
}

/// What is to be read, and who remembers what was delivered of it.
pub(super) struct Plan {
    pub what: What,
    /// As it was asked for; what is left of it may be less.
    pub range: Option<TimeRange>,
    /// What started shortly before is not all there yet.
    pub now: Timestamp,
    /// Of each destination; `None` where nothing is remembered.
    pub ledgers: Vec<Option<Rc<RefCell<Ledger>>>>,
    /// How far the reading is.
    pub course: Course,
}

pub(super) enum What {
    Sessions(Vec<SessionRef>),
    Ranges(Unread),
    /// What the cursors leave, again and again.
    Following(Following),
}

impl Plan {
    /// What the cursors of `places` leave of it: the union of what each lacks. Sessions that are
    /// named are read whatever the cursors say.
    pub async fn of(
        context: &Context,
        args: &Export,
        gateway: &Gateway,
        wanted: Wanted,
        places: &[Place],
        site: Option<Site>,
    ) -> anyhow::Result<Self> {
        let (since, until) = match wanted {
            Wanted::Selected(Selection::Range(range)) => (Some(range.since), range.until),
            Wanted::Selected(Selection::Sessions(references)) => {
                return Ok(Self::without_memory(context, references, places));
            }
            Wanted::New { since, until } => (since, until),
        };
        let selection = match places.iter().any(Place::has_position) {
            true => Some(selection(args, gateway).await?),
            false => None,
        };
        let terms = terms(args, since, until);
        let shares = positions::shares(context, &terms, places, site, selection.as_ref())?;
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
            What::Sessions(_) | What::Ranges(_) => Ok(()),
        }
    }

    fn without_memory(context: &Context, references: Vec<SessionRef>, places: &[Place]) -> Self {
        Self {
            what: What::Sessions(references),
            range: None,
            now: context.now(),
            ledgers: places.iter().map(|_| None).collect(),
            course: Course::default(),
        }
    }

    fn union(now: Timestamp, args: &Export, shares: Vec<Share>) -> Self {
        Self {
            range: positions::whole(&shares),
            ledgers: shares.iter().map(|share| share.ledger.clone()).collect(),
            what: match args.runs_until_stopped() {
                true => What::Following(Following::new(shares)),
                false => What::Ranges(Unread::of(&shares)),
            },
            now,
            course: Course::default(),
        }
    }
}

/// A token that sees its own sessions alone makes another selection of the same filter.
async fn selection(args: &Export, gateway: &Gateway) -> anyhow::Result<CursorKey> {
    positions::selection(gateway, |user| {
        let filter = args.filter.filter().canonical();
        match user.sees_own_sessions_alone() {
            true => format!("{filter} own={:?}", user.id),
            false => filter,
        }
    })
    .await
}

fn terms(args: &Export, since: Option<Timestamp>, until: Timestamp) -> Terms {
    Terms {
        command: args.command(),
        mode: args.mode(),
        since,
        until,
        again: args.again,
        looks_only: args.delivery.dry_run || args.proof.estimate,
        is_limited: args.limit.is_some(),
    }
}
