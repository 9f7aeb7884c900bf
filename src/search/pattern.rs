//! What is looked for, and where.

use regex::{Regex, RegexBuilder};

/// What a piece of recorded text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What was run: the line typed in a shell, a script, an HTTP request.
    Command,
    /// What a database was sent: by its own client, or as a script.
    Statement,
    /// What came back, errors included.
    Output,
}

impl Part {
    pub const ALL: [Part; 3] = [Part::Command, Part::Statement, Part::Output];

    pub fn as_str(self) -> &'static str {
        match self {
            Part::Command => "command",
            Part::Statement => "statement",
            Part::Output => "output",
        }
    }
}

/// A set of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    pub commands: bool,
    pub statements: bool,
    pub output: bool,
}

impl Parts {
    pub const ALL: Parts = Parts {
        commands: true,
        statements: true,
        output: true,
    };

    pub const NONE: Parts = Parts {
        commands: false,
        statements: false,
        output: false,
    };

    pub fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut set = Self::NONE;
        for part in parts {
            match part {
                Part::Command => set.commands = true,
                Part::Statement => set.statements = true,
                Part::Output => set.output = true,
            }
        }
        set
    }

    pub fn has(self, part: Part) -> bool {
        match part {
            Part::Command => self.commands,
            Part::Statement => self.statements,
            Part::Output => self.output,
        }
    }
}

/// A text or a regular expression, and the parts in which it counts.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub(super) regex: Regex,
    pub(super) parts: Parts,
}

impl Pattern {
    /// Exactly this text.
    pub fn literal(text: &str, ignores_case: bool, parts: Parts) -> Result<Self, regex::Error> {
        Self::regex(&regex::escape(text), ignores_case, parts)
    }

    /// A regular expression in the syntax of the regex crate; `^` and `$` are the ends of a line.
    ///
    /// # Errors
    ///
    /// Where it does not parse, or would take too much memory.
    pub fn regex(text: &str, ignores_case: bool, parts: Parts) -> Result<Self, regex::Error> {
        let regex = RegexBuilder::new(text)
            .case_insensitive(ignores_case)
            .multi_line(true)
            .build()?;
        Ok(Self { regex, parts })
    }
}
