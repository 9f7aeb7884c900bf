//! The player as a value: actions and times go in, pictures and the next deadline come out.

use std::ops::Range;
use std::time::Duration;

use super::clock::Position;
use super::frame::Frame;
use super::keys::Action;
use super::screen::Screen;
use super::track::Track;
use super::view::{self, State, Status};
use crate::recording::{Code, Event, Size};

/// The most bytes that are played before keys are looked at again, on a screen of [`CELLS`] cells
/// or fewer; on a larger one accordingly less, since one byte can touch every cell.
const AT_ONCE: usize = 256 * 1024;
const CELLS: usize = 80 * 24;

/// Where `+` and `-` go.
const SPEEDS: [f64; 12] = [
    0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0,
];

/// What follows an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    GoOn,
    Quit,
    Interrupted,
}

/// A recording at some point of being played.
pub struct Player {
    track: Track,
    /// The event that comes next.
    next: usize,
    /// How many of its bytes have been played.
    offset: usize,
    screen: Screen,
    position: Position,
}

impl Player {
    /// At the start, playing.
    pub fn new(track: Track, now: Duration) -> Self {
        Self {
            screen: Screen::new(track.size),
            position: Position::start(track.speed, now),
            next: 0,
            offset: 0,
            track,
        }
    }

    /// Does what the person asked for.
    pub fn act(&mut self, action: Action, now: Duration) -> Flow {
        let is_paused = self.position.is_paused();
        match action {
            Action::Quit => return Flow::Quit,
            Action::Interrupt => return Flow::Interrupted,
            Action::TogglePause => self.position.set_paused(!is_paused, now),
            Action::Step if is_paused => self.step(now),
            Action::NextMarker if is_paused => self.step_to_marker(now),
            Action::Step | Action::NextMarker => {}
            Action::Faster => self.change_speed(now, |speeds, speed| {
                speeds.iter().copied().find(|other| *other > speed)
            }),
            Action::Slower => self.change_speed(now, |speeds, speed| {
                speeds.iter().copied().rev().find(|other| *other < speed)
            }),
            Action::NormalSpeed => self.position.set_speed(1.0, now),
            Action::Restart => self.restart(now),
        }
        Flow::GoOn
    }

    /// The program was stopped for so long: the recording was too.
    pub fn stood_still(&mut self, stopped: Duration) {
        self.position.delay(stopped);
    }

    /// Plays what is due, up to a bound of work. True when the picture may have changed.
    pub fn advance(&mut self, now: Duration) -> bool {
        let at = self.position.at(now);
        let size = self.screen.size();
        let cells = usize::from(size.cols) * usize::from(size.rows);
        let mut budget = (AT_ONCE * CELLS / cells).clamp(1, AT_ONCE);
        let begin = (self.next, self.offset);
        while budget > 0
            && let Some(event) = self.track.events.get(self.next)
            && event.time <= at
        {
            let rest = event.data.len() - self.offset;
            let played = rest.min(budget);
            play(&mut self.screen, event, self.offset..self.offset + played);
            budget -= played;
            self.offset += played;
            if played == rest {
                self.next += 1;
                self.offset = 0;
                budget = budget.saturating_sub(1);
            }
        }
        (self.next, self.offset) != begin
    }

    /// When there is something to do next: an event is due or the time on the status line
    /// changes. `None` while only a key can change anything.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        let event = self.track.events.get(self.next)?;
        let next_second = Duration::from_secs(self.position.at(now).as_secs() + 1);
        self.position.when(event.time.min(next_second))
    }

    /// True when everything has been played.
    pub fn is_ended(&self) -> bool {
        self.next == self.track.events.len()
    }

    /// True when the player is done without a key.
    pub fn is_done(&self) -> bool {
        self.is_ended() && !self.track.waits_at_end
    }

    /// The picture for a terminal of `size`.
    pub fn frame(&self, size: Size, now: Duration) -> Frame {
        let state = match (self.is_ended(), self.position.is_paused()) {
            (true, _) => State::Ended,
            (false, true) => State::Paused,
            (false, false) => State::Playing,
        };
        let at = match state {
            State::Ended => self.track.total,
            _ => self.position.at(now).min(self.track.total),
        };
        let status = Status {
            state,
            at,
            total: self.track.total,
            speed: self.position.speed(),
            title: self.track.title.clone(),
        };
        view::compose(&self.screen, &status, size)
    }

    fn step(&mut self, now: Duration) {
        if let Some(event) = self.track.events.get(self.next) {
            play(&mut self.screen, event, self.offset..event.data.len());
            self.position.move_to(event.time, now);
            self.next += 1;
            self.offset = 0;
        }
    }

    fn step_to_marker(&mut self, now: Duration) {
        while let Some(event) = self.track.events.get(self.next) {
            let is_marker = event.code == Code::Marker;
            self.step(now);
            if is_marker {
                break;
            }
        }
    }

    fn change_speed(&mut self, now: Duration, choose: fn(&[f64], f64) -> Option<f64>) {
        if let Some(speed) = choose(&SPEEDS, self.position.speed()) {
            self.position.set_speed(speed, now);
        }
    }

    fn restart(&mut self, now: Duration) {
        self.screen = Screen::new(self.track.size);
        self.next = 0;
        self.offset = 0;
        self.position.move_to(Duration::ZERO, now);
    }
}

/// Plays a part of an event.
fn play(screen: &mut Screen, event: &Event, part: Range<usize>) {
    match event.code {
        Code::Resize => {
            let size = str::from_utf8(&event.data).ok().and_then(Size::parse);
            if let Some(size) = size {
                screen.resize(size);
            }
        }
        Code::Marker => {}
        _ => screen.feed(&event.data[part]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Size = Size { cols: 40, rows: 5 };

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn player(list: &[(u64, &str, &str)]) -> Player {
        let events: Vec<_> = list
            .iter()
            .enumerate()
            .map(|(index, (at, code, data))| Event {
                time: ms(*at),
                code: Code::parse(code).expect("a code"),
                data: data.as_bytes().to_vec(),
                index,
            })
            .collect();
        let track = Track {
            total: events.last().map_or(ms(0), |event| event.time),
            events,
            size: Size { cols: 40, rows: 4 },
            title: String::new(),
            speed: 1.0,
            waits_at_end: true,
        };
        Player::new(track, ms(0))
    }

    fn abc() -> Player {
        player(&[(500, "o", "a"), (1_500, "o", "b"), (2_500, "o", "c")])
    }

    fn shown(player: &mut Player, now: Duration) -> (String, String) {
        player.advance(now);
        let frame = player.frame(WINDOW, now);
        (frame.text(0), frame.text(4))
    }

    #[test]
    fn events_appear_when_they_are_due() {
        let mut player = abc();
        assert_eq!(shown(&mut player, ms(499)).0, "");
        assert_eq!(player.deadline(ms(499)), Some(ms(500)));
        assert_eq!(shown(&mut player, ms(500)).0, "a");
        assert_eq!(
            player.deadline(ms(500)),
            Some(ms(1_000)),
            "the clock of the status line"
        );
        assert_eq!(
            shown(&mut player, ms(2_500)),
            ("abc".to_owned(), " end  0:02 / 0:02  1x  q quit".to_owned())
        );
        assert_eq!(player.deadline(ms(2_500)), None);
        assert!(player.is_ended() && !player.is_done());
    }

    #[test]
    fn a_pause_holds_the_picture_and_a_step_moves_it_by_one_event() {
        let mut player = abc();
        shown(&mut player, ms(600));
        player.act(Action::TogglePause, ms(600));
        assert_eq!(player.deadline(ms(600)), None);
        assert_eq!(shown(&mut player, ms(60_000)).0, "a");
        player.act(Action::Step, ms(60_000));
        let (text, status) = shown(&mut player, ms(60_000));
        assert_eq!(text, "ab");
        assert!(status.starts_with(" paused  0:01 / 0:02"));
        player.act(Action::TogglePause, ms(70_000));
        assert_eq!(player.deadline(ms(70_000)), Some(ms(70_500)));
        assert_eq!(shown(&mut player, ms(71_000)).0, "abc");
    }

    #[test]
    fn a_step_while_playing_does_nothing() {
        let mut player = abc();
        player.act(Action::Step, ms(0));
        assert_eq!(shown(&mut player, ms(0)).0, "");
    }

    #[test]
    fn the_speed_changes_without_a_jump_and_stops_at_its_ends() {
        let mut player = abc();
        player.act(Action::Faster, ms(500));
        player.act(Action::Faster, ms(500));
        assert_eq!(shown(&mut player, ms(999)).0, "a");
        assert_eq!(shown(&mut player, ms(1_000)).0, "ab");
        for _ in 0..40 {
            player.act(Action::Slower, ms(1_000));
        }
        assert!(shown(&mut player, ms(1_000)).1.contains("0.1x"));
        for _ in 0..40 {
            player.act(Action::Faster, ms(1_000));
        }
        assert!(shown(&mut player, ms(1_000)).1.contains("100x"));
        player.act(Action::NormalSpeed, ms(1_000));
        assert!(shown(&mut player, ms(1_000)).1.contains(" 1x"));
    }

    #[test]
    fn the_next_marker_is_played_up_to() {
        let mut player = player(&[
            (0, "o", "a"),
            (10, "o", "b"),
            (20, "m", "here"),
            (30, "o", "c"),
        ]);
        player.act(Action::TogglePause, ms(0));
        player.act(Action::NextMarker, ms(0));
        assert_eq!(shown(&mut player, ms(0)).0, "ab");
        player.act(Action::NextMarker, ms(0));
        assert_eq!(shown(&mut player, ms(0)).0, "abc");
    }

    #[test]
    fn a_restart_begins_with_an_empty_screen() {
        let mut player = abc();
        shown(&mut player, ms(5_000));
        player.act(Action::Restart, ms(5_000));
        assert_eq!(shown(&mut player, ms(5_000)).0, "");
        assert_eq!(shown(&mut player, ms(5_500)).0, "a");
    }

    #[test]
    fn a_resize_event_resizes_the_screen() {
        let mut player = player(&[(0, "r", "3x2"), (0, "o", "abcd")]);
        player.advance(ms(0));
        let frame = player.frame(WINDOW, ms(0));
        assert_eq!([frame.text(0), frame.text(1)], ["abc", "d"]);
    }

    #[test]
    fn a_flood_is_played_in_pieces_so_that_keys_are_heard() {
        let flood = format!("{}last", "x\r".repeat(1_000_000));
        let mut player = player(&[(0, "o", flood.as_str())]);
        assert!(player.advance(ms(0)));
        assert!(!player.is_ended());
        assert_eq!(player.deadline(ms(0)), Some(ms(0)));
        while player.advance(ms(0)) {}
        assert!(player.is_ended());
        assert_eq!(shown(&mut player, ms(0)).0, "last");
    }
}
