//! How a cell looks: a terminal's colours and attributes as the colours of a screen.

use std::fmt;

use crate::replay::frame::{Color, Style};

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Of text that chose no colour; page.css has both.
pub const FOREGROUND: Rgb = Rgb(0xd8, 0xde, 0xe6);
pub const BACKGROUND: Rgb = Rgb(0x10, 0x14, 0x1a);

/// The sixteen as text: each but black is readable on [`BACKGROUND`] (WCAG AA).
const TEXT: [Rgb; 16] = [
    Rgb(0x4a, 0x54, 0x63),
    Rgb(0xf2, 0x77, 0x7a),
    Rgb(0x7c, 0xcf, 0x7c),
    Rgb(0xe6, 0xc3, 0x5c),
    Rgb(0x6c, 0xb0, 0xff),
    Rgb(0xd4, 0x9b, 0xf0),
    Rgb(0x5f, 0xcf, 0xd0),
    Rgb(0xe4, 0xe9, 0xf0),
    Rgb(0x8d, 0x98, 0xa7),
    Rgb(0xff, 0x9c, 0x9e),
    Rgb(0xa3, 0xe6, 0xa3),
    Rgb(0xff, 0xe0, 0x8a),
    Rgb(0x9c, 0xcc, 0xff),
    Rgb(0xe8, 0xbf, 0xff),
    Rgb(0x93, 0xec, 0xec),
    Rgb(0xff, 0xff, 0xff),
];

/// The first eight as background: half bright, so that black and white text both stand out.
const GROUND: [Rgb; 8] = [
    Rgb(0x2a, 0x30, 0x3a),
    Rgb(0xde, 0x45, 0x49),
    Rgb(0x2f, 0x8a, 0x3a),
    Rgb(0x9a, 0x74, 0x00),
    Rgb(0x3b, 0x78, 0xe0),
    Rgb(0xa8, 0x55, 0xc7),
    Rgb(0x1c, 0x8a, 0x94),
    Rgb(0xe4, 0xe9, 0xf0),
];

/// Black text on a coloured ground.
const INK: Rgb = Rgb(0x0b, 0x0e, 0x12);

/// A cell's style, resolved: what is absent is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Look {
    pub text: Option<Rgb>,
    pub ground: Option<Rgb>,
    pub is_bold: bool,
    pub is_italic: bool,
    pub is_underlined: bool,
    pub is_struck: bool,
}

impl Look {
    pub fn of(style: Style) -> Self {
        let brighter = match style.foreground {
            // As terminals have it since the first ones knew eight colours.
            Some(Color::Indexed(index @ 0..8)) if style.is_bold => Some(Color::Indexed(index + 8)),
            foreground => foreground,
        };
        let (text, ground) = match style.is_inverse {
            false => (brighter.map(text), style.background.map(ground)),
            true => (
                Some(style.background.map_or(BACKGROUND, text)),
                Some(style.foreground.map_or(FOREGROUND, ground)),
            ),
        };
        let text = match (text, ground) {
            (Some(text), Some(ground)) if text == TEXT[0] && ground != GROUND[0] => Some(INK),
            (text, _) => text,
        };
        Self {
            text: match style.is_faint {
                true => Some(half(
                    text.unwrap_or(FOREGROUND),
                    ground.unwrap_or(BACKGROUND),
                )),
                false => text,
            },
            ground,
            is_bold: style.is_bold,
            is_italic: style.is_italic,
            is_underlined: style.is_underlined,
            is_struck: style.is_struck,
        }
    }
}

fn text(color: Color) -> Rgb {
    match color {
        Color::Indexed(index @ 0..16) => TEXT[usize::from(index)],
        color => beyond_sixteen(color),
    }
}

fn ground(color: Color) -> Rgb {
    match color {
        Color::Indexed(index @ 0..8) => GROUND[usize::from(index)],
        color => text(color),
    }
}

/// The cube of six levels and the greys, as xterm numbers them (256colres.pl).
fn beyond_sixteen(color: Color) -> Rgb {
    match color {
        Color::Rgb(red, green, blue) => Rgb(red, green, blue),
        Color::Indexed(index @ 232..) => {
            let grey = 8 + 10 * (index - 232);
            Rgb(grey, grey, grey)
        }
        Color::Indexed(index) => {
            let index = index.saturating_sub(16);
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            Rgb(level(index / 36), level(index / 6 % 6), level(index % 6))
        }
    }
}

/// Faint text: two parts of its colour, one of what it stands on.
fn half(text: Rgb, ground: Rgb) -> Rgb {
    let mix = |a: u8, b: u8| ((u16::from(a) * 2 + u16::from(b)) / 3) as u8;
    Rgb(
        mix(text.0, ground.0),
        mix(text.1, ground.1),
        mix(text.2, ground.2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of WCAG 2.2.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            match c <= 0.04045 {
                true => c / 12.92,
                false => ((c + 0.055) / 1.055).powf(2.4),
            }
        };
        let luminance = |c: Rgb| 0.2126 * linear(c.0) + 0.7152 * linear(c.1) + 0.0722 * linear(c.2);
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    fn style(foreground: Option<u8>, background: Option<u8>) -> Style {
        Style {
            foreground: foreground.map(Color::Indexed),
            background: background.map(Color::Indexed),
            ..Style::default()
        }
    }

    #[test]
    fn every_text_colour_but_black_is_readable() {
        for index in 1..16 {
            let text = Look::of(style(Some(index), None)).text.expect("a colour");
            assert!(contrast(text, BACKGROUND) >= 4.5, "{index}");
        }
        assert!(contrast(FOREGROUND, BACKGROUND) >= 7.0);
    }

    #[test]
    fn black_and_white_are_readable_on_every_coloured_ground() {
        for index in 1..7 {
            for text in [0, 15] {
                let look = Look::of(style(Some(text), Some(index)));
                let (text, ground) = (look.text.expect("one"), look.ground.expect("one"));
                assert!(contrast(text, ground) >= 4.0, "{index} {text} {ground}");
            }
        }
    }

    #[test]
    fn inverse_swaps_and_bold_is_bright() {
        let inverse = Look::of(Style {
            is_inverse: true,
            ..Style::default()
        });
        assert_eq!(inverse.text, Some(BACKGROUND));
        assert_eq!(inverse.ground, Some(FOREGROUND));
        let bold = Look::of(Style {
            is_bold: true,
            ..style(Some(1), None)
        });
        assert_eq!(bold.text, Some(TEXT[9]));
    }

    #[test]
    fn the_256_colours_are_those_of_xterm() {
        assert_eq!(text(Color::Indexed(16)), Rgb(0, 0, 0));
        assert_eq!(text(Color::Indexed(208)), Rgb(255, 135, 0));
        assert_eq!(text(Color::Indexed(231)), Rgb(255, 255, 255));
        assert_eq!(text(Color::Indexed(232)), Rgb(8, 8, 8));
        assert_eq!(text(Color::Indexed(255)), Rgb(238, 238, 238));
    }
}
