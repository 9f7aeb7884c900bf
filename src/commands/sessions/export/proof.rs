//! Whether what an export sent is at Datadog; the flags of that, and of what is told beforehand.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::Export;
use super::plan::{Plan, What};
use crate::commands::receipts::{Subject, VerifyAnswer, verified};
use crate::commands::shipping::Destination;
use crate::commands::shipping::positions::Unread;
use crate::config::SecretKind;
use crate::context::Context;
use crate::delivery::receipts::Finding;
use crate::domain::time::parse_duration;
use crate::error::{Exit, UsageError};
use crate::gateway::Gateway;
use crate::ui::counted;

/// What is proven of a run, or told of one beforehand.
#[derive(Debug, Args)]
pub(super) struct ProofArgs {
    /// Once it is indexed, prove that it is all there, as `receipts verify` does
    #[arg(
        long,
        conflicts_with_all = ["sessions", "limit", "dry_run"],
        help_heading = "Proof"
    )]
    pub verify: bool,
    /// How long Datadog may take to make it searchable
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5m",
        value_parser = parse_duration,
        requires = "verify",
        help_heading = "Proof"
    )]
    verify_wait: Duration,
    /// Say how many events, bytes and requests it would be, and send nothing
    #[arg(
        long,
        conflicts_with_all = ["sessions", "limit", "dry_run", "verify"],
        help_heading = "Proof"
    )]
    pub estimate: bool,
    /// What a million indexed events cost, for --estimate
    #[arg(
        long,
        value_name = "PRICE",
        value_parser = price,
        requires = "estimate",
        help_heading = "Proof"
    )]
    pub price_per_million: Option<f64>,
    /// What a gigabyte of ingested logs costs, for --estimate
    #[arg(
        long,
        value_name = "PRICE",
        value_parser = price,
        requires = "estimate",
        help_heading = "Proof"
    )]
    pub price_per_gb: Option<f64>,
}

/// In whatever currency.
fn price(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(price) if (0.0..=1e9).contains(&price) => Ok(price),
        Ok(_) => Err("it is between 0 and a billion".to_owned()),
        Err(_) => Err("it is a number such as 1.70".to_owned()),
    }
}

/// What a verification came to, as the summary of a run shows it.
#[derive(Debug, Serialize)]
pub(super) struct Verification {
    pub expected: u64,
    pub found: u64,
    pub proven_earlier: u64,
    pub expired_unproven: u64,
    pub missing: u64,
    pub not_indexed_yet: u64,
    pub findings: Vec<Finding>,
    /// Id of the verification's own receipt.
    pub receipt: String,
    #[serde(skip)]
    pub exit: Exit,
}

impl From<VerifyAnswer> for Verification {
    fn from(answer: VerifyAnswer) -> Self {
        Self {
            exit: answer.exit(),
            expected: answer.expected,
            found: answer.found,
            proven_earlier: answer.proven_earlier,
            expired_unproven: answer.expired_unproven,
            missing: answer.missing,
            not_indexed_yet: answer.not_indexed_yet,
            findings: answer.findings,
            receipt: answer.receipt,
        }
    }
}

impl Verification {
    pub fn lines(&self) -> Vec<String> {
        let proven = self.found + self.proven_earlier;
        let expected = counted(self.expected, "event");
        let receipt = &self.receipt;
        let mut lines = vec![format!(
            "proven: {proven} of {expected} (receipt {receipt})"
        )];
        lines.extend(self.findings.iter().map(|one| {
            let Finding {
                kind, session, why, ..
            } = one;
            format!("  {}: {kind} of {session}: {why}", one.finding.words())
        }));
        lines
    }
}

/// Refuses what cannot be proven, before anything is read.
pub(super) fn check(context: &Context, args: &Export) -> anyhow::Result<()> {
    if !args.proof.verify {
        return Ok(());
    }
    let mut destinations = args.delivery.to.iter().map(|to| &to.destination);
    if !destinations.any(|one| *one == Destination::Logs) {
        return Err(UsageError::with_hint(
            "--verify asks Datadog's log search, and nothing goes to `logs`",
            "name it as a destination: --to logs",
        )
        .into());
    }
    context.secret(SecretKind::AppKey, &args.datadog.flags())?;
    Ok(())
}

/// Proves the sessions that the run read, as far as they had come when it began.
pub(super) async fn verification(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    plan: &Plan,
) -> anyhow::Result<Option<Verification>> {
    let (What::Ranges(Unread { ranges, .. }), Some(range), true) =
        (&plan.what, plan.range, args.proof.verify)
    else {
        return Ok(None);
    };
    let subject = Subject {
        range,
        ranges: ranges.clone(),
        as_of: Some(plan.now),
        filter: args.filter.filter(),
        wait: args.proof.verify_wait,
    };
    let answer = verified(context, gateway, &args.datadog, &subject).await?;
    Ok(Some(answer.into()))
}
