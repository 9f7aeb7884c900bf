//! A verification from its beginning to its receipt.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;

use super::Subject;
use super::census::census;
use super::hours::hours;
use super::looking::{Looked, look};
use super::retention::retention;
use super::scope::Scope;
use super::view::VerifyAnswer;
use crate::commands::receipts::begin;
use crate::commands::receipts::view::ReceiptRow;
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::map::audit::is_selection;
use crate::delivery::receipts::proof::{Expectations, Expected, Family, before, gather};
use crate::delivery::receipts::{self, Check, Ending, Finding, Found, Line, Receipt, Run};
use crate::gateway::Gateway;

/// The command, as its own receipts name it.
pub const VERIFY: &str = "receipts verify";
/// Ids of one line of a receipt.
const IDS_A_LINE: usize = 1_000;

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
    let scope = Scope::of(asked).await?;
    let (mut expected, sessions) = census(context, asked.gateway, asked.subject).await?;
    let distrusted = chain.problems.iter().filter_map(|one| one.receipt.clone());
    let distrusted: BTreeSet<String> = distrusted.collect();
    let sent_since = before(asked.datadog.clock_now(), asked.subject.wait);
    let evidence = gather(&state, &site, &mut expected, &distrusted, sent_since)?;
    let (before, elsewhere) = receipts_of(&state, &site, asked.subject)?;
    let mut receipt = begin(context, Some(asked.gateway), run_of(asked, &scope)).await?;
    let looked = look(context, asked, &mut expected, &kept, &evidence).await;
    let Looked { requests, findings } = match looked {
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
        ..answer(asked, &scope, &expected)
    };
    receipt.end(Ending::Done, None, checked_at)?;
    let chain = Check {
        head: receipts::head(&state)?,
        ..chain
    };
    Ok(VerifyAnswer { chain, ..answer }.with_findings(findings))
}

/// What the expected events alone say.
fn answer(asked: Asked<'_>, scope: &Scope, expected: &Expectations) -> VerifyAnswer {
    let subject = asked.subject;
    VerifyAnswer {
        version: env!("CARGO_PKG_VERSION"),
        gateway: asked.gateway.page_base().to_owned(),
        destination: "logs",
        site: asked.datadog.site().to_string(),
        since: subject.range.since,
        until: subject.range.until,
        filter: scope.filter.clone(),
        own_sessions_alone: scope.is_own_alone,
        expected: expected.len() as u64,
        found: expected.found().count() as u64,
        proven_earlier: expected.proven_earlier().count() as u64,
        hours: hours(expected),
        ..VerifyAnswer::default()
    }
}

fn run_of(asked: Asked<'_>, scope: &Scope) -> Run {
    let subject = asked.subject;
    Run {
        command: VERIFY.to_owned(),
        since: Some(subject.range.since),
        until: Some(subject.range.until),
        filter: scope.filter.clone(),
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
