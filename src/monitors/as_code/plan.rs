//! What there is to do: the files held against what is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::definition::{Definition, Found, Kind, Listing, text};
use super::difference::{self, Change};
use super::error::AsCodeError;
use super::mark::Mark;
use super::normal;
use super::record::Record;

/// What the files are responsible for.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    pub kind: Kind,
    pub namespace: String,
    /// Packs of which every file was read: only of these can one be missing.
    pub whole_packs: BTreeSet<String>,
}

/// What is to be done with one definition.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It is not there. `gone` is the id that it had, where it was made before.
    Create {
        gone: Option<String>,
    },
    /// It is there without a mark, and the file takes it over.
    Adopt,
    Change,
    Unchanged,
    /// It is ours, and no file has it any longer.
    Orphan,
    /// A monitor's type cannot be changed (Update-monitor-type-change).
    TypeChange {
        old: String,
        new: String,
    },
    /// Several carry the same mark: one was copied by hand. `made_here` is the one that the record
    /// knows.
    Ambiguous {
        made_here: Option<String>,
    },
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub mark: Mark,
    pub title: String,
    /// What Datadog has under the mark.
    pub ids: Vec<String>,
    pub action: Action,
    pub changes: Vec<Change>,
    /// What was set elsewhere and stays, by field.
    pub kept: Vec<(String, Value)>,
    /// What the file says; absent for an orphan.
    pub wanted: Option<Definition>,
    /// What is there, where it is one.
    pub found: Option<Found>,
}

/// Every definition with what is to be done, in the order of the files; orphans come last.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub scope: Scope,
    pub steps: Vec<Step>,
}

/// Makes the plan. It depends on its arguments alone.
pub fn plan(scope: Scope, wanted: &[Definition], listing: &Listing, record: &Record) -> Plan {
    let mut found: BTreeMap<&Mark, Vec<&Found>> = BTreeMap::new();
    for one in listing.of_namespace(&scope.namespace) {
        found.entry(&one.mark).or_default().push(one);
    }
    let mut steps = Vec::new();
    for definition in wanted {
        let there = found.remove(&definition.mark).unwrap_or_default();
        let known = record.id_of(scope.kind, &definition.mark);
        let adopted = adopted(definition, listing);
        steps.push(match (there.as_slice(), &adopted) {
            ([], Some(adopted)) => Step {
                action: Action::Adopt,
                ..step(definition, &[adopted], known)
            },
            (there, _) => step(definition, there, known),
        });
    }
    for (mark, there) in found {
        if scope.whole_packs.contains(&mark.pack) {
            let known = record.id_of(scope.kind, mark);
            steps.push(orphan(mark, &there, known));
        }
    }
    Plan { scope, steps }
}

/// What the file takes over: something that is there and has no mark.
fn adopted(wanted: &Definition, listing: &Listing) -> Option<Found> {
    let id = wanted.adopts.as_ref()?;
    let body = listing.unmarked.get(id)?;
    Some(Found {
        kind: wanted.kind,
        id: id.clone(),
        mark: wanted.mark.clone(),
        body: body.clone(),
    })
}

fn step(wanted: &Definition, there: &[&Found], known: Option<&str>) -> Step {
    let step = |action, changes, kept| Step {
        mark: wanted.mark.clone(),
        title: wanted.title().to_owned(),
        ids: there.iter().map(|found| found.id.clone()).collect(),
        action,
        changes,
        kept,
        wanted: Some(wanted.clone()),
        found: match there {
            [one] => Some((*one).clone()),
            _ => None,
        },
    };
    match there {
        [] => {
            let gone = known.map(str::to_owned);
            step(Action::Create { gone }, Vec::new(), Vec::new())
        }
        [one] => {
            let changes = difference::changes(wanted, one);
            let kept = difference::kept(wanted, one);
            let action = match (type_change(wanted, one), changes.is_empty()) {
                (Some(change), _) => change,
                (None, true) => Action::Unchanged,
                (None, false) => Action::Change,
            };
            step(action, changes, kept)
        }
        _ => step(ambiguous(there, known), Vec::new(), Vec::new()),
    }
}

fn type_change(wanted: &Definition, found: &Found) -> Option<Action> {
    if wanted.kind != Kind::Monitor {
        return None;
    }
    let of = |body| normal::field(Kind::Monitor, "type", Some(body));
    let (old, new) = (found.body.get("type")?, wanted.body.get("type")?);
    (of(old) != of(new)).then(|| Action::TypeChange {
        old: text(&found.body, "type").to_owned(),
        new: text(&wanted.body, "type").to_owned(),
    })
}

fn ambiguous(there: &[&Found], known: Option<&str>) -> Action {
    let made_here = there.iter().find(|found| Some(found.id.as_str()) == known);
    Action::Ambiguous {
        made_here: made_here.map(|found| found.id.clone()),
    }
}

fn orphan(mark: &Mark, there: &[&Found], known: Option<&str>) -> Step {
    Step {
        mark: mark.clone(),
        title: there.first().map_or("", |found| found.title()).to_owned(),
        ids: there.iter().map(|found| found.id.clone()).collect(),
        action: match there.len() {
            1 => Action::Orphan,
            _ => ambiguous(there, known),
        },
        changes: Vec::new(),
        kept: Vec::new(),
        wanted: None,
        found: there.first().map(|found| (*found).clone()),
    }
}

impl Plan {
    /// A plan to take away all of `found`, for `remove`.
    pub fn of_removal(scope: Scope, found: &[&Found]) -> Self {
        let steps = found.iter().map(|one| orphan(&one.mark, &[*one], None));
        Self {
            steps: steps.collect(),
            scope,
        }
    }

    /// Steps that say that the files and Datadog are not the same.
    pub fn differences(&self) -> usize {
        let differs = |step: &&Step| step.action != Action::Unchanged;
        self.steps.iter().filter(differs).count()
    }

    /// Steps that change something at Datadog; removing an orphan does where `prune` says so.
    pub fn work(&self, prune: bool) -> Vec<&Step> {
        self.with(|action| match action {
            Action::Create { .. } | Action::Adopt | Action::Change => true,
            Action::Orphan => prune,
            Action::Unchanged | Action::TypeChange { .. } | Action::Ambiguous { .. } => false,
        })
    }

    /// The first step that stands in the way of all others.
    pub fn obstacle(&self) -> Option<AsCodeError> {
        self.steps.iter().find_map(|step| match &step.action {
            Action::TypeChange { old, new } => Some(AsCodeError::TypeChange {
                name: step.mark.short(),
                old: old.clone(),
                new: new.clone(),
            }),
            Action::Ambiguous { made_here } => Some(AsCodeError::Ambiguous {
                mark: step.mark.clone(),
                kind: self.scope.kind,
                ids: step.ids.clone(),
                made_here: made_here.clone(),
            }),
            _ => None,
        })
    }

    pub fn with(&self, is_meant: impl Fn(&Action) -> bool) -> Vec<&Step> {
        let meant = self.steps.iter().filter(|step| is_meant(&step.action));
        meant.collect()
    }
}

impl Action {
    /// As machine output spells it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Action::Create { .. } => "create",
            Action::Adopt => "adopt",
            Action::Change => "change",
            Action::Unchanged => "unchanged",
            Action::Orphan => "orphan",
            Action::TypeChange { .. } => "type_change",
            Action::Ambiguous { .. } => "ambiguous",
        }
    }
}

impl Step {
    /// The body that is sent to make it, or to change it to what the file says.
    pub(super) fn body(&self) -> Value {
        match (&self.wanted, &self.found) {
            (Some(wanted), Some(found)) => difference::merged(wanted, found),
            (Some(wanted), None) => wanted.body.clone().into(),
            (None, _) => Value::Null,
        }
    }
}
