//! Waits that hold the thread: for a pipe that nobody writes to, a program that hangs, a key that
//! nobody presses. While one lasts nobody else hears of a signal or sees the time run out, so it
//! looks after both itself.
//!
//! Signals come to the process as a whole, and `--timeout` is of the whole run: what is known of them
//! is the process's, and no value that is handed down.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, LazyLock, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::flag;

use crate::domain::time::human_duration;

/// How often a wait looks around: nobody notices that long.
pub const GLANCE: Duration = Duration::from_millis(25);
/// What is read at the end of a run, to finish it cleanly, is left this long.
const AT_THE_END: Duration = Duration::from_secs(2);

/// The last one that came, 0 before.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);
static DEADLINE: OnceLock<Deadline> = OnceLock::new();

#[derive(Clone, Copy, Debug)]
struct Deadline {
    at: Instant,
    timeout: Duration,
}

/// Why a wait ended before what was waited for came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    #[error("stopped while it waited for a secret; nothing was done")]
    Stopped,
    #[error("the command did not end within {}", human_duration(*.0))]
    TimedOut(Duration),
    /// The wait's own time is over.
    #[error("it took too long")]
    TooLong,
}

/// Waits end from now on at each of `signals`, and `timeout` from now. Of several calls in one process
/// the first one's time holds.
pub fn heed(signals: &[i32], timeout: Option<Duration>) {
    for signal in signals {
        // Where the system takes no handler the wait ends when what it waits for comes.
        let number = usize::try_from(*signal).unwrap_or_default();
        let _ = flag::register_usize(*signal, Arc::clone(&SIGNAL), number);
    }
    if let Some(timeout) = timeout {
        DEADLINE.get_or_init(|| Deadline {
            at: Instant::now() + timeout,
            timeout,
        });
    }
}

/// Whether `signal` came last.
pub fn was_signalled(signal: i32) -> bool {
    usize::try_from(signal) == Ok(SIGNAL.load(Ordering::Relaxed))
}

fn is_stopped() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// One wait that holds the thread.
#[derive(Debug)]
pub struct Wait {
    until: Option<(Instant, Cut)>,
    was_stopped: bool,
}

impl Wait {
    /// Begins now, and lasts no longer than `patience`.
    pub fn begin(patience: Option<Duration>) -> Self {
        let now = Instant::now();
        let deadline = DEADLINE.get().copied();
        Self::with(now, patience, is_stopped(), deadline)
    }

    fn with(
        now: Instant,
        patience: Option<Duration>,
        was_stopped: bool,
        deadline: Option<Deadline>,
    ) -> Self {
        let soon = now + AT_THE_END;
        let own = patience.map(|patience| (now + patience, Cut::TooLong));
        let stopped = was_stopped.then_some((soon, Cut::Stopped));
        let timed = deadline.map(|deadline| {
            let at = if deadline.at <= now {
                soon
            } else {
                deadline.at
            };
            (at, Cut::TimedOut(deadline.timeout))
        });
        let ends = [own, stopped, timed].into_iter().flatten();
        Self {
            until: ends.min_by_key(|(at, _)| *at),
            was_stopped,
        }
    }

    /// Why it is over; `None` while it goes on.
    pub fn cut(&self) -> Option<Cut> {
        if !self.was_stopped && is_stopped() {
            return Some(Cut::Stopped);
        }
        let (until, cut) = self.until?;
        (until <= Instant::now()).then_some(cut)
    }

    /// What comes next; `Ok(None)` where the sender is gone.
    pub fn receive<T>(&self, receiver: &Receiver<T>) -> Result<Option<T>, Cut> {
        loop {
            match receiver.recv_timeout(GLANCE) {
                Ok(value) => return Ok(Some(value)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(cut) = self.cut() {
                return Err(cut);
            }
        }
    }
}

/// Does `work` on a thread of its own, which is left behind where the wait is cut: it ends with the
/// program. `Ok(None)` where the work broke off.
pub fn aside<T: Send + 'static>(
    patience: Option<Duration>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Cut> {
    let wait = Wait::begin(patience);
    let (sender, receiver) = mpsc::channel();
    // Nobody takes what comes too late.
    thread::spawn(move || sender.send(work()));
    wait.receive(&receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_first_ends_the_wait() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        let deadline = |at| Deadline {
            at,
            timeout: seconds(9),
        };
        let ends = |patience, was_stopped, deadline| {
            let wait = Wait::with(now, patience, was_stopped, deadline);
            wait.until.map(|(at, cut)| (at - now, cut))
        };
        assert_eq!(ends(None, false, None), None);
        let patience = Some(seconds(60));
        assert_eq!(
            ends(patience, false, None),
            Some((seconds(60), Cut::TooLong))
        );
        let timed = Cut::TimedOut(seconds(9));
        let in_time = deadline(now + seconds(5));
        assert_eq!(
            ends(patience, false, Some(in_time)),
            Some((seconds(5), timed))
        );
        // At the end of a run what takes no time is still had.
        let over = deadline(now - seconds(1));
        assert_eq!(ends(None, false, Some(over)), Some((AT_THE_END, timed)));
        assert_eq!(ends(patience, true, None), Some((AT_THE_END, Cut::Stopped)));
    }

    #[test]
    fn work_aside_gives_what_it_made_and_is_given_up_when_it_takes_too_long() {
        assert_eq!(aside(None, || 7), Ok(Some(7)));
        let (hold, held) = mpsc::channel::<()>();
        let cut = aside(Some(Duration::ZERO), move || held.recv());
        assert_eq!(cut, Err(Cut::TooLong));
        drop(hold);
    }
}
