//! Everything that undoing is about: what goes, what comes back, what stays and why.

use serde::Serialize;

use super::super::memory::Memory;
use super::super::stage::Stage;
use super::{Wanted, local, remote};
use crate::wizard::{Place, Undo};

/// What becomes of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Goes,
    /// It gets back what it was.
    ComesBack,
    Stays,
    /// Nobody could look at it.
    NotLooked,
}

impl Fate {
    pub fn is_work(self) -> bool {
        matches!(self, Fate::Goes | Fate::ComesBack)
    }
}

/// One thing, for people and machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// `Datadog`, `gateway`, `profile`, `secrets` or `this machine`.
    pub place: String,
    pub what: String,
    pub fate: Fate,
    /// What it gets back, or why it stays.
    pub note: Option<String>,
}

impl Item {
    pub fn new(place: &str, what: impl Into<String>, fate: Fate) -> Self {
        Self {
            place: place.to_owned(),
            what: what.into(),
            fate,
            note: None,
        }
    }

    pub fn noting(self, note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..self
        }
    }

    /// The fate in words.
    pub fn told(&self) -> String {
        let word = match self.fate {
            Fate::Goes => "goes",
            Fate::ComesBack => "back to",
            Fate::Stays => "stays",
            Fate::NotLooked => "not looked at",
        };
        match (&self.note, self.fate) {
            (None, _) => word.to_owned(),
            (Some(note), Fate::ComesBack) => format!("{word} {note}"),
            (Some(note), _) => format!("{word}: {note}"),
        }
    }
}

/// What was found, and what is to be done about it.
pub struct Inventory {
    pub items: Vec<Item>,
    pub at_datadog: remote::AtDatadog,
    pub at_gateway: remote::AtGateway,
    /// What setup changed on this machine.
    pub undo: Vec<Undo>,
    pub local: local::Local,
    /// The record is still needed: it says what lies at a service that nobody could look at.
    pub remembers: bool,
}

impl Inventory {
    /// Looks everywhere and changes nothing. A service that cannot be looked at is one of the items.
    ///
    /// # Errors
    ///
    /// Something on this machine that cannot be read.
    pub async fn take(stage: &Stage<'_>, memory: &Memory, wanted: &Wanted) -> anyhow::Result<Self> {
        let mut items = Vec::new();
        let at_datadog = remote::datadog(stage, wanted, &mut items).await?;
        let at_gateway = remote::gateway(stage, memory, wanted, &mut items).await?;
        let undo = local::settings(stage, memory, &mut items)?;
        let left = memory.record.far_away(|place| match place {
            Place::Datadog => at_datadog.is_hidden,
            Place::Gateway => at_gateway.is_hidden,
        });
        let remembers = !left.changes.is_empty();
        let keeps = remembers.then_some(memory.path.as_path());
        let local = local::files(stage, wanted, keeps, &mut items)?;
        Ok(Self {
            at_datadog,
            at_gateway,
            items,
            undo,
            local,
            remembers,
        })
    }

    pub fn has_work(&self) -> bool {
        self.items.iter().any(|item| item.fate.is_work())
    }

    /// True where something could not be looked at.
    pub fn is_blind(&self) -> bool {
        self.items.iter().any(|item| item.fate == Fate::NotLooked)
    }
}
