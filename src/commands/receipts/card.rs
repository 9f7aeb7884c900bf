//! A column of names and a column of values.

use std::borrow::Cow;
use std::fmt::Write;

use crate::ui::{Tone, Ui, escape};

/// Columns of the names, with what is before them.
const NAMES: usize = 15;

/// Columns of a value on a terminal that has no room.
const NARROWEST: usize = 20;

/// Text under construction. Values are escaped here.
pub struct Card<'a> {
    ui: &'a Ui,
    text: String,
}

impl<'a> Card<'a> {
    pub fn new(ui: &'a Ui, head: &str, name: &str) -> Self {
        let name = ui.palette().paint(Tone::Strong, escape::line(name));
        Self {
            ui,
            text: format!("{head} {name}\n"),
        }
    }

    pub fn line(&mut self, name: &str, value: &str) {
        self.toned(name, value, Tone::Plain);
    }

    pub fn toned(&mut self, name: &str, value: &str, tone: Tone) {
        let palette = self.ui.palette();
        let mut name = palette
            .paint(Tone::Dim, format!("  {name:<13}"))
            .to_string();
        for line in self.fitted(&escape::line(value)) {
            let value = palette.paint(tone, line);
            // Writing into a string does not fail.
            let _ = writeln!(self.text, "{name} {value}");
            name = " ".repeat(NAMES);
        }
    }

    /// `value` in lines that fit the terminal; a pipe gets one. A hash or a path stays in one piece,
    /// to be copied.
    fn fitted(&self, value: &str) -> Vec<String> {
        let Some(width) = self.ui.table_width() else {
            return vec![value.to_owned()];
        };
        let options = textwrap::Options::new(width.saturating_sub(NAMES + 1).max(NARROWEST))
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let lines = textwrap::wrap(value, options).into_iter();
        lines.map(Cow::into_owned).collect()
    }

    pub fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(name, value);
        }
    }

    pub fn into_text(self) -> String {
        self.text
    }
}
