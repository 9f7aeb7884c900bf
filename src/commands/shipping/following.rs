//! `--follow`: what is left at each look, by the positions.

use std::cell::{Cell, RefCell};

use jiff::Timestamp;

use super::positions::{Share, Unread};
use super::standing::{Standing, away};
use crate::delivery::state::StateError;
use crate::domain::time::human_duration;
use crate::sources::{Left, News};
use crate::ui::Ui;

/// What is followed, from when on.
pub struct Following {
    shares: RefCell<Vec<Share>>,
    is_first: Cell<bool>,
    /// Why the position could not be read any more.
    broken: Cell<Option<StateError>>,
}

impl Following {
    pub fn new(shares: Vec<Share>) -> Self {
        Self {
            shares: RefCell::new(shares),
            is_first: Cell::new(true),
            broken: Cell::new(None),
        }
    }

    /// What is left at `now`. Where the position cannot be read there is nothing more, as if all
    /// were well, and [`Following::intact`] tells.
    pub fn left(&self, now: Timestamp) -> Option<Left> {
        let left = self.begin_round(now, self.is_first.replace(false));
        left.map_err(|error| self.broken.set(Some(error))).ok()
    }

    /// # Errors
    ///
    /// What broke the positions on the way.
    pub fn intact(&self) -> Result<(), StateError> {
        self.broken.take().map_or(Ok(()), Err)
    }

    fn begin_round(&self, now: Timestamp, is_first: bool) -> Result<Left, StateError> {
        let mut shares = self.shares.borrow_mut();
        for share in shares.iter_mut() {
            share.range.until = now;
            if let Some(ledger) = &share.ledger {
                let mut ledger = ledger.borrow_mut();
                if !is_first {
                    ledger.begin_round()?;
                }
            }
        }
        let Unread { ranges, unfinished } = Unread::of(&shares);
        Ok(Left { ranges, unfinished })
    }
}

/// Tells people, and whoever looks from outside, what happens while a source is followed.
pub fn tell_news(ui: &Ui, standing: Option<&Standing>, news: News) {
    if let Some(standing) = standing {
        standing.heard(&news);
    }
    match news {
        News::Away(error) => {
            let why = away(&error);
            ui.warning(&format!("{why}; asking again until the gateway answers"));
        }
        News::Back { after } => {
            let after = human_duration(after);
            ui.status(&format!("the gateway answers again, after {after}"));
        }
        News::Read(_) => {}
        News::Hidden(hidden) => ui.warning(&format!("not read: {hidden}")),
        News::Looked { at, found, .. } => tracing::debug!(%at, found, "looked"),
    }
}
