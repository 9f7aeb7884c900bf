//! Progress of long work: nothing for the first quarter second, then one line that moves.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work this short needs no line.
const PATIENCE: Duration = Duration::from_millis(250);
/// Redraws a second.
const RATE: u8 = 20;

/// A line on stderr that goes away when the work is over.
#[derive(Debug)]
pub struct Progress {
    label: String,
    started: Instant,
    bar: RefCell<Option<ProgressBar>>,
    is_shown: bool,
}

impl Progress {
    pub fn shown(label: &str) -> Self {
        Self::new(label, true)
    }

    pub fn hidden() -> Self {
        Self::new("", false)
    }

    fn new(label: &str, is_shown: bool) -> Self {
        Self {
            label: label.to_owned(),
            started: Instant::now(),
            bar: RefCell::new(None),
            is_shown,
        }
    }

    /// How far the work is.
    pub fn set(&self, detail: &str) {
        if !self.is_shown || self.started.elapsed() < PATIENCE {
            return;
        }
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(RATE));
            let style = ProgressStyle::with_template("{spinner} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        });
        bar.set_message(format!("{}: {detail}", self.label));
        bar.tick();
    }

    /// Writes something else to the terminal, with the line out of the way.
    pub fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &*self.bar.borrow() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get_mut() {
            bar.finish_and_clear();
        }
    }
}
