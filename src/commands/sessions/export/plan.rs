//! What a run reads: a range, what a cursor leaves of it, or the sessions named.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::absolute;
use std::rc::Rc;

use anyhow::Context as _;
use jiff::Timestamp;

use super::follow::Following;
use super::{Export, Selection};
use crate::commands::shipping::{Destination, Place, tell_new_position};
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::state::{Cursor, CursorKey, Holder, StateError};
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
    pub ledgers: Vec<Option<Rc<RefCell<Ledger>>>>,
}

pub(super) enum What {
    Sessions(Vec<SessionRef>),
    Ranges(Unread),
    /// What the cursors leave, again and again.
    Following(Following),
}

/// What several destinations lack together.
pub(super) struct Unread {
    pub ranges: Intervals,
    /// Sessions of earlier runs that were not over then: ids and starts.
    pub unfinished: BTreeMap<String, Timestamp>,
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
        let selected = match places.iter().any(Place::has_position) {
            true => Some(selected(args, gateway).await?),
            false => None,
        };
        for place in places {
            let key = selected.as_ref().map(|key| key_of(place, site, key));
            shares.push(match key.transpose()? {
                Some(key) if place.has_position() => {
                    let ledger = ledger(context, args, key)?;
                    tell_new_position(&context.ui, &ledger)?;
                    Share::remembered(args, ledger, since, until)?
                }
                _ => Share::forgetful(args, since, until)?,
            });
        }
        Ok(Self::union(context.now(), args, shares))
    }

    /// Whether there is a position to go on from everywhere.
    pub fn has_position(&self) -> bool {
        let has_moved = |ledger: &Rc<RefCell<Ledger>>| ledger.borrow().cursor().is_some();
        self.ledgers
            .iter()
            .all(|ledger| ledger.as_ref().is_some_and(has_moved))
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
        }
    }

    fn union(now: Timestamp, args: &Export, shares: Vec<Share>) -> Self {
        let since = shares.iter().map(|share| share.range.since).min();
        let until = shares.iter().map(|share| share.range.until).max();
        Self {
            ledgers: shares.iter().map(|share| share.ledger.clone()).collect(),
            what: match args.runs_until_stopped() {
                true => What::Following(Following::new(shares)),
                false => What::Ranges(unread(&shares)),
            },
            range: since
                .zip(until)
                .map(|(since, until)| TimeRange { since, until }),
            now,
        }
    }
}

/// What `shares` lack together.
pub(super) fn unread(shares: &[Share]) -> Unread {
    let is_shared = shares.len() > 1;
    let mut ranges = Vec::new();
    let mut unfinished = BTreeMap::new();
    for share in shares {
        let Some(ledger) = &share.ledger else {
            ranges.push(share.range);
            continue;
        };
        let mut ledger = ledger.borrow_mut();
        if ledger.is_given_up() {
            continue;
        }
        ranges.extend(ledger.missing(share.range).iter());
        unfinished.extend(ledger.unfinished());
        if is_shared {
            ledger.limit_to(share.range);
        }
    }
    let ranges: Intervals = ranges.into_iter().collect();
    // What is read anyway is not asked for one by one.
    unfinished.retain(|_, started| !ranges.contains(*started));
    Unread { ranges, unfinished }
}

/// What one destination is to get.
pub(super) struct Share {
    pub range: TimeRange,
    pub ledger: Option<Rc<RefCell<Ledger>>>,
}

impl Share {
    /// Without memory: everything that was asked for.
    fn forgetful(
        args: &Export,
        since: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Self, UsageError> {
        let since = since.ok_or_else(|| no_position_here(args))?;
        Ok(Self {
            range: TimeRange { since, until },
            ledger: None,
        })
    }

    /// Without `since`, from where the cursor begins.
    fn remembered(
        args: &Export,
        mut ledger: Ledger,
        since: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Self, UsageError> {
        let first = ledger.cursor().and_then(Cursor::start);
        let since = since.or(first).ok_or_else(|| no_position(args))?;
        if args.again {
            ledger.send_again();
        }
        // What a limit leaves out is not left for later.
        if args.limit.is_none() {
            ledger.begin_at(since);
        }
        Ok(Self {
            range: TimeRange { since, until },
            ledger: Some(Rc::new(RefCell::new(ledger))),
        })
    }
}

fn ledger(context: &Context, args: &Export, key: CursorKey) -> anyhow::Result<Ledger> {
    let folder = context.state_folder()?;
    if args.delivery.dry_run || args.proof.estimate {
        return Ok(Ledger::look(&folder, key)?);
    }
    let holder = Holder::this(args.command(), context.now());
    Ok(Ledger::open(&folder, key, &holder)?)
}

/// The key of every cursor of this selection, but for destination and site. A token that sees its own
/// sessions alone makes another selection of the same filter.
async fn selected(args: &Export, gateway: &Gateway) -> anyhow::Result<CursorKey> {
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
        site: String::new(),
        scheme: EVENT_SCHEME.to_owned(),
    })
}

/// `selected` with the destination of `place`: files are known by their absolute path, and are of no
/// site.
fn key_of(place: &Place, site: Option<Site>, selected: &CursorKey) -> io::Result<CursorKey> {
    let destination = &place.to.destination;
    let (destination, site) = match destination {
        Destination::Path(path) => (absolute(path)?.display().to_string(), None),
        other => (other.to_string(), site),
    };
    Ok(CursorKey {
        destination,
        site: site.map(|site| site.to_string()).unwrap_or_default(),
        ..selected.clone()
    })
}

fn no_position(args: &Export) -> UsageError {
    let flag = mode(args);
    UsageError::with_hint(
        "there is no position to go on from: nothing of this selection was shipped there",
        format!("say once where to begin: {flag} --since 12h"),
    )
}

pub(super) fn no_position_here(args: &Export) -> UsageError {
    let flag = mode(args);
    UsageError::with_hint(
        format!("{flag} goes on from a position, and files have none unless they rotate"),
        "use it with --to logs, with --rotate-size 100MB, or name a range: --since 12h",
    )
}

fn mode(args: &Export) -> &'static str {
    match args.runs_until_stopped() {
        true => "--follow",
        false => "--new",
    }
}
