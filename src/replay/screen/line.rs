//! Lines of text as they stand on a screen: rows that wrapped are one line.

use std::ops::Range;

use super::Screen;
use crate::replay::frame::Glyph;

/// A line of text and where on the screen it stands.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub text: String,
    /// Of each character with a column of its own: where it begins in the text, its row and
    /// its columns.
    places: Vec<(usize, u16, Range<u16>)>,
    cols: u16,
    first_row: u16,
}

impl Line {
    /// The cells of a range of the text: row and columns, character by character.
    pub fn cells(&self, range: Range<usize>) -> impl Iterator<Item = (u16, Range<u16>)> + '_ {
        let first = self
            .places
            .partition_point(|(start, ..)| *start < range.start);
        self.places[first..]
            .iter()
            .take_while(move |(start, ..)| *start < range.end)
            .map(|(_, row, cols)| (*row, cols.clone()))
    }

    /// Where in the text the cell of a row and a column is, counted in columns from the line's
    /// begin; the end for what lies behind it.
    fn offset(&self, column: usize) -> usize {
        let at = self.places.partition_point(|(_, row, cols)| {
            let row = usize::from(row - self.first_row);
            row * usize::from(self.cols) + usize::from(cols.start) < column
        });
        self.places
            .get(at)
            .map_or(self.text.len(), |(start, ..)| *start)
    }
}

/// The lines of a screen, from the top.
pub struct Lines<'a> {
    screen: &'a Screen,
    row: u16,
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.row >= self.screen.size().rows {
            return None;
        }
        let line = self.screen.line_from(self.row);
        self.row = line.1;
        Some(line.0)
    }
}

impl Screen {
    pub fn lines(&self) -> Lines<'_> {
        Lines {
            screen: self,
            row: 0,
        }
    }

    /// The line at the cursor, and what of its text lies between the unread run's begin and the
    /// cursor.
    pub fn line_at_cursor(&self) -> (Line, Range<usize>) {
        let cursor = self.terminal.cursor();
        let row = cursor.row as u16;
        let first = (0..row).rev().find(|row| !self.is_wrapped(*row));
        let first = first.map_or(0, |row| row + 1);
        let (line, _) = self.line_from(first);
        let before = usize::from(row - first) * usize::from(self.size().cols);
        let end = before + cursor.col;
        let written = line.offset(end.saturating_sub(self.unread))..line.offset(end);
        (line, written)
    }

    fn is_wrapped(&self, row: u16) -> bool {
        let line = self.terminal.screen().line(row.into());
        line.is_some_and(|line| line.is_wrapped())
    }

    /// The line that begins in `first`, and the row behind it.
    fn line_from(&self, first: u16) -> (Line, u16) {
        let mut line = Line {
            cols: self.size().cols,
            first_row: first,
            ..Line::default()
        };
        let mut row = first;
        loop {
            self.push_row(row, &mut line);
            row += 1;
            if !self.is_wrapped(row - 1) || row >= self.size().rows {
                return (line, row);
            }
        }
    }

    fn push_row(&self, row: u16, line: &mut Line) {
        let mut col = 0;
        for cell in self.row(row) {
            if cell.width == 0 {
                continue;
            }
            let width = u16::from(cell.width);
            line.places.push((line.text.len(), row, col..col + width));
            match &cell.glyph {
                Glyph::Char(c) => line.text.push(*c),
                Glyph::Cluster(text) => line.text.push_str(text),
            }
            col += width;
        }
    }
}
