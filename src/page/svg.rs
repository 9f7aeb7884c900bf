//! The screen at one moment as an SVG picture.
