//! The loop: waits for a key or the next event, whichever is first.

use std::io;
use std::time::Duration;

use super::clock::Clock;
use super::options::{Options, Reel};
use super::paint::Painter;
use super::player::{Flow, Player};
use super::tape::{Fault, Tape};
use crate::recording::{Size, Warnings};
use crate::ui::terminal::{Input, Terminal};

/// Two pictures are at least this far apart: 60 a second.
const BETWEEN_FRAMES: Duration = Duration::from_micros(16_667);

/// How playing ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was played, and nobody was waited for.
    Finished,
    /// The person left; at the end or before it.
    Quit,
    /// Ctrl-C.
    Interrupted,
    /// By this signal.
    Signalled(i32),
    /// The clip names a place that is not in the recording.
    NoSuchPlace(String),
    /// The recording breaks off, and this is why. It was played up to there, or left before.
    Broken(String),
}

/// What came of playing a recording.
#[derive(Clone, Debug)]
pub struct Played {
    pub ended: Ended,
    /// What was wrong with the recording, as far as it was read.
    pub warnings: Warnings,
}

impl Played {
    /// Nothing could be played.
    pub(super) fn broken(fault: Fault) -> Self {
        Self {
            ended: Ended::Broken(fault.to_string()),
            warnings: Warnings::default(),
        }
    }
}

/// Plays a recording on a terminal.
///
/// The terminal has been taken over by the caller and is given back by dropping it.
pub fn run<T: Tape>(
    terminal: &mut dyn Terminal,
    reel: Reel<T>,
    options: Options,
    clock: &dyn Clock,
) -> io::Result<Played> {
    let before = size_of(terminal)?;
    let resized = options.resizes.then(|| with_status_line(reel.size));
    if let Some(size) = resized {
        terminal.draw(&resize(size))?;
    }
    let player = match Player::new(reel, options, clock.now()) {
        Ok(player) => player,
        Err(fault) => return Ok(Played::broken(fault)),
    };
    let played = Show {
        player,
        painter: Painter::default(),
        size: before,
        is_stale: true,
        next_frame: clock.now(),
    }
    .run(terminal, clock)?;
    if resized.is_some() {
        terminal.draw(&resize(before))?;
    }
    Ok(played)
}

/// The player and what of it is on the terminal.
struct Show<T: Tape> {
    player: Player<T>,
    painter: Painter,
    size: Size,
    /// The picture on the terminal is not the player's.
    is_stale: bool,
    /// No picture before this time.
    next_frame: Duration,
}

impl<T: Tape> Show<T> {
    fn run(mut self, terminal: &mut dyn Terminal, clock: &dyn Clock) -> io::Result<Played> {
        loop {
            self.turn(terminal, clock.now())?;
            if let Some(why) = self.player.refused() {
                let ended = Ended::NoSuchPlace(why.to_owned());
                return Ok(self.told(ended));
            }
            if self.player.is_done() && !self.is_stale {
                return Ok(self.told(Ended::Finished));
            }
            let timeout = self.timeout(clock.now());
            let input = terminal.next_input(timeout)?;
            if let Some(ended) = self.input(input, terminal, clock.now())? {
                return Ok(self.told(ended));
            }
        }
    }

    /// A recording that breaks off is told, unless something else ended it.
    fn told(&self, ended: Ended) -> Played {
        Played {
            ended: match (ended, self.player.fault()) {
                (Ended::Finished | Ended::Quit, Some(fault)) => Ended::Broken(fault),
                (ended, _) => ended,
            },
            warnings: self.player.warnings(),
        }
    }

    /// Plays what is due, works ahead, and draws when it is time to.
    fn turn(&mut self, terminal: &mut dyn Terminal, now: Duration) -> io::Result<()> {
        self.is_stale |= self.player.advance(now);
        if self.is_stale && now >= self.next_frame {
            let frame = self.player.frame(self.size, now);
            terminal.draw(&self.painter.paint(frame))?;
            self.is_stale = false;
            self.next_frame = now + BETWEEN_FRAMES;
        }
        if self.player.has_work() {
            self.is_stale |= self.player.work(now);
        }
        Ok(())
    }

    /// How long nothing has to be done; `None` until somebody presses a key.
    fn timeout(&mut self, now: Duration) -> Option<Duration> {
        if self.player.has_work() {
            return Some(Duration::ZERO);
        }
        let next = self.player.deadline(now);
        let at = match self.is_stale {
            true => Some(next.map_or(self.next_frame, |next| next.min(self.next_frame))),
            false => next,
        };
        at.map(|at| at.saturating_sub(now))
    }

    fn input(
        &mut self,
        input: Input,
        terminal: &mut dyn Terminal,
        now: Duration,
    ) -> io::Result<Option<Ended>> {
        match input {
            Input::Key(key) => match self.player.press(key, now) {
                Flow::Quit => return Ok(Some(Ended::Quit)),
                Flow::Interrupted => return Ok(Some(Ended::Interrupted)),
                Flow::Redraw => self.repaint(terminal)?,
                Flow::GoOn => {}
            },
            Input::Ended(signal) => return Ok(Some(Ended::Signalled(signal))),
            Input::Resized => self.repaint(terminal)?,
            Input::Resumed { after } => {
                self.player.stood_still(after);
                self.repaint(terminal)?;
            }
            // While there is work, time is not what has passed.
            Input::Nothing if self.player.has_work() => return Ok(None),
            // The time on the status line has changed.
            Input::Nothing => {}
        }
        self.is_stale = true;
        Ok(None)
    }

    /// Nothing of what was drawn is there any more.
    fn repaint(&mut self, terminal: &dyn Terminal) -> io::Result<()> {
        self.size = size_of(terminal)?;
        self.painter.forget();
        Ok(())
    }
}

fn size_of(terminal: &dyn Terminal) -> io::Result<Size> {
    let (cols, rows) = terminal.size()?;
    Ok(Size::clamped(cols.into(), rows.into()))
}

/// What is left of a terminal above the status line.
pub fn window(terminal: &dyn Terminal) -> io::Result<Size> {
    let size = size_of(terminal)?;
    Ok(Size::clamped(
        size.cols.into(),
        u64::from(size.rows).saturating_sub(1),
    ))
}

fn with_status_line(size: Size) -> Size {
    Size::clamped(size.cols.into(), u64::from(size.rows) + 1)
}

/// Asks the terminal for a size (xterm's window operation 8).
fn resize(size: Size) -> Vec<u8> {
    format!("\x1b[8;{};{}t", size.rows, size.cols).into_bytes()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use proptest::prelude::*;
    use regex::bytes::Regex;

    use super::*;
    use crate::recording::Code;
    use crate::recording::hostile::HOSTILE;
    use crate::replay::tape::{InMemory, Moment};
    use crate::ui::terminal::{Key, Memory};

    /// The time of a [`Memory`] terminal.
    struct Shared(Rc<Cell<Duration>>);

    impl Clock for Shared {
        fn now(&self) -> Duration {
            self.0.get()
        }
    }

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    const QUIT: Input = Input::Key(Key::Char('q'));

    fn reel(output: &[(u64, &[u8])]) -> Reel<InMemory> {
        let moments = output.iter().map(|(at, data)| Moment {
            time: ms(*at),
            code: Code::Output,
            data: data.to_vec(),
            enters: 0,
        });
        Reel {
            tape: InMemory::new(moments.collect()),
            size: Size::ASSUMED,
            title: String::new(),
            idle_limit: Duration::MAX,
            has_prompts: true,
        }
    }

    fn play(output: &[(u64, &[u8])], options: &Options, terminal: &mut Memory) -> Ended {
        let clock = Shared(terminal.time());
        run(terminal, reel(output), options.clone(), &clock)
            .expect("memory does not fail")
            .ended
    }

    fn all_drawn(terminal: &Memory) -> Vec<u8> {
        terminal
            .drawn()
            .iter()
            .flat_map(|(_, bytes)| bytes.clone())
            .collect()
    }

    #[test]
    fn a_recording_is_played_in_its_own_time_and_waits_for_q() {
        let mut terminal = Memory::new(80, 24, [(ms(9_000), QUIT)]);
        let output: [(u64, &[u8]); 2] = [(0, b"one"), (2_400, b"two")];
        assert_eq!(
            play(&output, &Options::default(), &mut terminal),
            Ended::Quit
        );
        let drawn_at = |text: &str| {
            let needle = text.as_bytes();
            terminal
                .drawn()
                .iter()
                .find(|(_, bytes)| memchr::memmem::find(bytes, needle).is_some())
                .map(|(at, _)| at.as_millis())
        };
        assert_eq!(drawn_at("one"), Some(0));
        assert_eq!(drawn_at("two"), Some(2_400));
        assert_eq!(drawn_at("end"), Some(2_400));
    }

    #[test]
    fn without_waiting_it_ends_with_its_last_picture() {
        let options = Options {
            speed: 10.0,
            waits_at_end: false,
            ..Options::default()
        };
        let mut terminal = Memory::new(80, 24, []);
        let output: [(u64, &[u8]); 2] = [(0, b"one"), (2_000, b"two")];
        assert_eq!(play(&output, &options, &mut terminal), Ended::Finished);
        let (at, last) = terminal.drawn().last().expect("a picture");
        assert_eq!(at.as_millis(), 200);
        assert!(memchr::memmem::find(last, b"two").is_some());
    }

    #[test]
    fn signals_and_ctrl_c_end_it_and_are_told() {
        for (input, expected) in [
            (Input::Ended(15), Ended::Signalled(15)),
            (Input::Key(Key::Ctrl('c')), Ended::Interrupted),
        ] {
            let mut terminal = Memory::new(80, 24, [(ms(100), input)]);
            let output: [(u64, &[u8]); 1] = [(60_000, b"late")];
            assert_eq!(play(&output, &Options::default(), &mut terminal), expected);
            assert!(memchr::memmem::find(&all_drawn(&terminal), b"late").is_none());
        }
    }

    #[test]
    fn events_that_come_faster_than_the_eye_share_a_picture() {
        let mut terminal = Memory::new(80, 24, [(ms(2_000), QUIT)]);
        let output: Vec<(u64, &[u8])> = (0..1_000).map(|n| (n, &b"x"[..])).collect();
        play(&output, &Options::default(), &mut terminal);
        let pictures = terminal.drawn().len();
        assert!(
            (50..=62).contains(&pictures),
            "{pictures} pictures of a second"
        );
    }

    #[test]
    fn a_resize_or_a_return_paints_everything_anew() {
        let resumed = Input::Resumed { after: ms(0) };
        for input in [Input::Resized, resumed] {
            let mut terminal = Memory::new(80, 24, [(ms(100), input), (ms(200), QUIT)]);
            let output: [(u64, &[u8]); 2] = [(0, b"one"), (60_000, b"")];
            play(&output, &Options::default(), &mut terminal);
            let (at, last) = terminal.drawn().last().expect("a picture");
            assert_eq!(*at, ms(100));
            assert!(memchr::memmem::find(last, b"\x1b[2J").is_some());
            assert!(memchr::memmem::find(last, b"one").is_some());
        }
    }

    #[test]
    fn the_recording_stands_still_while_the_program_is_stopped() {
        let resumed = Input::Resumed { after: ms(8_000) };
        let mut terminal = Memory::new(80, 24, [(ms(9_000), resumed), (ms(9_900), QUIT)]);
        // Nothing is drawn between 1,000 and 9,000: the script's time is that of the device.
        let output: [(u64, &[u8]); 2] = [(0, b"one"), (9_500, b"two")];
        play(&output, &Options::default(), &mut terminal);
        let (_, last) = terminal.drawn().last().expect("a picture");
        assert!(memchr::memmem::find(last, b"0:01 / 0:09").is_some());
    }

    /// True when nothing but the painter's own sequences and printable text is in `bytes`.
    fn is_own(bytes: &[u8]) -> bool {
        let own = r"(?-u:\x1b\[(?:\?2026[hl]|\?25[hl]|2J|[0-9]+;[0-9]+H|[0-9;]+m))";
        let rest = Regex::new(own)
            .expect("a pattern")
            .replace_all(bytes, &b""[..]);
        let rest = String::from_utf8(rest.into_owned()).expect("UTF-8");
        rest.chars().all(|c| !c.is_control()) && crate::recording::safe::text(&rest) == rest
    }

    fn drawn_of(pieces: &[&[u8]]) -> Vec<u8> {
        let output: Vec<(u64, &[u8])> = pieces.iter().map(|piece| (0, *piece)).collect();
        let mut terminal = Memory::new(30, 4, [(ms(10), QUIT)]);
        play(&output, &Options::default(), &mut terminal);
        all_drawn(&terminal)
    }

    #[test]
    fn no_hostile_sequence_reaches_the_viewer_whole_or_cut() {
        for bytes in HOSTILE {
            assert!(is_own(&drawn_of(&[bytes])), "{bytes:?}");
            for cut in 0..bytes.len() {
                let (head, tail) = bytes.split_at(cut);
                for pieces in [&[head, tail][..], &[head], &[tail]] {
                    assert!(is_own(&drawn_of(pieces)), "{bytes:?} cut at {cut}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_played_only_our_own_sequences_are_drawn(
            bytes in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"\x1b[]?;0123456789mhlHJKP\x9b\r\n".to_vec())],
                0..200,
            ),
            size in 1..40_usize,
        ) {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            prop_assert!(is_own(&drawn_of(&pieces)));
        }
    }
}
