//! A recording as one file for people: an HTML page that plays it, or an SVG picture of a moment.
//!
//! Events and lines go in, bytes come out; no I/O beyond the writer that is handed in. Secrets are
//! taken out before anything comes here.
//!
//! The recorded terminal is emulated here and not in the page: the page is handed cells, so it
//! holds no parser of escape sequences and a seek is exact. What was recorded reaches it as JSON
//! in a block that is no script, and is put on the screen as text alone; the page's own policy
//! allows one script and one style sheet, by their hashes, and no request at all.

mod about;
mod commands;
mod compose;
mod data;
mod document;
mod film;
mod grid;
mod lines;
mod look;
mod svg;

use std::io::{self, Write};
use std::time::Duration;

pub use about::{About, Hidden};
pub use compose::Shown;
use film::pace;

use self::commands::Commands;
use self::film::Film;
use self::lines::Lines;
use crate::recording::transcript::Line;
use crate::recording::{Code, Event, Size, safe};

/// The most data of one page, unpacked: what browsers still open within a few seconds.
pub const LARGEST: u64 = 64 << 20;

/// More than a page can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the recording does not fit into one page: it makes more than {} MB of pictures and text", LARGEST >> 20)]
pub struct TooLarge;

/// A page in the making: it is handed a recording piece by piece, the whole of it. What lies
/// outside the clip is played, so that the screen is right where the clip begins, and not kept.
pub struct Page {
    about: About,
    film: Option<Film>,
    lines: Lines,
    commands: Commands,
    markers: Vec<(Duration, String)>,
}

impl Page {
    /// `pace` is the shortest time between two pictures; see [`pace`].
    pub fn new(about: About, size: Size, pace: Duration) -> Self {
        let film = about.kind.is_screen();
        let film = film.then(|| Film::new(size, about.range(), pace));
        Self {
            lines: Lines::new(about.kind, about.range()),
            commands: Commands::default(),
            markers: Vec::new(),
            film,
            about,
        }
    }

    /// Takes the next event of what is played: output as a terminal would get it, resizes,
    /// markers, and of the input where a line ended.
    pub fn event(&mut self, event: &Event) -> Result<(), TooLarge> {
        let Some(film) = &mut self.film else {
            return Ok(());
        };
        match &event.code {
            // What is typed changes nothing that is seen.
            Code::Input => self.commands.play(event, film.screen_mut()),
            Code::Marker => {
                let label = String::from_utf8_lossy(&event.data);
                self.markers.push((event.time, safe::line(&label)));
            }
            _ => {
                film.advance(event.time);
                self.commands.play(event, film.screen_mut());
            }
        }
        self.is_within_bounds()
    }

    /// Takes the next line of the transcript.
    pub fn line(&mut self, line: &Line) -> Result<(), TooLarge> {
        self.lines.push(line, &mut self.commands);
        self.is_within_bounds()
    }

    /// Writes the page.
    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        document::write(self, out)
    }

    fn is_within_bounds(&self) -> Result<(), TooLarge> {
        let film = self.film.as_ref().map_or(0, Film::size);
        match film + self.lines.size() + self.commands.size() > LARGEST {
            true => Err(TooLarge),
            false => Ok(()),
        }
    }
}
