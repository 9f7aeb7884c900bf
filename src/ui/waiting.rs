//! The line of whoever waits for answers: nothing for the first quarter second, then for whom, how
//! long already, and how many answers came. It steps back wherever something else moves, is asked,
//! or is said.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::pace::seconds_text;
use super::progress::{Lines, PATIENCE, TICK, style};
use super::words::counted;

/// Requests that follow each other within this are one wait: many short ones are long, too.
const BREAK: Duration = Duration::from_millis(250);

/// An answer that is awaited, until this is dropped.
#[derive(Debug)]
pub struct Asked {
    desk: Arc<Desk>,
    number: u64,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.desk.state().answered(self.number, Instant::now());
    }
}

/// Nothing is said of answers that are awaited, until this is dropped.
#[derive(Debug)]
pub struct Hush(Arc<Desk>);

impl Drop for Hush {
    fn drop(&mut self) {
        self.0.state().unhush(Instant::now());
        self.0.told.notify_all();
    }
}

/// All that is awaited. The thread that draws begins with the first request that somebody watches.
#[derive(Debug)]
pub struct Waiting {
    desk: Arc<Desk>,
    lines: Lines,
    has_unicode: bool,
    drawer: Mutex<Option<JoinHandle<()>>>,
}

impl Waiting {
    /// `has_unicode`: the terminal has more signs than ASCII.
    pub fn new(lines: &Lines, has_unicode: bool) -> Self {
        Self {
            desk: Arc::default(),
            lines: lines.clone(),
            has_unicode,
            drawer: Mutex::default(),
        }
    }

    /// `host` was asked something.
    pub fn asked(&self, host: &str) -> Asked {
        self.start();
        let (number, is_new) = self.desk.state().ask(host, Instant::now());
        if is_new {
            self.desk.told.notify_all();
        }
        Asked {
            desk: Arc::clone(&self.desk),
            number,
        }
    }

    /// Something else has the terminal now.
    pub fn hush(&self) -> Hush {
        self.desk.state().hush(&self.lines);
        Hush(Arc::clone(&self.desk))
    }

    /// Something is about to be said: what is no longer awaited leaves no line below it.
    pub fn settle(&self) {
        self.desk.state().settle(&self.lines);
    }

    fn start(&self) {
        let mut drawer = self.drawer.lock().unwrap_or_else(PoisonError::into_inner);
        if drawer.is_none() {
            let (desk, lines, has_unicode) =
                (Arc::clone(&self.desk), self.lines.clone(), self.has_unicode);
            // Where the system has no thread left, nothing is shown.
            *drawer = thread::Builder::new()
                .name("waiting".to_owned())
                .spawn(move || draw(&desk, &lines, has_unicode))
                .ok();
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.desk.state().is_over = true;
        self.desk.told.notify_all();
        let drawer = self.drawer.get_mut();
        let drawer = drawer.unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = drawer.take() {
            // The line is gone before the shell has the terminal.
            let _ = thread.join();
        }
    }
}

#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    told: Condvar,
}

impl Desk {
    /// A panic of whoever waits leaves what was known.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct State {
    /// Who owes an answer, the longest awaited first.
    awaited: BTreeMap<u64, String>,
    asked: u64,
    /// Who was asked last.
    last: String,
    /// Since when somebody waits without a break.
    since: Option<Instant>,
    answered_at: Option<Instant>,
    answers: u64,
    /// So many have the terminal to themselves.
    hushed: usize,
    bar: Option<ProgressBar>,
    is_over: bool,
}

impl State {
    /// The number of the request, and whether a wait begins with it.
    fn ask(&mut self, host: &str, now: Instant) -> (u64, bool) {
        let is_new = self.since.is_none() || self.is_idle(now);
        if is_new {
            (self.since, self.answers) = (Some(now), 0);
        }
        self.asked += 1;
        host.clone_into(&mut self.last);
        self.awaited.insert(self.asked, host.to_owned());
        (self.asked, is_new)
    }

    fn answered(&mut self, number: u64, now: Instant) {
        self.awaited.remove(&number);
        self.answers += 1;
        self.answered_at = Some(now);
    }

    /// Nothing is awaited, and has not been for a while.
    fn is_idle(&self, now: Instant) -> bool {
        let is_recent = |at: Instant| now.saturating_duration_since(at) < BREAK;
        self.awaited.is_empty() && !self.answered_at.is_some_and(is_recent)
    }

    fn hush(&mut self, lines: &Lines) {
        self.hushed += 1;
        self.clear(lines);
    }

    /// What is awaited still counts from now: until here something else told of it.
    fn unhush(&mut self, now: Instant) {
        self.hushed = self.hushed.saturating_sub(1);
        self.since = (!self.awaited.is_empty()).then_some(now);
        (self.answers, self.answered_at) = (0, None);
    }

    fn settle(&mut self, lines: &Lines) {
        if self.awaited.is_empty() {
            (self.since, self.answered_at) = (None, None);
            self.clear(lines);
        }
    }

    /// What is shown at this moment.
    fn text(&self, now: Instant) -> Option<String> {
        let passed = now.saturating_duration_since(self.since?);
        if self.hushed > 0 || passed < PATIENCE || self.is_idle(now) {
            return None;
        }
        let host = self.awaited.values().next().unwrap_or(&self.last);
        let passed = (passed.as_secs() > 0).then(|| seconds_text(passed));
        let answers = (self.answers > 0).then(|| counted(self.answers, "answer"));
        let details: Vec<String> = passed.into_iter().chain(answers).collect();
        Some(match details.is_empty() {
            true => format!("waiting for {host}"),
            false => format!("waiting for {host}: {}", details.join(", ")),
        })
    }

    /// Shows it, and says when to look again; `None` once there is nothing to look at until
    /// somebody tells.
    fn show(&mut self, now: Instant, lines: &Lines, has_unicode: bool) -> Option<Duration> {
        let Some(text) = self.text(now) else {
            self.clear(lines);
            if self.is_idle(now) {
                self.since = None;
            }
            return (self.since.is_some() && self.hushed == 0).then_some(TICK);
        };
        let bar = self.bar.get_or_insert_with(|| {
            let bar = lines.add();
            bar.set_style(style(has_unicode));
            bar
        });
        bar.set_message(text);
        bar.tick();
        Some(TICK)
    }

    fn clear(&mut self, lines: &Lines) {
        if let Some(bar) = self.bar.take() {
            lines.remove(&bar);
        }
    }
}

fn draw(desk: &Desk, lines: &Lines, has_unicode: bool) {
    let mut state = desk.state();
    while !state.is_over {
        state = match state.show(Instant::now(), lines, has_unicode) {
            Some(pause) => {
                let waited = desk.told.wait_timeout(state, pause);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let told = desk.told.wait(state);
                told.unwrap_or_else(PoisonError::into_inner)
            }
        };
    }
    state.clear(lines);
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::ui::{Streams, Ui, UiOptions};

    /// A wait whose clock stands at so many milliseconds.
    struct Wait {
        state: State,
        begun: Instant,
        lines: Lines,
    }

    impl Wait {
        fn new() -> Self {
            Self {
                state: State::default(),
                begun: Instant::now(),
                lines: Lines::on_stderr(),
            }
        }

        fn at(&self, ms: u64) -> Instant {
            self.begun + Duration::from_millis(ms)
        }

        fn ask(&mut self, host: &str, ms: u64) -> u64 {
            let now = self.at(ms);
            self.state.ask(host, now).0
        }

        fn answer(&mut self, number: u64, ms: u64) {
            let now = self.at(ms);
            self.state.answered(number, now);
        }

        fn text(&self, ms: u64) -> Option<String> {
            self.state.text(self.at(ms))
        }
    }

    #[test]
    fn one_slow_answer_is_named_after_a_quarter_second() {
        let mut wait = Wait::new();
        let number = wait.ask("gateway.test", 0);
        assert_eq!(wait.text(249), None);
        assert_eq!(wait.text(250).as_deref(), Some("waiting for gateway.test"));
        assert_eq!(
            wait.text(3_400).as_deref(),
            Some("waiting for gateway.test: 3s")
        );
        wait.answer(number, 3_500);
        assert_eq!(wait.text(3_800), None);
    }

    #[test]
    fn many_short_ones_are_one_wait() {
        let mut wait = Wait::new();
        for round in 0..30 {
            let number = wait.ask("api.test", round * 200);
            wait.answer(number, round * 200 + 150);
        }
        assert_eq!(
            wait.text(6_000).as_deref(),
            Some("waiting for api.test: 6s, 30 answers")
        );
        wait.ask("api.test", 9_000);
        assert_eq!(wait.text(9_100), None, "a new one after a break");
    }

    #[test]
    fn the_one_that_is_awaited_longest_is_named() {
        let mut wait = Wait::new();
        let first = wait.ask("slow.test", 0);
        wait.ask("quick.test", 10);
        assert_eq!(wait.text(400).as_deref(), Some("waiting for slow.test"));
        wait.answer(first, 410);
        assert_eq!(
            wait.text(420).as_deref(),
            Some("waiting for quick.test: 1 answer")
        );
    }

    #[test]
    fn it_steps_back_for_what_moves_by_itself_and_counts_anew_behind_it() {
        let mut wait = Wait::new();
        wait.ask("gateway.test", 0);
        wait.state.hush(&wait.lines);
        assert_eq!(wait.text(5_000), None);
        let now = wait.at(5_000);
        wait.state.unhush(now);
        assert_eq!(wait.text(5_100), None);
        assert_eq!(
            wait.text(5_300).as_deref(),
            Some("waiting for gateway.test")
        );
    }

    #[test]
    fn only_a_person_who_can_be_shown_something_that_moves_is_told() {
        let is_told = |stderr_is_terminal, is_dumb, is_quiet| {
            let options = UiOptions {
                streams: Streams {
                    stderr_is_terminal,
                    ..Streams::default()
                },
                is_dumb,
                is_quiet,
                ..UiOptions::of_nobody()
            };
            let ui = Ui::over(options, Box::new(io::sink()), Box::new(io::sink()));
            ui.asked("gateway.test").is_some()
        };
        assert!(is_told(true, false, false));
        assert!(!is_told(false, false, false));
        assert!(!is_told(true, true, false));
        assert!(!is_told(true, false, true));
    }

    #[test]
    fn what_is_said_ends_a_wait_that_is_over() {
        let mut wait = Wait::new();
        let number = wait.ask("gateway.test", 0);
        wait.state.settle(&wait.lines);
        assert!(wait.text(400).is_some(), "still awaited");
        wait.answer(number, 400);
        assert!(wait.text(410).is_some(), "another may follow");
        wait.state.settle(&wait.lines);
        assert_eq!(wait.text(420), None);
    }
}
