//! A place in the source of a query, moved character by character.

use super::span::Span;

#[derive(Clone)]
pub(super) struct Cursor<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, at: 0 }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// The source from `start` to here.
    pub fn since(&self, start: usize) -> &'a str {
        &self.source[start..self.at]
    }

    pub fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// The place of the next character, or of the end.
    pub fn here(&self) -> Span {
        let width = self.peek().map_or(0, char::len_utf8);
        Span::new(self.at, self.at + width)
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn is_at_end(&self) -> bool {
        self.at == self.source.len()
    }

    pub fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Moves over `text` if it stands here.
    pub fn eat(&mut self, text: &str) -> bool {
        let stands_here = self.rest().starts_with(text);
        if stands_here {
            self.at += text.len();
        }
        stands_here
    }

    pub fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Moves over the characters that `wanted` takes and answers them.
    pub fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let length = self
            .rest()
            .find(|c| !wanted(c))
            .unwrap_or(self.rest().len());
        let start = self.at;
        self.at += length;
        self.since(start)
    }
}
