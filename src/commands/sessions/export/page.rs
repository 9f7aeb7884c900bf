//! What the page and the picture of a recording say about it, and of which moment a picture is.

use std::io::{Read, Seek};
use std::time::Duration;

use jiff::Timestamp;
use tempfile::SpooledTempFile;
use url::Url;

use super::found::Found;
use crate::domain::session::Session;
use crate::error::UsageError;
use crate::gateway::Gateway;
use crate::page::About;
use crate::recording::Header;
use crate::replay::{self, Clip, Origin, Point, Source};

/// What of a transcript is kept in memory while it is drawn, or a clip's command is looked for.
const TRANSCRIPT: usize = 4 << 20;

/// Of a session of the gateway.
pub fn of_session(gateway: &Gateway, session: &Session, found: &Found) -> About {
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
        ..About::new(
            Header::of_session(session).title.unwrap_or_default(),
            found.source.kind,
        )
    }
}

/// Of a local file, which may have a title of its own.
pub fn of_file(name: String, found: &Found) -> About {
    let header = &found.source.header;
    let title = header.title.clone().filter(|title| !title.is_empty());
    About {
        started: header
            .timestamp
            .and_then(|second| Timestamp::from_second(second).ok()),
        file: Some(name.clone()),
        ..About::new(title.unwrap_or(name), found.source.kind)
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

/// The recorded times that a clip means.
pub fn clip_times<R: Read + Seek + Clone>(
    source: &Source<R>,
    clip: &Clip,
    origin: Origin,
) -> Result<std::ops::Range<Duration>, UsageError> {
    let options = replay::Options {
        origin,
        ..replay::Options::default()
    };
    replay::resolve(source, clip, &options, storage()).map_err(UsageError::new)
}

/// The recorded time of the moment that a picture is of.
pub fn moment<R: Read + Seek + Clone>(
    source: &Source<R>,
    at: &Point,
    origin: Origin,
) -> Result<Duration, UsageError> {
    let clip = Clip {
        from: Some(at.clone()),
        until: None,
    };
    Ok(clip_times(source, &clip, origin)?.start)
}

/// Where a transcript is kept meanwhile.
pub fn storage() -> Box<SpooledTempFile> {
    Box::new(SpooledTempFile::new(TRANSCRIPT))
}
