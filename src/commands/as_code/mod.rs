//! What `monitors` and `dashboards` share as code: where a plan is made, how it is shown and
//! carried out.

mod carry_out;
mod place;
mod removal;
mod shown;
mod view;

pub use carry_out::{Carefully, carry_out};
pub use place::{Facet, Files, LeftOut, Ownership, Place};
pub use removal::{Removal, remove};

use shown::show_plan;
use view::{PlanView, differs};

use crate::error::Exit;
use crate::monitors::as_code::{Doubt, Plan, Record, plan};

/// `plan` of either kind: shows what there is to do and changes nothing.
pub async fn plan_only(place: &Place<'_>, files: &Files, check: bool) -> anyhow::Result<Exit> {
    let record = place.read_record()?;
    let (plan, doubts) = make_plan(place, files, &record, None).await?;
    let view = PlanView::of(place, &plan, files, &doubts);
    let ui = &place.context.ui;
    ui.one(&view, || show_plan(ui, &plan, files))?;
    for doubt in &doubts {
        ui.warning(&doubt.to_string());
        ui.hint(&doubt.way_out());
    }
    Ok(match check && (differs(&plan) || !doubts.is_empty()) {
        true => Exit::AnswerIsNo,
        false => Exit::Done,
    })
}

/// The plan, and what speaks against the list that it was made from.
async fn make_plan(
    place: &Place<'_>,
    files: &Files,
    record: &Record,
    expected: Option<usize>,
) -> anyhow::Result<(Plan, Vec<Doubt>)> {
    let listing = place.listing().await?;
    let doubts = place.doubts(&listing, record, expected).await?;
    let plan = plan(files.scope(place), &files.definitions, &listing, record);
    Ok((plan, doubts))
}
