//! A column of names and a column of values.

use std::fmt::Write;

use crate::ui::{Tone, Ui, escape};

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
        let name = palette.paint(Tone::Dim, format!("  {name:<13}"));
        let value = palette.paint(tone, escape::line(value));
        // Writing into a string does not fail.
        let _ = writeln!(self.text, "{name} {value}");
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
