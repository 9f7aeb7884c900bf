//! What of a range each destination still lacks, by its position, and what they lack together.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use anyhow::Context as _;
use jiff::Timestamp;

use super::new_position::tell_new_position;
use super::place::Destination;
use super::rows::Place;
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::state::{Cursor, CursorKey, Holder};
use crate::domain::event::EVENT_SCHEME;
use crate::domain::intervals::Intervals;
use crate::domain::site::Site;
use crate::domain::span::SPAN_SCHEME;
use crate::domain::time::TimeRange;
use crate::error::UsageError;
use crate::gateway::{Gateway, UserInfo};
use crate::sources;

/// What a run wants of the positions.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The command without its values: whoever waits for the position is told.
    pub command: &'static str,
    /// The flag that goes on from a position, as it is given or could be: `--new`.
    pub mode: &'static str,
    /// `None` goes on from where each position begins.
    pub since: Option<Timestamp>,
    pub until: Timestamp,
    /// Everything counts as lacking.
    pub again: bool,
    /// Nothing will be delivered: no lock is taken, and nothing remembered.
    pub looks_only: bool,
    /// The run may leave out what it does not come to, and that is not left for later.
    pub is_limited: bool,
}

/// What one destination is to get.
pub struct Share {
    pub range: TimeRange,
    /// `None` where nothing is remembered.
    pub ledger: Option<Rc<RefCell<Ledger>>>,
}

/// What several destinations lack together.
pub struct Unread {
    pub ranges: Intervals,
    /// What earlier runs found unfinished: ids and starts.
    pub unfinished: BTreeMap<String, Timestamp>,
}

/// The key of every position of a selection, but for destination and site.
///
/// # Errors
///
/// A gateway that does not say whose token it sees.
pub async fn selection(
    gateway: &Gateway,
    filter: impl FnOnce(&UserInfo) -> String,
) -> anyhow::Result<CursorKey> {
    let user = sources::user(gateway)
        .await
        .context("ask the gateway whose token this is")?;
    Ok(CursorKey {
        organisation: user.org_id.clone(),
        filter: filter(user),
        destination: String::new(),
        site: String::new(),
        scheme: EVENT_SCHEME.to_owned(),
    })
}

/// What each of `places` is to get, in their order. `selection` is needed where one of them has a
/// position.
///
/// # Errors
///
/// A position that another process holds or that cannot be read, and none where one is needed.
pub fn shares(
    context: &Context,
    terms: &Terms,
    places: &[Place],
    site: Option<Site>,
    selection: Option<&CursorKey>,
) -> anyhow::Result<Vec<Share>> {
    let mut shares = Vec::new();
    for place in places {
        let selection = selection.filter(|_| place.has_position());
        let key = selection.map(|selection| key_of(place, site, selection));
        shares.push(match key.transpose()? {
            Some(key) => {
                let ledger = ledger(context, terms, key)?;
                tell_new_position(&context.ui, &ledger)?;
                Share::remembered(terms, ledger)?
            }
            None => Share::forgetful(terms)?,
        });
    }
    Ok(shares)
}

impl Unread {
    /// What `shares` lack together.
    pub fn of(shares: &[Share]) -> Self {
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
        Self { ranges, unfinished }
    }
}

/// From the first of what `shares` want to the last; `None` without any.
pub fn whole(shares: &[Share]) -> Option<TimeRange> {
    let since = shares.iter().map(|share| share.range.since).min()?;
    let until = shares.iter().map(|share| share.range.until).max()?;
    Some(TimeRange { since, until })
}

/// Whether there is a position to go on from everywhere.
pub fn have_moved(ledgers: &[Option<Rc<RefCell<Ledger>>>]) -> bool {
    let has_moved = |ledger: &Rc<RefCell<Ledger>>| ledger.borrow().cursor().is_some();
    ledgers
        .iter()
        .all(|ledger| ledger.as_ref().is_some_and(has_moved))
}

/// Refuses to go on from a position that there cannot be.
pub fn files_have_none(mode: &str) -> UsageError {
    UsageError::with_hint(
        format!("{mode} goes on from a position, and files have none unless they rotate"),
        "use it with --to logs, with --rotate-size 100MB, or name a range: --since 12h",
    )
}

impl Share {
    /// Without memory: everything that was asked for.
    fn forgetful(terms: &Terms) -> Result<Self, UsageError> {
        let since = terms.since.ok_or_else(|| files_have_none(terms.mode))?;
        let until = terms.until;
        Ok(Self {
            range: TimeRange { since, until },
            ledger: None,
        })
    }

    fn remembered(terms: &Terms, mut ledger: Ledger) -> Result<Self, UsageError> {
        let first = ledger.cursor().and_then(Cursor::start);
        let since = terms
            .since
            .or(first)
            .ok_or_else(|| no_position(terms.mode))?;
        if terms.again {
            ledger.send_again();
        }
        if !terms.is_limited {
            ledger.begin_at(since);
        }
        let until = terms.until;
        Ok(Self {
            range: TimeRange { since, until },
            ledger: Some(Rc::new(RefCell::new(ledger))),
        })
    }
}

fn ledger(context: &Context, terms: &Terms, key: CursorKey) -> anyhow::Result<Ledger> {
    let folder = context.state_folder()?;
    Ok(match terms.looks_only {
        true => Ledger::look(&folder, key)?,
        false => {
            let holder = Holder::this(terms.command, context.now());
            Ledger::open(&folder, key, &holder)?
        }
    })
}

/// `selection` with the destination of `place`: files are known by their absolute path, and are of no
/// site.
fn key_of(place: &Place, site: Option<Site>, selection: &CursorKey) -> io::Result<CursorKey> {
    let destination = place.to.destination.lasting_name()?;
    let site = match &place.to.destination {
        Destination::Path(_) | Destination::Otlp(Some(_)) => None,
        _ => site,
    };
    let scheme = match place.to.destination.takes_spans() {
        true => SPAN_SCHEME.to_owned(),
        false => selection.scheme.clone(),
    };
    let filter = match place.share {
        Some(share) => format!("{} {share}", selection.filter),
        None => selection.filter.clone(),
    };
    Ok(CursorKey {
        filter,
        scheme,
        destination,
        site: site.map(|site| site.to_string()).unwrap_or_default(),
        ..selection.clone()
    })
}

fn no_position(mode: &str) -> UsageError {
    UsageError::with_hint(
        "there is no position to go on from: nothing of this selection was shipped there, or word \
         of it is gone",
        format!(
            "say once where to begin: {mode} --since 12h; after `ddctl state repair` or `ddctl state \
             reset`, go back before the last run (`ddctl receipts list` says when it was), to the \
             start of the oldest session that was still open then"
        ),
    )
}
