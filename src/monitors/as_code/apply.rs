//! A plan, carried out one step after the other.
//!
//! Every step that is done is written to the record before the next one begins, so that a run that
//! stops anywhere is taken up by the next. What a failure leaves undone is named step by step.

use serde_json::Value;
use tokio::sync::watch;

use super::error::AsCodeError;
use super::plan::{Action, Plan, Step};
use super::record::Record;
use super::remote::{Creation, Remote};
use crate::datadog::DatadogError;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    /// The answer to its creation was lost, and it was found by its mark.
    WasThere,
    Changed,
    Removed,
    /// It was to be removed and had gone already.
    WasGone,
    /// Nothing was to be done.
    Unchanged,
    /// An orphan that nobody asked to remove, or what Datadog does not let go of.
    Kept,
    /// Whether it happened is not known; the next run looks before it acts.
    Unknown,
    Failed,
    /// Its turn did not come.
    NotDone,
}

impl Outcome {
    /// As machine output spells it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Outcome::Created => "created",
            Outcome::WasThere => "was_there",
            Outcome::Changed => "changed",
            Outcome::Removed => "removed",
            Outcome::WasGone => "was_gone",
            Outcome::Unchanged => "unchanged",
            Outcome::Kept => "kept",
            Outcome::Unknown => "unknown",
            Outcome::Failed => "failed",
            Outcome::NotDone => "not_done",
        }
    }

    pub fn is_done(&self) -> bool {
        matches!(
            self,
            Outcome::Created
                | Outcome::WasThere
                | Outcome::Changed
                | Outcome::Removed
                | Outcome::WasGone
        )
    }

    /// Something that was to be done is not, as far as is known.
    pub fn is_open(&self) -> bool {
        matches!(self, Outcome::Unknown | Outcome::Failed | Outcome::NotDone)
    }
}

/// What became of every step, in the order of the plan.
#[derive(Debug)]
pub struct Applied {
    /// The outcome of each step, and the id that it has now.
    pub results: Vec<(Outcome, Option<String>)>,
    /// Why it ended before the end.
    pub failure: Option<AsCodeError>,
}

/// Datadog's own words about each definition that it would refuse, before anything is changed.
pub async fn refused_definitions<'p>(
    remote: &Remote<'_>,
    plan: &'p Plan,
) -> Result<Vec<(&'p Step, String)>, DatadogError> {
    let mut refused = Vec::new();
    for step in plan.work(false) {
        let id = step.found.as_ref().map(|found| found.id.as_str());
        if let Some(text) = remote.refusal(id, &whole_body(step)).await? {
            refused.push((step, text));
        }
    }
    Ok(refused)
}

/// With the type, which a change leaves out and a check wants.
fn whole_body(step: &Step) -> Value {
    let mut body = step.body();
    let kind = step
        .wanted
        .as_ref()
        .and_then(|wanted| wanted.body.get("type"));
    if let (Some(body), Some(kind)) = (body.as_object_mut(), kind) {
        body.insert("type".to_owned(), kind.clone());
    }
    body
}

/// Makes and changes what the plan says; orphans only where `prune` says so. `told` hears of every
/// step as it ends. Ends early, after a whole step, when `stop` turns true.
pub async fn apply(
    remote: &Remote<'_>,
    plan: &Plan,
    record: &mut Record,
    prune: bool,
    stop: &watch::Receiver<bool>,
    told: &mut dyn FnMut(&Step, &Outcome, Option<&str>),
) -> Applied {
    let work: Vec<&Step> = plan.work(prune);
    let mut applied = Applied {
        results: Vec::new(),
        failure: None,
    };
    for step in &plan.steps {
        let is_work = work.iter().any(|other| std::ptr::eq(*other, step));
        if *stop.borrow() && applied.failure.is_none() {
            applied.failure = Some(AsCodeError::Stopped);
        }
        let (outcome, id) = match (is_work, &applied.failure) {
            (false, _) => (at_rest(step), first_id(step)),
            (true, Some(_)) => (Outcome::NotDone, first_id(step)),
            (true, None) => match carry_out(remote, step).await {
                Ok(done) => done,
                Err((outcome, error)) => {
                    applied.failure = Some(error);
                    (outcome, first_id(step))
                }
            },
        };
        if let Err(error) = remember(remote, step, &outcome, id.as_deref(), record) {
            applied.failure.get_or_insert(error);
        }
        if is_work {
            told(step, &outcome, id.as_deref());
        }
        applied.results.push((outcome, id));
    }
    applied
}

/// What is said of a step with which nothing is done.
fn at_rest(step: &Step) -> Outcome {
    match step.action {
        Action::Unchanged => Outcome::Unchanged,
        _ => Outcome::Kept,
    }
}

/// Removes everything that the plan names but what is in `kept`.
pub async fn remove(
    remote: &Remote<'_>,
    plan: &Plan,
    kept: &dyn Fn(&str) -> bool,
    record: &mut Record,
    stop: &watch::Receiver<bool>,
    told: &mut dyn FnMut(&Step, &Outcome, Option<&str>),
) -> Applied {
    let is_kept = |step: &Step| step.ids.iter().any(|id| kept(id));
    let (blocked, free): (Vec<Step>, Vec<Step>) = plan.steps.iter().cloned().partition(is_kept);
    let free = Plan {
        scope: plan.scope.clone(),
        steps: free,
    };
    let applied = apply(remote, &free, record, true, stop, told).await;
    let mut results = applied.results.into_iter();
    let result = |step: &Step| match blocked.iter().any(|other| other.ids == step.ids) {
        true => (Outcome::Kept, first_id(step)),
        false => results.next().unwrap_or((Outcome::NotDone, None)),
    };
    Applied {
        results: plan.steps.iter().map(result).collect(),
        failure: applied.failure,
    }
}

type Done = (Outcome, Option<String>);

async fn carry_out(remote: &Remote<'_>, step: &Step) -> Result<Done, (Outcome, AsCodeError)> {
    let done = match (&step.action, first_id(step)) {
        (Action::Create { .. }, _) => create(remote, step).await,
        (Action::Adopt | Action::Change, Some(id)) => {
            match remote.update(&id, &step.body()).await {
                Ok(true) => Ok((Outcome::Changed, Some(id))),
                Ok(false) => {
                    let what = step.mark.short();
                    return Err((Outcome::Failed, AsCodeError::Vanished { what }));
                }
                Err(error) => Err(error),
            }
        }
        (Action::Orphan, Some(id)) => remote.delete(&id).await.map(|was_there| match was_there {
            true => (Outcome::Removed, Some(id)),
            false => (Outcome::WasGone, Some(id)),
        }),
        (_, id) => Ok((at_rest(step), id)),
    };
    done.map_err(|error| {
        let outcome = match error.may_have_happened() {
            true => Outcome::Unknown,
            false => Outcome::Failed,
        };
        (outcome, error.into())
    })
}

async fn create(remote: &Remote<'_>, step: &Step) -> Result<Done, DatadogError> {
    Ok(match remote.create(&step.mark, &step.body()).await? {
        Creation::Made(id) => (Outcome::Created, Some(id)),
        Creation::WasThere(id) => (Outcome::WasThere, Some(id)),
    })
}

fn remember(
    remote: &Remote<'_>,
    step: &Step,
    outcome: &Outcome,
    id: Option<&str>,
    record: &mut Record,
) -> Result<(), AsCodeError> {
    let kind = remote.kind();
    match outcome {
        Outcome::Created | Outcome::WasThere | Outcome::Changed | Outcome::Unchanged => {
            record.set(kind, &step.mark, id)
        }
        Outcome::Removed | Outcome::WasGone => record.set(kind, &step.mark, None),
        Outcome::Kept | Outcome::Unknown | Outcome::Failed | Outcome::NotDone => Ok(()),
    }
}

fn first_id(step: &Step) -> Option<String> {
    step.ids.first().cloned()
}
