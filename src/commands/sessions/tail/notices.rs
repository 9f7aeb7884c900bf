//! What a tail says on stderr: that streams broke and came back, once for all that broke together.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::time::human_duration;
use crate::sources::tail::TailEvent;
use crate::ui::{Ui, counted};

/// What happens within this time is said together.
const TOGETHER: Duration = Duration::from_millis(300);

/// Notices that were not said yet.
#[derive(Debug, Default)]
pub struct Notices {
    due: Option<Instant>,
    /// Labels of the sessions whose streams broke, as far as one is shown, and how many there are.
    away: Several,
    back: Several,
    list_away: Option<String>,
    list_back: Option<Duration>,
    /// The gateway is known to be away.
    is_away: bool,
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
    /// Takes in what is to be said of an event; `label` is its session's.
    pub fn take(&mut self, event: &TailEvent, label: impl FnOnce() -> String, now: Instant) {
        match event {
            TailEvent::Away { why, .. } => self.away.add(&label(), why.clone()),
            TailEvent::Back { away, .. } => self.back.add(&label(), human_duration(*away)),
            TailEvent::ListAway { why } => self.list_away = Some(why.clone()),
            TailEvent::ListBack { away } => self.list_back = Some(*away),
            _ => return,
        }
        self.due.get_or_insert(now + TOGETHER);
    }

    /// When something is to be said.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    pub fn say(&mut self, ui: &Ui) {
        self.due = None;
        if let Some(away) = self.away.take() {
            self.is_away = true;
            ui.warning(&format!(
                "lost {}: {}; trying again",
                away.streams(),
                away.how
            ));
        }
        if let Some(why) = self.list_away.take()
            && !std::mem::replace(&mut self.is_away, true)
        {
            ui.warning(&format!(
                "the list of sessions cannot be read: {why}; trying again"
            ));
        }
        if let Some(back) = self.back.take() {
            self.is_away = false;
            let verb = if back.count == 1 { "is" } else { "are" };
            ui.status(&format!(
                "{} {verb} back after {}",
                back.streams(),
                back.how
            ));
        }
        if let Some(away) = self.list_back.take()
            && std::mem::replace(&mut self.is_away, false)
        {
            ui.status(&format!(
                "the gateway is back after {}",
                human_duration(away)
            ));
        }
    }
}
