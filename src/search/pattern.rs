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

/// A regular expression that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// With a caret under the part, where it is known.
    #[error("this is no regular expression: {what}{}", .excerpt.as_ref().map_or(String::new(), |shown| format!("\n{shown}")))]
    Syntax {
        what: String,
        excerpt: Option<String>,
    },
    #[error("the regular expression would take more than {0} bytes of memory")]
    TooLarge(usize),
    #[error("an empty pattern would match everything")]
    Empty,
}

impl PatternError {
    /// The expression's crate tells what is wrong in lines: the expression with a caret, then why.
    fn of(error: &regex::Error) -> Self {
        let text = match error {
            regex::Error::CompiledTooBig(limit) => return Self::TooLarge(*limit),
            error => error.to_string(),
        };
        let Some((shown, what)) = text.split_once("\nerror: ") else {
            return Self::Syntax {
                what: text,
                excerpt: None,
            };
        };
        let excerpt = shown.split_once('\n').map(|(_, lines)| lines.to_owned());
        Self::Syntax {
            what: what.to_owned(),
            excerpt,
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
    ///
    /// # Errors
    ///
    /// As [`Pattern::regex`].
    pub fn literal(text: &str, ignores_case: bool, parts: Parts) -> Result<Self, PatternError> {
        Self::regex(&regex::escape(text), ignores_case, parts)
    }

    /// A regular expression in the syntax of the regex crate; `^` and `$` are the ends of a line.
    ///
    /// # Errors
    ///
    /// Where it does not parse, is empty, or would take too much memory.
    pub fn regex(text: &str, ignores_case: bool, parts: Parts) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        let regex = RegexBuilder::new(text)
            .case_insensitive(ignores_case)
            .multi_line(true)
            .build()
            .map_err(|error| PatternError::of(&error))?;
        Ok(Self { regex, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(expression: &str) -> String {
        let error = Pattern::regex(expression, false, Parts::ALL).expect_err("a mistake");
        error.to_string()
    }

    #[test]
    fn what_is_wrong_with_an_expression_is_shown_with_a_caret() {
        assert_eq!(
            error("a(b[c"),
            "this is no regular expression: unclosed character class\n    a(b[c\n       ^"
        );
        assert!(error("(a{1000}){1000}").contains("bytes of memory"));
        assert_eq!(error(""), "an empty pattern would match everything");
    }
}
