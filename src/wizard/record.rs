//! What setup remembers in the folder of the profile's state: the answers, how far it came, and
//! what it changed. No secret is in it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::change::{Change, Place};
use super::step::{Field, StepId};

/// The version of the shape that this program writes.
const VERSION: u32 = 1;

/// The memory of one profile's setup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub version: u32,
    #[serde(default)]
    pub answers: Answers,
    /// Steps that were answered and checked.
    #[serde(default)]
    pub done: BTreeSet<StepId>,
    /// What was changed, in the order in which it was first done.
    #[serde(default)]
    pub changes: Vec<Made>,
    /// When setup last came to its end.
    #[serde(default)]
    pub completed: Option<Timestamp>,
    /// Names of secrets that lie elsewhere and that somebody wants kept as well, until they are.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub to_keep: BTreeSet<String>,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub at: Timestamp,
    #[serde(flatten)]
    pub change: Change,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            version: VERSION,
            answers: Answers::default(),
            done: BTreeSet::new(),
            changes: Vec::new(),
            completed: None,
            to_keep: BTreeSet::new(),
        }
    }
}

impl Record {
    /// Reads what [`Record::to_text`] wrote.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, one of a newer ddctl among them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let record: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match record.version > VERSION {
            true => Err(format!(
                "a newer ddctl wrote it (version {})",
                record.version
            )),
            false => Ok(record),
        }
    }

    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts and times are always JSON");
        text + "\n"
    }

    /// Notes a change. One of the same thing keeps what was there at the very beginning.
    pub fn note(&mut self, at: Timestamp, change: Change) {
        let earlier = self.changes.iter_mut();
        let mut earlier = earlier.filter(|made| made.change.is_of_the_same(&change));
        match earlier.next() {
            Some(made) => made.change = made.change.and_then(&change),
            None => self.changes.push(Made { at, change }),
        }
    }

    /// Takes a change out that did not come about.
    pub fn forget(&mut self, change: &Change) {
        self.changes
            .retain(|made| !made.change.is_of_the_same(change));
    }

    /// What is left to remember once this machine is as it was before: what still lies at the places
    /// of `stands`, and by which answers those are found.
    pub fn far_away(&self, stands: impl Fn(Place) -> bool) -> Self {
        let is_left = |made: &&Made| made.change.place().is_some_and(&stands);
        let mut answers = Answers::default();
        for field in [Field::Site, Field::GatewayUrl] {
            if let Some(value) = self.answers.get(field) {
                answers.set(field, value.to_owned());
            }
        }
        Self {
            answers,
            changes: self.changes.iter().filter(is_left).cloned().collect(),
            ..Self::default()
        }
    }

    /// True where something was begun and not brought to its end.
    pub fn is_half_way(&self) -> bool {
        self.completed.is_none() && !self.done.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::change::tests::setting;
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut record = Record::default();
        record.done.insert(StepId::Site);
        record.note(Timestamp::UNIX_EPOCH, setting(Some("a"), "b"));
        record.completed = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(Record::parse(&record.to_text()), Ok(record));
    }

    #[test]
    fn a_thing_changed_twice_is_one_change_from_the_beginning() {
        let mut record = Record::default();
        record.note(Timestamp::UNIX_EPOCH, setting(Some("a"), "b"));
        record.note(Timestamp::UNIX_EPOCH, setting(Some("b"), "c"));
        assert_eq!(record.changes.len(), 1);
        assert_eq!(record.changes[0].change, setting(Some("a"), "c"));
    }

    #[test]
    fn what_could_not_be_undone_far_away_is_all_that_is_left() {
        let mut record = Record::default();
        record.done.insert(StepId::Site);
        record.answers.set(Field::Site, "datadoghq.eu".to_owned());
        record.answers.set(Field::Service, "agents".to_owned());
        let endpoint = Change::Webhook {
            uid: "ddctl".to_owned(),
            url: "https://relay.test".to_owned(),
        };
        record.note(Timestamp::UNIX_EPOCH, setting(None, "b"));
        record.note(Timestamp::UNIX_EPOCH, endpoint.clone());
        let left = record.far_away(|place| place == Place::Gateway);
        let changes: Vec<&Change> = left.changes.iter().map(|made| &made.change).collect();
        assert_eq!(changes, [&endpoint]);
        assert_eq!(left.answers.get(Field::Site), Some("datadoghq.eu"));
        assert_eq!(left.answers.get(Field::Service), None);
        assert!(!left.is_half_way());
        let nothing = record.far_away(|place| place == Place::Datadog);
        assert!(nothing.changes.is_empty());
    }

    #[test]
    fn a_record_of_a_newer_program_is_left_alone() {
        let error = Record::parse("{\"version\": 2}").expect_err("newer");
        assert!(error.contains("newer"), "{error}");
        assert!(Record::parse("{").is_err());
    }
}
