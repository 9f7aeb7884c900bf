//! The work on one recording, in a thread of its own: it ends when nobody waits for it any more.

use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::digest::LateDigest;
use super::page;
use crate::delivery::{AtomicFile, Hashing, Written};
use crate::domain::redaction::Redactor;
use crate::page::{About as PageAbout, Made, PageError};
use crate::recording::convert::{self, ConvertError, Options};
use crate::recording::redact::Report;
use crate::recording::{ReadError, Warnings};
use crate::replay::{Clip, Input, Origin, Point, Source};
use crate::sources::Stored;
use crate::ui::Ui;

/// Pieces that wait for stdout.
const WAITING: usize = 4;

/// What is written to a file at once.
const CHUNK: usize = 64 * 1024;

/// One recording and what is wanted of it. Its clip is not settled yet.
pub struct Conversion<B = Stored> {
    pub source: Source<B>,
    pub clip: Option<Clip>,
    pub origin: Origin,
    pub redactor: Redactor,
    pub shape: Shape,
}

/// What a recording becomes.
pub enum Shape {
    /// Another recording, text or rows.
    Converted {
        target: convert::Target,
        about: convert::About,
        include_input: bool,
        exit_code: Option<i64>,
    },
    /// A page that plays it.
    Page(Box<PageAbout>),
    /// Its screen at a moment; without one, at the end.
    Picture(Box<PageAbout>, Option<Point>),
}

/// A recording that has been written.
pub struct Converted {
    pub events: u64,
    /// Secrets that were taken out.
    pub hidden: Report,
    /// Of the recording as received.
    pub sha256: String,
    /// True where it has events, and none of those written shows anything.
    pub is_silent: bool,
    pub warnings: Warnings,
}

impl Conversion {
    /// Writes to a file, which then is in its place.
    pub async fn write_file(
        self,
        mut file: AtomicFile,
    ) -> anyhow::Result<(Converted, Written, PathBuf)> {
        let stop = Stop::default();
        let mut out = BufWriter::with_capacity(CHUNK, Hashing::new(file.handle()?));
        let conversion = self.watched(&stop);
        let work = move || {
            let converted = conversion.run(&mut out)?;
            out.flush().map_err(ConvertError::Write)?;
            anyhow::Ok((converted, out.get_ref().written().clone()))
        };
        // The file stays here, so that it goes when this is given up, even if the thread goes on.
        match tokio::task::spawn_blocking(work).await? {
            Ok((converted, written)) => Ok((converted, written, file.commit()?)),
            Err(error) => Err(explained(error, &file)),
        }
    }

    /// Writes to stdout.
    pub async fn write_stdout(self, ui: &Ui) -> anyhow::Result<(Converted, Written)> {
        let stop = Stop::default();
        let (pieces, mut incoming) = mpsc::channel(WAITING);
        let conversion = self.watched(&stop);
        let work = move || {
            let mut out = BufWriter::with_capacity(CHUNK, Hashing::new(Pieces(pieces)));
            let converted = conversion.run(&mut out)?;
            out.flush().map_err(ConvertError::Write)?;
            anyhow::Ok((converted, out.get_ref().written().clone()))
        };
        let work = tokio::task::spawn_blocking(work);
        let mut out = ui.stdout();
        while let Some(piece) = incoming.recv().await {
            out.write_all(&piece)?;
        }
        out.flush()?;
        work.await?.map_err(plain)
    }

    fn watched(self, stop: &Stop) -> Conversion<Watched> {
        let watched = |inner| Watched {
            inner,
            stop: Arc::clone(&stop.0),
        };
        let input = self.source.input;
        Conversion {
            source: Source {
                input: Input {
                    bytes: watched(input.bytes),
                    length: input.length,
                    timing: input.timing.map(watched),
                    strictness: input.strictness,
                },
                kind: self.source.kind,
                header: self.source.header,
            },
            clip: self.clip,
            origin: self.origin,
            redactor: self.redactor,
            shape: self.shape,
        }
    }
}

impl Conversion<Watched> {
    fn run(self, mut out: &mut dyn Write) -> anyhow::Result<Converted> {
        let Self {
            source,
            clip,
            origin,
            redactor,
            shape,
        } = self;
        let clip = match clip {
            Some(clip) => Some(page::clip_times(&source, &clip, origin.clone())?),
            None => None,
        };
        match shape {
            Shape::Converted {
                target,
                about,
                include_input,
                exit_code,
            } => {
                let digest = LateDigest::begin(source.input.bytes.clone());
                let options = Options {
                    target,
                    kind: source.kind,
                    header: Some(source.header.clone()),
                    about,
                    redactor,
                    include_input,
                    clip,
                    exit_code,
                    sha256: &|| digest.get(),
                };
                converted(&source, &options, out)
            }
            Shape::Page(mut about) => {
                about.clip = clip;
                let made = crate::page::html(*about, &source, &redactor, &mut out)?;
                Ok(made.into())
            }
            Shape::Picture(about, at) => {
                let at = at.map(|at| page::moment(&source, &at, origin));
                let storage = page::storage();
                let (picture, made) =
                    crate::page::picture(*about, &source, &redactor, at.transpose()?, storage)?;
                out.write_all(picture.as_bytes())
                    .map_err(ConvertError::Write)?;
                Ok(made.into())
            }
        }
    }
}

fn converted(
    source: &Source<Watched>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Converted> {
    let mut reader = source.input.open()?;
    let outcome = convert::convert(&mut reader, options, out)?;
    Ok(Converted {
        events: outcome.events,
        sha256: (options.sha256)().map_err(ReadError::Io)?,
        is_silent: outcome.events > 0 && !outcome.is_shown,
        hidden: outcome.report,
        warnings: reader.warnings().clone(),
    })
}

impl From<Made> for Converted {
    fn from(made: Made) -> Self {
        Self {
            events: made.events,
            hidden: made.hidden,
            sha256: made.sha256,
            is_silent: false,
            warnings: made.warnings,
        }
    }
}

/// What went wrong with the file says so; the rest is the recording's.
fn explained(error: anyhow::Error, file: &AtomicFile) -> anyhow::Error {
    let error = plain(error);
    match error.downcast::<io::Error>() {
        Ok(error) => file.explain(error).into(),
        Err(error) => error,
    }
}

/// Of the target the bare error, which decides what it means: a reader that went away is no failure.
fn plain(error: anyhow::Error) -> anyhow::Error {
    let error = match error.downcast::<ConvertError>() {
        Ok(ConvertError::Write(error)) => return error.into(),
        Ok(ConvertError::Read(error)) => return error.into(),
        Err(error) => error,
    };
    match error.downcast::<PageError>() {
        Ok(PageError::Write(error)) => error.into(),
        Ok(error) => error.into(),
        Err(error) => error,
    }
}

/// True for what is wrong with one recording and not with others.
pub fn is_of_recording(error: &anyhow::Error) -> bool {
    error.is::<ReadError>() || error.is::<PageError>()
}

/// Ends the work when it is dropped.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Bytes that can be read as long as somebody waits for what is made of them.
#[derive(Clone)]
pub struct Watched {
    inner: Stored,
    stop: Arc<AtomicBool>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.stop.load(Ordering::Relaxed) {
            true => Err(io::Error::other("it was given up")),
            false => self.inner.read(buffer),
        }
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// A writer whose bytes go to whoever owns stdout.
struct Pieces(mpsc::Sender<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.blocking_send(bytes.to_vec()) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
