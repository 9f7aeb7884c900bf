//! What a key does.

use crate::ui::terminal::Key;

/// Something to do with the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Quit,
    /// Ctrl-C: as quitting, but the program was interrupted.
    Interrupt,
    /// Pause, or go on.
    TogglePause,
    /// While paused: play one event, and stay paused.
    Step,
    /// While paused: play up to the next marker.
    NextMarker,
    Faster,
    Slower,
    /// Back to speed 1.
    NormalSpeed,
    /// From the beginning.
    Restart,
}

/// The action of a key; `None` for keys without one.
pub fn action(key: Key) -> Option<Action> {
    Some(match key {
        Key::Char('q') | Key::Escape => Action::Quit,
        Key::Ctrl('c') => Action::Interrupt,
        Key::Char(' ') => Action::TogglePause,
        Key::Char('.') => Action::Step,
        Key::Char(']') => Action::NextMarker,
        Key::Char('+' | '=' | '>') => Action::Faster,
        Key::Char('-' | '_' | '<') => Action::Slower,
        Key::Char('1') => Action::NormalSpeed,
        Key::Char('0') | Key::Home => Action::Restart,
        _ => return None,
    })
}

/// The keys in words, the most needed first.
pub const HINTS: [&str; 5] = ["q quit", "space pause", "+/- speed", ". step", "0 restart"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hint_names_a_key_that_does_something() {
        for hint in HINTS {
            let (keys, _) = hint.split_once(' ').expect("a key and a word");
            let keys = if keys == "space" { " " } else { keys };
            for key in keys.chars().filter(|c| *c != '/') {
                assert!(action(Key::Char(key)).is_some(), "{hint}");
            }
        }
        assert_eq!(action(Key::Char('x')), None);
    }
}
