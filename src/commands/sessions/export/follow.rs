//! `--follow`: goes on from the position and stays, until somebody stops it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::plan::{Share, Unread, unread};
use crate::delivery::state::StateError;
use crate::domain::session::Session;
use crate::domain::time::{human_duration, parse_duration};
use crate::sources::{self, Fed, Left, News, SourceError, SourceProgress, SourceSummary};
use crate::ui::Ui;

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
pub(super) struct Following {
    shares: RefCell<Vec<Share>>,
    /// Why the position could not be read any more.
    broken: Cell<Option<StateError>>,
}

impl Following {
    pub fn new(shares: Vec<Share>) -> Self {
        Self {
            shares: RefCell::new(shares),
            broken: Cell::new(None),
        }
    }

    /// Feeds `tx` until nobody receives, the gateway refuses, or the position cannot be read: then
    /// it ends as if all were well, and [`Following::intact`] tells. `reached` is kept up to date.
    pub async fn read(
        &self,
        ui: &Ui,
        reached: &Cell<SourceProgress>,
        follow: sources::Follow<'_>,
        statements: impl Fn(&Session, &[u8]) -> Option<String>,
        tx: mpsc::Sender<Fed>,
    ) -> Result<SourceSummary, SourceError> {
        let mut is_first = true;
        let left = |now| {
            let left = self.left(now, is_first);
            is_first = false;
            left.map_err(|error| self.broken.set(Some(error))).ok()
        };
        let news = |news| match news {
            News::Read(read) => reached.set(read),
            news => tell(ui, news),
        };
        sources::follow(follow, left, statements, tx, news).await
    }

    pub fn intact(&self) -> Result<(), StateError> {
        self.broken.take().map_or(Ok(()), Err)
    }

    fn left(&self, now: Timestamp, is_first: bool) -> Result<Left, StateError> {
        let mut shares = self.shares.borrow_mut();
        let mut is_settled = true;
        for share in shares.iter_mut() {
            share.range.until = now;
            if let Some(ledger) = &share.ledger {
                let mut ledger = ledger.borrow_mut();
                if !is_first {
                    ledger.begin_round()?;
                }
                is_settled &= ledger.is_settled();
            }
        }
        let Unread { ranges, unfinished } = unread(&shares);
        Ok(Left {
            ranges,
            unfinished,
            is_settled,
        })
    }
}

fn tell(ui: &Ui, news: News) {
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
        News::Read(_) => {}
        News::Looked { at, sessions } => tracing::debug!(%at, sessions, "looked"),
    }
}
