//! Receipts as `-o json` shows them.

use jiff::Timestamp;
use serde::Serialize;

use crate::delivery::receipts::{Batch, Listed, Operator, SetAside, Standing, Totals, Uncertain};

/// The shape of a row of `receipts list`.
#[derive(Debug, Serialize)]
pub struct ReceiptRow {
    pub id: String,
    pub command: String,
    /// `done`, `stopped`, `interrupted`, `failed`, `cut off` or `running`
    pub ending: &'static str,
    pub begun: Timestamp,
    pub ended: Option<Timestamp>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub filter: String,
    pub gateway: Option<String>,
    pub destination: String,
    pub site: Option<String>,
    pub operator: String,
    pub events: u64,
    pub late: u64,
    pub cut: u64,
    pub dead_letters: u64,
    pub skipped: u64,
    pub uncertain: u64,
    /// Of a verification: events found at the destination.
    pub found: u64,
    /// Of a verification: events that were not accounted for.
    pub findings: u64,
    /// Of the whole receipt; `null` while it is open.
    pub sha256: Option<String>,
    pub file: String,
}

impl ReceiptRow {
    pub fn of(receipt: &Listed) -> Self {
        let Listed {
            header,
            standing,
            totals,
            ..
        } = receipt;
        let run = header.run.clone();
        Self {
            id: header.id.clone(),
            command: run.command,
            ending: standing.as_str(),
            begun: header.begun,
            ended: ended(standing),
            since: run.since,
            until: run.until,
            filter: run.filter,
            gateway: run.gateway,
            destination: run.destination,
            site: run.site,
            operator: label(&run.operator),
            events: totals.events,
            late: totals.late,
            cut: totals.cut,
            dead_letters: totals.dead_letters,
            skipped: totals.skipped,
            uncertain: totals.uncertain,
            found: totals.found,
            findings: totals.findings,
            sha256: receipt.sha256.clone(),
            file: receipt.path.display().to_string(),
        }
    }
}

/// The shape of `receipts show`.
#[derive(Debug, Serialize)]
pub struct ReceiptDetail {
    pub id: String,
    pub version: String,
    pub command: String,
    pub ending: &'static str,
    /// What went wrong.
    pub why: Option<String>,
    pub begun: Timestamp,
    pub ended: Option<Timestamp>,
    pub operator: Operator,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub sessions: Vec<String>,
    pub filter: String,
    /// The file whose lines were sent, or `standard input`.
    pub source: Option<String>,
    pub gateway: Option<String>,
    pub organisation: Option<String>,
    pub destination: String,
    pub site: Option<String>,
    /// Where else the same run sent and wrote.
    pub beside: Vec<String>,
    pub totals: Totals,
    pub batches: Vec<Batch>,
    pub set_aside: Vec<SetAside>,
    pub uncertain: Vec<Uncertain>,
    /// Hash of the entry of the chain before this receipt.
    pub previous: String,
    pub sha256: Option<String>,
    pub file: String,
}

impl ReceiptDetail {
    /// Without the lines.
    pub fn of(receipt: Listed) -> Self {
        let run = receipt.header.run;
        let why = match &receipt.standing {
            Standing::Ended(ended) => ended.why.clone(),
            Standing::Running | Standing::CutOff => None,
        };
        Self {
            id: receipt.header.id,
            version: receipt.header.version,
            command: run.command,
            ending: receipt.standing.as_str(),
            why,
            begun: receipt.header.begun,
            ended: ended(&receipt.standing),
            operator: run.operator,
            since: run.since,
            until: run.until,
            sessions: run.sessions,
            filter: run.filter,
            source: run.source,
            gateway: run.gateway,
            organisation: run.organisation,
            destination: run.destination,
            site: run.site,
            beside: run.beside,
            totals: receipt.totals,
            batches: Vec::new(),
            set_aside: Vec::new(),
            uncertain: Vec::new(),
            previous: receipt.header.previous,
            sha256: receipt.sha256,
            file: receipt.path.display().to_string(),
        }
    }
}

fn ended(standing: &Standing) -> Option<Timestamp> {
    match standing {
        Standing::Ended(ended) => Some(ended.at),
        Standing::Running | Standing::CutOff => None,
    }
}

/// The destination of what was written to standard output.
pub const STDOUT: &str = "-";

/// Where a run went, for people: `logs datadoghq.eu`, a path, `stdout`.
pub fn place(destination: &str, site: Option<&str>) -> String {
    match (destination, site) {
        (STDOUT, _) => "stdout".to_owned(),
        (destination, Some(site)) => format!("{destination} {site}"),
        (destination, None) => destination.to_owned(),
    }
}

/// Whom the gateway knew, else the local account.
pub fn label(operator: &Operator) -> String {
    let gateway = operator.gateway.as_ref();
    let known = gateway.map(|user| match user.email.is_empty() {
        true => user.id.clone(),
        false => user.email.clone(),
    });
    known.unwrap_or_else(|| account(operator))
}

/// `alice (user id 1000) on host`
pub fn account(operator: &Operator) -> String {
    let Operator { uid, host, .. } = operator;
    match &operator.user {
        Some(user) => format!("{user} (user id {uid}) on {host}"),
        None => format!("user id {uid} on {host}"),
    }
}
