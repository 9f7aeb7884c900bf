//! What the viewer sees: a window on the screen, what lies over it, and the status line below.

use super::entry::Entry;
use super::find::Pattern;
use super::frame::{Cell, Color, Frame, Glyph, Style};
use super::keys::HELP;
use super::options::Look;
use super::screen::Screen;
use super::status::{self, Status, columns};
use crate::recording::{Size, safe};
use unicode_width::UnicodeWidthChar;

/// The part of a screen that is seen where the viewer's terminal is smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Column and row of the screen at the left upper corner.
    origin: (u16, u16),
    /// It was moved by hand, and stays.
    is_held: bool,
}

impl Window {
    /// Moves it by so many columns and rows, from now on by hand.
    pub fn pan(&mut self, cols: i16, rows: i16) {
        self.is_held = true;
        self.origin.0 = self.origin.0.saturating_add_signed(cols);
        self.origin.1 = self.origin.1.saturating_add_signed(rows);
    }

    /// Lets it follow the cursor.
    pub fn follow(&mut self) {
        self.is_held = false;
    }

    /// Follows the cursor, where it can be seen, and stays within the screen.
    pub fn turn_to(&mut self, screen: &Screen, size: Size) {
        let rows = size.rows - 1;
        let (col, row, is_visible) = screen.cursor();
        if !self.is_held && is_visible {
            self.origin.0 = nearest(self.origin.0, col, size.cols);
            self.origin.1 = nearest(self.origin.1, row, rows);
        }
        let most = screen.size();
        self.origin.0 = self.origin.0.min(most.cols.saturating_sub(size.cols));
        self.origin.1 = self.origin.1.min(most.rows.saturating_sub(rows));
    }

    /// The size of the recording and where the window stands; nothing when all of it is seen.
    fn told(&self, recorded: Size, size: Size) -> Option<String> {
        let is_cut = recorded.cols > size.cols || recorded.rows > size.rows - 1;
        let text = format!("{}x{}", recorded.cols, recorded.rows);
        let (col, row) = self.origin;
        is_cut.then(|| match self.is_held {
            true => format!("{text} at {},{}", col + 1, row + 1),
            false => text,
        })
    }
}

/// The origin nearest to the one there is, of a window of `length` that holds `at`.
fn nearest(origin: u16, at: u16, length: u16) -> u16 {
    let least = (at + 1).saturating_sub(length);
    origin.clamp(least, at.max(least))
}

/// What lies over the picture.
#[derive(Clone, Copy, Debug)]
pub enum Overlay<'a> {
    None,
    /// The help, from this row of it.
    Help(u16),
    /// Something is being typed.
    Entry(&'a Entry),
}

/// Everything that a picture is made of, but the status.
pub struct View<'a> {
    pub screen: &'a Screen,
    pub window: &'a Window,
    /// Is highlighted.
    pub pattern: Option<&'a Pattern>,
    pub overlay: Overlay<'a>,
    pub look: Look,
}

impl View<'_> {
    /// The picture for a viewer's terminal of `size`.
    pub fn compose(&self, status: &Status, size: Size) -> Frame {
        let mut frame = Frame::new(size);
        let rows = size.rows - 1;
        let (left, top) = self.window.origin;
        for at in 0..rows {
            let cells = self.screen.row(top + at).map(|cell| self.toned(cell));
            copy(cells, left.into(), frame.row_mut(at));
        }
        self.highlight(&mut frame, rows);
        frame.cursor = self.cursor(size.cols, rows);
        if let Overlay::Help(from) = self.overlay {
            frame.cursor = None;
            help(from, &mut frame, rows);
        }
        match self.overlay {
            Overlay::Entry(entry) => self.entry(entry, &mut frame, rows),
            _ => {
                let window = self.window.told(status.recorded, size);
                let line = status::line(status, window.as_deref(), self.look, size.cols);
                write(&line, frame.row_mut(rows), BAR);
            }
        }
        if !self.look.has_unicode {
            (0..size.rows).for_each(|row| to_ascii(frame.row_mut(row)));
        }
        frame
    }

    fn toned(&self, mut cell: Cell) -> Cell {
        if !self.look.has_colours {
            cell.style.foreground = None;
            cell.style.background = None;
        }
        cell
    }

    fn cursor(&self, cols: u16, rows: u16) -> Option<(u16, u16)> {
        let (col, row, is_visible) = self.screen.cursor();
        let (left, top) = self.window.origin;
        let at = (col.checked_sub(left)?, row.checked_sub(top)?);
        (is_visible && at.0 < cols && at.1 < rows).then_some(at)
    }

    fn highlight(&self, frame: &mut Frame, rows: u16) {
        let Some(pattern) = self.pattern else { return };
        let (left, top) = self.window.origin;
        for line in self.screen.lines() {
            for found in pattern.find(line.text.trim_end()) {
                for (row, cols) in line.cells(found) {
                    let Some(row) = row.checked_sub(top).filter(|row| *row < rows) else {
                        continue;
                    };
                    let cells = frame
                        .row_mut(row)
                        .iter_mut()
                        .skip(usize::from(cols.start.saturating_sub(left)));
                    if cols.start >= left {
                        cells
                            .take(cols.len())
                            .for_each(|cell| mark(cell, self.look));
                    }
                }
            }
        }
    }

    fn entry(&self, entry: &Entry, frame: &mut Frame, row: u16) {
        let cols = usize::from(frame.size().cols);
        let label = match columns(entry.label()) + 16 <= cols {
            true => entry.label(),
            false => entry.label().get(..1).unwrap_or_default(),
        };
        let text = safe::line(&entry.text);
        // The end is what is being typed.
        let space = cols.saturating_sub(columns(label) + 1);
        let mut shown = text.as_str();
        while columns(shown) > space {
            let next = shown
                .char_indices()
                .nth(1)
                .map_or(shown.len(), |(at, _)| at);
            shown = &shown[next..];
        }
        let line = format!("{label}{shown}");
        write(&line, frame.row_mut(row), BAR);
        let at = columns(&line).min(cols.saturating_sub(1));
        frame.cursor = Some((at as u16, row));
    }
}

/// Copies the columns from `left` on. Half of a wide character at an edge becomes blank.
fn copy(cells: impl Iterator<Item = Cell>, left: usize, row: &mut [Cell]) {
    for (target, cell) in row.iter_mut().zip(cells.skip(left)) {
        *target = cell;
    }
    if let Some(first) = row.first_mut().filter(|cell| cell.width == 0) {
        *first = Cell::blank(first.style);
    }
    if let Some(last) = row.last_mut().filter(|cell| cell.width == 2) {
        *last = Cell::blank(last.style);
    }
}

/// A hit: black on yellow, or inverse where there are no colours.
fn mark(cell: &mut Cell, look: Look) {
    cell.style = match look.has_colours {
        true => Style {
            foreground: Some(Color::Indexed(0)),
            background: Some(Color::Indexed(3)),
            ..Style::default()
        },
        false => Style {
            is_inverse: !cell.style.is_inverse,
            ..cell.style
        },
    };
}

/// The style of the program's own lines.
const BAR: Style = Style {
    is_inverse: true,
    ..Cell::BLANK.style
};

/// Draws the help in the middle, from row `from` of it on.
fn help(from: u16, frame: &mut Frame, rows: u16) {
    let keys = HELP
        .iter()
        .map(|(keys, _)| columns(keys))
        .max()
        .unwrap_or(0);
    let lines = HELP.map(|(key, what)| format!("  {key:keys$}  {what}"));
    let title = "  Keys".to_owned();
    let all: Vec<&String> = std::iter::once(&title).chain(&lines).collect();
    let width = all.iter().map(|line| columns(line)).max().unwrap_or(0) + 2;
    let width = width.min(frame.size().cols.into());
    let height = all.len().min(rows.into());
    let from = usize::from(from).min(all.len() - height);
    let left = (usize::from(frame.size().cols) - width) / 2;
    let top = (usize::from(rows) - height) / 2;
    for (at, line) in all[from..from + height].iter().enumerate() {
        let row = frame.row_mut((top + at) as u16);
        blank_halves(row, left, left + width);
        write(line, &mut row[left..left + width], BAR);
    }
}

/// A wide character that is half covered shows nothing.
fn blank_halves(row: &mut [Cell], left: usize, right: usize) {
    if let Some(cell) = left.checked_sub(1).and_then(|at| row.get_mut(at))
        && cell.width == 2
    {
        *cell = Cell::blank(cell.style);
    }
    if let Some(cell) = row.get_mut(right)
        && cell.width == 0
    {
        *cell = Cell::blank(cell.style);
    }
}

/// Writes safe text over a whole row.
fn write(text: &str, row: &mut [Cell], style: Style) {
    row.fill(Cell::blank(style));
    let mut at = 0;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if width == 0 || at + width > row.len() {
            continue;
        }
        for (offset, cell) in row[at..at + width].iter_mut().enumerate() {
            cell.glyph = Glyph::Char(if offset == 0 { c } else { ' ' });
            cell.width = if offset == 0 { width as u8 } else { 0 };
        }
        at += width;
    }
}

/// For terminals that know no more: lines of boxes are drawn with `-`, `|` and `+`, and what
/// cannot be said is `?`.
fn to_ascii(row: &mut [Cell]) {
    for cell in row {
        let c = match &cell.glyph {
            Glyph::Char(c) if c.is_ascii() => *c,
            Glyph::Char('─' | '━' | '═' | '–' | '—') => '-',
            Glyph::Char('│' | '┃' | '║') => '|',
            Glyph::Char('\u{2500}'..='\u{257f}') => '+',
            Glyph::Char('·' | '•') => '*',
            _ => '?',
        };
        cell.glyph = Glyph::Char(c);
        cell.width = 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::replay::entry::Asks;
    use crate::replay::keys::Direction;
    use crate::replay::screen::Clusters;
    use crate::replay::status::State;

    fn status(screen: &Screen) -> Status {
        Status {
            state: State::Playing,
            at: Duration::from_secs(12),
            from: Duration::ZERO,
            until: Some(Duration::from_secs(60)),
            read_ahead: None,
            speed: 1.0,
            clock: None,
            stop: None,
            title: String::new(),
            message: None,
            recorded: screen.size(),
        }
    }

    fn screen(output: &str) -> Screen {
        let mut screen = Screen::new(Size { cols: 20, rows: 5 }, Clusters::default());
        screen.feed(output.as_bytes());
        screen
    }

    /// The picture of a screen of 20x5, in a terminal of `cols` by `rows`.
    fn view(output: &str, window: &mut Window, cols: u16, rows: u16) -> Frame {
        let screen = screen(output);
        let size = Size { cols, rows };
        window.turn_to(&screen, size);
        View {
            screen: &screen,
            window,
            pattern: None,
            overlay: Overlay::None,
            look: Look::default(),
        }
        .compose(&status(&screen), size)
    }

    fn seen(output: &str, cols: u16, rows: u16) -> Frame {
        view(output, &mut Window::default(), cols, rows)
    }

    #[test]
    fn the_screen_stands_above_the_status_line() {
        let frame = seen("one\r\ntwo", 60, 8);
        assert_eq!([frame.text(0), frame.text(1)], ["one", "two"]);
        assert_eq!(frame.cursor, Some((3, 1)));
        assert!(frame.text(7).starts_with(" playing  0:12 / 1:00  20%  1x"));
    }

    #[test]
    fn a_smaller_window_follows_the_cursor_and_says_the_recorded_size() {
        let frame = seen("1\r\n2\r\n3\r\n4\r\n日日日日日日日", 60, 4);
        assert_eq!([frame.text(0), frame.text(1)], ["3", "4"]);
        assert!(frame.text(3).contains("20x5"));
        let frame = seen("日日日日日日日", 10, 4);
        assert_eq!(frame.text(0), " 日日日日", "the half at the edge is blank");
        assert_eq!(frame.cursor, Some((9, 0)));
    }

    #[test]
    fn a_window_stays_where_it_is_while_it_holds_the_cursor() {
        let mut window = Window::default();
        view("\x1b[1;18H", &mut window, 10, 4);
        assert_eq!(window.origin, (8, 0));
        view("\x1b[1;12H", &mut window, 10, 4);
        assert_eq!(window.origin, (8, 0));
        view("\x1b[1;3H", &mut window, 10, 4);
        assert_eq!(window.origin, (2, 0));
        view("\x1b[?25l\x1b[5;20H", &mut window, 10, 4);
        assert_eq!(window.origin, (2, 0), "nobody sees the cursor");
    }

    #[test]
    fn a_window_that_was_moved_stays_within_the_screen_until_it_follows_again() {
        let mut window = Window::default();
        window.pan(100, 100);
        let frame = view("abc", &mut window, 60, 3);
        assert_eq!(window.origin, (0, 3));
        assert!(frame.text(2).contains("20x5 at 1,4"), "{}", frame.text(2));
        assert_eq!(frame.cursor, None);
        window.follow();
        assert_eq!(view("abc", &mut window, 60, 3).text(0), "abc");
    }

    #[test]
    fn a_terminal_of_one_row_shows_the_status_alone() {
        let frame = seen("x", 30, 1);
        assert!(frame.text(0).starts_with(" playing"));
        assert_eq!(frame.cursor, None);
        seen("日", 1, 1);
    }

    fn over(screen: &Screen, overlay: Overlay<'_>, look: Look, cols: u16, rows: u16) -> Frame {
        let pattern = Pattern::new("hit");
        View {
            screen,
            window: &Window::default(),
            pattern: pattern.as_ref(),
            overlay,
            look,
        }
        .compose(&status(screen), Size { cols, rows })
    }

    #[test]
    fn hits_are_highlighted_across_the_end_of_a_row() {
        let screen = screen("0123456789012345678hit, hit");
        let look = Look::default();
        let frame = over(&screen, Overlay::None, look, 30, 6);
        let marked = |row: u16| {
            let cells = frame.row(row).iter().enumerate();
            let marked = cells.filter(|(_, cell)| cell.style.background.is_some());
            marked.map(|(col, _)| col).collect::<Vec<_>>()
        };
        assert_eq!(marked(0), [19]);
        assert_eq!(marked(1), [0, 1, 4, 5, 6]);
        let plain = Look {
            has_colours: false,
            ..look
        };
        let frame = over(&screen, Overlay::None, plain, 30, 6);
        assert!(frame.row(0)[19].style.is_inverse && frame.row(0)[19].style.background.is_none());
    }

    #[test]
    fn the_help_lies_over_the_picture_and_can_be_turned_in_few_rows() {
        let screen = screen("x");
        let look = Look::default();
        let frame = over(&screen, Overlay::Help(0), look, 80, 24);
        let all: String = (0..23).map(|row| frame.text(row)).collect();
        assert!(
            HELP.iter()
                .all(|(keys, what)| all.contains(keys) && all.contains(what))
        );
        let frame = over(&screen, Overlay::Help(99), look, 10, 3);
        assert!(
            frame.text(1).trim_start().starts_with('q'),
            "{}",
            frame.text(1)
        );
    }

    #[test]
    fn what_is_typed_stands_in_place_of_the_status() {
        let mut entry = Entry::new(Asks::Pattern(Direction::Forward));
        entry.text = "a long pattern".to_owned();
        let screen = screen("");
        let frame = over(&screen, Overlay::Entry(&entry), Look::default(), 30, 6);
        assert_eq!(frame.text(5), "/a long pattern");
        assert_eq!(frame.cursor, Some((15, 5)));
        let frame = over(&screen, Overlay::Entry(&entry), Look::default(), 8, 6);
        assert_eq!(frame.text(5), "/attern");
        assert_eq!(frame.cursor, Some((7, 5)));
    }

    #[test]
    fn without_unicode_only_ascii_is_drawn() {
        let screen = screen("┌──┐ 日 é e\u{301}");
        let look = Look {
            has_unicode: false,
            ..Look::default()
        };
        let frame = over(&screen, Overlay::None, look, 30, 6);
        assert_eq!(frame.text(0), "+--+ ?  ? ?");
    }
}
