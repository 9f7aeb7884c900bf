//! Recordings as files: asciicast v3, or readable text.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;
use serde::Serialize;

use super::Selection;
use super::destination::Target;
use super::page;
use super::scope;
use crate::context::Context;
use crate::delivery::AtomicFile;
use crate::domain::redaction::Redactor;
use crate::domain::session::{NO_EXIT_CODE, Session};
use crate::error::{Exit, UsageError};
use crate::gateway::Gateway;
use crate::page::PageError;
use crate::recording::{
    Code, Event, Header, Kind, ReadError, Strictness, asciicast, open, redact, transcript,
};
use crate::replay::{Clip, Point};
use crate::sources::{self, SessionFilter};
use crate::ui::{self, counted};

/// How a recording is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Cast,
    Txt,
    /// One page that plays it.
    Html,
    /// A picture of the screen.
    Svg,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Cast => "cast",
            Format::Txt => "txt",
            Format::Html => "html",
            Format::Svg => "svg",
        }
    }
}

/// Where the recordings go, and what of them.
pub struct Options {
    pub target: Target,
    pub format: Format,
    pub overwrite: bool,
    pub include_input: bool,
    pub allow_download: bool,
    pub redactor: Redactor,
    /// The part of a page.
    pub clip: Option<Clip>,
    /// The moment of a picture.
    pub at: Option<Point>,
}

/// One file that was written; the shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Written {
    session: String,
    file: String,
    #[serde(flatten)]
    content: Content,
}

/// What was written of a recording.
#[derive(Debug, Serialize)]
struct Content {
    events: u64,
    /// True where the recording has events, and none of those written shows anything.
    #[serde(skip)]
    is_silent: bool,
}

pub async fn run(
    context: &Context,
    gateway: &Gateway,
    selection: &Selection,
    filter: &SessionFilter,
    limit: Option<usize>,
    options: Options,
) -> anyhow::Result<Exit> {
    check_downloads(gateway, options.allow_download).await?;
    let ids = ids(context, gateway, selection, filter, limit).await?;
    let writer = Writer {
        context,
        gateway,
        options,
    };
    let mut written = Vec::new();
    let mut failed = 0;
    let progress = context.ui.progress("exporting recordings");
    for (done, id) in ids.iter().enumerate() {
        progress.set(&format!("{done} of {}", ids.len()));
        match writer.write(id, ids.len()).await {
            Ok(Some(file)) => written.push(file),
            Ok(None) => context.ui.status(&format!("session {id} has no recording")),
            // One that cannot be read must not hold back the rest.
            Err(error) if ids.len() > 1 && is_of_recording(&error) => {
                failed += 1;
                context.ui.warning(&format!("session {id}: {error:#}"));
            }
            Err(error) => return Err(error),
        }
    }
    drop(progress);
    writer.conclude(&written)?;
    Ok(if failed > 0 { Exit::Failed } else { Exit::Done })
}

/// What the gateway's own page would refuse is refused here, unless somebody says so.
async fn check_downloads(gateway: &Gateway, allowed: bool) -> anyhow::Result<()> {
    if !allowed && gateway.server_info().await?.disable_sessions_download {
        return Err(UsageError::with_hint(
            "the gateway has downloads of recordings switched off",
            "--allow-download takes them all the same",
        )
        .into());
    }
    Ok(())
}

async fn ids(
    context: &Context,
    gateway: &Gateway,
    selection: &Selection,
    filter: &SessionFilter,
    limit: Option<usize>,
) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::new();
    match selection {
        Selection::Range(range) => {
            scope::warn_where_partial(context, gateway).await;
            sources::list(gateway, *range, filter, limit, |session| {
                ids.push(session.id)
            })
            .await?;
        }
        Selection::Sessions(references) => {
            for reference in references {
                ids.push(sources::find(gateway, reference, context.now()).await?);
            }
        }
    }
    Ok(ids)
}

struct Writer<'a> {
    context: &'a Context,
    gateway: &'a Gateway,
    options: Options,
}

impl Writer<'_> {
    /// Writes one recording; `None` where there is none.
    async fn write(&self, id: &str, of: usize) -> anyhow::Result<Option<Written>> {
        let target = self.path(id, of)?;
        // A target that cannot be written is found before the recording is fetched.
        let file = target
            .as_deref()
            .map(|path| AtomicFile::create(path, self.options.overwrite))
            .transpose()?;
        let (session, bytes) = self.gateway.session_with_recording(id).await?;
        let Some(bytes) = bytes else { return Ok(None) };
        let (recording, warnings) = open(&bytes[..], Strictness::Lenient)?.into_recording()?;
        for warning in warnings.to_string().lines() {
            self.context.ui.warning(&format!("session {id}: {warning}"));
        }
        let events = recording.events;
        let (shown, content) = match file {
            Some(mut file) => {
                let content = self
                    .encode(&session, &bytes, events, &mut file)
                    .map_err(|error| explained(error, &file))?;
                (file.commit()?.display().to_string(), content)
            }
            None => {
                let content =
                    self.encode(&session, &bytes, events, &mut self.context.ui.stdout())?;
                ("-".to_owned(), content)
            }
        };
        Ok(Some(Written {
            session: session.id,
            file: shown,
            content,
        }))
    }

    /// The file of one recording: the one named, or one in the folder named.
    fn path(&self, id: &str, of: usize) -> anyhow::Result<Option<PathBuf>> {
        let Target::Path(path) = &self.options.target else {
            return match (self.options.format, of) {
                (format @ (Format::Cast | Format::Html | Format::Svg), 2..) => {
                    Err(UsageError::with_hint(
                        format!(
                            "{of} recordings do not fit into one {} file",
                            format.ending()
                        ),
                        "name a folder (--to DIR/), or one session",
                    )
                    .into())
                }
                _ => Ok(None),
            };
        };
        if is_folder(path) {
            std::fs::create_dir_all(path).with_context(|| format!("make {}", path.display()))?;
            return Ok(Some(
                path.join(format!("{id}.{}", self.options.format.ending())),
            ));
        }
        match of {
            1 => Ok(Some(path.clone())),
            _ => Err(UsageError::with_hint(
                format!("{of} recordings do not fit into one file"),
                format!("name a folder: --to {}/", path.with_extension("").display()),
            )
            .into()),
        }
    }

    fn encode(
        &self,
        session: &Session,
        received: &Bytes,
        events: Vec<Event>,
        out: &mut impl Write,
    ) -> anyhow::Result<Content> {
        let kind = Kind::of_session(session, &events);
        match self.options.format {
            Format::Txt => {
                let lines = transcript::redacted(kind, &events, &self.options.redactor);
                transcript::write(&lines, out)?;
                Ok(Content {
                    events: events.len() as u64,
                    is_silent: false,
                })
            }
            Format::Html | Format::Svg => {
                let events = self.show(session, received.clone(), out)?;
                Ok(Content {
                    events,
                    is_silent: false,
                })
            }
            Format::Cast => {
                let keeps = |event: &Event| self.options.include_input || event.code != Code::Input;
                let had_events = !events.is_empty();
                let events = redact::events(events, &self.options.redactor);
                let mut events: Vec<Event> = events.into_iter().filter(keeps).collect();
                events.extend(exit_event(session, events.last()));
                asciicast::write_v3(&Header::of_session(session), &events, out)?;
                Ok(Content {
                    events: events.len() as u64,
                    is_silent: had_events && !events.iter().any(|event| event.code.is_shown()),
                })
            }
        }
    }

    /// A page, or a picture; answers the number of events.
    fn show(
        &self,
        session: &Session,
        received: Bytes,
        out: &mut impl Write,
    ) -> anyhow::Result<u64> {
        let redactor = self.options.redactor.clone();
        let mut shown =
            page::Shown::of_session(self.context, self.gateway, session, received, redactor)?;
        if let Some(clip) = &self.options.clip {
            shown.clip(clip)?;
        }
        if self.options.format == Format::Svg {
            let (picture, events) = shown.svg(self.options.at.as_ref())?;
            out.write_all(picture.as_bytes())?;
            return Ok(events);
        }
        shown.html(out)
    }

    fn conclude(&self, written: &[Written]) -> anyhow::Result<()> {
        let ui = &self.context.ui;
        if matches!(self.options.target, Target::Path(_)) && ui.format() != ui::Format::Table {
            return ui.list(written, "", ui::Table::new);
        }
        match written {
            [] => ui.status("no recording was written"),
            [one] => ui.status(&format!(
                "{} of session {} to {}",
                counted(one.content.events, "event"),
                one.session,
                if one.file == "-" { "stdout" } else { &one.file }
            )),
            many => ui.status(&format!("{} recordings written", many.len())),
        }
        let silent = written.iter().filter(|one| one.content.is_silent).count();
        if silent > 0 {
            ui.status(&format!(
                "{} without output, as of native database clients: --format txt shows what was \
                 sent, --include-input keeps it",
                counted(silent as u64, "recording")
            ));
        }
        Ok(())
    }
}

/// True for what is wrong with one recording and not with the next.
fn is_of_recording(error: &anyhow::Error) -> bool {
    error.is::<ReadError>() || error.is::<PageError>()
}

/// What went wrong with the file says so; the rest is the recording's.
fn explained(error: anyhow::Error, file: &AtomicFile) -> anyhow::Error {
    match error.downcast::<std::io::Error>() {
        Ok(error) => file.explain(error).into(),
        Err(error) => error,
    }
}

/// A path that ends in a slash means a folder, whether or not it is there yet.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// The last event of a finished recording: how the session ended, where that is known.
fn exit_event(session: &Session, last: Option<&Event>) -> Option<Event> {
    let code = session.exit_code.filter(|code| *code != NO_EXIT_CODE)?;
    Some(Event {
        time: last.map_or(Default::default(), |event| event.time),
        code: Code::Exit,
        data: code.to_string().into_bytes(),
        index: last.map_or(0, |event| event.index + 1),
    })
}
