//! Frames as bytes: only what changed, in sequences of our own.
//!
//! What is emitted is this and nothing else: cursor moves (`CSI row ; col H`), colours and
//! attributes (`CSI … m`), clear (`CSI 2 J`), cursor shown or hidden (`CSI ? 25 h/l`), synchronised
//! output (`CSI ? 2026 h/l`, which terminals without it ignore), and printable characters.

use std::fmt::Write as _;

use super::frame::{Cell, Color, Frame, Glyph, Style};

/// Remembers what the viewer's terminal shows.
#[derive(Debug, Default)]
pub struct Painter {
    shown: Option<Frame>,
}

impl Painter {
    /// Forgets what is shown: the next frame is painted whole.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// The bytes that turn what is shown into `frame`.
    pub fn paint(&mut self, frame: Frame) -> Vec<u8> {
        let shown = self
            .shown
            .take()
            .filter(|shown| shown.size() == frame.size());
        let mut pen = Pen::default();
        pen.out.push_str("\x1b[?2026h\x1b[?25l");
        if shown.is_none() {
            pen.out.push_str("\x1b[0m\x1b[2J");
            pen.style = Some(Style::default());
        }
        let blank = Frame::new(frame.size());
        let before = shown.as_ref().unwrap_or(&blank);
        for row in 0..frame.size().rows {
            pen.row(row, before.row(row), frame.row(row));
        }
        pen.finish(frame.cursor);
        self.shown = Some(frame);
        pen.out.into_bytes()
    }
}

/// Writes cells; knows where the terminal's cursor is and in which style it writes.
#[derive(Default)]
struct Pen {
    out: String,
    at: Option<(u16, u16)>,
    style: Option<Style>,
}

impl Pen {
    fn row(&mut self, row: u16, before: &[Cell], after: &[Cell]) {
        let last = after.len().saturating_sub(1);
        for (col, (cell, old)) in after.iter().zip(before).enumerate() {
            if cell != old && cell.width > 0 {
                self.cell((col as u16, row), cell, col == last);
            }
        }
    }

    fn cell(&mut self, at: (u16, u16), cell: &Cell, is_last: bool) {
        if self.at != Some(at) {
            self.move_to(at);
        }
        if self.style != Some(cell.style) {
            self.style(cell.style);
        }
        match &cell.glyph {
            Glyph::Char(c) => self.out.push(*c),
            Glyph::Cluster(text) => self.out.push_str(text),
        }
        // Terminals do not agree on the width of everything: only a plain character says where
        // the cursor is now.
        let is_sure = matches!(cell.glyph, Glyph::Char(_)) && cell.width == 1 && !is_last;
        self.at = is_sure.then_some((at.0 + 1, at.1));
    }

    fn move_to(&mut self, (col, row): (u16, u16)) {
        let _ = write!(self.out, "\x1b[{};{}H", row + 1, col + 1);
    }

    fn style(&mut self, style: Style) {
        self.out.push_str("\x1b[0");
        for (is_set, code) in [
            (style.is_bold, 1),
            (style.is_faint, 2),
            (style.is_italic, 3),
            (style.is_underlined, 4),
            (style.is_inverse, 7),
            (style.is_struck, 9),
        ] {
            if is_set {
                let _ = write!(self.out, ";{code}");
            }
        }
        self.color(38, style.foreground);
        self.color(48, style.background);
        self.out.push('m');
        self.style = Some(style);
    }

    fn color(&mut self, kind: u8, color: Option<Color>) {
        let _ = match color {
            None => return,
            Some(Color::Indexed(index @ 0..=7)) => write!(self.out, ";{}", kind - 8 + index),
            Some(Color::Indexed(index)) => write!(self.out, ";{kind};5;{index}"),
            Some(Color::Rgb(red, green, blue)) => {
                write!(self.out, ";{kind};2;{red};{green};{blue}")
            }
        };
    }

    fn finish(&mut self, cursor: Option<(u16, u16)>) {
        self.out.push_str("\x1b[0m");
        if let Some(at) = cursor {
            self.move_to(at);
            self.out.push_str("\x1b[?25h");
        }
        self.out.push_str("\x1b[?2026l");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Size;

    const SIZE: Size = Size { cols: 6, rows: 2 };

    fn frame(text: &str) -> Frame {
        let mut frame = Frame::new(SIZE);
        for (cell, c) in frame.row_mut(0).iter_mut().zip(text.chars()) {
            cell.glyph = Glyph::Char(c);
        }
        frame
    }

    fn painted(painter: &mut Painter, frame: Frame) -> String {
        let bytes = painter.paint(frame);
        let text = String::from_utf8(bytes).expect("text");
        let inner = text.strip_prefix("\x1b[?2026h\x1b[?25l");
        let inner = inner.and_then(|text| text.strip_suffix("\x1b[?2026l"));
        inner.expect("one synchronised frame").to_owned()
    }

    #[test]
    fn the_first_frame_is_painted_whole_and_the_next_where_it_differs() {
        let mut painter = Painter::default();
        assert_eq!(
            painted(&mut painter, frame("abc")),
            "\x1b[0m\x1b[2J\x1b[1;1Habc\x1b[0m"
        );
        assert_eq!(
            painted(&mut painter, frame("aXc")),
            "\x1b[1;2H\x1b[0mX\x1b[0m"
        );
        assert_eq!(painted(&mut painter, frame("aXc")), "\x1b[0m");
        painter.forget();
        assert!(painted(&mut painter, frame("aXc")).contains("\x1b[2J"));
    }

    #[test]
    fn styles_are_spelled_in_full() {
        let mut styled = frame("a");
        styled.row_mut(0)[0].style = Style {
            foreground: Some(Color::Indexed(1)),
            background: Some(Color::Rgb(1, 2, 3)),
            is_bold: true,
            ..Style::default()
        };
        styled.cursor = Some((1, 0));
        assert_eq!(
            painted(&mut Painter::default(), styled),
            "\x1b[0m\x1b[2J\x1b[1;1H\x1b[0;1;31;48;2;1;2;3ma\x1b[0m\x1b[1;2H\x1b[?25h"
        );
    }

    #[test]
    fn the_cursor_is_set_anew_behind_what_terminals_disagree_on() {
        let mut wide = frame("  x");
        let row = wide.row_mut(0);
        row[0].glyph = Glyph::Char('日');
        row[0].width = 2;
        row[1].width = 0;
        assert_eq!(
            painted(&mut Painter::default(), wide),
            "\x1b[0m\x1b[2J\x1b[1;1H日\x1b[1;3Hx\x1b[0m"
        );
    }
}
