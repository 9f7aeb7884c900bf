//! A picture: a grid of cells, each with one visible character and its style.

use std::rc::Rc;

use crate::recording::Size;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Glyph {
    Char(char),
    /// A character with its combining marks.
    Cluster(Rc<str>),
}

/// A colour, as terminals number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// How a cell looks. Nothing here hides text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub foreground: Option<Color>,
    pub background: Option<Color>,
    pub is_bold: bool,
    pub is_faint: bool,
    pub is_italic: bool,
    pub is_underlined: bool,
    pub is_inverse: bool,
    pub is_struck: bool,
}

/// One column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub glyph: Glyph,
    /// 1 or 2 columns; 0 for the column under the right half of a wide character.
    pub width: u8,
    pub style: Style,
}

impl Cell {
    pub const BLANK: Cell = Cell {
        glyph: Glyph::Char(' '),
        width: 1,
        style: Style {
            foreground: None,
            background: None,
            is_bold: false,
            is_faint: false,
            is_italic: false,
            is_underlined: false,
            is_inverse: false,
            is_struck: false,
        },
    };

    /// An empty column in a style.
    pub fn blank(style: Style) -> Self {
        Self {
            style,
            ..Self::BLANK
        }
    }
}

/// A whole picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    size: Size,
    cells: Vec<Cell>,
    /// Column and row, where it is shown.
    pub cursor: Option<(u16, u16)>,
}

impl Frame {
    /// An empty picture.
    pub fn new(size: Size) -> Self {
        Self {
            size,
            cells: vec![Cell::BLANK; usize::from(size.cols) * usize::from(size.rows)],
            cursor: None,
        }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// The cells of a row; none below the last.
    pub fn row(&self, row: u16) -> &[Cell] {
        self.cells.get(self.range(row)).unwrap_or_default()
    }

    pub fn row_mut(&mut self, row: u16) -> &mut [Cell] {
        let range = self.range(row);
        self.cells.get_mut(range).unwrap_or_default()
    }

    /// The text of a row, without what is blank at its end.
    pub fn text(&self, row: u16) -> String {
        let mut text = String::new();
        for cell in self.row(row).iter().filter(|cell| cell.width > 0) {
            match &cell.glyph {
                Glyph::Char(c) => text.push(*c),
                Glyph::Cluster(cluster) => text.push_str(cluster),
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    fn range(&self, row: u16) -> std::ops::Range<usize> {
        let cols = usize::from(self.size.cols);
        let start = usize::from(row) * cols;
        start..start + cols
    }
}
