//! The way to one destination: what is read becomes records, and they go out or are written.

use std::cell::{Cell, RefCell};

use tokio::sync::{mpsc, watch};

use super::standing::Standing;
use super::voice::Chorus;
use crate::datadog::Datadog;
use crate::delivery::receipts::{Receipt, Recorder};
use crate::delivery::state::StateError;
use crate::delivery::{
    self, Account, AtomicFile, DryRun, Fate, FileError, Format, Given, IntakeKind, Number,
    Observer, Options, Parts, Progress, Receiver, Record, RowsError, SentBatch, ShownSpans, Stop,
    Summary, Unplaced, Worth,
};
use crate::otlp::Exporter;
use crate::ui::Ui;

/// Makes records of what is read for one destination, and remembers what came of them.
pub trait Keeper<E> {
    /// `None` for what is no event, and for one that the destination has.
    fn record(&self, item: E) -> Option<Record>;

    /// As [`Keeper::record`], for what takes any number of records of one item, and what is no event
    /// as well: into its dead letters.
    fn given(&self, item: E) -> Vec<Given> {
        self.record(item).map(Given::Record).into_iter().collect()
    }

    /// What the item means to the destination.
    fn worth(&self, item: &E) -> Worth;

    /// The dead letters have the event of this id; told before it is settled.
    fn refused(&self, _id: &str, _why: &str) {}

    /// The event of this id was set aside or left out; told before it is settled.
    fn unsent(&self, _id: &str) {}

    /// As [`Observer::settled`].
    fn settled(&self, numbers: &[Number]) -> Result<(), StateError>;

    /// Remembers what no event was waited for, at the end.
    fn finish(&self) -> Result<(), StateError>;

    /// The lane takes nothing more, while others go on.
    fn ended(&self) {}

    /// Events that the destination had already.
    fn known(&self) -> u64;
}

/// One destination of a run.
pub struct Lane<'a, E> {
    /// For people and for `-o json`: `logs datadoghq.eu`, `october.ndjson`.
    pub name: String,
    pub is_best_effort: bool,
    pub end: End<'a>,
    pub keeper: Box<dyn Keeper<E> + 'a>,
    /// What the lane sends or writes is written in it; `None` for a dry run, and where none is kept.
    pub receipt: Option<Receipt>,
}

/// Where a lane ends.
pub enum End<'a> {
    Intake(Account<'a>, Options),
    /// Shows what would be sent.
    Show(&'a Datadog, IntakeKind, Options),
    Receiver(Receiver<'a>, Options),
    /// Shows what would be sent to a receiver of this name.
    ShowSpans(String, Box<Exporter>, Options),
    File(AtomicFile, Format),
    /// One file after the other.
    Parts(Parts),
    Stdout(Format),
}

impl End<'_> {
    /// What it takes, for people.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            End::Receiver(..) | End::ShowSpans(..) | End::Show(_, IntakeKind::LlmObs, _) => "span",
            End::Intake(account, _) if account.kind() == IntakeKind::LlmObs => "span",
            _ => "event",
        }
    }
}

/// What came of a lane.
pub(super) enum Ended {
    Done(Summary),
    /// A file with everything, which is not under its name yet.
    Written(Box<Unplaced>),
}

/// One lane under way.
pub(super) struct Runner<'a, E> {
    pub ui: &'a Ui,
    pub chorus: &'a Chorus<'a>,
    /// Of a long-running mode.
    pub standing: Option<&'a Standing>,
    pub at: usize,
    pub keeper: &'a dyn Keeper<E>,
    pub receipt: Option<&'a RefCell<Receipt>>,
    pub stop: watch::Receiver<Stop>,
}

impl<E> Runner<'_, E> {
    /// Takes `items` to `end` until there are no more.
    pub async fn run(self, items: mpsc::Receiver<E>, end: End<'_>) -> anyhow::Result<Ended> {
        let (keeper, stop) = (self.keeper, Some(self.stop.clone()));
        let stopping = |options| Options {
            stop: stop.clone(),
            ..options
        };
        let record = |item| {
            let record = keeper.record(item)?;
            if let Some(standing) = self.standing {
                let board = &standing.board;
                board.read(self.at, record.number, record.timestamp);
            }
            Some(record)
        };
        let given = |item| {
            let given = keeper.given(item);
            if let Some(standing) = self.standing {
                for one in &given {
                    let at = one.timestamp().unwrap_or_else(jiff::Timestamp::now);
                    standing.board.read(self.at, one.number(), at);
                }
            }
            given
        };
        Ok(match end {
            End::Intake(account, options) => {
                let (options, watcher) = (account.options(stopping(options)), self.watcher());
                let run = delivery::run(items, given, &account, options, watcher);
                Ended::Done(match self.standing {
                    None => run.await?,
                    Some(standing) => tokio::select! {
                        done = run => done?,
                        never = standing.beat(self.at, &account) => match never {},
                    },
                })
            }
            End::Show(datadog, kind, options) => {
                let show = |text: &str| drop(self.ui.write(text.as_bytes()));
                let (sink, watcher) = (DryRun::new(datadog, kind, show), self.watcher());
                Ended::Done(delivery::run(items, given, &sink, stopping(options), watcher).await?)
            }
            End::Receiver(receiver, options) => {
                let (options, watcher) = (stopping(options), self.watcher());
                Ended::Done(delivery::run(items, given, &receiver, options, watcher).await?)
            }
            End::ShowSpans(name, exporter, options) => {
                let show = |text: &str| drop(self.ui.write(text.as_bytes()));
                let sink = ShownSpans::new(name, &exporter, show);
                let (options, watcher) = (stopping(options), self.watcher());
                Ended::Done(delivery::run(items, given, &sink, options, watcher).await?)
            }
            End::File(file, format) => {
                let watcher = self.watcher();
                let written = delivery::to_file(items, record, file, format, stop, watcher);
                Ended::Written(Box::new(written.await?))
            }
            End::Parts(parts) => {
                let written = delivery::to_parts(items, record, parts, stop, self.watcher());
                Ended::Done(written.await.map_err(explained)?)
            }
            End::Stdout(format) => {
                let out = self.ui.stdout();
                let watcher = self.watcher();
                let written = delivery::to_writer(items, record, out, format, stop, watcher);
                Ended::Done(written.await.map_err(bare)?)
            }
        })
    }

    fn watcher(&self) -> Recorder<'_, Watcher<'_, E>> {
        let watcher = Watcher {
            chorus: self.chorus,
            standing: self.standing,
            at: self.at,
            keeper: self.keeper,
        };
        Recorder::new(self.receipt, watcher)
    }
}

/// What ended one file among several.
fn explained(error: RowsError) -> anyhow::Error {
    match error {
        // The first file was begun there.
        RowsError::File(FileError::NoFolder { path }) => {
            anyhow::Error::from(FileError::FolderGone { path }).context(UNFINISHED)
        }
        RowsError::File(error) => anyhow::Error::from(error).context(UNFINISHED),
        other => bare(other),
    }
}

/// The cause itself, by which the exit code is found.
fn bare(error: RowsError) -> anyhow::Error {
    match error {
        RowsError::File(error) => error.into(),
        RowsError::Stream(error) => error.into(),
        RowsError::State(error) => error.into(),
    }
}

/// Gives a whole file its name, and writes it in the receipt.
pub(super) fn placed(
    file: Unplaced,
    receipt: Option<&RefCell<Receipt>>,
) -> anyhow::Result<Summary> {
    let placed = file.place(Recorder::new(receipt, |_: Progress| {}));
    placed.map_err(|error| match error {
        RowsError::State(error) => anyhow::Error::from(error).context(UNRECORDED),
        other => bare(other),
    })
}

const UNRECORDED: &str = "the file is in its place, and its receipt could not be written";

const UNFINISHED: &str = "a file could not be finished; what was to be in it goes out once more \
                          with the next run";

/// Follows one lane for the keeper and for people.
struct Watcher<'a, E> {
    chorus: &'a Chorus<'a>,
    standing: Option<&'a Standing>,
    at: usize,
    keeper: &'a dyn Keeper<E>,
}

impl<E> Observer for Watcher<'_, E> {
    fn told(&mut self, progress: Progress) {
        if let Some(standing) = self.standing {
            standing.board.told(self.at, &progress);
        }
        self.chorus.tell(self.at, progress);
    }

    fn batch(&mut self, batch: &SentBatch<'_>) -> Result<(), StateError> {
        for entry in batch.entries {
            match batch.fate {
                Fate::DeadLetter { why, .. } => {
                    self.keeper.refused(&entry.id, why);
                    self.keeper.unsent(&entry.id);
                }
                Fate::Skipped => self.keeper.unsent(&entry.id),
                Fate::Taken { .. } | Fate::Uncertain => {}
            }
        }
        Ok(())
    }

    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        if let Some(standing) = self.standing {
            standing.board.settled(self.at, numbers);
        }
        self.keeper.settled(numbers)
    }
}

/// The events that best effort lacked, by lane.
pub(super) type Lacked = Vec<Cell<u64>>;
