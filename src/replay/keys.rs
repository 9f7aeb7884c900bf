//! What a key does.

use crate::ui::terminal::Key;

/// Something to do with the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Quit,
    /// Ctrl-C: as quitting, but the program was interrupted.
    Interrupt,
    /// Gives up what is under way, and takes highlights and messages away.
    Cancel,
    /// Pause, or go on.
    TogglePause,
    /// Plays one event, and stays paused behind it.
    Step,
    /// Takes one event back, and stays paused behind the one before.
    StepBack,
    Faster,
    Slower,
    /// Back to speed 1.
    NormalSpeed,
    /// So many seconds on; back where negative.
    SeekBy(i64),
    /// To so many tenths of the whole.
    Tenth(u8),
    Start,
    End,
    NextStop,
    PreviousStop,
    /// Asks for a text to look for: forward or backward.
    Search(Direction),
    /// The next hit in the direction of the search, or against it.
    FindAgain,
    FindBefore,
    /// Asks for a place to go to.
    GoTo,
    Help,
    /// Moves the window by so many columns and rows.
    Pan(i16, i16),
    /// The window follows the cursor again.
    Follow,
    /// Paints everything anew.
    Redraw,
}

impl Action {
    /// True for what starts from where one is: while a seek is under way it waits for its end.
    pub fn is_relative(self) -> bool {
        matches!(
            self,
            Action::Step
                | Action::StepBack
                | Action::NextStop
                | Action::PreviousStop
                | Action::FindAgain
                | Action::FindBefore
        )
    }
}

/// Along the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Backward,
}

impl Direction {
    pub fn reversed(self) -> Self {
        match self {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        }
    }
}

/// Columns and rows of one step of the window.
const PAN: (i16, i16) = (8, 4);

/// The action of a key; `None` for keys without one.
///
/// Pausing, stepping, `[` and `]` and the digits are as in asciinema's players, the arrow keys,
/// backspace and the speeds as in mpv, and what searches and goes to a place as in less.
pub fn action(key: Key) -> Option<Action> {
    Some(match key {
        Key::Char('q') => Action::Quit,
        Key::Ctrl('c') => Action::Interrupt,
        Key::Escape => Action::Cancel,
        Key::Char(' ' | 'p') => Action::TogglePause,
        Key::Char('.') => Action::Step,
        Key::Char(',') => Action::StepBack,
        Key::Char('+' | '=' | '>') => Action::Faster,
        Key::Char('-' | '_' | '<') => Action::Slower,
        Key::Backspace => Action::NormalSpeed,
        Key::Right => Action::SeekBy(5),
        Key::Left => Action::SeekBy(-5),
        Key::Up => Action::SeekBy(60),
        Key::Down => Action::SeekBy(-60),
        Key::Char(digit @ '0'..='9') => Action::Tenth(digit as u8 - b'0'),
        Key::Char('g') | Key::Home => Action::Start,
        Key::Char('G') | Key::End => Action::End,
        Key::Char(']') | Key::PageDown => Action::NextStop,
        Key::Char('[') | Key::PageUp => Action::PreviousStop,
        Key::Char('/') => Action::Search(Direction::Forward),
        Key::Char('?') => Action::Search(Direction::Backward),
        Key::Char('n') => Action::FindAgain,
        Key::Char('N') => Action::FindBefore,
        Key::Char(':') => Action::GoTo,
        Key::Char('h') | Key::F1 => Action::Help,
        Key::Char('f') => Action::Follow,
        Key::Ctrl('l') => Action::Redraw,
        key => return pan(key),
    })
}

fn pan(key: Key) -> Option<Action> {
    let (cols, rows) = PAN;
    Some(match key {
        Key::ShiftLeft | Key::Char('H') => Action::Pan(-cols, 0),
        Key::ShiftRight | Key::Char('L') => Action::Pan(cols, 0),
        Key::ShiftUp | Key::Char('K') => Action::Pan(0, -rows),
        Key::ShiftDown | Key::Char('J') => Action::Pan(0, rows),
        _ => return None,
    })
}

/// The help: keys and what they do, the most needed first.
pub const HELP: [(&str, &str); 17] = [
    ("space", "pause, go on"),
    ("left right", "5 seconds back, on"),
    ("down up", "1 minute back, on"),
    ("[ ]", "previous, next command or marker"),
    ("- +", "slower, faster (0.1 to 100)"),
    ("backspace", "speed 1"),
    (", .", "one event back, on; pauses"),
    ("g G", "to the start, the end"),
    ("0 .. 9", "to 0 %, 10 % .. 90 %"),
    (":", "go to 90s, 1m30s, 03:12, #7, 50%"),
    ("/ ?", "search forward, backward"),
    ("n N", "next hit, previous hit"),
    ("shift-arrows, HJKL", "move the window"),
    ("f", "the window follows the cursor"),
    ("esc", "give up a search or a seek"),
    ("h", "this help"),
    ("q", "quit"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_help_does_something() {
        for (keys, what) in HELP {
            let single = keys.split(' ').filter(|key| key.chars().count() == 1);
            for key in single.flat_map(str::chars) {
                assert!(action(Key::Char(key)).is_some(), "{key} {what}");
            }
        }
        assert_eq!(action(Key::Char('x')), None);
    }
}
