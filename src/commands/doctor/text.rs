//! Findings as people read them.

use crate::doctor::{Area, Check, Finding, State};
use crate::ui::{Tone, Ui, escape};

/// Columns of the state and of the name, with what is in front of them.
const STATE: usize = 9;
const NAME: usize = 15;
const INDENT: usize = 2 + STATE + NAME;
/// On a terminal narrower than this what was seen stands below the name.
const NARROW: usize = 60;

/// Writes findings one after the other, with a heading for each area.
pub struct Text<'a> {
    ui: &'a Ui,
    area: Option<Area>,
}

impl<'a> Text<'a> {
    pub fn new(ui: &'a Ui) -> Self {
        Self { ui, area: None }
    }

    /// One finding, below its area's heading where that begins.
    pub fn of(&mut self, check: &Check, finding: &Finding) -> String {
        let palette = self.ui.palette();
        let mut text = String::new();
        if self.area.replace(check.area) != Some(check.area) {
            let heading = check.area.name().to_uppercase();
            text.push_str(&palette.paint(Tone::Dim, heading));
            text.push('\n');
        }
        let state = format!("{:<STATE$}", finding.state.word());
        let name = format!("{:<NAME$}", check.id);
        let head = format!(
            "  {}{}",
            palette.paint(tone(finding.state), state),
            palette.paint(Tone::Strong, name)
        );
        let mut lines: Vec<String> = Vec::new();
        for line in &finding.evidence {
            lines.extend(self.wrapped(line, ""));
        }
        for fix in &finding.fixes {
            let fix = self.wrapped(fix, "fix: ");
            lines.extend(fix.iter().map(|line| palette.paint(Tone::Accent, line)));
        }
        self.put(&mut text, &head, &lines);
        text
    }

    fn put(&self, text: &mut String, head: &str, lines: &[String]) {
        let is_narrow = self.ui.table_width().is_some_and(|width| width < NARROW);
        let (first, rest) = match (is_narrow, lines.split_first()) {
            (false, Some((first, rest))) => (first.as_str(), rest),
            _ => ("", lines),
        };
        text.push_str(&format!("{head}{first}"));
        let end = text.trim_end().len();
        text.truncate(end);
        text.push('\n');
        let indent = " ".repeat(self.indent());
        for line in rest {
            text.push_str(&format!("{indent}{line}\n"));
        }
    }

    fn indent(&self) -> usize {
        match self.ui.table_width() {
            Some(width) if width < NARROW => 4,
            _ => INDENT,
        }
    }

    /// In lines that fit beside the names; a pipe gets one.
    fn wrapped(&self, text: &str, label: &str) -> Vec<String> {
        let text = format!("{label}{}", escape::line(text));
        let Some(width) = self.ui.table_width() else {
            return vec![text];
        };
        let hanging = " ".repeat(label.len());
        let options = textwrap::Options::new(width.saturating_sub(self.indent()).clamp(20, 100))
            .subsequent_indent(&hanging)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let lines = textwrap::wrap(&text, options).into_iter();
        lines.map(|line| line.into_owned()).collect()
    }
}

fn tone(state: State) -> Tone {
    match state {
        State::Ok => Tone::Good,
        State::Skipped => Tone::Dim,
        State::Unknown | State::Warning => Tone::Warning,
        State::Problem => Tone::Bad,
    }
}
