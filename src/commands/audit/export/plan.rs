//! What a run reads: a range, or what the positions leave of it, and who remembers.

use std::cell::RefCell;

use anyhow::Context as _;
use jiff::Timestamp;

use super::Export;
use crate::commands::shipping::{Place, tell_new_position};
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::map::audit::NAME;
use crate::delivery::state::{Cursor, CursorKey, Holder};
use crate::domain::event::EVENT_SCHEME;
use crate::domain::intervals::Intervals;
use crate::domain::site::Site;
use crate::domain::time::{TimeRange, parse_range};
use crate::error::UsageError;
use crate::gateway::Gateway;
use crate::sources;

/// From when to when, as it was asked for; without `since` from where a position begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    since: Option<Timestamp>,
    until: Timestamp,
}

/// # Errors
///
/// No times, a range that is reversed or lies in the future, and `--new` to a file.
pub(super) fn span(context: &Context, args: &Export, places: &[Place]) -> anyhow::Result<Span> {
    let has_files = places.iter().any(|place| !place.to.destination.is_intake());
    if args.new && has_files {
        return Err(UsageError::with_hint(
            "--new goes on from a position, and files have none",
            "use it with --to logs, or name a range: --since 12h",
        )
        .into());
    }
    let (now, tz) = (context.now(), &context.ui.options().tz);
    let range = args.since.as_deref();
    let range = range.map(|since| parse_range(since, args.until.as_deref(), now, tz));
    let range = range.transpose()?;
    Ok(Span {
        since: range.map(|range| range.since),
        until: range.map_or(now, |range| range.until),
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
    pub ledgers: Vec<Option<RefCell<Ledger>>>,
}

impl Plan {
    pub async fn of(
        context: &Context,
        args: &Export,
        gateway: &Gateway,
        span: Span,
        places: &[Place],
        site: Option<Site>,
    ) -> anyhow::Result<Self> {
        let organisation = match site {
            Some(_) => organisation(gateway).await?,
            None => String::new(),
        };
        let mut shares = Vec::new();
        for place in places {
            let site = site.filter(|_| place.to.destination.is_intake());
            let ledger = match site {
                Some(site) => Some(ledger(context, args, key(&organisation, place, site))?),
                None => None,
            };
            shares.push(Share::new(span, ledger)?);
        }
        Ok(Self::union(context.now(), shares))
    }

    /// Whether there is a position to go on from everywhere.
    pub fn has_position(&self) -> bool {
        let has_moved = |ledger: &RefCell<Ledger>| ledger.borrow().cursor().is_some();
        self.ledgers
            .iter()
            .all(|ledger| ledger.as_ref().is_some_and(has_moved))
    }

    fn union(now: Timestamp, shares: Vec<Share>) -> Self {
        let is_shared = shares.len() > 1;
        let mut missing = Intervals::default();
        let mut ranges = Intervals::default();
        let mut ledgers = Vec::new();
        for Share { range, mut ledger } in shares {
            ranges.insert(range);
            match &mut ledger {
                None => missing.insert(range),
                Some(ledger) => {
                    ledger
                        .missing(range)
                        .iter()
                        .for_each(|one| missing.insert(one));
                    if is_shared {
                        ledger.limit_to(range);
                    }
                }
            }
            ledgers.push(ledger.map(RefCell::new));
        }
        Self {
            range: TimeRange {
                since: ranges.start().unwrap_or(now),
                until: ranges.end().unwrap_or(now),
            },
            missing,
            now,
            ledgers,
        }
    }
}

/// What one destination is to get.
struct Share {
    range: TimeRange,
    ledger: Option<Ledger>,
}

impl Share {
    fn new(span: Span, mut ledger: Option<Ledger>) -> Result<Self, UsageError> {
        let cursor = ledger.as_ref().and_then(Ledger::cursor);
        let first = cursor.and_then(Cursor::start);
        let since = span.since.or(first).ok_or_else(|| {
            UsageError::with_hint(
                "there is no position to go on from: nothing of the audit log was shipped to this \
                 site",
                "say once where to begin: --new --since 12h",
            )
        })?;
        if let Some(ledger) = &mut ledger {
            ledger.begin_at(since);
        }
        let range = TimeRange {
            since,
            until: span.until,
        };
        Ok(Self { range, ledger })
    }
}

async fn organisation(gateway: &Gateway) -> anyhow::Result<String> {
    let user = sources::user(gateway)
        .await
        .context("ask the gateway whose token this is")?;
    Ok(user.org_id.clone())
}

/// In the place of a filter stands the name of its events, which is no filter of sessions.
fn key(organisation: &str, place: &Place, site: Site) -> CursorKey {
    CursorKey {
        organisation: organisation.to_owned(),
        filter: NAME.to_owned(),
        destination: place.to.destination.to_string(),
        site: site.to_string(),
        scheme: EVENT_SCHEME.to_owned(),
    }
}

fn ledger(context: &Context, args: &Export, key: CursorKey) -> anyhow::Result<Ledger> {
    let folder = context.state_folder()?;
    let mut ledger = match args.delivery.dry_run {
        true => Ledger::look(&folder, key)?,
        false => {
            let holder = Holder::this(args.command(), context.now());
            Ledger::open(&folder, key, &holder)?
        }
    };
    tell_new_position(&context.ui, &ledger)?;
    if args.again {
        ledger.send_again();
    }
    Ok(ledger)
}
