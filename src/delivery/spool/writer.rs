//! One thread has the file: what waits when a commit ends goes into the next one, and everybody is
//! answered after it.
//!
//! The thread ends when the last handle is dropped.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use jiff::Timestamp;
use tokio::sync::{oneshot, watch};

use super::events::{Added, Destination, Offer};
use super::notes::Note;
use super::room::{Limits, Shortage};
use super::row::{Arrival, Spooled, Waiting};
use super::store::{Again, Change, Done, Stock, Store, Taking};
use super::webhooks::Wanted;
use crate::delivery::positions::Number;
use crate::delivery::queue::QueueError;
use crate::delivery::state::{Holder, StateError};

/// Changes in one commit, at most.
const GROUP: usize = 256;

/// The note that is written to see whether anything can be.
const LOOKED: &str = "looked for room";

/// What became of a webhook at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    New,
    /// One of its id was there before.
    Again,
}

/// Why a webhook was not stored. It may be sent again.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    #[error("{0}")]
    NoRoom(Shortage),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("the spool is closed")]
    Closed,
}

enum Job {
    Change(Change, Answer),
    Due {
        wanted: Wanted,
        answer: oneshot::Sender<Result<Due, StateError>>,
    },
    Note {
        name: String,
        answer: oneshot::Sender<Result<Option<String>, StateError>>,
    },
    Events {
        after: Number,
        most: usize,
        answer: oneshot::Sender<Result<Vec<Spooled>, StateError>>,
    },
}

/// The webhooks that are wanted, and when there is more to look at.
pub type Due = (Vec<Waiting>, Option<Timestamp>);

enum Answer {
    Later(oneshot::Sender<Result<Done, StateError>>),
    /// To somebody who waits with his thread.
    Now(mpsc::SyncSender<Result<Done, StateError>>),
}

impl Answer {
    fn give(self, done: Result<Done, StateError>) {
        // Whoever asked may have gone away; what was done stays done.
        match self {
            Answer::Later(to) => drop(to.send(done)),
            Answer::Now(to) => drop(to.send(done)),
        }
    }
}

/// A handle on the spool, for any thread.
#[derive(Clone, Debug)]
pub struct Spool {
    jobs: Sender<Job>,
    stock: watch::Receiver<Stock>,
    thread: Arc<Thread>,
}

#[derive(Debug)]
struct Thread(JoinHandle<()>);

impl Spool {
    /// Takes the spool in `folder`, and makes one where there is none.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] with whoever has it, and what makes the file unusable; it is left as it
    /// is then.
    pub fn open(
        folder: &Path,
        destinations: Vec<Destination>,
        limits: Limits,
        holder: &Holder,
    ) -> Result<Self, StateError> {
        let store = Store::open(folder, destinations, limits, holder)?;
        let (jobs, waiting) = mpsc::channel();
        let (told, stock) = watch::channel(store.stock());
        let run = move || work(store, &waiting, &told);
        let thread = std::thread::Builder::new()
            .name("spool".to_owned())
            .spawn(run);
        let thread = thread.map_err(|source| StateError::io(folder, source))?;
        Ok(Self {
            jobs,
            stock,
            thread: Arc::new(Thread(thread)),
        })
    }

    /// What is kept by now.
    pub fn stock(&self) -> Stock {
        *self.stock.borrow()
    }

    /// Told after every commit.
    pub fn watch(&self) -> watch::Receiver<Stock> {
        self.stock.clone()
    }

    /// Keeps a webhook; on the disk once this returns `Ok`.
    pub async fn store(&self, arrival: Arrival) -> Result<Stored, NotStored> {
        if let Some(shortage) = self.stock().shortage {
            // Room may have come meanwhile; a commit of nothing looks.
            self.change(Change::Taken(Taking::default())).await?;
            if self.stock().shortage.is_some() {
                return Err(NotStored::NoRoom(shortage));
            }
        }
        match self.change(Change::Arrived(arrival)).await?.rows {
            0 => Ok(Stored::Again),
            _ => Ok(Stored::New),
        }
    }

    /// Looks whether a webhook would be kept now, which the stock says from then on. `by_writing`
    /// something is written, as a webhook would be.
    pub async fn look(&self, by_writing: bool) -> Result<(), NotStored> {
        let note = by_writing.then(|| Note {
            name: LOOKED.to_owned(),
            value: Timestamp::now().to_string(),
        });
        self.offer(Vec::new(), note).await?;
        match self.stock().shortage {
            Some(shortage) => Err(NotStored::NoRoom(shortage)),
            None => Ok(()),
        }
    }

    /// Puts events in the place of a webhook, which stays where it is to be looked at again. What
    /// became of each is the answer.
    pub async fn take(
        &self,
        webhook: i64,
        offers: Vec<Offer>,
        again: Option<Again>,
    ) -> Result<Vec<Added>, NotStored> {
        let taking = Taking {
            webhook: Some(webhook),
            offers,
            again,
            ..Taking::default()
        };
        Ok(self.change(Change::Taken(taking)).await?.added)
    }

    /// Adds events that no webhook brought, and what to go on from. What became of each is the
    /// answer.
    pub async fn offer(
        &self,
        offers: Vec<Offer>,
        note: Option<Note>,
    ) -> Result<Vec<Added>, NotStored> {
        let taking = Taking {
            offers,
            note,
            ..Taking::default()
        };
        Ok(self.change(Change::Taken(taking)).await?.added)
    }

    /// The note of that name, which came with [`Spool::offer`].
    pub async fn note(&self, name: &str) -> Result<Option<String>, NotStored> {
        let (answer, note) = oneshot::channel();
        let name = name.to_owned();
        self.send(Job::Note { name, answer })?;
        Ok(note.await.map_err(|_| NotStored::Closed)??)
    }

    /// Destination number `destination` is done with these events. Waits with the thread, so that it
    /// is on the disk when this returns.
    pub fn passed(&self, destination: usize, numbers: Vec<Number>) -> Result<(), NotStored> {
        let (answer, done) = mpsc::sync_channel(1);
        let change = Change::Passed {
            destination,
            numbers,
        };
        self.send(Job::Change(change, Answer::Now(answer)))?;
        done.recv().map_err(|_| NotStored::Closed)??;
        Ok(())
    }

    /// The webhooks that are wanted, and when there is more to look at.
    pub async fn due(&self, wanted: Wanted) -> Result<Due, NotStored> {
        let (answer, due) = oneshot::channel();
        self.send(Job::Due { wanted, answer })?;
        Ok(due.await.map_err(|_| NotStored::Closed)??)
    }

    /// Events after number `after`, in order of arrival.
    pub async fn events(&self, after: Number, most: usize) -> Result<Vec<Spooled>, NotStored> {
        let (answer, events) = oneshot::channel();
        self.send(Job::Events {
            after,
            most,
            answer,
        })?;
        Ok(events.await.map_err(|_| NotStored::Closed)??)
    }

    /// The last handle waits until the file is closed, so that nothing is left behind but it.
    pub fn close(self) {
        let Self { jobs, thread, .. } = self;
        drop(jobs);
        if let Some(Thread(thread)) = Arc::into_inner(thread) {
            // A panic in it was reported where it happened.
            let _ = thread.join();
        }
    }

    async fn change(&self, change: Change) -> Result<Done, NotStored> {
        let (answer, done) = oneshot::channel();
        self.send(Job::Change(change, Answer::Later(answer)))?;
        Ok(done.await.map_err(|_| NotStored::Closed)??)
    }

    fn send(&self, job: Job) -> Result<(), NotStored> {
        self.jobs.send(job).map_err(|_| NotStored::Closed)
    }
}

/// Until every handle is gone.
fn work(mut store: Store, jobs: &Receiver<Job>, told: &watch::Sender<Stock>) {
    while let Ok(first) = jobs.recv() {
        let (mut changes, mut answers) = (Vec::new(), Vec::new());
        for job in std::iter::once(first).chain(jobs.try_iter()).take(GROUP) {
            match job {
                Job::Change(change, answer) => {
                    changes.push(change);
                    answers.push(answer);
                }
                Job::Due { wanted, answer } => drop(answer.send(store.due(&wanted))),
                Job::Note { name, answer } => drop(answer.send(store.note(&name))),
                Job::Events {
                    after,
                    most,
                    answer,
                } => drop(answer.send(store.events(after, most))),
            }
        }
        if changes.is_empty() {
            continue;
        }
        let done = store.commit(&changes, Timestamp::now());
        told.send_replace(store.stock());
        for (answer, done) in answers.into_iter().zip(done) {
            answer.give(done);
        }
    }
}
