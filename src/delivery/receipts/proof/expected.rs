//! The events that ought to exist, and what is known of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::under_way::UnderWay;
use crate::delivery::map::audit;
use crate::delivery::receipts::line::{Finding, Lack, Way};
use crate::domain::event::{EventId, EventKind};

/// Events that are proven together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    #[default]
    Sessions,
    /// Of the gateway's audit log.
    Audit,
}

impl Family {
    /// Their values of `evt.name`.
    pub fn kinds(self) -> &'static [&'static str] {
        match self {
            Family::Sessions => &[
                "session.open",
                "session.review",
                "session.blocked",
                "session.close",
            ],
            Family::Audit => &[audit::NAME],
        }
    }

    /// How many of these are of the family.
    pub(super) fn count(self, kinds: &BTreeMap<String, u64>) -> u64 {
        let counts = self.kinds().iter().filter_map(|kind| kinds.get(*kind));
        counts.sum()
    }
}

/// An event as the gateway's rows prove it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub id: EventId,
    pub about: About,
    /// When its session started, or the change was made: what ranges go by.
    pub started: Timestamp,
    /// When it happened.
    pub at: Timestamp,
}

/// What an event is of, by its id at the gateway.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    Session(Arc<str>, EventKind),
    /// A row of the audit log.
    Change(Arc<str>),
}

impl Expected {
    /// The value of `evt.name`.
    pub fn kind(&self) -> &'static str {
        match self.about {
            About::Session(_, kind) => kind.name(),
            About::Change(_) => audit::NAME,
        }
    }

    /// The id of its session or change at the gateway.
    pub fn origin(&self) -> &str {
        match &self.about {
            About::Session(id, _) | About::Change(id) => id,
        }
    }
}

/// What is known of an expected event.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub event: Expected,
    /// The time under which the destination should have it.
    pub under: Timestamp,
    pub is_late: bool,
    /// When it went out last, where a receipt says so of it by its id.
    pub sent_at: Option<Timestamp>,
    pub aside: Option<Way>,
    /// When an earlier verification found it.
    pub proven: Option<Timestamp>,
    pub is_found: bool,
    /// It was looked up by its id.
    pub is_looked_up: bool,
}

/// Every event that ought to exist, by its id.
#[derive(Debug, Default)]
pub struct Expectations {
    pub(super) family: Family,
    pub(super) items: Vec<Item>,
    index: HashMap<EventId, usize>,
}

impl Expectations {
    /// None yet.
    pub fn of(family: Family) -> Self {
        Self {
            family,
            ..Self::default()
        }
    }

    pub fn push(&mut self, event: Expected) {
        if self.index.insert(event.id, self.items.len()).is_none() {
            self.items.push(Item {
                under: event.at,
                event,
                is_late: false,
                sent_at: None,
                aside: None,
                proven: None,
                is_found: false,
                is_looked_up: false,
            });
        }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn of_id(&mut self, id: &str) -> Option<&mut Item> {
        let at = *self.index.get(&id.parse().ok()?)?;
        self.items.get_mut(at)
    }

    /// Events with when they happened.
    pub fn events(&self) -> impl Iterator<Item = &Expected> {
        self.items.iter().map(|item| &item.event)
    }

    /// Those found now.
    pub fn found(&self) -> impl Iterator<Item = &Expected> {
        let found = self.items.iter().filter(|item| item.is_found);
        found.map(|item| &item.event)
    }

    /// Those not found now that an earlier verification found.
    pub fn proven_earlier(&self) -> impl Iterator<Item = (&Expected, Timestamp)> {
        let others = self.items.iter().filter(|item| !item.is_found);
        others.filter_map(|item| Some((&item.event, item.proven?)))
    }

    pub(super) fn not_found(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| !item.is_found)
    }

    fn lacking(&self) -> impl Iterator<Item = &Item> {
        self.not_found().filter(|item| item.proven.is_none())
    }

    /// Of what is lacking and under way, the earliest time under which it should be there; `None`
    /// where nothing is to be waited for.
    pub fn first_under_way(&self, under_way: &UnderWay<'_>) -> Option<Timestamp> {
        let waiting = self.lacking().filter(|item| under_way.has(item));
        waiting.map(|item| item.under).min()
    }

    /// Those neither found now nor proven earlier, by name. `horizon` is the time before which the
    /// destination keeps nothing.
    pub fn findings(&self, horizon: Option<Timestamp>, under_way: &UnderWay<'_>) -> Vec<Finding> {
        let judged = self.lacking().map(|item| {
            let is_past = horizon.is_some_and(|horizon| item.under < horizon);
            let lack = match (under_way.has(item), is_past) {
                (true, _) => Lack::NotIndexedYet,
                (false, true) => Lack::ExpiredUnproven,
                (false, false) => Lack::Missing,
            };
            item.finding(lack)
        });
        let mut findings: Vec<Finding> = judged.collect();
        findings.sort_by_key(|one| (one.finding, one.at));
        findings
    }
}

impl Item {
    fn finding(&self, lack: Lack) -> Finding {
        let event = &self.event;
        let (kind, session, change) = match &event.about {
            About::Session(id, EventKind::Review(state)) => {
                (format!("session.review {}", state.as_str()), Some(id), None)
            }
            About::Session(id, kind) => (kind.name().to_owned(), Some(id), None),
            About::Change(row) => (event.kind().to_owned(), None, Some(row)),
        };
        Finding {
            finding: lack,
            id: event.id.to_string(),
            kind,
            session: session.map(ToString::to_string),
            change: change.map(ToString::to_string),
            at: self.event.at,
            under: self.under,
            why: self.why(lack).to_owned(),
        }
    }

    fn why(&self, lack: Lack) -> &'static str {
        match (lack, self.aside, self.is_late) {
            (_, Some(Way::DeadLetter), _) => "it is in the dead letters",
            (_, Some(Way::Skipped), _) => "it was left out as too old",
            (Lack::NotIndexedYet, ..) => "it may have been sent too shortly before",
            (Lack::ExpiredUnproven, _, true) => {
                "it was sent late, and is past the retention by now"
            }
            (Lack::ExpiredUnproven, _, false) => "it is past the retention",
            (Lack::Missing, _, true) => "a receipt says that it was sent late",
            (Lack::Missing, _, false) => "no receipt names it",
        }
    }
}
