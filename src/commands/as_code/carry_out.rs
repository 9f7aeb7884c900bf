//! `apply` of either kind: the plan, the question, the deed, and what became of it.

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::place::{Facet, Files, Place};
use super::show_plan;
use super::view::LeftOutView;
use crate::error::Exit;
use crate::monitors::as_code::{
    Applied, AsCodeError, Outcome, Plan, Step, apply, refused_definitions,
};
use crate::ui::{Format, Tone, Ui, counted, escape};

/// How a plan is carried out.
#[derive(Debug, Args)]
pub struct Carefully {
    /// Remove what is ours and in no file any longer, of the packs and folders that are named
    #[arg(long)]
    prune: bool,
    /// Refuse where Datadog lists fewer of this namespace; for runs that remember nothing, as in CI
    #[arg(long, value_name = "N")]
    expect_owned: Option<usize>,
}

/// The shape that `-o json` of `apply` and `remove` promises.
#[derive(Serialize)]
pub(super) struct AppliedView {
    site: String,
    namespace: String,
    /// Changes that were made.
    done: usize,
    /// Changes that were to be made and were not, or of which nobody knows.
    open: usize,
    steps: Vec<ResultView>,
    /// Why it ended before the end.
    failure: Option<String>,
    left_out: Vec<LeftOutView>,
    /// What has to be a facet or a measure, which no API makes.
    facets: Vec<Facet>,
}

#[derive(Serialize)]
struct ResultView {
    /// `pack/name`
    name: String,
    mark: String,
    action: &'static str,
    /// `created`, `was_there`, `changed`, `removed`, `was_gone`, `unchanged`, `kept`, `unknown`,
    /// `failed` or `not_done`.
    outcome: &'static str,
    id: Option<String>,
    url: Option<String>,
}

pub async fn carry_out(
    place: &Place<'_>,
    files: &Files,
    carefully: &Carefully,
) -> anyhow::Result<Exit> {
    let ui = &place.context.ui;
    place.require_write(&format!("applying {}s", place.kind().noun()), "plan")?;
    let mut record = place.open_record()?;
    let (plan, doubts) = super::make_plan(place, files, &record, carefully.expect_owned).await?;
    if ui.format() == Format::Table {
        ui.write(show_plan(ui, &plan, files).as_bytes())?;
    }
    if let Some(doubt) = doubts.into_iter().next() {
        return Err(AsCodeError::Doubt(doubt).into());
    }
    if let Some(obstacle) = plan.obstacle() {
        return Err(obstacle.into());
    }
    check_definitions(place, &plan).await?;
    warn_of_silence(ui, files);
    let work = plan.work(carefully.prune);
    if !work.is_empty() && !ui.confirm(&question(place, &work), "--yes")? {
        ui.status("nothing was changed");
        return Ok(Exit::Failed);
    }
    let remote = place.remote();
    let stop = place.context.cancel();
    let mut told = |step: &Step, outcome: &Outcome, id: Option<&str>| {
        ui.status(&said(place, step, outcome, id));
    };
    let applied = apply(
        &remote,
        &plan,
        &mut record,
        carefully.prune,
        &stop,
        &mut told,
    );
    let applied = applied.await;
    if work.is_empty() {
        ui.status("nothing to change");
    }
    report(place, &plan, applied, Some(files))
}

/// Asks Datadog about every definition before the first one is changed.
async fn check_definitions(place: &Place<'_>, plan: &Plan) -> anyhow::Result<()> {
    let remote = place.remote();
    let refused = refused_definitions(&remote, plan).await;
    let refused = refused.context("check the definitions; nothing was changed")?;
    if refused.is_empty() {
        return Ok(());
    }
    let named = refused.into_iter();
    let named = named
        .map(|(step, said)| (step.mark.short(), said))
        .collect();
    Err(AsCodeError::Refused(named).into())
}

fn warn_of_silence(ui: &Ui, files: &Files) {
    if !files.silent.is_empty() {
        ui.warning(&format!(
            "nobody is told by {}: no message names a handle; --var notify='@slack-channel' does \
             where a monitor has the variable",
            files.silent.join(", ")
        ));
    }
}

fn question(place: &Place<'_>, work: &[&Step]) -> String {
    format!(
        "Make {} in the namespace {} at {}?",
        counted(work.len() as u64, "change"),
        place.namespace,
        place.site()
    )
}

/// One line for each step as it ends.
pub(super) fn said(place: &Place<'_>, step: &Step, outcome: &Outcome, id: Option<&str>) -> String {
    let word = match outcome {
        Outcome::Created => "created",
        Outcome::WasThere => "found, its answer was lost:",
        Outcome::Changed => "changed",
        Outcome::Removed => "removed",
        Outcome::WasGone => "was gone:",
        Outcome::Unchanged => "unchanged",
        Outcome::Kept => "kept",
        Outcome::Unknown => "not known whether it was made:",
        Outcome::Failed => "failed:",
        Outcome::NotDone => "not done:",
    };
    let is_there = matches!(
        outcome,
        Outcome::Created | Outcome::WasThere | Outcome::Changed
    );
    let page = id
        .filter(|_| is_there)
        .map(|id| format!("  {}", place.page(id)));
    let name = step.mark.short();
    format!("{word} {}{}", escape::line(&name), page.unwrap_or_default())
}

/// Shows what became of a plan, and fails where something is left.
pub(super) fn report(
    place: &Place<'_>,
    plan: &Plan,
    applied: Applied,
    files: Option<&Files>,
) -> anyhow::Result<Exit> {
    let ui = &place.context.ui;
    let view = AppliedView::of(place, plan, &applied, files);
    ui.one(&view, || facets(ui, &view.facets))?;
    let Some(failure) = applied.failure else {
        return Ok(Exit::Done);
    };
    let open: Vec<&str> = plan
        .steps
        .iter()
        .zip(&applied.results)
        .filter(|(_, (outcome, _))| outcome.is_open())
        .map(|(step, _)| step.mark.name.as_str())
        .collect();
    let made = format!(
        "{} of {} made; left are {}",
        view.done,
        counted((view.done + view.open) as u64, "change"),
        open.join(", ")
    );
    Err(anyhow::Error::from(failure).context(made))
}

impl AppliedView {
    fn of(place: &Place<'_>, plan: &Plan, applied: &Applied, files: Option<&Files>) -> Self {
        let steps = plan.steps.iter().zip(&applied.results);
        let count = |is_meant: fn(&Outcome) -> bool| {
            let outcomes = applied.results.iter().map(|(outcome, _)| outcome);
            outcomes.filter(|outcome| is_meant(outcome)).count()
        };
        let done = count(Outcome::is_done);
        Self {
            site: place.site().to_string(),
            namespace: place.namespace.to_string(),
            done,
            open: count(Outcome::is_open),
            steps: steps
                .map(|(step, (outcome, id))| ResultView::of(place, step, outcome, id.as_ref()))
                .collect(),
            failure: applied.failure.as_ref().map(ToString::to_string),
            left_out: files
                .into_iter()
                .flat_map(|files| &files.left_out)
                .map(LeftOutView::of)
                .collect(),
            facets: files
                .filter(|_| done > 0)
                .map(|files| files.facets.clone())
                .unwrap_or_default(),
        }
    }
}

impl ResultView {
    fn of(place: &Place<'_>, step: &Step, outcome: &Outcome, id: Option<&String>) -> Self {
        Self {
            name: step.mark.short(),
            mark: step.mark.to_string(),
            action: step.action.as_str(),
            outcome: outcome.as_str(),
            id: id.cloned(),
            url: id.map(|id| place.page(id)),
        }
    }
}

/// What somebody has to click, once, each with its type.
fn facets(ui: &Ui, facets: &[Facet]) -> String {
    if facets.is_empty() {
        return String::new();
    }
    let palette = ui.palette();
    let mut text = format!(
        "\n{}\n",
        palette.paint(Tone::Strong, "Facets and measures to create")
    );
    let widest = facets.iter().map(|facet| facet.path.chars().count()).max();
    let widest = widest.unwrap_or_default();
    let mut page = "";
    for facet in facets {
        if facet.page != page {
            page = facet.page;
            let how = format!(
                "{page}, click the attribute, then \"Create facet\", or \"Create measure\" for a number:"
            );
            text += &ui.wrap(&how, "  ");
        }
        let path = escape::line(&facet.path);
        text += &format!("    {path:widest$}  {}\n", escape::line(&facet.r#type));
    }
    text + &ui.wrap(
        "No API makes them. Monitors and dashboards find nothing by those that are missing.",
        "  ",
    )
}
