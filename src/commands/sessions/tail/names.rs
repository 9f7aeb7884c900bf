//! What each session of a tail is called, and its colour.

use std::collections::HashMap;

use unicode_width::UnicodeWidthStr;

use crate::ui::escape;

/// Digits of an id that tell sessions of one connection apart, as far as nobody shares them.
const DIGITS: usize = 4;
/// Columns of a label; piped text is as wide as it is.
const NARROWEST: usize = 8;
const WIDEST: usize = 28;
/// On a narrower terminal the digits alone are the label.
const NARROW_TERMINAL: usize = 40;

/// The labels in use.
#[derive(Debug)]
pub struct Names {
    /// Columns that a label may take.
    most: usize,
    /// Columns of the widest one so far: all are as wide, so that lines stand below each other.
    width: usize,
    known: HashMap<String, Name>,
    given: usize,
}

/// A session's label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Safe to print.
    pub label: String,
    /// The number of its colour.
    pub colour: usize,
}

impl Names {
    /// For a terminal of so many columns; `None` is a pipe.
    pub fn new(columns: Option<usize>) -> Self {
        let most = match columns {
            None => WIDEST,
            Some(columns) if columns < NARROW_TERMINAL => DIGITS,
            Some(columns) => (columns / 3).clamp(NARROWEST, WIDEST),
        };
        Self {
            most,
            width: 0,
            known: HashMap::new(),
            given: 0,
        }
    }

    /// The label of a session, padded to the others.
    pub fn of(&mut self, id: &str, connection: &str) -> Name {
        let name = match self.known.get(id) {
            Some(name) => name.clone(),
            None => self.give(id, connection),
        };
        let padding = self.width.saturating_sub(name.label.width());
        Name {
            label: format!("{}{:padding$}", name.label, ""),
            colour: name.colour,
        }
    }

    /// The session is over: its label may be given again.
    pub fn forget(&mut self, id: &str) {
        self.known.remove(id);
    }

    fn give(&mut self, id: &str, connection: &str) -> Name {
        let is_taken = |label: &str| self.known.values().any(|name| name.label == label);
        // A longer one also has to tell the session from those that have a shorter one.
        let tells = |digits: usize| {
            let start: String = id.chars().take(digits).collect();
            digits == DIGITS || !self.known.keys().any(|known| known.starts_with(&start))
        };
        let lengths = (DIGITS..=id.len().max(DIGITS)).filter(|digits| tells(*digits));
        let mut labels = lengths.map(|digits| self.label(id, connection, digits));
        let label = labels.find(|label| !is_taken(label));
        let name = Name {
            label: label.unwrap_or_else(|| escape::line(id).into_owned()),
            colour: self.given,
        };
        self.given += 1;
        self.width = self.width.max(name.label.width());
        self.known.insert(id.to_owned(), name.clone());
        name
    }

    fn label(&self, id: &str, connection: &str, digits: usize) -> String {
        let id: String = id.chars().take(digits).collect();
        let id = escape::line(&id);
        // A column for the slash, and two letters at least.
        match self.most.checked_sub(digits + 1).filter(|room| *room > 1) {
            Some(room) => format!("{}/{id}", escape::cut(connection, room)),
            None => id.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_the_connection_and_the_session_and_stand_below_each_other() {
        let mut names = Names::new(Some(80));
        let wide = names.of("b60f5153-aaaa", "prod-k8s-shell");
        let narrow = names.of("0b11aaaa-aaaa", "pg");
        assert_eq!(wide.label, "prod-k8s-shell/b60f");
        assert_eq!(narrow.label, "pg/0b11            ");
        assert_ne!(wide.colour, narrow.colour);
        assert_eq!(names.of("b60f5153-aaaa", "prod-k8s-shell"), wide);
    }

    #[test]
    fn sessions_that_look_alike_get_longer_labels() {
        let mut names = Names::new(None);
        let one = names.of("b60f5153-aaaa", "db");
        let other = names.of("b60f5200-aaaa", "db");
        assert_eq!(
            (one.label.as_str(), other.label.as_str()),
            ("db/b60f", "db/b60f52")
        );
    }

    #[test]
    fn a_narrow_terminal_gets_narrow_labels() {
        let of = |columns| Names::new(Some(columns)).of("b60f5153", "prod-k8s-shell");
        assert_eq!(of(30).label, "b60f");
        assert_eq!(of(48).label, "prod-k8s-s…/b60f");
    }

    #[test]
    fn a_hostile_name_is_harmless() {
        let name = Names::new(None).of("b60f5153", "\x1b]0;x\x07\u{202e}db");
        assert!(
            !name
                .label
                .contains(|c: char| c.is_control() || c == '\u{202e}')
        );
    }
}
