//! The text of terminal and script sessions, without an emulator.
//!
//! One row is kept and edited as a terminal would: carriage returns, backspaces and the erasing
//! that shells use. What a full-screen program drew on the alternate screen is left out and said;
//! an emulator is needed for that.

use std::time::Duration;

use unicode_width::UnicodeWidthChar;

use super::{Line, Tone, error_line};
use crate::domain::time::human_duration;
use crate::recording::safe::{MarkFilter, is_mark};
use crate::recording::sequence::{Csi, Scanner, Token};
use crate::recording::utf8::Decoder;
use crate::recording::{Code, Event, Kind, Size, safe};

/// A line is ended when it is longer than this, so that memory is bounded.
const LONGEST_LINE: usize = 1024 * 1024;

/// One column. A wide character or a tab is followed by fillers.
#[derive(Clone)]
struct Slot {
    char: char,
    marks: String,
}

const FILLER: char = '\0';

impl Slot {
    fn of(char: char) -> Self {
        Self {
            char,
            marks: String::new(),
        }
    }
}

pub(super) struct Text {
    kind: Kind,
    cols: usize,
    longest_line: usize,
    decoder: Decoder,
    scanner: Scanner,
    marks: MarkFilter,
    /// Rows of the line that were full and wrapped.
    wrapped: String,
    row: Vec<Slot>,
    col: usize,
    now: Duration,
    /// When the line began.
    since: Duration,
    /// Since when the alternate screen is shown.
    full_screen: Option<Duration>,
    lines: Vec<Line>,
}

impl Text {
    pub fn new(kind: Kind, size: Size) -> Self {
        Self {
            kind,
            cols: match kind {
                // No terminal, no width: only a bound for the row.
                Kind::Exec => Size::LIMIT.into(),
                _ => size.cols.into(),
            },
            longest_line: LONGEST_LINE,
            decoder: Decoder::default(),
            scanner: Scanner::default(),
            marks: MarkFilter::default(),
            wrapped: String::new(),
            row: Vec::new(),
            col: 0,
            now: Duration::ZERO,
            since: Duration::ZERO,
            full_screen: None,
            lines: Vec::new(),
        }
    }

    pub fn set_longest_line(&mut self, bytes: usize) {
        self.longest_line = bytes;
    }

    /// The line as it stands; none where it is empty or another screen is shown.
    pub fn unfinished(&self) -> Option<Line> {
        let is_empty = self.row.is_empty() && self.wrapped.is_empty();
        if is_empty || self.full_screen.is_some() {
            return None;
        }
        let mut text = self.wrapped.clone();
        push_row(&self.row, &mut text);
        Some(Line {
            time: self.since,
            text,
            tone: Tone::Plain,
        })
    }

    pub fn push(&mut self, event: &Event, lines: &mut Vec<Line>) {
        match event.code {
            Code::Output => self.output(event),
            Code::Error => {
                self.leave_row();
                self.lines.push(error_line(event));
            }
            Code::Input if self.kind == Kind::Exec => self.script(event),
            _ => {}
        }
        lines.append(&mut self.lines);
    }

    fn output(&mut self, event: &Event) {
        self.now = event.time;
        let mut text = String::new();
        self.decoder.push(&event.data, &mut text);
        for c in text.chars() {
            match self.scanner.push(c) {
                Some(Token::Csi(csi)) => self.csi(&csi),
                Some(_) if self.full_screen.is_some() => {}
                Some(Token::Print(c)) => self.print(c),
                Some(Token::Control(c)) => self.control(c),
                Some(Token::Escape('c')) => self.end_line(),
                _ => {}
            }
        }
    }

    /// What a script session was given to run.
    fn script(&mut self, event: &Event) {
        let text = safe::text(&String::from_utf8_lossy(&event.data)).replace('\r', "");
        for row in text.trim_end().lines() {
            self.lines.push(Line {
                time: event.time,
                text: format!("> {row}").trim_end().to_owned(),
                tone: Tone::Input,
            });
        }
    }

    pub fn finish(&mut self, lines: &mut Vec<Line>) {
        let mut rest = String::new();
        self.decoder.finish(&mut rest);
        rest.chars().for_each(|c| self.print(c));
        self.leave_full_screen();
        self.leave_row();
        lines.append(&mut self.lines);
    }

    fn print(&mut self, c: char) {
        if !self.marks.keeps(c) {
            return;
        }
        if is_mark(c) {
            return self.mark(c);
        }
        let width = c.width().unwrap_or(1).max(1);
        if self.col + width > self.cols {
            self.wrap();
        }
        self.begin_line();
        self.put(c);
        for _ in 1..width {
            self.put(FILLER);
        }
    }

    /// Adds a combining mark to the character before the cursor.
    fn mark(&mut self, mark: char) {
        let before = self.col.min(self.row.len());
        let mut slots = self.row[..before].iter_mut().rev();
        if let Some(base) = slots.find(|slot| slot.char != FILLER) {
            base.marks.push(mark);
        }
    }

    fn put(&mut self, c: char) {
        while self.row.len() < self.col {
            self.row.push(Slot::of(' '));
        }
        match self.row.get_mut(self.col) {
            Some(slot) => *slot = Slot::of(c),
            None => self.row.push(Slot::of(c)),
        }
        self.col += 1;
    }

    fn control(&mut self, c: char) {
        match c {
            '\n' | '\x0b' | '\x0c' => self.end_line(),
            '\r' => self.col = 0,
            '\x08' => self.col = self.col.saturating_sub(1),
            '\t' => self.tab(),
            _ => {}
        }
        self.marks.reset();
    }

    fn tab(&mut self) {
        let stop = (self.col / 8 + 1) * 8;
        if self.col < self.row.len() || stop >= self.cols {
            self.col = stop.min(self.cols.saturating_sub(1));
            return;
        }
        self.begin_line();
        self.put('\t');
        while self.col < stop {
            self.put(FILLER);
        }
    }

    fn csi(&mut self, csi: &Csi) {
        let is_switch = |end| [47, 1047, 1049].iter().any(|mode| csi.is_mode(*mode, end));
        if is_switch('h') {
            self.leave_row();
            self.full_screen.get_or_insert(self.now);
        } else if is_switch('l') {
            self.leave_full_screen();
        } else if self.full_screen.is_none() && csi.is(csi.end) {
            self.edit(csi);
        }
    }

    /// The sequences that a line editor uses within its row.
    fn edit(&mut self, csi: &Csi) {
        let n = usize::from(csi.param(0, 1)).min(self.cols);
        let end = self.row.len();
        let at = self.col.min(end);
        match csi.end {
            'C' => self.col = (self.col + n).min(self.cols - 1),
            'D' => self.col = self.col.saturating_sub(n),
            'G' => self.col = n - 1,
            'K' => match csi.param(0, 0) {
                0 => self.row.truncate(at),
                1 => self.row[..at].fill(Slot::of(' ')),
                _ => self.row.clear(),
            },
            'P' => drop(self.row.drain(at..(at + n).min(end))),
            'X' => self.row[at..(at + n).min(end)].fill(Slot::of(' ')),
            '@' => {
                let blanks = std::iter::repeat_n(Slot::of(' '), n);
                self.row.splice(at..at, blanks);
                self.row.truncate(self.cols);
            }
            'J' if csi.param(0, 0) == 0 => self.row.truncate(at),
            // The cursor leaves the row, or the screen is wiped: what it held stays as a line.
            'J' | 'H' | 'f' => self.leave_row(),
            _ => {}
        }
        self.marks.reset();
    }

    fn begin_line(&mut self) {
        if self.row.is_empty() && self.wrapped.is_empty() {
            self.since = self.now;
        }
    }

    /// The row is full: the line goes on in the next.
    fn wrap(&mut self) {
        push_row(&self.row, &mut self.wrapped);
        self.row.clear();
        self.col = 0;
        if self.wrapped.len() > self.longest_line {
            self.end_line();
        }
    }

    fn leave_row(&mut self) {
        match self.row.is_empty() && self.wrapped.is_empty() {
            true => self.col = 0,
            false => self.end_line(),
        }
    }

    fn end_line(&mut self) {
        self.marks.reset();
        let is_new = self.row.is_empty() && self.wrapped.is_empty();
        let time = if is_new { self.now } else { self.since };
        let mut text = std::mem::take(&mut self.wrapped);
        push_row(&self.row, &mut text);
        self.row.clear();
        self.col = 0;
        text.truncate(text.trim_end().len());
        self.lines.push(Line {
            time,
            text,
            tone: Tone::Plain,
        });
    }

    fn leave_full_screen(&mut self) {
        let Some(since) = self.full_screen.take() else {
            return;
        };
        let lasted = human_duration(self.now.saturating_sub(since));
        self.lines.push(Line {
            time: since,
            text: format!("(a full-screen program for {lasted}, not shown as text)"),
            tone: Tone::Remark,
        });
    }
}

fn push_row(row: &[Slot], text: &mut String) {
    for slot in row.iter().filter(|slot| slot.char != FILLER) {
        text.push(slot.char);
        text.push_str(&slot.marks);
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::super::testing::{events, texts};
    use super::*;

    fn terminal(output: &str) -> Vec<String> {
        texts(
            Kind::Terminal,
            &[("i", b"secret"), ("o", output.as_bytes())],
        )
    }

    #[test]
    fn a_line_reads_as_the_terminal_showed_it() {
        assert_eq!(terminal("$ lx\x08\x1b[Ks\r\na  b \r\n"), ["$ ls", "a  b"]);
        assert_eq!(terminal(" 10%\r 50%\r100% done\r\n"), ["100% done"]);
        assert_eq!(terminal("abc\x08\x08\x1b[PX\x1b[1@"), ["aX"]);
        assert_eq!(terminal("\x1b[1;31mred\x1b[0m\x1b]0;title\x07!"), ["red!"]);
        assert_eq!(terminal("日本\x08\x08x"), ["日x"]);
        assert_eq!(terminal("e\u{301}\u{301}te\tx"), ["e\u{301}\u{301}te\tx"]);
    }

    #[test]
    fn a_long_line_that_wrapped_is_one_line() {
        let long = "c".repeat(200);
        let lines = terminal(&format!("{long}\r\n"));
        assert_eq!(lines, [long]);
        // Readline moves to the next row with a space and a carriage return.
        let (row, rest) = ("a".repeat(78), "b".repeat(30));
        let lines = terminal(&format!("$ {row} \r{rest}\r\n"));
        assert_eq!(lines, [format!("$ {row}{rest}")]);
    }

    #[test]
    fn a_full_screen_program_is_said_and_not_shown() {
        let lines = texts(
            Kind::Terminal,
            &[
                ("o", b"$ vi\r\n\x1b[?1049h\x1b[Hfile"),
                ("o", b"~~~"),
                ("o", b"\x1b[?1049l$ exit"),
            ],
        );
        assert_eq!(
            lines,
            [
                "$ vi",
                "(a full-screen program for 2.0s, not shown as text)",
                "$ exit"
            ]
        );
    }

    #[test]
    fn a_script_stands_before_what_it_printed() {
        let list: [(&str, &[u8]); 3] = [
            ("i", b"echo hi\nls\n"),
            ("o", b"hi\na\tb"),
            ("o", b"\n\nlast"),
        ];
        assert_eq!(
            texts(Kind::Exec, &list),
            ["> echo hi", "> ls", "hi", "a\tb", "", "last"]
        );
        let times: Vec<_> = lines(Kind::Exec, &events(&list))
            .iter()
            .map(|line| line.time.as_secs())
            .collect();
        assert_eq!(times, [0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn an_endless_line_is_cut_and_keeps_one_row() {
        let (mut text, mut lines) = (Text::new(Kind::Terminal, Size::ASSUMED), Vec::new());
        for _ in 0..25 {
            text.push(&events(&[("o", &[b'x'; 100_000])])[0], &mut lines);
        }
        assert!(text.row.len() <= 80);
        text.finish(&mut lines);
        assert_eq!(lines.len(), 3);
        let length: usize = lines.iter().map(|line| line.text.len()).sum();
        assert_eq!(length, 2_500_000);
    }
}
