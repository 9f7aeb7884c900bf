//! Playing a recording from where it is stored.

use std::io::{self, Read, Seek};
use std::time::Duration;

use super::clock::Clock;
use super::head::Limits;
use super::index::Index;
use super::options::{Clip, Options, Reel};
use super::run::{Played, run, window};
use super::tape::{Fault, Source, Spooled, Storage, Streamed, Tape};
use crate::domain::redaction::Redactor;
use crate::recording::size::Guess;
use crate::recording::{Event, Format, Kind, Size};
use crate::ui::terminal::Terminal;

/// How a recording is made ready.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// Longer pauses are cut to this; without it the recording's own limit holds.
    pub idle_limit: Option<Duration>,
    /// The size of the recorded terminal, where it is known better.
    pub size: Option<Size>,
    /// Takes secrets out of what is drawn.
    pub redactor: Redactor,
}

/// How much is looked at to guess a size that was not recorded, in bytes of output.
const GUESSED_FROM: usize = 4 << 20;

/// Plays a recording on a terminal, which the caller has taken over and gives back by dropping it.
///
/// Text that had no terminal is laid out in the viewer's; `storage` keeps it meanwhile.
pub fn play<R: Read + Seek + Clone>(
    terminal: &mut dyn Terminal,
    source: &Source<R>,
    preparation: &Preparation,
    storage: Box<dyn Storage>,
    options: Options,
    clock: &dyn Clock,
) -> io::Result<Played> {
    let window = window(terminal)?;
    let played = |fault: Fault| Ok(Played::broken(fault));
    let redactor = preparation.redactor.clone();
    match source.kind.is_screen() {
        true => match Streamed::new(source, redactor) {
            Ok(tape) => run(
                terminal,
                reel(tape, source, preparation, window),
                options,
                clock,
            ),
            Err(fault) => played(fault),
        },
        false => match Spooled::new(source, redactor, storage) {
            Ok(tape) => run(
                terminal,
                reel(tape, source, preparation, window),
                options,
                clock,
            ),
            Err(fault) => played(fault),
        },
    }
}

fn reel<T: Tape, R: Read + Seek + Clone>(
    tape: T,
    source: &Source<R>,
    preparation: &Preparation,
    window: Size,
) -> Reel<T> {
    let limit = preparation.idle_limit.or(source.header.idle_time_limit);
    Reel {
        tape,
        size: preparation
            .size
            .unwrap_or_else(|| recorded_size(source, window)),
        title: source.header.title.clone().unwrap_or_default(),
        idle_limit: limit.unwrap_or(Duration::MAX),
        has_prompts: source.kind == Kind::Terminal,
    }
}

/// The size of the recorded terminal; `window` for what had none.
pub fn recorded_size<R: Read + Seek + Clone>(source: &Source<R>, window: Size) -> Size {
    match source.kind {
        Kind::Terminal => guessed(source).unwrap_or(source.header.size),
        _ => window,
    }
}

/// What the first output tells, of formats that say no size.
fn guessed<R: Read + Seek + Clone>(source: &Source<R>) -> Option<Size> {
    let mut reader = source.input.open().ok()?;
    if !matches!(reader.format(), Format::EventStream | Format::Ttyrec) {
        return None;
    }
    let (mut guess, mut event, mut seen) = (Guess::default(), Event::empty(), 0);
    while seen < GUESSED_FROM && matches!(reader.read(&mut event), Ok(true)) {
        guess.push(&event);
        // An event without output is work too.
        seen += event.data.len().max(64);
    }
    Some(guess.size())
}

/// The recorded times that a clip means, half open; for what is not played on a terminal.
///
/// # Errors
///
/// A place that is not in the recording, in words.
pub fn resolve<R: Read + Seek + Clone>(
    source: &Source<R>,
    clip: &Clip,
    options: &Options,
    storage: Box<dyn Storage>,
) -> Result<std::ops::Range<Duration>, String> {
    let told = |fault: Fault| fault.to_string();
    let redactor = Redactor::off();
    match source.kind.is_screen() {
        true => times(
            Streamed::new(source, redactor).map_err(told)?,
            source,
            clip,
            options,
        ),
        false => {
            let tape = Spooled::new(source, redactor, storage).map_err(told)?;
            times(tape, source, clip, options)
        }
    }
}

fn times<T: Tape, R: Read + Seek + Clone>(
    tape: T,
    source: &Source<R>,
    clip: &Clip,
    options: &Options,
) -> Result<std::ops::Range<Duration>, String> {
    let limits = Limits {
        idle: Duration::MAX,
        until: Duration::MAX,
    };
    let size = recorded_size(source, Size::ASSUMED);
    let head = super::head::Head::new(tape, size, super::screen::Clusters::default(), limits);
    let mut index = Index::new(head, source.kind == Kind::Terminal)
        .ok_or_else(|| "the recording was read before".to_owned())?;
    let mut time = |point: &super::point::Point| index.time_of(point, &options.origin);
    let from = clip.from.as_ref().map_or(Ok(Duration::ZERO), &mut time)?;
    let until = clip.until.as_ref().map_or(Ok(Duration::MAX), &mut time)?;
    Ok(from..until)
}
