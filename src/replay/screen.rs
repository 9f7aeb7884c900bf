//! The emulated terminal that a recording is played on.
//!
//! The emulator is avt, which asciinema uses. It keeps one character a cell, so a character with
//! combining marks is stood in for by a private one. What must never be shown is
//! dropped before the emulator sees it, and what a hostile recording could make large is bounded.

use std::collections::HashMap;
use std::rc::Rc;

use avt::parser::{Function, State, XtwinopsOp};
use avt::{Parser, Terminal};
use unicode_width::UnicodeWidthChar;

use super::frame::{Cell, Color, Glyph, Style};
use crate::recording::Size;
use crate::recording::safe::{MarkFilter, is_mark};
use crate::recording::utf8::Decoder;

/// Plane 16 is private use: its characters stand for clusters, and recorded ones are replaced.
const FIRST_CLUSTER: u32 = 0x10_0000;
const LAST_CLUSTER: u32 = 0x10_fffd;

/// A screen, fed with recorded bytes.
pub struct Screen {
    decoder: Decoder,
    parser: Parser,
    terminal: Terminal,
    marks: MarkFilter,
    clusters: Clusters,
    /// The last character, not fed yet: marks may follow that join it.
    base: Option<String>,
}

impl Screen {
    pub fn new(size: Size) -> Self {
        let size = Size::clamped(size.cols.into(), size.rows.into());
        Self {
            decoder: Decoder::default(),
            parser: Parser::new(),
            terminal: Terminal::new(size.cols.into(), size.rows.into())
                .expect("a clamped size is at least 1x1"),
            marks: MarkFilter::default(),
            clusters: Clusters::default(),
            base: None,
        }
    }

    /// Plays output.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut text = String::new();
        self.decoder.push(bytes, &mut text);
        for c in text.chars() {
            self.char(c);
        }
        self.flush();
    }

    pub fn resize(&mut self, size: Size) {
        self.terminal.resize(size.cols.into(), size.rows.into());
    }

    pub fn size(&self) -> Size {
        let (cols, rows) = self.terminal.size();
        Size::clamped(cols as u64, rows as u64)
    }

    /// Column and row of the cursor, and whether it is shown. It may stand behind the last column.
    pub fn cursor(&self) -> (u16, u16, bool) {
        let cursor = self.terminal.cursor();
        let inside = |n: usize, limit: u16| n.min(usize::from(limit) - 1) as u16;
        let size = self.size();
        (
            inside(cursor.col, size.cols),
            inside(cursor.row, size.rows),
            cursor.visible,
        )
    }

    /// The cells of a row; none below the last.
    pub fn row(&self, row: u16) -> impl Iterator<Item = Cell> + '_ {
        let line = self.terminal.screen().line(row.into());
        line.into_iter()
            .flat_map(|line| line.cells())
            .map(|cell| Cell {
                glyph: self.clusters.glyph(cell.char()),
                width: cell.width(),
                style: style(cell.pen()),
            })
    }

    fn char(&mut self, c: char) {
        if c == '\x7f' {
            // Means nothing to a terminal; the emulator would show it.
        } else if self.parser.state != State::Ground || c.is_control() {
            self.flush();
            self.marks.reset();
            self.function(c);
        } else if !self.marks.keeps(c) {
            // Nothing to see: dropped.
        } else if !is_mark(c) {
            self.flush();
            self.base = Some(c.to_string());
        } else if let Some(base) = &mut self.base {
            base.push(c);
        }
    }

    /// Prints the character that waited for its marks.
    fn flush(&mut self) {
        if let Some(base) = self.base.take() {
            let c = self.clusters.stand_in(&base);
            self.function(c);
        }
    }

    fn function(&mut self, c: char) {
        let size = self.size();
        match self.parser.feed(c) {
            None | Some(Function::Osc(_)) => {}
            Some(Function::Xtwinops(XtwinopsOp::Resize(cols, rows))) => {
                // Zero means as it is.
                let or = |n: u16, current: u16| u64::from(if n == 0 { current } else { n });
                self.resize(Size::clamped(or(cols, size.cols), or(rows, size.rows)));
            }
            // Eight bytes could otherwise ask for 65,535 characters.
            Some(Function::Rep(count)) => {
                self.terminal.execute(Function::Rep(count.min(size.cols)));
            }
            Some(function) => self.terminal.execute(function),
        }
    }
}

/// Characters with their combining marks, and the private characters that stand for them.
#[derive(Default)]
struct Clusters {
    texts: Vec<Rc<str>>,
    indices: HashMap<Rc<str>, u32>,
}

impl Clusters {
    /// What the emulator is given for a character and the marks behind it. Wide characters lose
    /// their marks, which are joiners and variants: a stand-in is narrow.
    fn stand_in(&mut self, text: &str) -> char {
        let mut chars = text.chars();
        let base = match chars.next() {
            Some(c) if FIRST_CLUSTER <= u32::from(c) => char::REPLACEMENT_CHARACTER,
            c => c.unwrap_or(' '),
        };
        let is_cluster = chars.any(|c| c != '\u{fe0f}') && base.width() == Some(1);
        match is_cluster {
            true => self.index(text).and_then(char::from_u32).unwrap_or(base),
            false => base,
        }
    }

    fn index(&mut self, text: &str) -> Option<u32> {
        if let Some(index) = self.indices.get(text) {
            return Some(*index);
        }
        let index = FIRST_CLUSTER + self.texts.len() as u32;
        if index > LAST_CLUSTER {
            return None;
        }
        let text: Rc<str> = text.into();
        self.texts.push(Rc::clone(&text));
        self.indices.insert(text, index);
        Some(index)
    }

    fn glyph(&self, c: char) -> Glyph {
        let index = u32::from(c).checked_sub(FIRST_CLUSTER);
        match index.and_then(|index| self.texts.get(index as usize)) {
            Some(text) => Glyph::Cluster(Rc::clone(text)),
            None => Glyph::Char(c),
        }
    }
}

fn style(pen: &avt::Pen) -> Style {
    let color = |color| match color {
        avt::Color::Indexed(index) => Color::Indexed(index),
        avt::Color::RGB(rgb) => Color::Rgb(rgb.r, rgb.g, rgb.b),
    };
    Style {
        foreground: pen.foreground().map(color),
        background: pen.background().map(color),
        is_bold: pen.is_bold(),
        is_faint: pen.is_faint(),
        is_italic: pen.is_italic(),
        is_underlined: pen.is_underline(),
        is_inverse: pen.is_inverse(),
        is_struck: pen.is_strikethrough(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(output: &[u8]) -> Screen {
        let mut screen = Screen::new(Size { cols: 10, rows: 3 });
        screen.feed(output);
        screen
    }

    fn text(screen: &Screen, row: u16) -> String {
        screen
            .row(row)
            .filter(|cell| cell.width > 0)
            .map(|cell| match cell.glyph {
                Glyph::Char(c) => c.to_string(),
                Glyph::Cluster(text) => text.to_string(),
            })
            .collect::<String>()
            .trim_end()
            .to_owned()
    }

    #[test]
    fn output_becomes_cells() {
        let screen = screen(b"a\x1b[1;31mb\x1b[0m\r\n\xe6\x97\xa5x");
        assert_eq!(text(&screen, 0), "ab");
        assert_eq!(text(&screen, 1), "日x");
        assert_eq!(screen.cursor(), (3, 1, true));
        let style = screen.row(0).nth(1).expect("a cell").style;
        assert!(style.is_bold && style.foreground == Some(Color::Indexed(1)));
    }

    #[test]
    fn marks_stay_on_their_character_and_take_no_column() {
        let screen = screen("e\u{301}\u{302}x👩\u{200d}💻".as_bytes());
        assert_eq!(text(&screen, 0), "e\u{301}\u{302}x👩💻");
        assert_eq!(screen.cursor().0, 6);
    }

    #[test]
    fn a_mark_behind_a_sequence_joins_nothing() {
        let screen = screen("\x1b[31m\u{301}a".as_bytes());
        assert_eq!(text(&screen, 0), "a");
        assert_eq!(
            screen.row(0).next().expect("a cell").style.foreground,
            Some(Color::Indexed(1))
        );
    }

    #[test]
    fn what_hides_or_turns_text_is_not_on_the_screen() {
        let screen = screen("a\u{202e}b\u{200b}\u{7f}\u{e0041}c\u{10abcd}".as_bytes());
        assert_eq!(text(&screen, 0), "abc\u{fffd}");
    }

    #[test]
    fn a_character_cut_in_two_is_one_character() {
        let mut screen = screen(b"\xe2\x9c");
        screen.feed(b"\x93");
        assert_eq!(text(&screen, 0), "✓");
    }

    #[test]
    fn the_recording_may_resize_the_screen_within_bounds() {
        let mut screen = screen(b"\x1b[8;5;40t");
        assert_eq!(screen.size(), Size { cols: 40, rows: 5 });
        screen.feed(b"\x1b[8;65535;65535t");
        assert_eq!(
            screen.size(),
            Size {
                cols: 1_000,
                rows: 1_000
            }
        );
        screen.feed(b"\x1b[8;0;0t");
        assert_eq!(
            screen.size(),
            Size {
                cols: 1_000,
                rows: 1_000
            }
        );
    }

    #[test]
    fn repeating_is_bounded_by_the_row() {
        assert_eq!(text(&screen(b"x\x1b[65535b"), 1), "x");
    }
}
