//! The emulated terminal that a recording is played on.
//!
//! The emulator is avt, which asciinema uses. It keeps one character a cell, so a character with
//! combining marks is stood in for by a private one. What must never be shown is
//! dropped before the emulator sees it, and what a hostile recording could make large is bounded.

mod clusters;
mod line;
#[cfg(test)]
mod tests;

use avt::parser::{Function, Osc, ShellIntegration, State, XtwinopsOp};
use avt::{Parser, ScreenKind, Terminal};
use unicode_width::UnicodeWidthChar;

use super::frame::{Cell, Color, Style};
use crate::recording::Size;
use crate::recording::safe::{MarkFilter, is_mark};
use crate::recording::utf8::Decoder;

pub use clusters::Clusters;
pub use line::{Line, Lines};

/// The most bytes that are remembered of a sequence without an end; the emulator keeps 1,024.
const UNFINISHED: usize = 4 * 1024;

/// A screen, fed with recorded bytes.
pub struct Screen {
    decoder: Decoder,
    parser: Parser,
    /// The begin of a sequence whose end has not come.
    unfinished: String,
    terminal: Terminal,
    marks: MarkFilter,
    clusters: Clusters,
    /// The last character, not fed yet: marks may follow that join it.
    base: Option<char>,
    joined: String,
    /// Columns written in one run up to the cursor that nobody has read yet.
    unread: usize,
    text: String,
}

/// Somebody who reads along while a screen is fed.
pub trait Reader {
    /// Nobody reads: nothing has to be told.
    const IS_IDLE: bool = false;

    /// The cursor is about to leave the run of text that ends at it, or to erase some of it.
    fn leaving(&mut self, screen: &Screen, how: Leaving);

    /// The shell says where it is (OSC 133).
    fn shell(&mut self, _screen: &Screen, _mark: ShellIntegration) {}
}

/// How the cursor leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The line ends.
    LineEnd,
    /// It goes anywhere else, or what is there changes.
    Move,
}

impl Reader for () {
    const IS_IDLE: bool = true;

    fn leaving(&mut self, _: &Screen, _: Leaving) {}
}

/// A screen as it was, much smaller than the screen.
///
/// What the emulator wrote about itself is only ever read by another one in this process.
#[derive(Clone)]
pub struct Snapshot {
    size: Size,
    terminal: Box<str>,
    unfinished: Box<str>,
    decoder: Decoder,
    marks: MarkFilter,
    clusters: Clusters,
}

impl Snapshot {
    /// Roughly how many bytes it takes.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.terminal.len() + self.unfinished.len()
    }
}

impl Screen {
    pub fn new(size: Size, clusters: Clusters) -> Self {
        Self {
            decoder: Decoder::default(),
            parser: Parser::new(),
            unfinished: String::new(),
            terminal: terminal(size),
            marks: MarkFilter::default(),
            clusters,
            base: None,
            joined: String::new(),
            unread: 0,
            text: String::new(),
        }
    }

    /// The screen as it is, to come back to.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            size: self.size(),
            terminal: self.terminal.dump().into(),
            unfinished: self.unfinished.as_str().into(),
            decoder: self.decoder.clone(),
            marks: self.marks.clone(),
            clusters: self.clusters.clone(),
        }
    }

    pub fn restore(snapshot: &Snapshot) -> Self {
        let mut screen = Self::new(snapshot.size, snapshot.clusters.clone());
        screen.terminal.feed(&*snapshot.terminal);
        for c in snapshot.unfinished.chars() {
            screen.parse(c);
        }
        screen.decoder = snapshot.decoder.clone();
        screen.marks = snapshot.marks.clone();
        screen
    }

    /// Plays output.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.feed_to(bytes, &mut ());
    }

    /// Plays output while somebody reads along.
    pub fn feed_to<R: Reader>(&mut self, bytes: &[u8], reader: &mut R) {
        let mut text = std::mem::take(&mut self.text);
        self.decoder.push(bytes, &mut text);
        for c in text.chars() {
            self.char(c, reader);
        }
        self.flush(reader);
        text.clear();
        self.text = text;
    }

    /// Lets `reader` read what it was not told of yet.
    pub fn rest<R: Reader>(&mut self, reader: &mut R) {
        self.leave(Leaving::Move, reader);
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

    /// True while a full-screen program runs.
    pub fn is_alternate(&self) -> bool {
        self.terminal.active_screen_kind() == ScreenKind::Alternate
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

    fn char<R: Reader>(&mut self, c: char, reader: &mut R) {
        if c == '\x7f' {
            // Means nothing to a terminal; the emulator would show it.
        } else if self.parser.state != State::Ground || c.is_control() {
            self.flush(reader);
            self.marks.reset();
            self.function(c, reader);
        } else if !self.marks.keeps(c) {
            // Nothing to see: dropped.
        } else if c.is_ascii() || !is_mark(c) {
            self.flush(reader);
            self.base = Some(c);
        } else if self.base.is_some() {
            self.joined.push(c);
        }
    }

    /// Prints the character that waited for its marks.
    fn flush<R: Reader>(&mut self, reader: &mut R) {
        let Some(base) = self.base.take() else { return };
        let c = match self.joined.is_empty() {
            true => Clusters::plain(base),
            false => self.clusters.stand_in(base, &self.joined),
        };
        self.joined.clear();
        if !R::IS_IDLE {
            self.unread += c.width().unwrap_or(1);
        }
        self.function(c, reader);
    }

    fn function<R: Reader>(&mut self, c: char, reader: &mut R) {
        let Some(function) = self.parse(c) else {
            return;
        };
        if let (false, Some(leaving)) = (R::IS_IDLE, leaving(&function)) {
            self.leave(leaving, reader);
        }
        match function {
            Function::Osc(Osc::ShellIntegration(mark)) => reader.shell(self, mark),
            Function::Xtwinops(XtwinopsOp::Resize(cols, rows)) => {
                let size = self.size();
                // Zero means as it is.
                let or = |n: u16, current: u16| u64::from(if n == 0 { current } else { n });
                self.resize(Size::clamped(or(cols, size.cols), or(rows, size.rows)));
            }
            // Eight bytes could otherwise ask for 65,535 characters.
            Function::Rep(count) => {
                let most = self.size().cols;
                self.terminal.execute(Function::Rep(count.min(most)));
            }
            function => self.terminal.execute(function),
        }
    }

    /// What `c` completes. What it leaves open is remembered, as far as the parser does.
    fn parse(&mut self, c: char) -> Option<Function> {
        let function = self.parser.feed(c);
        if self.parser.state == State::Ground {
            self.unfinished.clear();
        } else {
            if c == '\x1b' {
                self.unfinished.clear();
            }
            if self.unfinished.len() < UNFINISHED {
                self.unfinished.push(c);
            }
        }
        function
    }

    fn leave<R: Reader>(&mut self, how: Leaving, reader: &mut R) {
        if self.unread > 0 || how == Leaving::LineEnd {
            reader.leaving(self, how);
            self.unread = 0;
        }
    }
}

/// The size is within [`Size::LIMIT`].
fn terminal(size: Size) -> Terminal {
    let size = Size::clamped(size.cols.into(), size.rows.into());
    Terminal::new(size.cols.into(), size.rows.into()).expect("a clamped size is at least 1x1")
}

/// `None` for what neither moves the cursor away nor changes what is written.
fn leaving(function: &Function) -> Option<Leaving> {
    match function {
        Function::Lf | Function::Nel => Some(Leaving::LineEnd),
        Function::Print(_) | Function::Rep(_) | Function::Sgr(_) | Function::Osc(_) => None,
        Function::Si | Function::So | Function::Gzd4(_) | Function::G1d4(_) => None,
        _ => Some(Leaving::Move),
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
