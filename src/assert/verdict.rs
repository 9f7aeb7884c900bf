//! What came out.

use std::time::Duration;

use crate::search::{Hit, Part, clip};

/// What a rule says about one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rule's place in the policy.
    pub rule: usize,
    pub answer: Answer,
}

/// In the order of weight: what is broken stays broken, whatever else is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Holds,
    /// With the reasons, each once.
    CannotTell(Vec<String>),
    Broken(Vec<Evidence>),
}

/// What breaks a rule, and where it is to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// In words: `DROP TABLE is forbidden`.
    pub what: String,
    /// Where in the recording; none for a fact of the session.
    pub place: Option<Place>,
}

/// Evidence of one check in one session that is kept.
const KEPT: usize = 20;

/// What a check finds while a recording is read: the first places, and how many more there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    kept: Vec<Evidence>,
    further: usize,
}

impl Gathered {
    pub fn add(&mut self, evidence: impl FnOnce() -> Evidence) {
        match self.kept.len() < KEPT {
            true => self.kept.push(evidence()),
            false => self.further += 1,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Holds where nothing was found.
    pub fn answer(mut self) -> Answer {
        if self.further > 0 {
            let further = format!("and {} times more", self.further);
            self.kept.push(Evidence::fact(further));
        }
        match self.kept.is_empty() {
            true => Answer::Holds,
            false => Answer::Broken(self.kept),
        }
    }
}

/// A place in a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub part: Part,
    /// Safe to print and without secrets.
    pub text: String,
    pub start: Duration,
    pub end: Duration,
}

impl Evidence {
    pub(super) fn fact(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            place: None,
        }
    }

    pub(super) fn hit(what: impl Into<String>, hit: Hit) -> Self {
        Self {
            what: what.into(),
            place: Some(Place {
                part: hit.part,
                text: hit.line,
                start: hit.start,
                end: hit.end,
            }),
        }
    }
}

impl Place {
    /// What to give to `replay --clip`.
    pub fn clip(&self) -> String {
        clip(self.start, self.end)
    }
}

impl Answer {
    pub fn as_str(&self) -> &'static str {
        match self {
            Answer::Holds => "holds",
            Answer::CannotTell(_) => "cannot-tell",
            Answer::Broken(_) => "broken",
        }
    }

    pub(super) fn cannot_tell(why: impl Into<String>) -> Self {
        Answer::CannotTell(vec![why.into()])
    }

    pub(super) fn broken(evidence: Evidence) -> Self {
        Answer::Broken(vec![evidence])
    }

    /// Both must hold.
    pub(super) fn and(self, other: Answer) -> Self {
        match (self, other) {
            (Answer::Broken(mut one), Answer::Broken(other)) => {
                one.extend(other);
                Answer::Broken(one)
            }
            (broken @ Answer::Broken(_), _) | (_, broken @ Answer::Broken(_)) => broken,
            (Answer::CannotTell(mut one), Answer::CannotTell(other)) => {
                one.extend(other);
                one.sort();
                one.dedup();
                Answer::CannotTell(one)
            }
            (unknown @ Answer::CannotTell(_), _) | (_, unknown) => unknown,
        }
    }
}
