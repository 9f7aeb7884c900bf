//! What stands on a screen at one moment, and how little of it has changed since another.

use std::cmp::Reverse;
use std::hash::{Hash as _, Hasher};
use std::ops::Range;

use crate::recording::Size;
use crate::replay::frame::{Cell, Color, Glyph, Style};
use crate::replay::screen::Screen;

/// All cells of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    pub size: Size,
    pub rows: Vec<Row>,
}

/// The cells of a row, and a number by which equal rows are known at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    hash: u64,
    pub cells: Vec<Cell>,
}

impl Row {
    fn new(cells: Vec<Cell>) -> Self {
        let mut hash = Fold(0);
        cells.iter().for_each(|cell| fold(cell, &mut hash));
        Self {
            hash: hash.finish(),
            cells,
        }
    }

    fn blank(cols: u16) -> Self {
        Self::new(vec![Cell::BLANK; cols.into()])
    }
}

impl Grid {
    pub fn blank(size: Size) -> Self {
        Self {
            size,
            rows: vec![Row::blank(size.cols); size.rows.into()],
        }
    }

    pub fn of(screen: &Screen) -> Self {
        let size = screen.size();
        let row = |row| {
            let mut cells: Vec<Cell> = screen.row(row).collect();
            cells.resize(size.cols.into(), Cell::BLANK);
            Row::new(cells)
        };
        Self {
            size,
            rows: (0..size.rows).map(row).collect(),
        }
    }

    /// By how many rows `newer` has moved up, as far as its rows tell; 0 where it has not.
    pub fn moved_up(&self, newer: &Grid) -> usize {
        let (before, after) = (&self.rows, &newer.rows);
        let first = after.first().map(|row| row.hash);
        // The first row of a screen that moved was on it before.
        let candidates = (1..before.len()).filter(|by| first == Some(before[*by].hash));
        // Blank rows are everywhere and say nothing.
        let blank = Row::blank(self.size.cols).hash;
        let same = |by: usize| {
            let pairs = before[by..].iter().zip(after);
            let same = pairs.filter(|(a, b)| a.hash == b.hash && a.hash != blank);
            same.count()
        };
        let still = same(0);
        candidates
            .map(|by| (same(by), by))
            .filter(|(count, _)| *count > still)
            .max_by_key(|(count, by)| (*count, Reverse(*by)))
            .map_or(0, |(_, by)| by)
    }

    /// Moves every row up and leaves blank ones below.
    pub fn move_up(&mut self, by: usize) {
        let by = by.min(self.rows.len());
        self.rows.rotate_left(by);
        let blank = Row::blank(self.size.cols);
        self.rows
            .iter_mut()
            .rev()
            .take(by)
            .for_each(|row| row.clone_from(&blank));
    }
}

/// The columns in which two rows of one length differ, whole characters; `None` where they do not.
pub fn difference(old: &Row, new: &Row) -> Option<Range<usize>> {
    let (old, new) = (&old.cells, &new.cells);
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

/// True where nothing can be seen.
pub fn is_blank(cell: &Cell) -> bool {
    let style = &cell.style;
    let is_bare = style.background.is_none() && !style.is_inverse;
    cell.glyph == Glyph::Char(' ') && is_bare && !style.is_underlined && !style.is_struck
}

fn fold(cell: &Cell, hash: &mut Fold) {
    match &cell.glyph {
        Glyph::Char(c) => hash.write_u32(u32::from(*c)),
        Glyph::Cluster(text) => text.hash(hash),
    }
    if cell.style != Style::default() {
        fold_style(&cell.style, hash);
    }
}

fn fold_style(style: &Style, hash: &mut Fold) {
    for color in [style.foreground, style.background] {
        hash.write_u32(match color {
            None => 0,
            Some(Color::Indexed(index)) => 1 << 24 | u32::from(index),
            Some(Color::Rgb(r, g, b)) => 2 << 24 | u32::from_be_bytes([0, r, g, b]),
        });
    }
    let flags = [
        style.is_bold,
        style.is_faint,
        style.is_italic,
        style.is_underlined,
        style.is_inverse,
        style.is_struck,
    ];
    let flags = flags
        .iter()
        .fold(3, |all, flag| all << 1 | u32::from(*flag));
    hash.write_u32(flags);
}

/// Multiplies and turns: every cell of every picture goes through it. Two rows that are taken for
/// one by chance cost a few bytes and nothing else, since cells are compared before they are left
/// out.
struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        let mixed = (self.0.rotate_left(5) ^ u64::from(number)).wrapping_mul(0x517c_c1b7_2722_0a95);
        self.0 = mixed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::screen::Clusters;

    fn grid(text: &[u8]) -> Grid {
        let mut screen = Screen::new(Size { cols: 8, rows: 4 }, Clusters::default());
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
    fn rows_that_differ_in_their_colour_alone_are_not_the_same() {
        let (plain, red) = (grid(b"a"), grid(b"\x1b[31ma"));
        assert_ne!(plain.rows[0].hash, red.rows[0].hash);
        assert_eq!(plain.rows[1].hash, red.rows[2].hash);
    }

    #[test]
    fn a_difference_takes_whole_wide_characters() {
        let (before, after) = (grid("a日b".as_bytes()), grid("a本b".as_bytes()));
        assert_eq!(difference(&before.rows[0], &after.rows[0]), Some(1..3));
        let halved = grid("ab日".as_bytes());
        assert_eq!(difference(&before.rows[0], &halved.rows[0]), Some(1..4));
        assert_eq!(difference(&before.rows[0], &before.rows[0]), None);
    }

    #[test]
    fn a_space_is_blank_unless_it_is_coloured() {
        let is_blank_at = |text: &[u8]| is_blank(&grid(text).rows[0].cells[0]);
        assert!(is_blank_at(b"\x1b[31m "));
        for text in [
            &b"\x1b[41m "[..],
            b"\x1b[7m ",
            b"\x1b[4m ",
            b"\x1b[9m ",
            b"x",
        ] {
            assert!(!is_blank_at(text), "{text:?}");
        }
    }
}
