//! What `-o json` promises, the list of checks, and the exit code.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::mending::Mended;
use crate::context::Context;
use crate::doctor::{Check, Finding, State, Subject};
use crate::error::Exit;
use crate::http::printable_url;
use crate::ui::{Table, Tone};

/// The whole, for a support ticket: it holds no secret.
#[derive(Serialize)]
pub struct Report<'a> {
    ddctl: Build,
    at: Timestamp,
    /// `null`, as the site, where the settings cannot be read.
    profile: Option<&'a str>,
    settings_file: Option<&'a PathBuf>,
    site: Option<&'static str>,
    /// `DDCTL_DATADOG_URL`, where it is set.
    datadog_url: Option<String>,
    gateway_url: Option<String>,
    /// How many checks ended so.
    counts: BTreeMap<&'static str, usize>,
    checks: Vec<Row<'a>>,
    /// What --fix did; empty without it.
    mended: &'a [Mended],
}

/// Which program says so, and where it runs.
#[derive(Serialize)]
struct Build {
    version: &'static str,
    /// `not known` where it was built without saying so.
    commit: &'static str,
    target: &'static str,
}

/// One check.
#[derive(Serialize)]
pub struct Row<'a> {
    id: &'static str,
    area: &'static str,
    title: &'static str,
    state: State,
    evidence: &'a [String],
    fixes: &'a [String],
    /// What --fix would do.
    repairs: Vec<String>,
}

impl<'a> Row<'a> {
    pub fn of(check: &Check, finding: &'a Finding) -> Self {
        Self {
            id: check.id,
            area: check.area.name(),
            title: check.title,
            state: finding.state,
            evidence: &finding.evidence,
            fixes: &finding.fixes,
            repairs: finding.repairs.iter().map(ToString::to_string).collect(),
        }
    }
}

impl<'a> Report<'a> {
    pub fn new(
        context: &Context,
        subject: &'a Subject,
        rows: Vec<Row<'a>>,
        mended: &'a [Mended],
    ) -> Self {
        let local = &subject.local;
        let gateway = local.gateway_url.as_ref();
        let is_read = local.settings.broken.is_none();
        Self {
            ddctl: Build {
                version: env!("CARGO_PKG_VERSION"),
                commit: env!("DDCTL_COMMIT"),
                target: env!("DDCTL_TARGET"),
            },
            at: context.now(),
            profile: is_read.then_some(local.settings.profile.as_str()),
            settings_file: local.settings.path.as_ref(),
            site: is_read.then(|| local.site.domain()),
            datadog_url: local.connect_to.as_ref().map(printable_url),
            gateway_url: gateway
                .and_then(|url| url.parse().ok())
                .map(|url| printable_url(&url)),
            counts: counts(rows.iter().map(|row| row.state)),
            checks: rows,
            mended,
        }
    }
}

/// Every state, also one that no check ended in.
fn counts(states: impl Iterator<Item = State>) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&str, usize> =
        State::ALL.iter().map(|state| (state.word(), 0)).collect();
    for state in states {
        *counts.entry(state.word()).or_default() += 1;
    }
    counts
}

/// `22 checks: 1 problem, 2 warnings, 3 skipped, 16 ok`
pub fn counts_in_words(findings: &[Finding]) -> String {
    let counts = counts(findings.iter().map(|finding| finding.state));
    let told = State::ALL.iter().rev().filter_map(|state| {
        let count = counts
            .get(state.word())
            .copied()
            .filter(|count| *count > 0)?;
        let plural = match state {
            State::Problem | State::Warning if count > 1 => "s",
            _ => "",
        };
        Some(format!("{count} {}{plural}", state.word()))
    });
    let told: Vec<String> = told.collect();
    let checks = crate::ui::counted(findings.len() as u64, "check");
    format!("{checks}: {}", told.join(", "))
}

/// 3 where something is wrong; 5 where it is no more than remotes that did not answer; 1 where it is
/// no more than a repair that could not be done.
pub fn verdict(findings: &[Finding], mended: &[Mended]) -> Exit {
    let is_problem = |finding: &&Finding| finding.state == State::Problem;
    let mut problems = findings.iter().filter(is_problem);
    match problems.next() {
        None if mended.iter().any(|it| !it.is_done()) => Exit::Failed,
        None => Exit::Done,
        Some(first) if first.is_away && problems.all(|it| it.is_away) => Exit::Unreachable,
        Some(_) => Exit::AnswerIsNo,
    }
}

/// The shape that `-o json` of `--list` promises.
#[derive(Serialize)]
struct Listed {
    id: &'static str,
    area: &'static str,
    title: &'static str,
    needs: Vec<&'static str>,
}

/// The checks there are.
pub fn listed(context: &Context, checks: &[&'static Check]) -> anyhow::Result<()> {
    let rows = checks.iter().map(|check| Listed {
        id: check.id,
        area: check.area.name(),
        title: check.title,
        needs: check.needs.iter().map(|need| need.name()).collect(),
    });
    let rows: Vec<Listed> = rows.collect();
    context.ui.list(&rows, "", || {
        let mut table = Table::new()
            .column("CHECK")
            .unbroken()
            .expendable("AREA", 2)
            .unbroken()
            .column("ASKS")
            .expendable("NEEDS", 1);
        for row in &rows {
            table.row([
                (row.id.to_owned(), Tone::Strong),
                (row.area.to_owned(), Tone::Plain),
                (row.title.to_owned(), Tone::Plain),
                (row.needs.join(", "), Tone::Dim),
            ]);
        }
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_problem_is_a_no_and_what_was_not_reached_can_be_asked_again() {
        let ok = Finding::ok();
        let warning = Finding::warning("w");
        assert_eq!(verdict(&[ok.clone(), warning.clone()], &[]), Exit::Done);
        let away = Finding::away("a");
        assert_eq!(verdict(&[ok, away.clone()], &[]), Exit::Unreachable);
        assert_eq!(
            verdict(&[away, Finding::problem("p")], &[]),
            Exit::AnswerIsNo
        );
    }

    #[test]
    fn a_repair_that_was_not_done_is_a_failure() {
        let undone = Mended::undone("running", "no such file");
        let warning = [Finding::warning("w")];
        assert_eq!(verdict(&warning, &[undone]), Exit::Failed);
        let undone = Mended::undone("running", "no such file");
        assert_eq!(
            verdict(&[Finding::problem("p")], &[undone]),
            Exit::AnswerIsNo
        );
    }

    #[test]
    fn the_worst_is_told_first_and_what_there_is_none_of_is_left_out() {
        let findings = [Finding::problem("p"), Finding::problem("q"), Finding::ok()];
        assert_eq!(counts_in_words(&findings), "3 checks: 2 problems, 1 ok");
    }
}
