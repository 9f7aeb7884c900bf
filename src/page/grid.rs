//! What stands on a screen at one moment, and how little of it has changed since another.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::look::Look;
use crate::recording::Size;
use crate::replay::frame::{Cell, Glyph};
use crate::replay::screen::Screen;

/// A cell with its look resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    pub glyph: Glyph,
    /// Columns: 1, 2, or 0 under the right half of a wide character.
    pub width: u8,
    pub look: Look,
}

impl Spot {
    fn of(cell: Cell) -> Self {
        Self {
            look: Look::of(cell.style),
            glyph: cell.glyph,
            width: cell.width,
        }
    }

    fn blank() -> Self {
        Self::of(Cell::BLANK)
    }

    /// True where nothing can be seen.
    pub fn is_blank(&self) -> bool {
        self.glyph == Glyph::Char(' ') && self.look.is_plain()
    }
}

/// All cells of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    pub size: Size,
    pub rows: Vec<Vec<Spot>>,
}

impl Grid {
    pub fn blank(size: Size) -> Self {
        let row = vec![Spot::blank(); size.cols.into()];
        Self {
            size,
            rows: vec![row; size.rows.into()],
        }
    }

    pub fn of(screen: &Screen) -> Self {
        let size = screen.size();
        let mut grid = Self::blank(size);
        for (row, spots) in (0..).zip(&mut grid.rows) {
            for (spot, cell) in spots.iter_mut().zip(screen.row(row)) {
                *spot = Spot::of(cell);
            }
        }
        grid
    }

    /// By how many rows `newer` has moved up, as far as its rows tell; 0 where it has not.
    pub fn moved_up(&self, newer: &Grid) -> usize {
        let (before, after) = (self.hashes(), newer.hashes());
        let blank = Self::blank(self.size).hashes().first().copied();
        // Blank rows are everywhere and say nothing.
        let same = |by: usize| {
            let pairs = before[by..].iter().zip(&after);
            pairs.filter(|(a, b)| a == b && Some(**a) != blank).count()
        };
        let still = same(0);
        // The first row of a screen that moved was on it before.
        let candidates = (1..before.len()).filter(|by| after.first() == before.get(*by));
        candidates
            .map(|by| (same(by), by))
            .filter(|(count, _)| *count > still)
            .max_by_key(|(count, by)| (*count, std::cmp::Reverse(*by)))
            .map_or(0, |(_, by)| by)
    }

    /// Moves every row up and leaves blank ones below.
    pub fn move_up(&mut self, by: usize) {
        let by = by.min(self.rows.len());
        self.rows.rotate_left(by);
        let cols = self.size.cols.into();
        for row in self.rows.iter_mut().rev().take(by) {
            *row = vec![Spot::blank(); cols];
        }
    }

    fn hashes(&self) -> Vec<u64> {
        let hash = |row: &Vec<Spot>| {
            let mut hasher = DefaultHasher::new();
            row.hash(&mut hasher);
            hasher.finish()
        };
        self.rows.iter().map(hash).collect()
    }
}

/// The columns in which two rows of one length differ, whole characters; `None` where they do not.
pub fn difference(old: &[Spot], new: &[Spot]) -> Option<std::ops::Range<usize>> {
    let pairs = || old.iter().zip(new);
    let mut start = pairs().position(|(a, b)| a != b)?;
    let mut end = new.len() - pairs().rev().position(|(a, b)| a != b)?;
    while start > 0 && (new[start].width == 0 || old[start].width == 0) {
        start -= 1;
    }
    while end < new.len() && (new[end].width == 0 || old[end].width == 0) {
        end += 1;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(text: &[u8]) -> Grid {
        let mut screen = Screen::new(Size { cols: 8, rows: 4 });
        screen.feed(text);
        Grid::of(&screen)
    }

    #[test]
    fn a_screen_that_scrolled_is_known_by_its_rows() {
        let before = grid(b"a\r\nb\r\nc\r\nd");
        assert_eq!(before.moved_up(&grid(b"c\r\nd\r\ne\r\nf")), 2);
        assert_eq!(before.moved_up(&grid(b"a\r\nb\r\nc\r\nD")), 0);
        assert_eq!(before.moved_up(&grid(b"")), 0);
        let mut moved = before;
        moved.move_up(2);
        assert_eq!(moved, grid(b"c\r\nd"));
    }

    #[test]
    fn a_difference_takes_whole_wide_characters() {
        let (before, after) = (grid("a日b".as_bytes()), grid("a本b".as_bytes()));
        assert_eq!(difference(&before.rows[0], &after.rows[0]), Some(1..3));
        let halved = grid("ab日".as_bytes());
        assert_eq!(difference(&before.rows[0], &halved.rows[0]), Some(1..4));
        assert_eq!(difference(&before.rows[0], &before.rows[0]), None);
    }
}
