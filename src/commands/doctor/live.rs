//! Looking, with a line on the terminal for each check under way. What was found is shown in the
//! order of the checks, as soon as it and all before it are there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::StreamExt;

use crate::context::Context;
use crate::doctor::{Check, Finding, Subject, side_by_side};
use crate::ui::Progress;

/// Between two drawings.
const TICK: Duration = Duration::from_millis(100);

/// Looks at everything; the findings come in the order of `checks`.
///
/// # Errors
///
/// What `shown` gives.
pub async fn look(
    context: &Context,
    checks: &[&'static Check],
    subject: &Subject,
    mut shown: impl FnMut(&Check, &Finding) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Finding>> {
    let lines: RefCell<BTreeMap<&str, Progress>> = RefCell::default();
    let began = |check: &'static Check| {
        let line = context.ui.progress(check.id);
        lines.borrow_mut().insert(check.id, line);
    };
    let mut found: Vec<Option<Finding>> = checks.iter().map(|_| None).collect();
    let mut next = 0;
    let looks = side_by_side(checks, subject, &began);
    tokio::pin!(looks);
    let mut ticks = tokio::time::interval(TICK);
    loop {
        let (place, finding) = tokio::select! {
            looked = looks.next() => match looked {
                Some(looked) => looked,
                None => break,
            },
            _ = ticks.tick() => {
                draw(&lines.borrow(), checks);
                continue;
            }
        };
        lines.borrow_mut().remove(checks[place].id);
        found[place] = Some(finding);
        while let Some(Some(finding)) = found.get(next) {
            shown(checks[next], finding)?;
            next += 1;
        }
    }
    Ok(found.into_iter().flatten().collect())
}

fn draw(lines: &BTreeMap<&str, Progress>, checks: &[&'static Check]) {
    for check in checks {
        if let Some(line) = lines.get(check.id) {
            line.set(check.title);
        }
    }
}
