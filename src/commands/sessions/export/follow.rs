//! `--follow`: goes on from the position and stays, until somebody stops it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Export;
use crate::context::Context;
use crate::delivery::Ledger;
use crate::delivery::state::StateError;
use crate::domain::session::Session;
use crate::domain::time::{TimeRange, human_duration, parse_duration};
use crate::gateway::Gateway;
use crate::sources::{self, EventContext, Fed, Left, News, SourceError, SourceSummary};
use crate::ui;

/// Batches that are not full go out after this time where somebody watches.
pub(super) const LINGER_ON_A_TERMINAL: Duration = Duration::from_secs(1);

/// Staying.
#[derive(Debug, Args)]
pub struct FollowArgs {
    /// From the stored position on, and stay: new sessions, and what becomes of the open ones
    #[arg(
        long,
        conflicts_with_all = ["sessions", "until", "new", "again", "limit", "dry_run"]
    )]
    pub follow: bool,
    /// With --follow: how often the gateway is asked
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "10s",
        value_parser = parse_duration,
        requires = "follow"
    )]
    pub interval: Duration,
}

/// What is followed, from when on.
pub(super) struct Following<'a> {
    pub since: Timestamp,
    pub ledger: &'a RefCell<Ledger>,
    /// Why the position could not be read any more.
    pub broken: &'a Cell<Option<StateError>>,
}

impl Following<'_> {
    /// Feeds `tx` until nobody receives, the gateway refuses, or the position cannot be read.
    pub async fn read(
        &self,
        context: &Context,
        args: &Export,
        gateway: &Gateway,
        events: &EventContext,
        statements: impl Fn(&Session, &[u8]) -> Option<String>,
        tx: mpsc::Sender<Fed>,
    ) -> Result<SourceSummary, SourceError> {
        let follow = sources::Follow {
            gateway,
            filter: &args.filter.filter(),
            context: events,
            concurrency: args.concurrency,
            interval: args.follow.interval,
        };
        let mut is_first = true;
        let left = |now| {
            let left = self.left(now, is_first);
            is_first = false;
            left.map_err(|error| self.broken.set(Some(error))).ok()
        };
        let news = |news| tell(&context.ui, news);
        sources::follow(follow, left, statements, tx, news).await
    }

    fn left(&self, now: Timestamp, is_first: bool) -> Result<Left, StateError> {
        let mut ledger = self.ledger.borrow_mut();
        if !is_first {
            ledger.begin_round()?;
        }
        let range = TimeRange {
            since: self.since,
            until: now,
        };
        Ok(Left {
            ranges: ledger.missing(range),
            unfinished: ledger.unfinished(),
            is_settled: ledger.is_settled(),
        })
    }
}

fn tell(ui: &ui::Ui, news: News) {
    match news {
        News::Away(error) => {
            let of_gateway = error.gateway().map(ToString::to_string);
            let why = of_gateway.unwrap_or_else(|| error.to_string());
            ui.warning(&format!("{why}; asking again until the gateway answers"));
        }
        News::Back { after } => {
            let after = human_duration(after);
            ui.status(&format!("the gateway answers again, after {after}"));
        }
        News::Hidden(hidden) => ui.warning(&format!("not read: {hidden}")),
        News::Looked { at, sessions } => tracing::debug!(%at, sessions, "looked"),
    }
}
