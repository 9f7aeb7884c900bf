//! The lines of a receipt.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hash::hex;
use super::totals::Totals;
use crate::delivery::observer::Placed;

/// Of the files written today.
pub(super) const FORMAT: u32 = 1;

/// The kind by which recordings are counted, which are no events.
pub const RECORDING: &str = "recording";

/// One line: an object with the one key that says what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first.
    Receipt(Box<Header>),
    Batch(Batch),
    SetAside(SetAside),
    Uncertain(Uncertain),
    /// Of a verification.
    Found(Found),
    /// Of a verification.
    Finding(Finding),
    /// The last, where the run closed its receipt.
    Ended(Ended),
}

/// What a run sets out to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub format: u32,
    /// `20261121-181700-3fa2c1`: when it began, in UTC, and a random part.
    pub id: String,
    /// Hash of the chain's newest entry when this receipt was begun.
    pub previous: String,
    /// Of ddctl.
    pub version: String,
    pub begun: Timestamp,
    #[serde(flatten)]
    pub run: Run,
}

/// What is sent, by whom, from where and to where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Without its values: `sessions export --new`.
    pub command: String,
    pub operator: Operator,
    /// Of the sessions' start times; absent where sessions were named.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Those that were named instead, as they were written.
    pub sessions: Vec<String>,
    /// In its canonical writing; empty for everything.
    pub filter: String,
    /// The file whose lines are sent, or `standard input`; absent where the source is a gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The gateway's address; absent where the source is a file.
    pub gateway: Option<String>,
    /// The gateway's organisation.
    pub organisation: Option<String>,
    /// `logs`, an absolute path, or `-` for standard output.
    pub destination: String,
    /// Datadog's, where it goes there.
    pub site: Option<String>,
    /// Where else the same run sends and writes; each has a receipt of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
}

impl Run {
    /// Whether it went on after its receipt was begun, and beyond the end of its range.
    pub(super) fn goes_on(&self) -> bool {
        self.command.ends_with("--follow")
    }
}

/// Who did it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Whose token the gateway saw.
    pub gateway: Option<GatewayUser>,
    /// Name of the local account, as its environment gives it.
    pub user: Option<String>,
    /// Number of the local account, as the system gives it.
    pub uid: u32,
    pub host: String,
}

/// A user as the gateway knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayUser {
    pub id: String,
    pub email: String,
    pub name: String,
}

/// A batch that the destination took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// From 1 on, in the order in which batches were taken.
    pub number: u64,
    /// SHA-256 of the payload before compression: the logs as one JSON array, also where the
    /// destination gets them in another form. Of what was written, every byte of the file or stream.
    pub sha256: String,
    pub events: u64,
    /// Of the payload before compression.
    pub bytes: u64,
    /// The same on the wire.
    pub bytes_sent: u64,
    /// As it was answered, where the destination answers with one.
    pub status: Option<u16>,
    /// Requests that the events were part of.
    pub attempts: u32,
    /// Those of them to which no answer came: the destination may have the events more than once,
    /// under the same ids.
    pub unanswered: u32,
    /// When the request that was taken went out; of a file, when it got its name.
    pub sent_at: Option<Timestamp>,
    /// Events by `evt.name`; `other` for those without one.
    pub kinds: BTreeMap<String, u64>,
    /// The absolute path of the file that the batch is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Of the source, where the events were lines of one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineRun>,
    /// Events that went out under another time than their own.
    pub late: Vec<Late>,
    /// Ids of events of which a text was cut.
    pub cut: Vec<String>,
}

impl Batch {
    /// Of what needed no request.
    pub(super) fn of_placed(placed: &Placed<'_>, number: u64) -> Self {
        // Without a current folder the path is as it was given.
        let absolute = |path| std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
        Self {
            number,
            sha256: hex(&placed.sha256),
            events: placed.rows,
            bytes: placed.bytes,
            bytes_sent: placed.bytes,
            sent_at: Some(placed.at),
            kinds: placed.kinds.clone(),
            file: placed.file.map(|path| absolute(path).display().to_string()),
            ..Self::default()
        }
    }
}

/// Lines that follow each other: the numbers of the first and the last, from 1 on.
pub type LineRun = [u64; 2];

/// Events under one time that is not theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// The time under which the destination has them.
    pub at: Timestamp,
    pub ids: Vec<String>,
}

/// Events that were not sent, or not taken, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    pub way: Way,
    pub ids: Vec<String>,
    pub kinds: BTreeMap<String, u64>,
    /// As in [`Batch::lines`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineRun>,
    /// As it was answered, where there was an answer.
    pub status: Option<u16>,
    pub why: Option<String>,
    pub attempts: u32,
}

/// Where an event went that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    DeadLetter,
    /// Too old, and left out as the user asked.
    Skipped,
}

/// Events of requests to which no answer came before the run was over: the destination may have
/// them. The next run sends them again, under the same ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncertain {
    pub ids: Vec<String>,
    /// As in [`Batch::lines`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineRun>,
    pub unanswered: u32,
    pub sent_at: Option<Timestamp>,
}

/// Events that a verification found at the destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub at: Timestamp,
    pub ids: Vec<String>,
}

/// An event that a verification could not account for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub finding: Lack,
    pub id: String,
    /// The value of `evt.name`; a review's state behind it.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Id of the row of the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// The time under which the destination should have it.
    pub under: Timestamp,
    pub why: String,
}

impl Finding {
    /// What the event is of, by its id at the gateway.
    pub fn origin(&self) -> &str {
        let origin = self.session.as_deref().or(self.change.as_deref());
        origin.unwrap_or_default()
    }

    /// Nothing is said of it yet.
    pub fn is_open(&self) -> bool {
        self.finding == Lack::NotIndexedYet
    }
}

/// What an event lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// The destination should have it and has it not.
    Missing,
    /// The destination keeps nothing so old any more, and nobody had looked in time.
    ExpiredUnproven,
    /// It was sent so shortly before that it may not be searchable yet.
    NotIndexedYet,
}

impl Lack {
    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Lack::Missing => "missing",
            Lack::ExpiredUnproven => "expired unproven",
            Lack::NotIndexedYet => "not indexed yet",
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    pub ending: Ending,
    /// What went wrong.
    pub why: Option<String>,
    pub totals: Totals,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Done,
    /// A mode that runs until somebody stops it was stopped, with everything that it had read at
    /// the destination.
    Stopped,
    /// Somebody asked it to stop before it was through.
    Interrupted,
    Failed,
}

impl Ending {
    pub fn as_str(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Stopped => "stopped",
            Ending::Interrupted => "interrupted",
            Ending::Failed => "failed",
        }
    }
}
