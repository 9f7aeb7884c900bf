//! The pictures of a recording: what changed on the screen, and when.
//!
//! A picture is a JSON array: milliseconds since the one before, the cursor, then what changed.
//!
//! - The cursor is `row * 1000 + column`, or -1 where it is hidden.
//! - `"80x24"` makes the screen blank and of that size: a picture that begins so needs no earlier
//!   one.
//! - A number moves all rows up by as many.
//! - `[row, column, …]` puts characters into a row, from a column on. A number chooses the style
//!   for what follows, by its place in the table; -1 blanks the rest of the row. A text is one
//!   column a character. `[2, text]` is two columns a character, `[1, text]` one column for the
//!   character and its marks.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use serde::Serialize;

use super::data::{Array, millis};
use super::grid::{Grid, difference, is_blank};
use super::look::{Look, Rgb};
use crate::recording::Size;
use crate::replay::frame::{Cell, Glyph};
use crate::replay::screen::Screen;

/// Pictures are no closer than this: 30 a second.
pub const FASTEST: Duration = Duration::from_micros(33_333);

/// The most pictures of a page that is always busy.
const MOST: u32 = 30_000;

/// A gap longer than this is no film, and is not counted.
const BUSY: Duration = Duration::from_secs(1);

/// A picture can be reached by drawing at most about this much JSON.
const KEY_EVERY: u64 = 64 * 1024;

/// Pictures are at least this much JSON, so that many small ones are counted.
const SMALLEST: u64 = 256;

/// Finds the shortest time between two pictures of a recording: longer where it is busy for hours,
/// so that a page stays of a size that opens.
#[derive(Debug, Default)]
pub struct Pace {
    before: Duration,
    busy: Duration,
}

impl Pace {
    /// Something is shown at `time`.
    pub fn push(&mut self, time: Duration) {
        self.busy += time.saturating_sub(self.before).min(BUSY);
        self.before = time;
    }

    pub fn shortest(&self) -> Duration {
        FASTEST.max(self.busy / MOST)
    }
}

/// A part of a picture.
#[derive(Serialize)]
#[serde(untagged)]
enum Part {
    Number(i64),
    Text(String),
    List(Vec<Part>),
}

/// The pictures so far.
pub struct Film {
    /// The part that is filmed; what comes before it is played unseen.
    range: Range<Duration>,
    size: Size,
    pace: Duration,
    /// When the picture in the making began, and the last event in it.
    pending: Option<(Duration, Duration)>,
    shown: Shown,
    pictures: Array,
    count: usize,
    /// The pictures that need no earlier one.
    keys: Vec<usize>,
    since_key: u64,
    styles: Styles,
}

/// What the last picture left on the screen of the page.
struct Shown {
    grid: Grid,
    cursor: i64,
    /// Milliseconds since the start.
    at: u64,
}

/// What a page needs to know of its pictures.
pub struct Finished {
    pub pictures: Array,
    pub keys: Vec<usize>,
    pub styles: Styles,
    pub size: Size,
}

impl Finished {
    /// Bytes of JSON.
    pub fn size(&self) -> u64 {
        self.pictures.size() + self.styles.size()
    }
}

impl Film {
    pub fn new(size: Size, range: Range<Duration>, pace: Duration) -> Self {
        Self {
            size,
            shown: Shown {
                grid: Grid::blank(size),
                cursor: -1,
                at: 0,
            },
            // The first picture is how the range begins.
            pending: Some((range.start, range.start)),
            range,
            pace,
            pictures: Array::new(),
            count: 0,
            keys: Vec::new(),
            since_key: u64::MAX,
            styles: Styles::default(),
        }
    }

    /// Bytes of JSON so far, and what the styles take.
    pub fn size(&self) -> u64 {
        self.pictures.size() + self.styles.size()
    }

    /// Goes on to `time`: what is played from now on happens then.
    pub fn advance(&mut self, time: Duration, screen: &Screen) {
        if time <= self.range.start {
            return;
        }
        if time >= self.range.end {
            self.take_picture(screen);
            return;
        }
        let begun = match self.pending {
            Some((begun, _)) if time.saturating_sub(begun) < self.pace => begun,
            _ => {
                self.take_picture(screen);
                time
            }
        };
        self.pending = Some((begun, time));
    }

    pub fn finish(mut self, screen: &Screen) -> Finished {
        self.take_picture(screen);
        Finished {
            pictures: self.pictures,
            keys: self.keys,
            styles: self.styles,
            size: self.size,
        }
    }

    /// Notes what is on the screen now, at the time of the last event: never before it happened.
    fn take_picture(&mut self, screen: &Screen) {
        let Some((_, at)) = self.pending.take() else {
            return;
        };
        let (grid, cursor) = (Grid::of(screen), cursor(screen));
        let is_key = self.since_key > KEY_EVERY || grid.size != self.shown.grid.size;
        if !is_key && grid == self.shown.grid && cursor == self.shown.cursor {
            return;
        }
        let at = millis(at);
        let gap = at.saturating_sub(self.shown.at);
        let mut picture = vec![Part::Number(gap as i64), Part::Number(cursor)];
        if is_key {
            self.keys.push(self.count);
            self.since_key = 0;
            self.shown.grid = Grid::blank(grid.size);
            let Size { cols, rows } = grid.size;
            picture.push(Part::Text(format!("{cols}x{rows}")));
        }
        self.changes(&grid, &mut picture);
        self.note(&picture);
        self.shown = Shown { grid, cursor, at };
    }

    fn changes(&mut self, grid: &Grid, picture: &mut Vec<Part>) {
        let by = self.shown.grid.moved_up(grid);
        if by > 0 {
            self.shown.grid.move_up(by);
            picture.push(Part::Number(by as i64));
        }
        let pairs = self.shown.grid.rows.iter().zip(&grid.rows);
        for (row, (old, new)) in pairs.enumerate() {
            if let Some(columns) = difference(old, new) {
                picture.push(self.styles.patch(row, columns, &new.cells));
            }
        }
    }

    fn note(&mut self, picture: &[Part]) {
        let before = self.pictures.size();
        self.pictures.push(&picture);
        self.since_key += (self.pictures.size() - before).max(SMALLEST);
        self.count += 1;
    }
}

fn cursor(screen: &Screen) -> i64 {
    match screen.cursor() {
        (col, row, true) => i64::from(row) * 1_000 + i64::from(col),
        _ => -1,
    }
}

/// The looks that occur, each with its place in the table.
#[derive(Default)]
pub struct Styles {
    pub table: Vec<Style>,
    places: HashMap<Look, usize>,
}

/// Colour of text and ground, 0 for the default, and the attributes: 1 bold, 2 italic, 4
/// underlined, 8 struck out.
#[derive(Serialize)]
pub struct Style(Paint, Paint, u8);

#[derive(Serialize)]
#[serde(untagged)]
enum Paint {
    Default(u8),
    Color(String),
}

impl Style {
    fn of(look: Look) -> Self {
        let paint = |color: Option<Rgb>| match color {
            Some(color) => Paint::Color(color.to_string()),
            None => Paint::Default(0),
        };
        let flags = [
            (look.is_bold, 1),
            (look.is_italic, 2),
            (look.is_underlined, 4),
            (look.is_struck, 8),
        ];
        let flags = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, n)| n);
        Self(paint(look.text), paint(look.ground), flags.sum())
    }
}

impl Styles {
    /// Bytes of JSON, about.
    fn size(&self) -> u64 {
        self.table.len() as u64 * 32
    }

    fn place(&mut self, look: Look) -> i64 {
        let next = self.table.len();
        let place = *self.places.entry(look).or_insert(next);
        if place == next {
            self.table.push(Style::of(look));
        }
        place as i64
    }

    /// `columns` of a row as they are now.
    fn patch(&mut self, row: usize, columns: std::ops::Range<usize>, cells: &[Cell]) -> Part {
        let mut parts = vec![Part::Number(row as i64), Part::Number(columns.start as i64)];
        let seen = cells.iter().rposition(|cell| !is_blank(cell));
        let seen = seen.map_or(0, |last| last + 1);
        let written = columns.start..columns.end.min(seen).max(columns.start);
        let mut style = None;
        for cell in &cells[written.clone()] {
            let place = self.place(Look::of(cell.style));
            if style != Some(place) && cell.width > 0 {
                style = Some(place);
                parts.push(Part::Number(place));
            }
            put(cell, &mut parts);
        }
        if columns.end > written.end {
            parts.push(Part::Number(-1));
        }
        Part::List(parts)
    }
}

/// Adds a character to the last part, where that holds its like.
fn put(cell: &Cell, parts: &mut Vec<Part>) {
    match (&cell.glyph, cell.width) {
        (_, 0) => {}
        (Glyph::Char(c), 1) => match parts.last_mut() {
            Some(Part::Text(text)) => text.push(*c),
            _ => parts.push(Part::Text(c.to_string())),
        },
        (Glyph::Char(c), width) => {
            if let Some(Part::List(list)) = parts.last_mut()
                && let [Part::Number(2), Part::Text(text)] = list.as_mut_slice()
            {
                text.push(*c);
            } else {
                parts.push(boxed(width, c.to_string()));
            }
        }
        (Glyph::Cluster(text), width) => parts.push(boxed(width, text.to_string())),
    }
}

fn boxed(width: u8, text: String) -> Part {
    Part::List(vec![Part::Number(width.into()), Part::Text(text)])
}

#[cfg(test)]
#[path = "film_tests.rs"]
mod tests;
