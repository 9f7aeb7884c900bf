//! Tells text from terminal control sequences, character by character.
//!
//! A state machine in the manner of Paul Williams' parser (vt100.net/emu/dec_ansi_parser), over
//! decoded characters: U+0080..U+009F are the C1 controls that UTF-8 terminals know, while stray
//! bytes 0x80..0x9F have become U+FFFD before. The payload of OSC, DCS, APC, PM and SOS strings
//! is swallowed, ended or not. Memory is constant.

/// One thing that a terminal would act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A character to show.
    Print(char),
    /// A C0 control.
    Control(char),
    /// `CSI … final`.
    Csi(Csi),
    /// `ESC final`, and C1 controls that introduce nothing, as their two-character form.
    Escape(char),
}

/// The most parameters that are kept; further ones are ignored.
const PARAMS: usize = 24;

/// A control sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Csi {
    /// `?`, `>`, `<` or `=`.
    pub marker: Option<char>,
    pub has_intermediate: bool,
    pub end: char,
    params: [Param; PARAMS],
    count: usize,
}

/// One number of a control sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Param {
    /// 0 where none was given.
    pub value: u16,
    /// Set apart from the one before by a colon.
    pub is_sub: bool,
}

impl Csi {
    pub fn params(&self) -> &[Param] {
        &self.params[..self.count]
    }

    /// The parameter at `index`, or `default` where it is absent or zero.
    pub fn param(&self, index: usize, default: u16) -> u16 {
        match self.params().get(index) {
            Some(param) if param.value > 0 => param.value,
            _ => default,
        }
    }

    /// True for the plain sequence that ends in `end`.
    pub fn is(&self, end: char) -> bool {
        self.end == end && self.marker.is_none() && !self.has_intermediate
    }

    /// True for `CSI ? … end` with `mode` among its parameters.
    pub fn is_mode(&self, mode: u16, end: char) -> bool {
        self.marker == Some('?')
            && self.end == end
            && self.params().iter().any(|param| param.value == mode)
    }

    fn digit(&mut self, digit: u16) {
        self.count = self.count.max(1);
        let param = &mut self.params[self.count - 1];
        param.value = param.value.saturating_mul(10).saturating_add(digit);
    }

    fn separator(&mut self, is_sub: bool) {
        self.count = self.count.max(1);
        if self.count < PARAMS {
            self.params[self.count].is_sub = is_sub;
            self.count += 1;
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi,
    /// A sequence that is broken or longer than any known one: ignored up to its end.
    Ignored,
    /// OSC: ended by BEL or ST.
    Command,
    /// DCS, APC, PM, SOS: ended by ST.
    String,
}

/// Splits a stream of characters into tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanner {
    state: State,
    csi: Csi,
}

impl Scanner {
    /// True where the next character begins nothing or something new.
    pub fn is_ground(&self) -> bool {
        self.state == State::Ground
    }

    /// The token that `c` completes.
    pub fn push(&mut self, c: char) -> Option<Token> {
        match c {
            '\x1b' => self.enter(State::Escape),
            '\x18' | '\x1a' | '\u{9c}' => self.enter(State::Ground),
            '\u{80}'..='\u{9f}' => self.introduce(char::from(c as u8 - 0x40)),
            _ => self.in_state(c),
        }
    }

    fn enter(&mut self, state: State) -> Option<Token> {
        self.state = state;
        None
    }

    fn in_state(&mut self, c: char) -> Option<Token> {
        match self.state {
            State::Command if c == '\x07' => self.enter(State::Ground),
            State::Command | State::String => None,
            _ if c < ' ' => Some(Token::Control(c)),
            State::Ground if c == '\x7f' => None,
            State::Ground => Some(Token::Print(c)),
            State::Escape => self.escape(c),
            State::Csi => self.csi(c),
            State::Ignored => match c {
                '\u{40}'..='\u{7e}' => self.enter(State::Ground),
                _ => None,
            },
        }
    }

    fn escape(&mut self, c: char) -> Option<Token> {
        match c {
            // An intermediate, as in `ESC ( B`: the next character is the end.
            ' '..='/' => None,
            '\u{30}'..='\u{7e}' => self.introduce(c),
            _ => self.enter(State::Ground),
        }
    }

    /// What follows ESC, or stands for it as a C1 control.
    fn introduce(&mut self, c: char) -> Option<Token> {
        self.state = match c {
            '[' => State::Csi,
            ']' => State::Command,
            'P' | 'X' | '^' | '_' => State::String,
            _ => State::Ground,
        };
        self.csi = Csi::default();
        (self.state == State::Ground).then_some(Token::Escape(c))
    }

    fn csi(&mut self, c: char) -> Option<Token> {
        match c {
            '0'..='9' if !self.csi.has_intermediate => self.csi.digit(c as u16 - '0' as u16),
            ';' | ':' if !self.csi.has_intermediate => self.csi.separator(c == ':'),
            '<'..='?' if self.csi.count == 0 && self.csi.marker.is_none() => {
                self.csi.marker = Some(c);
            }
            ' '..='/' => self.csi.has_intermediate = true,
            '\u{40}'..='\u{7e}' => {
                self.state = State::Ground;
                self.csi.end = c;
                return Some(Token::Csi(self.csi));
            }
            _ => self.state = State::Ignored,
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        let mut scanner = Scanner::default();
        text.chars().filter_map(|c| scanner.push(c)).collect()
    }

    fn printed(text: &str) -> String {
        let print = |token| match token {
            Token::Print(c) => Some(c),
            _ => None,
        };
        tokens(text).into_iter().filter_map(print).collect()
    }

    #[test]
    fn a_sequence_has_its_parameters() {
        let Some(Token::Csi(csi)) = tokens("\x1b[?25;1049h").pop() else {
            panic!("one sequence");
        };
        assert!(csi.is_mode(1049, 'h') && csi.is_mode(25, 'h') && !csi.is_mode(7, 'h'));
        let Some(Token::Csi(csi)) = tokens("\u{9b}8;;99999999t").pop() else {
            panic!("one sequence");
        };
        assert!(csi.is('t'));
        assert_eq!(
            (csi.param(0, 1), csi.param(1, 1), csi.param(2, 1)),
            (8, 1, u16::MAX)
        );
    }

    #[test]
    fn payloads_of_strings_are_swallowed() {
        for (begin, end) in [
            ("\x1b]52;c;", "\x07"),
            ("\x1b]0;", "\x1b\\"),
            ("\x1bP$q", "\x1b\\"),
            ("\x1b_G", "\u{9c}"),
            ("\u{9d}0;", "\x07"),
            ("\u{90}", "\x18"),
            ("\u{9f}", "\x1b\\"),
        ] {
            assert_eq!(
                printed(&format!("a{begin}payload{end}b")),
                "ab",
                "{begin:?}"
            );
        }
        assert_eq!(printed("a\x1b]0;never ended"), "a");
        assert_eq!(printed("a\x1bPno end either \x07 ]"), "a");
    }

    #[test]
    fn broken_sequences_end_and_text_goes_on() {
        assert_eq!(printed("\x1b[1é2mx"), "x");
        assert_eq!(printed("\x1b[31\x1b[0mx"), "x");
        assert_eq!(printed("\x1b(Bx"), "x");
        assert_eq!(printed("\x1bcx\x7f"), "x");
    }
}
