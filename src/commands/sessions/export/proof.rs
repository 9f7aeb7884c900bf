//! Whether what an export sent is at Datadog.

use serde::Serialize;

use super::Export;
use super::plan::{Plan, What};
use crate::commands::receipts::{Subject, VerifyAnswer, verified};
use crate::commands::shipping::Destination;
use crate::commands::shipping::positions::Unread;
use crate::config::SecretKind;
use crate::context::Context;
use crate::delivery::receipts::Finding;
use crate::error::{Exit, UsageError};
use crate::gateway::Gateway;
use crate::ui::counted;

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
