//! What a tail says on stderr: that streams broke and came back, once for all that broke together.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::time::human_duration;
use crate::sources::tail::TailEvent;
use crate::ui::{Ui, counted};

/// What breaks within this time is said together.
const TOGETHER: Duration = Duration::from_millis(300);
/// Streams come back one after the other; said when all are back, or after this time.
const ALL_BACK: Duration = Duration::from_secs(3);

/// Notices that were not said yet.
#[derive(Debug, Default)]
pub struct Notices {
    due: Option<Instant>,
    /// Sessions whose streams are away now, by id.
    now_away: HashSet<String>,
    away: Several,
    back: Several,
    list_away: Option<String>,
    list_back: Option<Duration>,
    /// It was said that the list cannot be read.
    has_said_list: bool,
}

/// One of several, and how many there are.
#[derive(Debug, Default)]
struct Several {
    count: u64,
    first: String,
    /// Why, or for how long.
    how: String,
}

impl Several {
    fn add(&mut self, label: &str, how: String) {
        if self.count == 0 {
            (self.first, self.how) = (label.to_owned(), how);
        }
        self.count += 1;
    }

    fn take(&mut self) -> Option<Several> {
        (self.count > 0).then(|| std::mem::take(self))
    }

    fn streams(&self) -> String {
        match self.count {
            1 => format!("the stream of {}", self.first),
            count => format!("the streams of {}", counted(count, "session")),
        }
    }
}

impl Notices {
    /// Takes in what is to be said of an event; `label` is what its session is called.
    pub fn take(&mut self, event: &TailEvent, label: &str, now: Instant) {
        let wait = match event {
            TailEvent::Away { session, why } => {
                self.now_away.insert(session.id.clone());
                self.away.add(label, why.clone());
                TOGETHER
            }
            TailEvent::Back { session, away } => {
                self.now_away.remove(&session.id);
                self.back.add(label, human_duration(*away));
                match self.now_away.is_empty() {
                    true => Duration::ZERO,
                    false => ALL_BACK,
                }
            }
            TailEvent::ListAway { why } => {
                self.list_away = Some(why.clone());
                TOGETHER
            }
            TailEvent::ListBack { away } => {
                self.list_back = Some(*away);
                TOGETHER
            }
            TailEvent::Closed { session } | TailEvent::Lost { session, .. } => {
                self.now_away.remove(&session.id);
                return;
            }
            _ => return,
        };
        let due = now + wait;
        self.due = Some(self.due.map_or(due, |known| known.min(due)));
    }

    /// When something is to be said.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    pub fn say(&mut self, ui: &Ui) {
        self.due = None;
        if let Some(away) = self.away.take() {
            ui.warning(&format!(
                "lost {}: {}; trying again",
                away.streams(),
                away.how
            ));
        }
        // Where streams are away too, that was said.
        if let Some(why) = self.list_away.take()
            && self.now_away.is_empty()
        {
            self.has_said_list = true;
            ui.warning(&format!(
                "the list of sessions cannot be read: {why}; trying again"
            ));
        }
        if let Some(back) = self.back.take() {
            let verb = if back.count == 1 { "is" } else { "are" };
            ui.status(&format!(
                "{} {verb} back after {}",
                back.streams(),
                back.how
            ));
        }
        if let Some(away) = self.list_back.take()
            && std::mem::take(&mut self.has_said_list)
        {
            ui.status(&format!(
                "the gateway is back after {}",
                human_duration(away)
            ));
        }
    }
}
