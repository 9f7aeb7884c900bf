//! From a recording to a page or a picture: secrets out, played as `replay` plays it.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::Duration;

use super::about::{About, Hidden};
use super::commands::Commands;
use super::document::{self, Content};
use super::film::{FASTEST, Film, Finished, Pace};
use super::lines::Lines;
use super::svg::svg;
use crate::domain::digest::sha256;
use crate::domain::redaction::Redactor;
use crate::recording::redact::{self, Report};
use crate::recording::transcript::{Line, Redacted, Tone, Transcript};
use crate::recording::{Event, Kind, ReadError, Size, Warnings};
use crate::replay::tape::{Fault, Spooled, Storage, Streamed, Tape};
use crate::replay::{Source, Walk, recorded_size};

/// The most data of one page, unpacked: what browsers still open within a few seconds.
const LARGEST: u64 = 64 << 20;

/// The width that text is laid out in which met no terminal.
const UNMEASURED: Size = Size {
    cols: 100,
    rows: 30,
};

/// Why there is no page or no picture.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the recording cannot be played: {0}")]
    Play(Fault),
    #[error("the recording makes more than {} MB of pictures and text, which is too much for one page", LARGEST >> 20)]
    TooLarge,
    /// Of the target; it is named by who knows it.
    #[error(transparent)]
    Write(io::Error),
}

impl From<Fault> for PageError {
    fn from(fault: Fault) -> Self {
        Self::Play(fault)
    }
}

/// What was made of a recording, and what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Events of the recording that are in the clip.
    pub events: u64,
    /// Secrets that were taken out.
    pub hidden: Report,
    /// Of the recording as it was received.
    pub sha256: String,
    /// What was wrong with it.
    pub warnings: Warnings,
}

impl Made {
    fn of(about: &About, hidden: Report, extent: Extent) -> Self {
        Self {
            events: extent.within,
            hidden,
            sha256: about.checksum(),
            warnings: extent.warnings,
        }
    }
}

/// Writes a page that plays the recording.
///
/// What `about` says of the length, the checksum and what was hidden is found here.
///
/// # Errors
///
/// A recording that cannot be read or is too large, a target that cannot be written.
pub fn html<R: Read + Seek + Clone>(
    mut about: About,
    source: &Source<R>,
    redactor: &Redactor,
    out: &mut impl Write,
) -> Result<Made, PageError> {
    let extent = measure(&mut about, source)?;
    let pace = extent.pace;
    if source.kind.is_screen() && pace > FASTEST {
        about.remarks.push(coarse(pace));
    }
    let range = about.range();
    let mut commands = Commands::default();
    let film = match source.kind.is_screen() {
        true => Some(film(&about, source, redactor, pace, &mut commands)?),
        false => None,
    };
    let spent = film.as_ref().map_or(0, Finished::size);
    let mut lines = Lines::new(source.kind, range.clone());
    let hidden = transcript(source, redactor, range.end, |line| {
        lines.push(line, &mut commands);
        fits(spent + lines.size() + commands.size())
    })?;
    about.hidden = Hidden::of(redactor, &hidden);
    let made = Made::of(&about, hidden, extent);
    let content = Content {
        about,
        film,
        lines: lines.into_array(),
        commands: commands.within(&range),
    };
    document::write(content, out).map_err(PageError::Write)?;
    Ok(made)
}

/// Says that not every picture of a long recording is here.
fn coarse(pace: Duration) -> String {
    let pace = pace.as_secs_f64();
    format!(
        "This recording is busy for so long that its screen is shown once in {pace:.2} s. The \
         transcript has every line."
    )
}

/// The screen at `at` as SVG, everything of that moment included; without it, the last one. What
/// had no screen shows its transcript, which `storage` keeps meanwhile.
///
/// # Errors
///
/// A recording that cannot be read.
pub fn picture<R: Read + Seek + Clone>(
    mut about: About,
    source: &Source<R>,
    redactor: &Redactor,
    at: Option<Duration>,
    storage: Box<dyn Storage>,
) -> Result<(String, Made), PageError> {
    let extent = measure(&mut about, source)?;
    let at = at.unwrap_or(about.length);
    let hidden = transcript(source, redactor, Duration::MAX, |_| Ok(()))?;
    about.hidden = Hidden::of(redactor, &hidden);
    let size = recorded_size(source, UNMEASURED);
    let picture = match source.kind.is_screen() {
        true => still(&about, Streamed::new(source, redactor.clone())?, size, at),
        false => still(
            &about,
            Spooled::new(source, redactor.clone(), storage)?,
            size,
            at,
        ),
    };
    Ok((picture?, Made::of(&about, hidden, extent)))
}

fn still<T: Tape>(about: &About, tape: T, size: Size, at: Duration) -> Result<String, PageError> {
    let mut walk = Walk::new(tape, size, false);
    while walk.due().is_some_and(|due| due <= at) {
        walk.step();
    }
    match walk.fault() {
        Some(fault) => Err(fault.clone().into()),
        None => Ok(svg(about, walk.screen(), at)),
    }
}

/// What a first reading finds besides what is said of the recording.
struct Extent {
    /// The shortest time between two pictures.
    pace: Duration,
    /// Events in the clip.
    within: u64,
    warnings: Warnings,
}

/// Reads everything once for what must be known first.
fn measure<R: Read + Seek + Clone>(
    about: &mut About,
    source: &Source<R>,
) -> Result<Extent, PageError> {
    let mut reader = source.input.open()?;
    let (mut event, mut pace) = (Event::empty(), Pace::default());
    let (range, mut within) = (about.range(), 0);
    while reader.read(&mut event)? {
        about.events += 1;
        about.length = event.time;
        within += u64::from(range.contains(&event.time));
        if event.code.is_shown() {
            pace.push(event.time);
        }
    }
    let mut bytes = source.input.bytes.clone();
    let whole = bytes.seek(SeekFrom::Start(0)).and_then(|_| sha256(bytes));
    about.sha256 = whole.map_err(ReadError::Io)?;
    let remarks = reader.warnings().to_string();
    about.remarks.extend(remarks.lines().map(str::to_owned));
    Ok(Extent {
        pace: pace.shortest(),
        within,
        warnings: reader.warnings().clone(),
    })
}

/// True to its bound, a page opens within seconds.
fn fits(size: u64) -> Result<(), PageError> {
    match size > LARGEST {
        true => Err(PageError::TooLarge),
        false => Ok(()),
    }
}

fn film<R: Read + Seek + Clone>(
    about: &About,
    source: &Source<R>,
    redactor: &Redactor,
    pace: Duration,
    commands: &mut Commands,
) -> Result<Finished, PageError> {
    let tape = Streamed::new(source, redactor.clone())?;
    let size = recorded_size(source, UNMEASURED);
    let mut walk = Walk::new(tape, size, source.kind == Kind::Terminal);
    let range = about.range();
    let mut film = Film::new(size, range.clone(), pace);
    while let Some(due) = walk.due().filter(|due| *due < range.end) {
        film.advance(due, walk.screen());
        for label in walk.step() {
            commands.push(due, &label);
        }
        fits(film.size() + commands.size())?;
    }
    match walk.fault() {
        Some(fault) => Err(fault.clone().into()),
        None => Ok(film.finish(walk.screen())),
    }
}

/// Reads the transcript, its secrets taken out, up to `until`, and counts them.
fn transcript<R: Read + Seek + Clone>(
    source: &Source<R>,
    redactor: &Redactor,
    until: Duration,
    mut take: impl FnMut(&Line) -> Result<(), PageError>,
) -> Result<Report, PageError> {
    let size = recorded_size(source, Size::ASSUMED);
    // What a screen showed is redacted as it was printed, so that the transcript and the pictures
    // hide the same; what a protocol said, as it is told.
    let before = match source.kind.is_screen() {
        true => redactor.clone(),
        false => Redactor::off(),
    };
    let mut reader = source.input.open()?;
    let mut events = redact::Redacted::new(&mut reader, before);
    let mut transcript = Transcript::new(source.kind, size).marking(redactor);
    let mut redacted = Redacted::new(redactor.clone());
    let (mut lines, mut ready) = (Vec::new(), Vec::new());
    for event in events.by_ref() {
        let event = event?;
        if event.time >= until {
            break;
        }
        transcript.push(&event, &mut lines);
        for mut line in lines.drain(..) {
            if source.kind.is_screen() && line.tone == Tone::Plain {
                // A prompt waits for its command: the line was there when it was whole.
                line.time = event.time;
            }
            redacted.push(line, &mut ready);
        }
        ready.drain(..).try_for_each(|line| take(&line))?;
    }
    transcript.finish(&mut lines);
    for line in lines.drain(..) {
        redacted.push(line, &mut ready);
    }
    redacted.finish(&mut ready);
    ready.drain(..).try_for_each(|line| take(&line))?;
    let mut report = events.report().clone();
    report.merge(redacted.report());
    transcript.report().iter().for_each(|own| report.merge(own));
    Ok(report)
}
