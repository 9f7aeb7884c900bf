//! What a verification came to, as `-o json` shows it.

use jiff::Timestamp;
use serde::Serialize;

use super::hours::HourRow;
use super::retention::IndexRow;
use crate::commands::receipts::view::ReceiptRow;
use crate::delivery::receipts::{Check, Finding, Lack, Operator};
use crate::error::Exit;

/// The shape of `receipts verify`.
#[derive(Debug, Default, Serialize)]
pub struct VerifyAnswer {
    pub version: &'static str,
    pub checked_at: Timestamp,
    pub operator: Operator,
    pub gateway: String,
    pub destination: &'static str,
    pub site: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub filter: String,
    /// The gateway shows the token's own sessions alone: nothing is said of the others.
    pub own_sessions_alone: bool,
    pub sessions: u64,
    /// Events that ought to exist.
    pub expected: u64,
    pub found: u64,
    pub proven_earlier: u64,
    pub expired_unproven: u64,
    pub missing: u64,
    pub not_indexed_yet: u64,
    /// Requests to Datadog's search.
    pub requests: u64,
    pub indexes: Vec<IndexRow>,
    /// By the events' own time.
    pub hours: Vec<HourRow>,
    pub findings: Vec<Finding>,
    /// Runs that sent events of the range, the newest first.
    pub receipts: Vec<ReceiptRow>,
    /// Runs whose events or recordings of the range went to files, standard output or a receiver that
    /// is not Datadog, the newest first. Nothing of these is looked up.
    pub elsewhere: Vec<ReceiptRow>,
    pub chain: Check,
    /// The receipt of this verification.
    pub receipt: String,
}

impl VerifyAnswer {
    /// Adds findings to the counts of each.
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        for finding in &findings {
            match finding.finding {
                Lack::Missing => self.missing += 1,
                Lack::ExpiredUnproven => self.expired_unproven += 1,
                Lack::NotIndexedYet => self.not_indexed_yet += 1,
            }
        }
        self.findings = findings;
        self
    }

    /// What cannot be told yet is no answer, and neither is what cannot be seen.
    pub fn exit(&self) -> Exit {
        let is_no = self.missing > 0 || self.expired_unproven > 0;
        let is_no = is_no || !self.chain.problems.is_empty();
        match is_no {
            true => Exit::AnswerIsNo,
            false if self.not_indexed_yet > 0 || self.sees_nothing() => Exit::Failed,
            false => Exit::Done,
        }
    }

    /// The token shows nothing of what is asked about, which says nothing of what there is.
    pub fn sees_nothing(&self) -> bool {
        self.own_sessions_alone && self.expected == 0
    }

    /// Every event is found or was proven earlier, by receipts that are as they were written.
    pub fn is_proven(&self) -> bool {
        self.exit() == Exit::Done
    }
}
