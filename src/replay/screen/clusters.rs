//! Characters with their combining marks, for an emulator that keeps one character a cell.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use unicode_width::UnicodeWidthChar;

use crate::replay::frame::Glyph;

/// Plane 16 is private use: its characters stand for clusters, and recorded ones are replaced.
const FIRST: u32 = 0x10_0000;
const LAST: u32 = 0x10_fffd;

/// The private characters that stand for clusters.
///
/// Shared by the screens of one recording: what one has written, another can be restored from.
#[derive(Clone, Default)]
pub struct Clusters(Rc<RefCell<Table>>);

#[derive(Default)]
struct Table {
    texts: Vec<Rc<str>>,
    indices: HashMap<Rc<str>, u32>,
}

impl Clusters {
    /// What the emulator is given for a character alone.
    pub fn plain(base: char) -> char {
        match u32::from(base) {
            FIRST.. => char::REPLACEMENT_CHARACTER,
            _ => base,
        }
    }

    /// What the emulator is given for a character and the marks behind it. Wide characters lose
    /// their marks, which are joiners and variants: a stand-in is narrow.
    pub fn stand_in(&self, base: char, marks: &str) -> char {
        let base = Self::plain(base);
        let is_cluster = marks.chars().any(|c| c != '\u{fe0f}') && base.width() == Some(1);
        match is_cluster {
            true => self.index(&format!("{base}{marks}")).unwrap_or(base),
            false => base,
        }
    }

    fn index(&self, text: &str) -> Option<char> {
        let mut table = self.0.borrow_mut();
        if let Some(index) = table.indices.get(text) {
            return char::from_u32(*index);
        }
        let index = FIRST + u32::try_from(table.texts.len()).ok()?;
        if index > LAST {
            return None;
        }
        let text: Rc<str> = text.into();
        table.texts.push(Rc::clone(&text));
        table.indices.insert(text, index);
        char::from_u32(index)
    }

    /// What a character of the emulator looks like.
    pub fn glyph(&self, c: char) -> Glyph {
        let Some(index) = u32::from(c).checked_sub(FIRST) else {
            return Glyph::Char(c);
        };
        match self.0.borrow().texts.get(index as usize) {
            Some(text) => Glyph::Cluster(Rc::clone(text)),
            None => Glyph::Char(c),
        }
    }
}
