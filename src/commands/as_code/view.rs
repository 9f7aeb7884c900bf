//! A plan as machine output promises it.

use serde::Serialize;
use serde_json::Value;

use super::place::{Files, LeftOut, Place};
use crate::monitors::as_code::{Action, Doubt, Plan, Step};

/// The shape that `-o json` of `plan` promises.
#[derive(Serialize)]
pub struct PlanView {
    site: String,
    namespace: String,
    /// Steps that are not `unchanged`.
    differences: usize,
    steps: Vec<StepView>,
    left_out: Vec<LeftOutView>,
    /// What speaks against Datadog's list; `apply` stops at it.
    doubts: Vec<DoubtView>,
}

#[derive(Serialize)]
struct StepView {
    /// `pack/name`
    name: String,
    mark: String,
    title: String,
    /// `create`, `adopt`, `change`, `unchanged`, `orphan`, `type_change` or `ambiguous`.
    action: &'static str,
    ids: Vec<String>,
    url: Option<String>,
    /// The id that it had before somebody deleted it.
    deleted_id: Option<String>,
    old_type: Option<String>,
    new_type: Option<String>,
    changes: Vec<ChangeView>,
    /// What was set elsewhere and stays.
    kept: Vec<KeptView>,
}

#[derive(Serialize)]
struct ChangeView {
    field: String,
    old: Value,
    new: Value,
}

#[derive(Serialize)]
struct KeptView {
    field: String,
    value: Value,
}

#[derive(Serialize)]
pub(super) struct LeftOutView {
    name: String,
    because: String,
    /// TOML to add to the settings file.
    settings: Option<String>,
}

#[derive(Serialize)]
struct DoubtView {
    problem: String,
    way_out: String,
}

/// True where Datadog is not as the files say.
pub fn differs(plan: &Plan) -> bool {
    plan.differences() > 0
}

impl PlanView {
    pub fn of(place: &Place<'_>, plan: &Plan, files: &Files, doubts: &[Doubt]) -> Self {
        let doubt = |doubt: &Doubt| DoubtView {
            problem: doubt.to_string(),
            way_out: doubt.way_out(),
        };
        Self {
            site: place.site().to_string(),
            namespace: place.namespace.to_string(),
            differences: plan.differences(),
            steps: plan
                .steps
                .iter()
                .map(|step| StepView::of(place, step))
                .collect(),
            left_out: files.left_out.iter().map(LeftOutView::of).collect(),
            doubts: doubts.iter().map(doubt).collect(),
        }
    }
}

impl StepView {
    fn of(place: &Place<'_>, step: &Step) -> Self {
        let (old_type, new_type) = match &step.action {
            Action::TypeChange { old, new } => (Some(old.clone()), Some(new.clone())),
            _ => (None, None),
        };
        let changes = step.changes.iter().map(|change| ChangeView {
            field: change.field.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
        });
        let kept = step.kept.iter().map(|(field, value)| KeptView {
            field: field.clone(),
            value: value.clone(),
        });
        Self {
            name: step.mark.short(),
            mark: step.mark.to_string(),
            title: step.title.clone(),
            action: step.action.as_str(),
            url: step.ids.first().map(|id| place.page(id)),
            ids: step.ids.clone(),
            deleted_id: match &step.action {
                Action::Create { gone } => gone.clone(),
                _ => None,
            },
            old_type,
            new_type,
            changes: changes.collect(),
            kept: kept.collect(),
        }
    }
}

impl LeftOutView {
    pub(super) fn of(left_out: &LeftOut) -> Self {
        Self {
            name: left_out.name.clone(),
            because: left_out.because.clone(),
            settings: left_out.settings.clone(),
        }
    }
}
