//! What a run reads: a range, what a cursor leaves of it, or the sessions named.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::Timestamp;

use super::destination::Place;
use super::{Export, Selection};
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::state::{CursorKey, Holder};
use crate::domain::event::EVENT_SCHEME;
use crate::domain::intervals::Intervals;
use crate::domain::site::Site;
use crate::domain::time::TimeRange;
use crate::error::UsageError;
use crate::gateway::Gateway;
use crate::sources::{self, SessionRef};

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
    pub ledgers: Vec<Option<RefCell<Ledger>>>,
}

pub(super) enum What {
    Sessions(Vec<SessionRef>),
    Ranges {
        ranges: Intervals,
        /// Sessions of earlier runs that were not over then: ids and starts.
        unfinished: BTreeMap<String, Timestamp>,
    },
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
        let mut shares = Vec::new();
        let selected = match site {
            Some(site) => Some(selected(args, gateway, site).await?),
            None => None,
        };
        for place in places {
            let destination = &place.to.destination;
            shares.push(match &selected {
                Some(selected) if destination.is_intake() => {
                    let key = CursorKey {
                        destination: destination.to_string(),
                        ..selected.clone()
                    };
                    Share::remembered(ledger(context, args, key)?, since, until, args.again)?
                }
                _ => Share::forgetful(since, until)?,
            });
        }
        Ok(Self::union(context.now(), shares))
    }

    fn without_memory(context: &Context, references: Vec<SessionRef>, places: &[Place]) -> Self {
        Self {
            what: What::Sessions(references),
            range: None,
            now: context.now(),
            ledgers: places.iter().map(|_| None).collect(),
        }
    }

    fn union(now: Timestamp, mut shares: Vec<Share>) -> Self {
        let is_shared = shares.len() > 1;
        let mut ranges = Vec::new();
        let mut unfinished = BTreeMap::new();
        for share in &mut shares {
            match &mut share.ledger {
                Some(ledger) => {
                    ranges.extend(ledger.missing(share.range).iter());
                    if let Some(cursor) = ledger.cursor() {
                        unfinished.extend(cursor.unfinished.clone());
                    }
                    if is_shared {
                        ledger.limit_to(share.range);
                    }
                }
                None => ranges.push(share.range),
            }
        }
        let ranges: Intervals = ranges.into_iter().collect();
        // What is read anyway is not asked for one by one.
        unfinished.retain(|_, started| !ranges.contains(*started));
        let since = shares.iter().map(|share| share.range.since).min();
        let until = shares.iter().map(|share| share.range.until).max();
        Self {
            what: What::Ranges { ranges, unfinished },
            range: since
                .zip(until)
                .map(|(since, until)| TimeRange { since, until }),
            now,
            ledgers: shares
                .into_iter()
                .map(|share| share.ledger.map(RefCell::new))
                .collect(),
        }
    }
}

/// What one destination is to get.
struct Share {
    range: TimeRange,
    ledger: Option<Ledger>,
}

impl Share {
    /// Without memory: everything that was asked for.
    fn forgetful(since: Option<Timestamp>, until: Timestamp) -> Result<Self, UsageError> {
        let since = since.ok_or_else(no_position_here)?;
        Ok(Self {
            range: TimeRange { since, until },
            ledger: None,
        })
    }

    /// Without `since`, from where the cursor begins.
    fn remembered(
        mut ledger: Ledger,
        since: Option<Timestamp>,
        until: Timestamp,
        is_again: bool,
    ) -> Result<Self, UsageError> {
        let first = ledger.cursor().and_then(|cursor| cursor.done.start());
        let since = since.or(first).ok_or_else(no_position)?;
        if is_again {
            ledger.send_again();
        }
        Ok(Self {
            range: TimeRange { since, until },
            ledger: Some(ledger),
        })
    }
}

fn ledger(context: &Context, args: &Export, key: CursorKey) -> anyhow::Result<Ledger> {
    let folder = context.state_folder()?;
    if args.delivery.dry_run {
        return Ok(Ledger::look(&folder, key)?);
    }
    let holder = Holder::this(args.command(), context.now());
    Ok(Ledger::open(&folder, key, &holder)?)
}

/// The key of every cursor of this selection, but for the destination. A token that sees its own
/// sessions alone makes another selection of the same filter.
async fn selected(args: &Export, gateway: &Gateway, site: Site) -> anyhow::Result<CursorKey> {
    let user = sources::user(gateway)
        .await
        .context("ask the gateway whose token this is")?;
    let mut filter = args.filter.filter().canonical();
    if user.sees_own_sessions_alone() {
        filter = format!("{filter} own={:?}", user.id);
    }
    Ok(CursorKey {
        organisation: user.org_id.clone(),
        filter,
        destination: String::new(),
        site: site.to_string(),
        scheme: EVENT_SCHEME.to_owned(),
    })
}

fn no_position() -> UsageError {
    UsageError::with_hint(
        "there is no position to go on from: nothing of this selection was shipped to this site",
        "say once where to begin: --new --since 24h",
    )
}

pub(super) fn no_position_here() -> UsageError {
    UsageError::with_hint(
        "--new goes on from a position, and files have none",
        "use it with --to logs, or name a range: --since 24h",
    )
}
