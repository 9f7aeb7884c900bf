//! A verification from its beginning to its receipt.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};

use super::Subject;
use super::census::census;
use super::hours::hours;
use super::retention::{Retention, retention};
use super::view::VerifyAnswer;
use crate::commands::receipts::begin;
use crate::commands::receipts::view::ReceiptRow;
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::map::audit::is_selection;
use crate::delivery::receipts::proof::{
    Evidence, Expectations, Expected, Family, Inquiry, Planned, Step, gather,
};
use crate::delivery::receipts::{self, Check, Ending, Finding, Found, Line, Receipt, Run};
use crate::domain::time::human_duration;
use crate::gateway::Gateway;
use crate::ui::{Progress, counted};

/// The command, as its own receipts name it.
pub const VERIFY: &str = "receipts verify";
/// Ids of one line of a receipt.
const IDS_A_LINE: usize = 1_000;
/// Before the first look at what was just sent is repeated; each wait is half as long again.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The most that Datadog takes of the past: an event older than that is not in a fresh batch under
/// its own time.
const FRESH: SignedDuration = SignedDuration::from_hours(18);

/// Who is asked about what.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub gateway: &'a Gateway,
    pub datadog: &'a Datadog,
    pub subject: &'a Subject,
}

pub async fn prove(context: &Context, asked: Asked<'_>) -> anyhow::Result<VerifyAnswer> {
    let state = context.state_folder()?;
    let site = asked.datadog.site().to_string();
    let chain = receipts::check(&state)?;
    let kept = retention(context, asked.datadog)
        .await
        .context("ask Datadog how long it keeps logs")?;
    let (mut expected, sessions) = census(context, asked.gateway, asked.subject).await?;
    let distrusted = chain.problems.iter().filter_map(|one| one.receipt.clone());
    let distrusted: BTreeSet<String> = distrusted.collect();
    let evidence = gather(&state, &site, &mut expected, &distrusted)?;
    let (before, elsewhere) = receipts_of(&state, &site, asked.subject)?;
    let mut receipt = begin(context, Some(asked.gateway), run_of(asked)).await?;
    let looked = look(context, asked, &mut expected, &kept, &evidence).await;
    let (requests, findings) = match looked {
        Ok(looked) => looked,
        Err(error) => {
            let why = Some(format!("{error:#}"));
            receipt.end(Ending::Failed, why, context.now())?;
            return Err(error);
        }
    };
    let checked_at = context.now();
    write(&mut receipt, &expected, &findings, checked_at)?;
    let answer = VerifyAnswer {
        checked_at,
        operator: receipt.operator().clone(),
        sessions,
        requests,
        indexes: kept.indexes,
        receipts: before,
        elsewhere,
        receipt: receipt.id().to_owned(),
        ..answer(asked, &expected)
    };
    receipt.end(Ending::Done, None, checked_at)?;
    let chain = Check {
        head: receipts::head(&state)?,
        ..chain
    };
    Ok(VerifyAnswer { chain, ..answer }.with_findings(findings))
}

/// What the expected events alone say.
fn answer(asked: Asked<'_>, expected: &Expectations) -> VerifyAnswer {
    let subject = asked.subject;
    VerifyAnswer {
        version: env!("CARGO_PKG_VERSION"),
        gateway: asked.gateway.page_base().to_owned(),
        destination: "logs",
        site: asked.datadog.site().to_string(),
        since: subject.range.since,
        until: subject.range.until,
        filter: subject.selected.canonical(),
        expected: expected.len() as u64,
        found: expected.found().count() as u64,
        proven_earlier: expected.proven_earlier().count() as u64,
        hours: hours(expected),
        ..VerifyAnswer::default()
    }
}

fn run_of(asked: Asked<'_>) -> Run {
    let subject = asked.subject;
    Run {
        command: VERIFY.to_owned(),
        since: Some(subject.range.since),
        until: Some(subject.range.until),
        filter: subject.selected.canonical(),
        gateway: Some(asked.gateway.page_base().to_owned()),
        destination: "logs".to_owned(),
        site: Some(asked.datadog.site().to_string()),
        ..Run::default()
    }
}

/// Runs with sessions of the range: those that sent them to the logs of the site, and those that
/// sent nothing to Datadog.
fn receipts_of(
    state: &Path,
    site: &str,
    subject: &Subject,
) -> anyhow::Result<(Vec<ReceiptRow>, Vec<ReceiptRow>)> {
    let is_of = |row: &ReceiptRow| {
        let is_apart = |since, until| until <= subject.range.since || since >= subject.range.until;
        let range = row.since.zip(row.until);
        row.command != VERIFY
            && is_selection(&row.filter) == (subject.selected.family() == Family::Audit)
            && !range.is_some_and(|(since, until)| is_apart(since, until))
    };
    let listed = receipts::list(state, "", usize::MAX)?;
    let rows = listed.iter().map(ReceiptRow::of).filter(is_of);
    let (mut elsewhere, mut sent): (Vec<_>, Vec<_>) = rows.partition(|row| row.site.is_none());
    // What came from no gateway is no session.
    elsewhere.retain(|row| row.gateway.is_some());
    sent.retain(|row| row.site.as_deref() == Some(site) && row.destination == "logs");
    Ok((sent, elsewhere))
}

/// Asks Datadog until everything is found, or waiting for it is of no more use.
async fn look(
    context: &Context,
    asked: Asked<'_>,
    expected: &mut Expectations,
    kept: &Retention,
    evidence: &Evidence,
) -> anyhow::Result<(u64, Vec<Finding>)> {
    let (datadog, subject) = (asked.datadog, asked.subject);
    let progress = context.ui.progress("asking Datadog");
    let requests = Requests::default();
    let told = |step| tell(context, &progress, &requests, step);
    let mut inquiry = Inquiry::new(datadog, asked.gateway.host(), told);
    let since = kept.asked_since();
    let open_until = evidence.newest_sent.map(|sent| sent + signed(subject.wait));
    let (mut wait, mut cancel) = (FIRST_WAIT, context.cancel());
    loop {
        inquiry.find(expected, since).await?;
        let now = datadog.clock_now();
        let earliest = since.unwrap_or(subject.range.since.min(now));
        let is_waiting = open_until.is_some_and(|until| now < until);
        let is_open = |under, is_late| is_waiting && may_be_of_newest(evidence, under, is_late);
        if !lacks_only_open(expected, &is_open) {
            inquiry.look_up(expected, earliest, now + FRESH).await?;
        }
        let findings = expected.findings(kept.horizon, is_open);
        let has_open = findings.iter().any(|one| one.is_open());
        let is_late = context
            .deadline()
            .is_some_and(|deadline| tokio::time::Instant::now() + wait >= deadline);
        if !has_open || is_late {
            return Ok((inquiry.requests, findings));
        }
        let text = human_duration(wait);
        context.ui.status(&format!(
            "{} may not be searchable yet; looking again in {text}",
            counted(findings.len() as u64, "event")
        ));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            // What is known by then is the answer.
            _ = cancel.wait_for(|stopped| *stopped) => {
                return Ok((inquiry.requests, findings));
            }
        }
        wait = (wait * 3 / 2).min(LONGEST_WAIT);
    }
}

/// Looking up one by one what is still to be waited for would use the quota up for nothing.
fn lacks_only_open(expected: &Expectations, is_open: &impl Fn(Timestamp, bool) -> bool) -> bool {
    let findings = expected.findings(None, is_open);
    !findings.is_empty() && findings.iter().all(Finding::is_open)
}

/// Whether an event may be one of those sent last.
fn may_be_of_newest(evidence: &Evidence, under: Timestamp, is_late: bool) -> bool {
    evidence.newest_sent.is_some_and(|sent| match is_late {
        true => under >= sent - SignedDuration::from_mins(15),
        false => under >= sent - FRESH,
    })
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// How many there were, and are planned in all by now.
#[derive(Default)]
struct Requests {
    asked: Cell<u64>,
    planned: Cell<u64>,
}

fn tell(context: &Context, progress: &Progress, made: &Requests, step: Step) {
    if let Step::Count { planned, .. } | Step::List { planned, .. } | Step::LookUp { planned, .. } =
        &step
    {
        made.planned.set(made.asked.get() + planned.requests);
    }
    let requests = |planned: Planned| match planned.requests {
        0 => "no request".to_owned(),
        requests => {
            let about = human_duration(planned.estimate);
            format!("{}, about {about}", counted(requests, "request"))
        }
    };
    match step {
        Step::Count { events, planned } => context.ui.status(&format!(
            "counting {} by hour and kind: {}",
            counted(events, "event"),
            requests(planned)
        )),
        Step::List { cells, planned } => context.ui.status(&format!(
            "{} differ: {} to list them",
            counted(cells, "count"),
            requests(planned)
        )),
        Step::LookUp { events, planned } => context.ui.status(&format!(
            "looking up {} by id: {}",
            counted(events, "event"),
            requests(planned)
        )),
        Step::Asked { requests } => {
            made.asked.set(requests);
            // A plan is a guess, and a later look has none.
            let planned = Some(made.planned.get()).filter(|planned| *planned >= requests);
            progress.count(requests, planned, "request");
        }
    }
}

/// The proof: the ids of what was found, and every finding.
fn write(
    receipt: &mut Receipt,
    expected: &Expectations,
    findings: &[Finding],
    at: Timestamp,
) -> anyhow::Result<()> {
    let found: Vec<&Expected> = expected.found().collect();
    for events in found.chunks(IDS_A_LINE) {
        let ids = events.iter().map(|event| event.id.to_string()).collect();
        receipt.add(&Line::Found(Found { at, ids }))?;
    }
    for finding in findings {
        receipt.add(&Line::Finding(finding.clone()))?;
    }
    Ok(())
}
