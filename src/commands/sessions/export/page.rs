//! What the page and the picture of a session say about it, and of which moment a picture is.

use std::io::Write;

use anyhow::Context as _;
use bytes::Bytes;
use tempfile::SpooledTempFile;
use url::Url;

use crate::commands::sessions::stored::Stored;
use crate::context::Context;
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::error::UsageError;
use crate::gateway::Gateway;
use crate::page::{self, About, PageError};
use crate::recording::{Event, Header, Kind, Strictness};
use crate::replay::{self, Clip, Input, Origin, Point, Source};

/// What of a transcript is kept in memory while it is drawn.
const TRANSCRIPT: usize = 4 << 20;

/// A recording and what is said of it.
pub struct Shown {
    source: Source<Stored>,
    about: About,
    redactor: Redactor,
    options: replay::Options,
}

impl Shown {
    /// A session's recording, as the gateway sent it.
    pub fn of_session(
        context: &Context,
        gateway: &Gateway,
        session: &Session,
        received: Bytes,
        redactor: Redactor,
    ) -> anyhow::Result<Self> {
        let bytes = Stored::of_bytes(received).context("keep the recording")?;
        let input = Input {
            length: bytes.length(),
            bytes,
            timing: None,
            strictness: Strictness::Lenient,
        };
        let preview: Vec<Event> = input.open()?.preview()?;
        let kind = Kind::of_session(session, &preview);
        let origin = Origin {
            start: Some(session.start_date),
            tz: context.ui.options().tz.clone(),
        };
        Ok(Self {
            about: about(gateway, session, kind),
            source: Source {
                kind,
                header: Header::of_session(session),
                input,
            },
            redactor,
            options: replay::Options {
                origin,
                ..replay::Options::default()
            },
        })
    }

    /// Leaves out what is not in `clip`.
    pub fn clip(&mut self, clip: &Clip) -> anyhow::Result<()> {
        let range = replay::resolve(&self.source, clip, &self.options, storage());
        self.about.clip = Some(range.map_err(UsageError::new)?);
        Ok(())
    }

    /// Writes the page; answers the number of events.
    pub fn html(self, out: &mut impl Write) -> anyhow::Result<u64> {
        let written = page::html(self.about, &self.source, &self.redactor, out);
        written.map_err(|error| match error {
            // Its cause decides what it means: a reader that went away is no failure.
            PageError::Write(error) => error.into(),
            error => error.into(),
        })
    }

    /// Draws the screen at a place; answers it, and the number of events.
    pub fn svg(self, at: Option<&Point>) -> anyhow::Result<(String, u64)> {
        let at = match at {
            None => None,
            Some(point) => {
                let clip = Clip {
                    from: Some(point.clone()),
                    until: None,
                };
                let range = replay::resolve(&self.source, &clip, &self.options, storage());
                Some(range.map_err(UsageError::new)?.start)
            }
        };
        let Self {
            source,
            about,
            redactor,
            ..
        } = self;
        Ok(page::picture(about, &source, &redactor, at, storage())?)
    }
}

fn storage() -> Box<SpooledTempFile> {
    Box::new(SpooledTempFile::new(TRANSCRIPT))
}

fn about(gateway: &Gateway, session: &Session, kind: Kind) -> About {
    let title = Header::of_session(session).title.unwrap_or_default();
    let connection = &session.connection;
    About {
        session: Some(session.id.clone()),
        gateway: Url::parse(gateway.page_base()).ok(),
        page: Url::parse(&gateway.page_of(&session.id)).ok(),
        identity: Some(session.identity.label().to_owned()),
        connection: Some(format!("{} ({})", connection.name, connection.full_type())),
        outcome: Some(session.outcome().as_str().to_owned()),
        started: Some(session.start_date),
        remarks: remarks(session),
        ..About::new(title, kind)
    }
}

/// What makes the recording less than the session was.
fn remarks(session: &Session) -> Vec<String> {
    let mut remarks = Vec::new();
    if !session.is_done() {
        remarks.push("The session was not over: this is what the gateway had stored.".to_owned());
    }
    if session.metrics.is_truncated {
        remarks.push("The recording passed 110 MiB, and the gateway kept no more.".to_owned());
    }
    remarks
}
