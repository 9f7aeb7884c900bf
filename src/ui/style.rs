//! Colour: whether, and which.

use std::fmt::Display;

/// When to colour, as `--color` and the profile spell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// What decides about colour for one stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColorFacts {
    /// The flag, else the profile.
    pub choice: Option<ColorChoice>,
    /// `NO_COLOR` is set and not empty (no-color.org).
    pub no_color: bool,
    /// `TERM` is `dumb`.
    pub is_dumb: bool,
    pub is_terminal: bool,
}

/// The one decision about colour.
pub fn palette(facts: ColorFacts) -> Palette {
    let is_coloured = match facts.choice.unwrap_or_default() {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => facts.is_terminal && !facts.no_color && !facts.is_dumb,
    };
    Palette { is_coloured }
}

/// Paints text, or leaves it alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    is_coloured: bool,
}

/// What a colour says. Never the only carrier of a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Warning,
    Bad,
    Accent,
    Dim,
    Strong,
}

impl Palette {
    pub const PLAIN: Palette = Palette { is_coloured: false };

    pub fn is_coloured(self) -> bool {
        self.is_coloured
    }

    /// `text` in one of the colours that tell names apart, over and over again. The red of failure
    /// is not among them.
    pub fn paint_name(self, number: usize, text: impl Display) -> String {
        const COLOURS: [&str; 10] = ["36", "33", "32", "35", "34", "96", "93", "92", "95", "94"];
        match self.is_coloured {
            true => format!("\x1b[{}m{text}\x1b[0m", COLOURS[number % COLOURS.len()]),
            false => text.to_string(),
        }
    }

    /// `text` in the tone's colour. The sixteen colours alone, which every theme keeps readable.
    pub fn paint(self, tone: Tone, text: impl Display) -> String {
        let code = match tone {
            Tone::Plain => return text.to_string(),
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "31",
            Tone::Accent => "36",
            Tone::Dim => "2",
            Tone::Strong => "1",
        };
        match self.is_coloured {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> ColorFacts {
        ColorFacts {
            is_terminal: true,
            ..ColorFacts::default()
        }
    }

    #[test]
    fn a_terminal_is_coloured_unless_it_says_no() {
        assert!(palette(facts()).is_coloured());
        assert!(
            !palette(ColorFacts {
                no_color: true,
                ..facts()
            })
            .is_coloured()
        );
        assert!(
            !palette(ColorFacts {
                is_dumb: true,
                ..facts()
            })
            .is_coloured()
        );
        assert!(
            !palette(ColorFacts {
                is_terminal: false,
                ..facts()
            })
            .is_coloured()
        );
    }

    #[test]
    fn what_was_asked_for_wins_over_the_environment() {
        let always = ColorFacts {
            choice: Some(ColorChoice::Always),
            no_color: true,
            is_terminal: false,
            ..facts()
        };
        assert!(palette(always).is_coloured());
        let never = ColorFacts {
            choice: Some(ColorChoice::Never),
            ..facts()
        };
        assert!(!palette(never).is_coloured());
    }
}
