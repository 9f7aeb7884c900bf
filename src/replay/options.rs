//! How to play, and what.

use std::time::Duration;

use super::point::{Origin, Point};
use super::tape::Tape;
use crate::recording::Size;

/// How to play.
#[derive(Clone, Debug)]
pub struct Options {
    /// 0.1 to 100; others are clamped.
    pub speed: f64,
    /// Stay on the last picture until a key is pressed.
    pub waits_at_end: bool,
    pub clip: Clip,
    pub pauses_at_markers: bool,
    /// What clock times mean.
    pub origin: Origin,
    pub look: Look,
    /// Ask the terminal for the size of the recording.
    pub resizes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            speed: 1.0,
            waits_at_end: true,
            clip: Clip::default(),
            pauses_at_markers: false,
            origin: Origin::default(),
            look: Look::default(),
            resizes: false,
        }
    }
}

/// A part of a recording, half open; without a bound from its start or to its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clip {
    pub from: Option<Point>,
    pub until: Option<Point>,
}

/// What the viewer's terminal is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub has_colours: bool,
    /// Characters beyond ASCII.
    pub has_unicode: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            has_colours: true,
            has_unicode: true,
        }
    }
}

/// What is played.
#[derive(Clone, Debug)]
pub struct Reel<T: Tape> {
    pub tape: T,
    /// Of the recorded terminal.
    pub size: Size,
    pub title: String,
    /// Longer pauses are cut to this.
    pub idle_limit: Duration,
    /// A shell or the like was talked to: commands stand behind its prompts.
    pub has_prompts: bool,
}
