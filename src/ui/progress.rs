//! Progress of long work: nothing for the first quarter second, then one line that moves.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work this short needs no line.
const PATIENCE: Duration = Duration::from_millis(250);
/// Redraws a second.
const RATE: u8 = 20;

/// The lines of a terminal that move. Whatever else is written to it goes through
/// [`Lines::beside`], so that nothing is written into one of them.
#[derive(Clone, Debug)]
pub struct Lines(MultiProgress);

impl Lines {
    /// On stderr; none where that is no terminal.
    pub fn on_stderr() -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(RATE);
        Self(MultiProgress::with_draw_target(target))
    }

    /// Writes something else to the terminal, with the lines out of the way.
    pub fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

/// A line on stderr that goes away when the work is over.
#[derive(Debug)]
pub struct Progress {
    label: String,
    started: Instant,
    bar: RefCell<Option<ProgressBar>>,
    /// `None` where nobody watches.
    lines: Option<Lines>,
}

impl Progress {
    pub fn shown(label: &str, lines: &Lines) -> Self {
        Self::new(label, Some(lines.clone()))
    }

    pub fn hidden() -> Self {
        Self::new("", None)
    }

    fn new(label: &str, lines: Option<Lines>) -> Self {
        Self {
            label: label.to_owned(),
            started: Instant::now(),
            bar: RefCell::new(None),
            lines,
        }
    }

    /// How far the work is. What is longer than the terminal is wide is cut.
    pub fn set(&self, detail: &str) {
        let Some(Lines(lines)) = &self.lines else {
            return;
        };
        if self.started.elapsed() < PATIENCE {
            return;
        }
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let bar = lines.add(ProgressBar::new_spinner());
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        });
        bar.set_message(format!("{}: {detail}", self.label));
        bar.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get_mut() {
            bar.finish_and_clear();
        }
    }
}
