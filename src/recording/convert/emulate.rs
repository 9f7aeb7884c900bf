//! The text that a terminal showed: what scrolled off its screen, and what stood on it at the end.
//!
//! The emulator is avt, which asciinema uses, so that both make the same text. What a full-screen
//! program drew on the alternate screen is gone when it ends, as in a terminal.

use avt::parser::{Function, State};
use avt::{Line, Observation, Observer, Operation, Parser, Terminal};

use crate::recording::{Size, safe};

/// A line is ended when it is longer than this, so that memory is bounded.
const LONGEST_LINE: usize = 1024 * 1024;

/// A terminal whose lines are collected.
pub(super) struct Emulator {
    parser: Parser,
    terminal: Terminal,
    scrolled: Scrolled,
}

impl Emulator {
    pub fn new(size: Size) -> Self {
        Self {
            parser: Parser::new(),
            terminal: Terminal::new(size.cols.into(), size.rows.into())
                .expect("a clamped size is at least 1x1"),
            scrolled: Scrolled::default(),
        }
    }

    /// Shows text. What it scrolls away is kept until [`Self::scrolled`] takes it: seven bytes may
    /// be a thousand lines, so that is to be done often.
    pub fn feed(&mut self, text: &str) {
        let limit = self.terminal.size().0 as u16;
        let Self {
            parser,
            terminal,
            scrolled,
        } = self;
        let functions = text.chars().filter_map(|c| match (parser.state, c) {
            // Most of all text: the parser would say the same, at some cost.
            (State::Ground, ' '..='\x7e' | '\u{a0}'..) => Some(Function::Print(c)),
            _ => bounded(parser.feed(c)?, limit),
        });
        terminal.execute_with(functions, scrolled);
    }

    pub fn resize(&mut self, size: Size) {
        self.terminal
            .resize_with(size.cols.into(), size.rows.into(), &mut self.scrolled);
    }

    /// The lines that have scrolled off the screen since the last time.
    pub fn scrolled(&mut self) -> impl Iterator<Item = String> + '_ {
        self.scrolled.lines.drain(..)
    }

    /// The lines on the screen go, too.
    pub fn finish(&mut self) {
        self.scrolled.screen(&self.terminal);
    }
}

/// What a few bytes may ask for on a terminal of `cols` columns; `None` for nothing at all.
fn bounded(function: Function, cols: u16) -> Option<Function> {
    Some(match function {
        // Eight bytes could otherwise ask for 65,535 characters.
        Function::Rep(count) => Function::Rep(count.min(cols)),
        // The test picture: three bytes that fill the screen with letters, again and again.
        Function::Decaln => return None,
        // How text looks is nothing that it says.
        Function::Sgr(_) => return None,
        function => function,
    })
}

/// Collects what leaves the screen for ever.
#[derive(Default)]
struct Scrolled {
    /// Rows of a line that wrapped.
    wrapped: String,
    lines: Vec<String>,
}

impl Scrolled {
    fn push(&mut self, row: &Line) {
        self.wrapped.extend(row.chars());
        if !row.is_wrapped() || self.wrapped.len() > LONGEST_LINE {
            let line = self.wrapped.trim_end();
            self.lines.push(harmless(line));
            self.wrapped.clear();
        }
    }

    /// All of the screen but the empty rows below.
    fn screen(&mut self, terminal: &Terminal) {
        let start = self.lines.len();
        for row in terminal.primary_screen().all_lines() {
            self.push(row);
        }
        while self.lines.len() > start && self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
    }
}

/// The emulator keeps what turns or hides text; here it goes.
fn harmless(line: &str) -> String {
    let is_plain = line.bytes().all(|byte| (b' '..0x7f).contains(&byte));
    if is_plain {
        line.to_owned()
    } else {
        safe::line(line)
    }
}

impl Observer for Scrolled {
    type Output = ();

    fn before(&mut self, context: &mut Observation<'_>, operation: &Operation) {
        if matches!(operation, Operation::Function(Function::Ris)) {
            self.screen(context.terminal());
        }
    }

    fn evicted(&mut self, _: &mut Observation<'_>, line: &Line) {
        self.push(line);
    }

    fn end(&mut self, _: &mut Observation<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(output: &str) -> Vec<String> {
        let mut emulator = Emulator::new(Size { cols: 10, rows: 3 });
        emulator.feed(output);
        emulator.finish();
        emulator.scrolled().collect()
    }

    #[test]
    fn what_scrolled_and_what_stands_is_the_text() {
        assert_eq!(text("a\r\nb\r\n\r\nc\r\nd \r\n"), ["a", "b", "", "c", "d"]);
        assert_eq!(text("123456789012345\r\nx"), ["123456789012345", "x"]);
        assert_eq!(text("two\r\n\x1b[1;2H\x1b[31mop\x1b[0m"), ["top"]);
        assert_eq!(
            text("$ vi\r\n\x1b[?1049h\x1b[2Jfile\x1b[?1049l$"),
            ["$ vi", "$"]
        );
    }

    #[test]
    fn a_reset_keeps_what_stood_on_the_screen() {
        assert_eq!(text("before\x1bcafter"), ["before", "after"]);
    }

    #[test]
    fn repeating_is_bounded_and_nothing_hides() {
        assert_eq!(text("x\x1b[65535b")[0].len(), 11);
        assert_eq!(text("a\u{202e}b\u{e0041}c"), ["abc"]);
        assert_eq!(text("a\x1b#8b"), ["ab"]);
        assert_eq!(text("a\x1b[8;65535;65535tb"), ["ab"]);
    }
}
