//! `--verify`: whether what a run sent is at Datadog.

use anyhow::Context as _;
use serde::Serialize;

use super::flags::DeliveryFlags;
use super::place::Destination;
use super::proof::ProofFlags;
use crate::commands::flags::DatadogAccess;
use crate::commands::receipts::VerifyAnswer;
use crate::config::SecretKind;
use crate::context::Context;
use crate::delivery::receipts::Finding;
use crate::error::{Exit, UsageError};
use crate::ui::counted;

/// What a verification came to, as the summary of a run shows it.
#[derive(Debug, Serialize)]
pub struct Verification {
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
            let (lack, origin) = (one.finding.words(), one.origin());
            format!("  {lack}: {} of {origin}: {}", one.kind, one.why)
        }));
        lines
    }
}

/// The exit code of a run with its proof: where the run itself has nothing to say, the proof has.
///
/// # Errors
///
/// A proof that failed, of a run that did not.
pub fn proven(exit: Exit, proof: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
    match exit {
        Exit::Done => proof.context("prove what was delivered"),
        exit => Ok(exit),
    }
}

/// Takes apart what is shown of a verification and what it comes to.
pub fn shown(
    verification: anyhow::Result<Option<Verification>>,
) -> (Option<Verification>, anyhow::Result<Exit>) {
    match verification {
        Ok(verification) => {
            let exit = verification.as_ref().map_or(Exit::Done, |one| one.exit);
            (verification, Ok(exit))
        }
        Err(error) => (None, Err(error)),
    }
}

impl ProofFlags {
    /// Refuses what cannot be proven, before anything is read.
    ///
    /// # Errors
    ///
    /// Nothing that goes to the logs, and no application key or one that cannot be any.
    pub fn check(
        &self,
        context: &Context,
        delivery: &DeliveryFlags,
        keys: &DatadogAccess,
    ) -> anyhow::Result<()> {
        if !self.verify {
            return Ok(());
        }
        let mut destinations = delivery.to.iter().map(|to| &to.destination);
        if !destinations.any(|one| *one == Destination::Logs) {
            return Err(UsageError::with_hint(
                "--verify asks Datadog's log search, and nothing goes to `logs`",
                "name it as a destination: --to logs",
            )
            .into());
        }
        let keys = keys.flags();
        context.secret(SecretKind::AppKey, &keys)?;
        // A client is made of keys of the right shape alone.
        context.datadog(&keys)?;
        Ok(())
    }
}
