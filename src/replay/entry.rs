//! A line that the person types into the status line.

use super::keys::Direction;
use crate::ui::terminal::Key;

/// The longest text that can be typed, in characters.
const LONGEST: usize = 200;

/// What is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub asks: Asks,
    pub text: String,
}

/// What it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Pattern(Direction),
    Place,
}

/// What a key did to the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    GoesOn,
    Done,
    GivenUp,
}

impl Entry {
    pub fn new(asks: Asks) -> Self {
        Self {
            asks,
            text: String::new(),
        }
    }

    /// What stands before the text.
    pub fn label(&self) -> &'static str {
        match self.asks {
            Asks::Pattern(Direction::Forward) => "/",
            Asks::Pattern(Direction::Backward) => "?",
            Asks::Place => "go to (90s, 1m30s, 03:12, #7, 50%): ",
        }
    }

    pub fn press(&mut self, key: Key) -> Typed {
        match key {
            Key::Enter => return Typed::Done,
            Key::Escape | Key::Ctrl('c' | 'g') => return Typed::GivenUp,
            // As in less and vi: what is taken back beyond its begin is given up.
            Key::Backspace if self.text.pop().is_none() => return Typed::GivenUp,
            Key::Ctrl('u') => self.text.clear(),
            Key::Ctrl('w') => {
                let kept = self.text.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.text.truncate(kept);
            }
            Key::Char(c) if self.text.chars().count() < LONGEST => self.text.push(c),
            _ => {}
        }
        Typed::GoesOn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_edit_the_text() {
        let mut entry = Entry::new(Asks::Place);
        let press = |entry: &mut Entry, text: &str| {
            text.chars().for_each(|c| {
                entry.press(Key::Char(c));
            });
        };
        press(&mut entry, "one two");
        entry.press(Key::Ctrl('w'));
        press(&mut entry, "x");
        assert_eq!(entry.press(Key::Backspace), Typed::GoesOn);
        assert_eq!(entry.text, "one ");
        assert_eq!(entry.press(Key::Enter), Typed::Done);
        entry.press(Key::Ctrl('u'));
        assert_eq!(entry.text, "");
        assert_eq!(entry.press(Key::Backspace), Typed::GivenUp);
        assert_eq!(entry.press(Key::Escape), Typed::GivenUp);
    }
}
