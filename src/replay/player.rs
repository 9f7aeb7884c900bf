//! The player as a value: keys and times go in, pictures and the next deadline come out.

mod task;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use super::clock::Position;
use super::entry::{Asks, Entry, Typed};
use super::find::Pattern;
use super::frame::Frame;
use super::head::{Head, Limits, Place};
use super::index::Index;
use super::keys::{self, Action, Direction};
use super::options::{Options, Reel};
use super::point::Point;
use super::screen::Clusters;
use super::status::{State, Status};
use super::tape::{Fault, Tape};
use super::view::{Overlay, View, Window};
use crate::recording::{Size, Warnings};
use crate::ui::terminal::Key;
use task::{Landing, Task, Wanted};

/// The most bytes that are played before keys are looked at again, on a screen of [`CELLS`] cells
/// or fewer; on a larger one accordingly less, since one byte can touch every cell.
const AT_ONCE: usize = 256 * 1024;
const CELLS: usize = 80 * 24;

/// Where `+` and `-` go.
const SPEEDS: [f64; 12] = [
    0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0,
];

/// While playing, going back right behind a command goes to the one before: this long, as watched.
const RIGHT_BEHIND: Duration = Duration::from_secs(1);

/// The most keys that wait for a seek.
const WAITING: usize = 64;

/// What follows a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    GoOn,
    Quit,
    Interrupted,
    /// Nothing on the terminal can be relied on.
    Redraw,
}

/// What the person is doing.
#[derive(Clone, Debug, PartialEq)]
enum Mode {
    Watching,
    /// Reading the help, from this row of it.
    Help(u16),
    Typing(Entry),
}

/// What was looked for last.
struct Search {
    pattern: Pattern,
    direction: Direction,
}

/// A recording at some point of being played.
pub struct Player<T: Tape> {
    head: Head<T>,
    index: Index<T>,
    position: Position,
    /// Where playing begins, and no seek goes before.
    floor: Floor,
    task: Option<Task<T>>,
    /// What waits for the task's end.
    waiting: VecDeque<Action>,
    /// Where it was played when the task began: no time passes during one.
    held_at: Duration,
    mode: Mode,
    search: Option<Search>,
    message: Option<String>,
    /// The clip names a place that the recording has not.
    refused: Option<String>,
    window: Window,
    options: Options,
    title: String,
}

/// The start of what is played.
#[derive(Clone, Copy, Debug, Default)]
struct Floor {
    place: Place,
    played: Duration,
    recorded: Duration,
    /// It is where the seek under way ends.
    is_open: bool,
}

impl<T: Tape> Player<T> {
    /// At the start of the recording or of the clip, playing.
    pub fn new(reel: Reel<T>, options: Options, now: Duration) -> Result<Self, Fault> {
        let limits = Limits {
            idle: reel.idle_limit,
            until: Duration::MAX,
        };
        let head = Head::new(reel.tape, reel.size, Clusters::default(), limits);
        let ahead = head.fork()?;
        let unread = || Fault("the recording was read before it was played".to_owned());
        let mut index = Index::new(ahead, reel.has_prompts).ok_or_else(unread)?;
        index.work(at_once(reel.size));
        let mut player = Self {
            head,
            index,
            position: Position::start(options.speed, now),
            floor: Floor::default(),
            task: None,
            waiting: VecDeque::new(),
            held_at: Duration::ZERO,
            mode: Mode::Watching,
            search: None,
            message: None,
            refused: None,
            window: Window::default(),
            title: reel.title,
            options,
        };
        player.open(now);
        Ok(player)
    }

    /// Does what a key asks for.
    pub fn press(&mut self, key: Key, now: Duration) -> Flow {
        self.message = None;
        match &mut self.mode {
            Mode::Typing(entry) => {
                match entry.press(key) {
                    Typed::GoesOn => {}
                    Typed::GivenUp => self.mode = Mode::Watching,
                    Typed::Done => self.typed(now),
                }
                Flow::GoOn
            }
            Mode::Help(_) if key != Key::Ctrl('c') => {
                self.turn_help(key);
                Flow::GoOn
            }
            _ => keys::action(key).map_or(Flow::GoOn, |action| self.act(action, now)),
        }
    }

    /// Does what the person asked for.
    pub fn act(&mut self, action: Action, now: Duration) -> Flow {
        if self.task.is_some() && action.is_relative() {
            if self.waiting.len() < WAITING {
                self.waiting.push_back(action);
            }
            return Flow::GoOn;
        }
        match action {
            Action::Quit => return Flow::Quit,
            Action::Interrupt => return Flow::Interrupted,
            Action::Redraw => return Flow::Redraw,
            Action::Cancel => self.cancel(now),
            Action::TogglePause => self.toggle_pause(now),
            Action::Step => self.step(now),
            Action::StepBack => self.step_back(now),
            Action::Faster => self.change_speed(now, |speeds, speed| {
                speeds.iter().copied().find(|other| *other > speed)
            }),
            Action::Slower => self.change_speed(now, |speeds, speed| {
                speeds.iter().copied().rev().find(|other| *other < speed)
            }),
            Action::NormalSpeed => self.position.set_speed(1.0, now),
            Action::SeekBy(seconds) => self.seek_by(seconds, now),
            Action::Tenth(tenth) => self.go(Wanted::Share(f64::from(tenth) / 10.0), now),
            Action::Start => self.go(Wanted::Start, now),
            Action::End => self.go(Wanted::End, now),
            Action::NextStop => self.go(Wanted::NextStop(self.head.place()), now),
            Action::PreviousStop => self.previous_stop(now),
            Action::Search(direction) => self.ask(Asks::Pattern(direction)),
            Action::GoTo => self.ask(Asks::Place),
            Action::FindAgain => self.find(|direction| direction, now),
            Action::FindBefore => self.find(Direction::reversed, now),
            Action::Help => self.mode = Mode::Help(0),
            Action::Pan(cols, rows) => self.window.pan(cols, rows),
            Action::Follow => self.window.follow(),
        }
        Flow::GoOn
    }

    /// The program was stopped for so long: the recording was too.
    pub fn stood_still(&mut self, stopped: Duration) {
        self.position.delay(stopped);
    }

    /// Plays what is due, up to a bound of work. True when the picture may have changed.
    pub fn advance(&mut self, now: Duration) -> bool {
        if self.task.is_some() || self.position.is_paused() {
            return false;
        }
        let at = self.position.at(now);
        let mut budget = at_once(self.head.screen.size());
        let begin = self.head.place();
        while budget > 0
            && let Some(due) = self.head.due()
            && due <= at
        {
            let before = self.head.place().bytes;
            let is_marker = self.head.is_at_marker();
            self.head.play(budget, &mut ());
            let played = self.head.place().bytes - before;
            budget = budget.saturating_sub(usize::try_from(played).unwrap_or(budget).max(1));
            if is_marker && self.options.pauses_at_markers {
                self.position.move_to(due, now);
                self.position.set_paused(true, now);
                break;
            }
        }
        self.head.place() != begin
    }

    /// True when there is something to do before the next deadline: a seek, a search, or the rest
    /// of the recording to be read ahead.
    pub fn has_work(&self) -> bool {
        self.task.is_some() || self.index.is_unfinished()
    }

    /// True while it is on its way to another place.
    pub fn is_seeking(&self) -> bool {
        self.task.is_some()
    }

    /// Does a slice of it. True when the picture may have changed.
    pub fn work(&mut self, now: Duration) -> bool {
        let budget = at_once(self.head.screen.size());
        if let Some(task) = self.task.take() {
            self.work_on(task, budget, now);
            while self.task.is_none()
                && let Some(action) = self.waiting.pop_front()
            {
                self.act(action, now);
            }
            return true;
        }
        let percent = |index: &Index<T>| index.share().map(|share| (share * 100.0) as u8);
        let before = percent(&self.index);
        self.index.work(budget);
        percent(&self.index) != before || !self.index.is_unfinished()
    }

    /// When there is something to do next: a moment is due or the time on the status line
    /// changes. `None` while only a key can change anything.
    pub fn deadline(&mut self, now: Duration) -> Option<Duration> {
        let due = self.head.due()?;
        let at = self.position.at(now);
        let next_second =
            at + Duration::from_secs(1) - Duration::from_nanos(at.subsec_nanos().into());
        self.position.when(due.min(next_second))
    }

    /// True when everything has been played.
    pub fn is_ended(&mut self) -> bool {
        self.task.is_none() && self.head.is_ended()
    }

    /// True when the player is done without a key.
    pub fn is_done(&mut self) -> bool {
        !self.options.waits_at_end && self.is_ended()
    }

    /// Why the clip cannot be played.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Why the recording ends before its end, as far as that was seen.
    pub fn fault(&self) -> Option<String> {
        let seen = self.head.fault().map(ToString::to_string);
        seen.or_else(|| self.index.fault())
    }

    /// What else was wrong with it.
    pub fn warnings(&self) -> Warnings {
        self.index.warnings()
    }

    /// The picture for a terminal of `size`.
    pub fn frame(&mut self, size: Size, now: Duration) -> Frame {
        self.window.turn_to(&self.head.screen, size);
        let status = self.status(now);
        View {
            screen: &self.head.screen,
            window: &self.window,
            pattern: self.search.as_ref().map(|search| &search.pattern),
            overlay: match &self.mode {
                Mode::Watching => Overlay::None,
                Mode::Help(from) => Overlay::Help(*from),
                Mode::Typing(entry) => Overlay::Entry(entry),
            },
            look: self.options.look,
        }
        .compose(&status, size)
    }

    fn status(&mut self, now: Duration) -> Status {
        let at = self.recorded(now);
        let state = match &self.task {
            Some(task) if task.is_search() => State::Searching,
            Some(_) => State::Seeking,
            None if self.head.is_ended() => State::Ended,
            None if self.position.is_paused() => State::Paused,
            None => State::Playing,
        };
        let at = self.task.as_ref().map_or(at, |task| task.at(&self.index));
        let place = self.head.place();
        Status {
            state,
            at,
            from: self.floor.recorded,
            until: self.index.end(),
            read_ahead: self.index.share(),
            speed: self.position.speed(),
            clock: self.options.origin.clock(at),
            stop: self
                .index
                .stop_at(&place)
                .map(|(number, stop)| (number, stop.label.clone())),
            title: self.title.clone(),
            message: self.message.clone().or_else(|| self.fault_here()),
            recorded: self.head.screen.size(),
        }
    }

    /// The recorded time that is shown now.
    fn recorded(&mut self, now: Duration) -> Duration {
        let place = self.head.place();
        let Some(due) = self.head.due_recorded() else {
            return place.recorded;
        };
        let since = self.position.at(now).saturating_sub(place.played);
        (place.recorded + since.min(self.head.limits().idle)).min(due)
    }

    /// Said where the recording breaks off.
    fn fault_here(&mut self) -> Option<String> {
        match self.head.is_ended() {
            true => self
                .head
                .fault()
                .map(|fault| format!("broken here: {fault}")),
            false => None,
        }
    }

    fn toggle_pause(&mut self, now: Duration) {
        self.position.set_paused(!self.position.is_paused(), now);
    }

    fn step(&mut self, now: Duration) {
        self.position.set_paused(true, now);
        if self.task.is_some() || self.head.is_ended() {
            return;
        }
        while !self.head.play(usize::MAX, &mut ()) {}
        self.position.move_to(self.head.place().played, now);
    }

    fn step_back(&mut self, now: Duration) {
        self.position.set_paused(true, now);
        let place = self.head.place();
        let before = match place.offset {
            0 => place.moments.saturating_sub(1),
            _ => place.moments,
        };
        self.go(Wanted::Order(before, 0), now);
    }

    fn change_speed(&mut self, now: Duration, choose: fn(&[f64], f64) -> Option<f64>) {
        if let Some(speed) = choose(&SPEEDS, self.position.speed()) {
            self.position.set_speed(speed, now);
        }
    }

    /// From where a seek under way will land, so that keys add up.
    fn seek_by(&mut self, seconds: i64, now: Duration) {
        let from = match &self.task {
            Some(task) => task.lands_at().unwrap_or(self.held_at),
            None if self.head.is_ended() => self.head.place().played,
            None => self.position.at(now),
        };
        let by = Duration::from_secs(seconds.unsigned_abs());
        let to = match seconds < 0 {
            true => from.saturating_sub(by),
            false => from.saturating_add(by),
        };
        self.go(Wanted::Played(to), now);
    }

    fn previous_stop(&mut self, now: Duration) {
        let slack = match self.position.is_paused() || self.head.is_ended() {
            true => Duration::ZERO,
            false => RIGHT_BEHIND.mul_f64(self.position.speed()),
        };
        self.go(Wanted::PreviousStop(self.head.place(), slack), now);
    }

    fn ask(&mut self, asks: Asks) {
        self.mode = Mode::Typing(Entry::new(asks));
    }

    fn typed(&mut self, now: Duration) {
        let Mode::Typing(entry) = std::mem::replace(&mut self.mode, Mode::Watching) else {
            return;
        };
        match entry.asks {
            Asks::Pattern(direction) => {
                // As in less: nothing typed means the last pattern.
                if let Some(pattern) = Pattern::new(&entry.text) {
                    self.search = Some(Search { pattern, direction });
                } else if let Some(search) = &mut self.search {
                    search.direction = direction;
                }
                self.find(|direction| direction, now);
            }
            Asks::Place if entry.text.trim().is_empty() => {}
            Asks::Place => match entry.text.parse() {
                Ok(point) => self.go_to(&point, now),
                Err(error) => self.message = Some(format!("{error}")),
            },
        }
    }

    fn go_to(&mut self, point: &Point, now: Duration) {
        match self.wanted(point) {
            Ok(wanted) => self.go(wanted, now),
            Err(error) => self.message = Some(error),
        }
    }

    fn find(&mut self, turned: fn(Direction) -> Direction, now: Duration) {
        match &self.search {
            Some(search) => {
                let direction = turned(search.direction);
                self.look_for(direction, now);
            }
            None => self.message = Some("nothing was searched yet: / searches".to_owned()),
        }
    }

    fn turn_help(&mut self, key: Key) {
        let Mode::Help(from) = &mut self.mode else {
            return;
        };
        match key {
            Key::Down | Key::PageDown | Key::Char('j' | ' ') => {
                *from = (*from + 1).min(keys::HELP.len() as u16);
            }
            Key::Up | Key::PageUp | Key::Char('k') => *from = from.saturating_sub(1),
            _ => self.mode = Mode::Watching,
        }
    }

    fn cancel(&mut self, now: Duration) {
        self.waiting.clear();
        match self.task.take() {
            // The clip is not known yet.
            Some(Task::Open) => self.task = Some(Task::Open),
            Some(_) => self.position.move_to(self.held_at, now),
            None => self.search = None,
        }
    }

    /// Stands where a task has led to.
    fn land(&mut self, head: Head<T>, landing: &Landing, now: Duration) {
        self.head = head;
        let place = self.head.place();
        let at = match landing {
            Landing::Played(time) => (*time).max(place.played),
            Landing::Recorded(time) => {
                let since = time.saturating_sub(place.recorded);
                place.played + since.min(self.head.limits().idle)
            }
            Landing::Here => place.played,
        };
        let end = self.head.is_ended();
        let at = if end { place.played } else { at };
        self.position.move_to(at, now);
    }
}

/// How many bytes are played at once on a screen of `size`.
fn at_once(size: Size) -> usize {
    let cells = usize::from(size.cols) * usize::from(size.rows);
    (AT_ONCE * CELLS / cells.max(1)).clamp(1, AT_ONCE)
}
