//! Progress of long work: nothing for the first quarter second, then one line that moves.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::pace::{Meter, left_text, rate_text, seconds_text};
use super::waiting::Hush;
use super::words::counted;

/// Work this short needs no line.
pub(super) const PATIENCE: Duration = Duration::from_millis(250);
/// Redraws a second.
const RATE: u8 = 20;
/// Between two redraws.
pub(super) const TICK: Duration = Duration::from_millis(100);

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

    /// A new line below the others, not drawn yet.
    pub(super) fn add(&self) -> ProgressBar {
        self.0.add(ProgressBar::new_spinner())
    }

    /// Takes a line away.
    pub(super) fn remove(&self, bar: &ProgressBar) {
        bar.finish_and_clear();
        self.0.remove(bar);
    }
}

/// A line on stderr that goes away when the work is over.
#[derive(Debug)]
pub struct Progress {
    /// `None` where nobody watches.
    drawer: Option<Drawer>,
    /// The line tells of the answers that it waits for.
    _hush: Option<Hush>,
}

impl Progress {
    /// `has_unicode`: the terminal has more signs than ASCII.
    pub fn shown(label: &str, lines: &Lines, has_unicode: bool, hush: Hush) -> Self {
        Self {
            drawer: Drawer::start(label, lines, has_unicode),
            _hush: Some(hush),
        }
    }

    pub fn hidden() -> Self {
        Self {
            drawer: None,
            _hush: None,
        }
    }

    /// How far the work is, in words. What is longer than the terminal is wide is cut.
    pub fn set(&self, words: &str) {
        self.tell(|detail| words.clone_into(&mut detail.words));
    }

    /// How far the work is: so many things were done, of so many where that is known. Shown with how
    /// fast it goes and how long the rest takes.
    pub fn count(&self, done: u64, whole: Option<u64>, noun: &'static str) {
        let left = |whole: u64| whole.saturating_sub(done) as f64 / whole.max(1) as f64;
        self.tell(|detail| {
            detail.count = Some(Count {
                done,
                whole,
                left: whole.map(left),
                noun,
            });
        });
    }

    /// As [`Progress::count`], where the share that is left is known and the number of things is not.
    pub fn part(&self, done: u64, left: Option<f64>, noun: &'static str) {
        self.tell(|detail| {
            detail.count = Some(Count {
                done,
                whole: None,
                left,
                noun,
            });
        });
    }

    /// The work ends after this time at the latest; shown with the time that passed.
    pub fn within(&self, limit: Duration) {
        self.tell(|detail| detail.limit = Some(limit));
    }

    fn tell(&self, tell: impl FnOnce(&mut Detail)) {
        if let Some(drawer) = &self.drawer {
            tell(&mut drawer.work.state().detail);
        }
    }
}

/// How far the work is.
#[derive(Clone, Debug, Default)]
struct Detail {
    count: Option<Count>,
    words: String,
    limit: Option<Duration>,
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
struct Count {
    done: u64,
    whole: Option<u64>,
    /// The share that is left.
    left: Option<f64>,
    noun: &'static str,
}

impl Detail {
    fn text(&self, meter: &mut Meter, elapsed: Duration) -> String {
        let mut parts = Vec::new();
        if let Some(count) = self.count {
            parts.extend(count.texts(meter, elapsed));
        }
        if !self.words.is_empty() {
            parts.push(self.words.clone());
        }
        if let Some(limit) = self.limit {
            let (passed, limit) = (seconds_text(elapsed), seconds_text(limit));
            parts.push(format!("{passed} of {limit} at most"));
        }
        parts.join(", ")
    }
}

impl Count {
    fn texts(self, meter: &mut Meter, elapsed: Duration) -> impl Iterator<Item = String> {
        meter.note(elapsed, self.done);
        let done = match self.whole {
            Some(whole) => format!("{} of {}", self.done, counted(whole, self.noun)),
            None => counted(self.done, self.noun),
        };
        // Of what stands still there is no rate.
        let rate = meter.rate().filter(|rate| *rate > 0.0).map(rate_text);
        let left = self.left.map(|left| left_text(elapsed, left));
        [Some(done), rate, left].into_iter().flatten()
    }
}

#[derive(Debug)]
struct State {
    detail: Detail,
    is_over: bool,
}

/// What the work tells the thread that draws.
#[derive(Debug)]
struct Work {
    state: Mutex<State>,
    over: Condvar,
}

impl Work {
    /// A panic of the work leaves the last detail.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits; `None` once the work is over.
    fn after(&self, pause: Duration) -> Option<Detail> {
        let waited = self
            .over
            .wait_timeout_while(self.state(), pause, |state| !state.is_over);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!state.is_over).then(|| state.detail.clone())
    }
}

/// A thread of its own: work that waits for an answer, or that leaves nothing else the time, is shown
/// as well.
#[derive(Debug)]
struct Drawer {
    work: Arc<Work>,
    thread: Option<JoinHandle<()>>,
}

impl Drawer {
    /// `None` where the system has no thread left: the work goes on unseen.
    fn start(label: &str, lines: &Lines, has_unicode: bool) -> Option<Self> {
        let work = Arc::new(Work {
            state: Mutex::new(State {
                detail: Detail::default(),
                is_over: false,
            }),
            over: Condvar::new(),
        });
        let (label, lines, told) = (label.to_owned(), lines.clone(), Arc::clone(&work));
        let thread = thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || draw(&label, &lines, has_unicode, &told));
        Some(Self {
            work,
            thread: Some(thread.ok()?),
        })
    }
}

impl Drop for Drawer {
    fn drop(&mut self) {
        self.work.state().is_over = true;
        self.work.over.notify_all();
        // The line is gone before anything else is written.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn draw(label: &str, lines: &Lines, has_unicode: bool, work: &Work) {
    let (begun, mut meter) = (Instant::now(), Meter::default());
    let Some(mut detail) = work.after(PATIENCE) else {
        return;
    };
    let bar = lines.add();
    bar.set_style(style(has_unicode));
    loop {
        bar.set_message(match detail.text(&mut meter, begun.elapsed()) {
            text if text.is_empty() => label.to_owned(),
            text => format!("{label}: {text}"),
        });
        bar.tick();
        match work.after(TICK) {
            Some(next) => detail = next,
            None => break,
        }
    }
    lines.remove(&bar);
}

pub(super) fn style(has_unicode: bool) -> ProgressStyle {
    let style = ProgressStyle::with_template("{spinner} {wide_msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    match has_unicode {
        true => style,
        // The last sign is that of work that is done.
        false => style.tick_chars("|/-\\ "),
    }
}

#[cfg(test)]
mod tests {
    use super::super::waiting::Waiting;
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// What a line would show that was told so.
    fn told(tell: impl FnOnce(&Progress)) -> Detail {
        let lines = Lines::on_stderr();
        let hush = Waiting::new(&lines, true).hush();
        let progress = Progress::shown("", &lines, true, hush);
        tell(&progress);
        let drawer = progress.drawer.as_ref().expect("a thread is left");
        drawer.work.state().detail.clone()
    }

    fn count(done: u64, whole: Option<u64>) -> Detail {
        told(|line| line.count(done, whole, "session"))
    }

    #[test]
    fn a_count_is_shown_with_its_rate_and_what_is_left() {
        let mut meter = Meter::default();
        assert_eq!(count(0, None).text(&mut meter, seconds(0)), "0 sessions");
        assert_eq!(
            count(40, None).text(&mut meter, seconds(4)),
            "40 sessions, 10/s"
        );
        assert_eq!(
            count(50, Some(100)).text(&mut meter, seconds(5)),
            "50 of 100 sessions, 10/s, 50 % left, about 5s"
        );
    }

    #[test]
    fn a_share_says_what_is_left_of_what_nobody_counted() {
        let mut meter = Meter::default();
        let part = |done| {
            told(|line| {
                line.part(done, Some(0.75), "recording");
                line.set("3 hits");
            })
        };
        assert_eq!(
            part(0).text(&mut meter, seconds(0)),
            "0 recordings, 75 % left, 3 hits"
        );
        assert_eq!(
            part(40).text(&mut meter, seconds(4)),
            "40 recordings, 10/s, 75 % left, about 12s, 3 hits"
        );
    }

    #[test]
    fn what_stands_still_has_no_rate() {
        let mut meter = Meter::default();
        count(5, None).text(&mut meter, seconds(0));
        assert_eq!(count(5, None).text(&mut meter, seconds(4)), "5 sessions");
    }

    #[test]
    fn work_with_an_end_shows_how_much_of_the_time_is_gone() {
        let wait = told(|line| {
            line.within(seconds(300));
            line.set("0 of 2 found");
        });
        let text = wait.text(&mut Meter::default(), seconds(12));
        assert_eq!(text, "0 of 2 found, 12s of 5m 00s at most");
    }
}
