//! What a tail tells, and the queue that it tells it through.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::domain::session::Session;
use crate::recording::transcript::Tone;
use crate::sources::error::SourceError;

/// Things that may wait to be shown.
const QUEUE: usize = 1_024;
/// Text that may wait to be shown, in KiB, however long its lines are.
const ROOM: u32 = 8 * 1_024;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum TailEvent {
    /// A session is followed from now on, or was over already.
    Opened {
        session: Arc<Session>,
        begin: Begin,
    },
    Line {
        session: Arc<Session>,
        line: TailLine,
    },
    /// Events that were not shown when they happened.
    Gap {
        session: Arc<Session>,
        gap: Gap,
    },
    /// The stream of a session broke; it is tried again.
    Away {
        session: Arc<Session>,
        why: String,
    },
    /// It is back after so long.
    Back {
        session: Arc<Session>,
        away: Duration,
    },
    /// The stored recording has what the stream does not: another replica of the gateway runs it.
    Elsewhere {
        session: Arc<Session>,
    },
    /// The session is over.
    Closed {
        session: Arc<Session>,
    },
    /// A session can be followed no further.
    Lost {
        session: Arc<Session>,
        why: String,
    },
    /// The list of sessions cannot be read; it is tried again.
    ListAway {
        why: String,
    },
    ListBack {
        away: Duration,
    },
    /// More sessions are open than are followed at once; these many wait.
    Waiting {
        sessions: usize,
    },
    /// Of the sessions that were over, only the newest ones are shown.
    Cut {
        shown: usize,
    },
}

/// How a session came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// It began while the tail was watching.
    New,
    /// It was open when the tail began.
    Joined,
    /// It was over when the tail began.
    Past,
}

/// A line of a session, safe to print, its secrets taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailLine {
    /// When it began to appear, by the gateway's clock.
    pub at: Timestamp,
    pub text: String,
    pub tone: Tone,
    /// False for a line that has not ended and is shown as far as it goes; it comes whole later.
    pub is_whole: bool,
    /// Read from the stored recording behind a [`TailEvent::Gap`].
    pub is_late: bool,
}

/// Recorded events that did not come through the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first and the last of them; of an unknown number, the time without a stream.
    pub from: Timestamp,
    pub to: Timestamp,
    /// `None` where nobody knows how many.
    pub events: Option<u64>,
    pub bytes: Option<u64>,
    /// Why the lines do not follow; `None` where they do.
    pub unfilled: Option<String>,
    /// The session's beginning, from before it was noticed.
    pub is_beginning: bool,
}

impl Gap {
    pub fn duration(&self) -> Duration {
        Duration::try_from(self.to.duration_since(self.from)).unwrap_or_default()
    }
}

/// An event on its way to who shows it. It keeps its room in the queue until it is dropped.
#[derive(Debug)]
pub struct Queued {
    pub event: TailEvent,
    _room: Option<OwnedSemaphorePermit>,
}

/// Where events go in. Full is full: who has something to tell waits, and what it reads waits too.
#[derive(Clone, Debug)]
pub struct Outlet {
    sender: mpsc::Sender<Queued>,
    room: Arc<Semaphore>,
}

/// A queue of bounded length and size.
pub fn queue() -> (Outlet, mpsc::Receiver<Queued>) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let room = Arc::new(Semaphore::new(ROOM as usize));
    (Outlet { sender, room }, receiver)
}

impl Outlet {
    pub(super) async fn tell(&self, event: TailEvent) -> Result<(), SourceError> {
        let room = Arc::clone(&self.room);
        let room = room.acquire_many_owned(weight(&event)).await.ok();
        let queued = Queued { event, _room: room };
        let sent = self.sender.send(queued).await;
        sent.map_err(|_| SourceError::Closed)
    }
}

/// In KiB, begun ones included.
fn weight(event: &TailEvent) -> u32 {
    let length = match event {
        TailEvent::Line { line, .. } => line.text.len(),
        _ => 0,
    };
    u32::try_from(length / 1_024 + 1).unwrap_or(ROOM).min(ROOM)
}
