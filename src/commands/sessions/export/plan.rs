//! What a run reads: a range, what a cursor leaves of it, or the sessions named.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::Context as _;
use jiff::Timestamp;

use super::follow::Following;
use super::{Export, Selection, new_cursor};
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::Ledger;
use crate::delivery::state::{CursorKey, Holder, StateError};
use crate::domain::event::EVENT_SCHEME;
use crate::domain::intervals::Intervals;
use crate::domain::site::Site;
use crate::domain::time::TimeRange;
use crate::error::UsageError;
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
    pub ledger: Option<Rc<RefCell<Ledger>>>,
}

pub(super) enum What {
    Sessions(Vec<SessionRef>),
    Ranges {
        ranges: Intervals,
        /// Sessions of earlier runs that were not over then: ids and starts.
        unfinished: BTreeMap<String, Timestamp>,
    },
    /// What the cursor leaves, again and again.
    Following(Following),
}

impl Plan {
    /// Without memory: everything that was asked for.
    pub fn forgetful(selection: Selection, now: Timestamp) -> Self {
        let (what, range) = match selection {
            Selection::Sessions(references) => (What::Sessions(references), None),
            Selection::Range(range) => (What::whole(range), Some(range)),
        };
        Self {
            what,
            range,
            now,
            ledger: None,
        }
    }

    /// What the cursor leaves of it. Sessions that are named are read whatever it says.
    pub async fn remembered(
        context: &Context,
        args: &Export,
        gateway: &Gateway,
        wanted: Wanted,
        datadog: &Datadog,
    ) -> anyhow::Result<Self> {
        let (since, until) = match wanted {
            Wanted::Selected(Selection::Range(range)) => (Some(range.since), range.until),
            Wanted::Selected(selection) => return Ok(Self::forgetful(selection, context.now())),
            Wanted::New { since, until } => (since, until),
        };
        let key = key(args, gateway, datadog.site()).await?;
        let mut ledger = ledger(context, args, key.clone())?;
        let first = ledger.cursor().and_then(|cursor| cursor.done.start());
        let since = since.or(first).ok_or_else(|| no_position(args))?;
        if first.is_none() {
            new_cursor::tell(&context.ui, &key, &ledger.others()?);
        }
        if args.again {
            ledger.send_again();
        }
        let range = TimeRange { since, until };
        let ledger = Rc::new(RefCell::new(ledger));
        let what = match args.runs_until_stopped() {
            true => What::Following(Following::new(since, Rc::clone(&ledger))),
            false => What::Ranges {
                ranges: ledger.borrow().missing(range),
                unfinished: ledger.borrow().unfinished(),
            },
        };
        Ok(Self {
            what,
            range: Some(range),
            now: context.now(),
            ledger: Some(ledger),
        })
    }

    /// What broke the run beside reading and delivering.
    pub fn intact(&self) -> Result<(), StateError> {
        match &self.what {
            What::Following(following) => following.intact(),
            What::Sessions(_) | What::Ranges { .. } => Ok(()),
        }
    }
}

impl What {
    fn whole(range: TimeRange) -> Self {
        What::Ranges {
            ranges: [range].into_iter().collect(),
            unfinished: BTreeMap::new(),
        }
    }
}

fn ledger(context: &Context, args: &Export, key: CursorKey) -> anyhow::Result<Ledger> {
    let folder = context.state_folder()?;
    if args.dry_run {
        return Ok(Ledger::look(&folder, key)?);
    }
    let command = match (args.new, args.runs_until_stopped()) {
        (true, _) => "sessions export --new",
        (_, true) => "sessions export --follow",
        _ => "sessions export",
    };
    let holder = Holder::this(command, context.now());
    Ok(Ledger::open(&folder, key, &holder)?)
}

/// A token that sees its own sessions alone makes another selection of the same filter.
async fn key(args: &Export, gateway: &Gateway, site: Site) -> anyhow::Result<CursorKey> {
    let user = gateway
        .user_info()
        .await
        .context("ask the gateway whose token this is")?;
    let mut filter = args.filter.filter().canonical();
    if user.sees_own_sessions_alone() {
        filter = format!("{filter} own={:?}", user.id);
    }
    Ok(CursorKey {
        organisation: user.org_id,
        filter,
        destination: "logs".to_owned(),
        site: site.to_string(),
        scheme: EVENT_SCHEME.to_owned(),
    })
}

fn no_position(args: &Export) -> UsageError {
    let flag = mode(args);
    UsageError::with_hint(
        "there is no position to go on from: nothing of this selection was shipped to this site",
        format!("say once where to begin: {flag} --since 24h"),
    )
}

pub(super) fn no_position_here(args: &Export) -> UsageError {
    let flag = mode(args);
    UsageError::with_hint(
        format!("{flag} goes on from a position, and files have none"),
        "use it with --to logs, or name a range: --since 24h",
    )
}

fn mode(args: &Export) -> &'static str {
    match args.runs_until_stopped() {
        true => "--follow",
        false => "--new",
    }
}
