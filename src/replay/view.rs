//! What the viewer sees: a window on the screen and a status line below it.

use std::time::Duration;

use unicode_width::UnicodeWidthChar;

use super::frame::{Cell, Frame, Glyph, Style};
use super::keys::HINTS;
use super::screen::Screen;
use crate::recording::{Size, safe};

/// What the status line says.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub state: State,
    pub at: Duration,
    pub total: Duration,
    pub speed: f64,
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Playing,
    Paused,
    Ended,
}

/// The picture for a viewer's terminal of `size`. A screen that is larger is shown by a window
/// that follows its cursor.
pub fn compose(screen: &Screen, status: &Status, size: Size) -> Frame {
    let mut frame = Frame::new(size);
    let rows = size.rows - 1;
    let (col, row, is_visible) = screen.cursor();
    let left = (col + 1).saturating_sub(size.cols);
    let top = (row + 1).saturating_sub(rows);
    for at in 0..rows {
        copy(screen.row(top + at), left.into(), frame.row_mut(at));
    }
    if is_visible && rows > 0 {
        frame.cursor = Some((col - left, row - top));
    }
    let line = status_line(status, screen.size(), size);
    write(&line, frame.row_mut(rows));
    frame
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

fn status_line(status: &Status, recorded: Size, size: Size) -> String {
    let state = match status.state {
        State::Playing => "playing",
        State::Paused => "paused",
        State::Ended => "end",
    };
    let mut line = format!(
        " {state}  {} / {}  {}x",
        clock(status.at),
        clock(status.total),
        status.speed
    );
    let is_cut = recorded.cols > size.cols || recorded.rows > size.rows - 1;
    let recorded = format!("{}x{}", recorded.cols, recorded.rows);
    let title = safe::line(&status.title);
    let parts = [
        HINTS[0],
        HINTS[1],
        if is_cut { &recorded } else { "" },
        title.as_str(),
        HINTS[2],
        HINTS[3],
        HINTS[4],
    ];
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        match columns(&line) + columns(part) + 3 > size.cols.into() {
            // A long title leaves its place to the keys behind it.
            true if part == title => continue,
            true => break,
            false => {}
        }
        line.push_str("  ");
        line.push_str(part);
    }
    line
}

/// Minutes and seconds, and hours where there are any.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Writes safe text over a whole row, inverse.
fn write(text: &str, row: &mut [Cell]) {
    let style = Style {
        is_inverse: true,
        ..Style::default()
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        Status {
            state: State::Playing,
            at: Duration::from_millis(12_900),
            total: Duration::from_secs(4_000),
            speed: 1.5,
            title: "pg\x1b[2J · ana".to_owned(),
        }
    }

    fn view(output: &[u8], cols: u16, rows: u16) -> Frame {
        let mut screen = Screen::new(Size { cols: 20, rows: 5 });
        screen.feed(output);
        compose(&screen, &status(), Size { cols, rows })
    }

    #[test]
    fn the_screen_stands_above_the_status_line() {
        let frame = view(b"one\r\ntwo", 100, 8);
        assert_eq!(frame.text(0), "one");
        assert_eq!(frame.text(1), "two");
        assert_eq!(frame.cursor, Some((3, 1)));
        assert_eq!(
            frame.text(7),
            " playing  0:12 / 1:06:40  1.5x  q quit  space pause  pg · ana  +/- speed  . step  0 restart"
        );
    }

    #[test]
    fn a_smaller_window_follows_the_cursor_and_says_the_recorded_size() {
        let frame = view("1\r\n2\r\n3\r\n4\r\n日日日日日日日".as_bytes(), 60, 4);
        assert_eq!([frame.text(0), frame.text(1)], ["3", "4"]);
        assert!(frame.text(3).contains("20x5"));
        let frame = view("日日日日日日日".as_bytes(), 10, 4);
        assert_eq!(frame.text(0), " 日日日日", "the half at the edge is blank");
        assert_eq!(frame.cursor, Some((9, 0)));
    }

    #[test]
    fn a_title_that_does_not_fit_leaves_its_place_to_the_keys() {
        let long = Status {
            title: "a-connection-with-a-long-name · somebody@example.com".to_owned(),
            ..status()
        };
        let screen = Screen::new(Size { cols: 80, rows: 24 });
        let frame = compose(&screen, &long, Size { cols: 80, rows: 25 });
        assert!(
            frame.text(24).ends_with("+/- speed  . step"),
            "{}",
            frame.text(24)
        );
    }

    #[test]
    fn a_terminal_of_one_row_shows_the_status_alone() {
        let frame = view(b"x", 30, 1);
        assert!(frame.text(0).starts_with(" playing"));
        assert_eq!(frame.cursor, None);
    }
}
