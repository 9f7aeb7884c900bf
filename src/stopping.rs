//! How a person, a service manager or a closed terminal ends a run: signals, and what they wish.

use std::fs;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Makes a wish to stop known.
#[derive(Debug)]
pub struct Stopper {
    asked: watch::Sender<bool>,
    urged: watch::Sender<bool>,
}

/// Whether somebody wishes an end.
#[derive(Clone, Debug)]
pub struct Stopping {
    asked: watch::Receiver<bool>,
    urged: watch::Receiver<bool>,
}

/// A wish that nobody has yet.
pub fn stopping() -> (Stopper, Stopping) {
    let (ask, asked) = watch::channel(false);
    let (urge, urged) = watch::channel(false);
    let stopper = Stopper {
        asked: ask,
        urged: urge,
    };
    (stopper, Stopping { asked, urged })
}

impl Stopper {
    /// Come to an end.
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// Come to it now, whatever is left.
    pub fn urge(&self) {
        self.urged.send_replace(true);
    }
}

impl Stopping {
    /// Turns true when an end is wished.
    pub fn asked(&self) -> watch::Receiver<bool> {
        self.asked.clone()
    }

    /// Turns true when it is wished at once.
    pub fn urged(&self) -> watch::Receiver<bool> {
        self.urged.clone()
    }
}

/// Who wants an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Ctrl-C.
    Interrupt,
    /// The signal a service manager sends, or the terminal was closed.
    Terminate,
}

/// What SIGHUP means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hangup {
    /// The terminal was closed.
    Ends,
    /// To a service without a terminal: read your files again.
    Rereads,
}

/// The signals that ask for an end.
pub fn ending(hangup: Hangup) -> Vec<i32> {
    let ends = hangup == Hangup::Ends && !is_hangup_ignored();
    let hangup = ends.then_some(SIGHUP);
    [SIGINT, SIGTERM].into_iter().chain(hangup).collect()
}

/// A file that may not grow any more, setrlimit(2), is an error of its write, and no end without a
/// word.
pub fn outlive_file_size_limits() {
    // Where it cannot be had, everything else still works.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// Resolves on the next signal that asks for an end.
pub async fn signalled(hangup: Hangup) -> Stopped {
    tokio::select! {
        () = received(SignalKind::interrupt()) => Stopped::Interrupt,
        () = received(SignalKind::terminate()) => Stopped::Terminate,
        () = hung_up(), if hangup == Hangup::Ends => Stopped::Terminate,
    }
}

async fn received(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

/// Under nohup(1) nothing hangs up.
async fn hung_up() {
    match is_hangup_ignored() {
        true => std::future::pending().await,
        false => received(SignalKind::hangup()).await,
    }
}

/// To listen would undo what nohup(1) did. Where the system does not say, it is known by what it
/// leaves: no output that is a terminal.
fn is_hangup_ignored() -> bool {
    match fs::read_to_string("/proc/self/status") {
        Ok(status) => ignores_hangup(&status),
        Err(_) => !io::stdout().is_terminal() && !io::stderr().is_terminal(),
    }
}

/// `SigIgn` is a mask in hexadecimal, signal 1 its lowest bit (proc_pid_status(5)).
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert!(ignores_hangup("Name:\tddctl\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup(
            "SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"
        ));
        assert!(!ignores_hangup(""));
    }
}
