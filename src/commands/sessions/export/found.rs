//! One recording that is to be written: a local file, or a session of the gateway.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::domain::session::Session;
use crate::gateway::Gateway;
use crate::recording::{Event, Header, Kind, ReadError, Strictness};
use crate::replay::{Input, Source};
use crate::sources::{self, Cache, Stored};

/// A recording that can be read.
pub struct Found {
    pub source: Source<Stored>,
    /// Of the gateway, where it is one.
    pub session: Option<Session>,
}

/// Opens a recording file, or standard input.
///
/// # Errors
///
/// What cannot be read, and what is no recording.
pub async fn file(
    given: String,
    timing: Option<PathBuf>,
    strictness: Strictness,
) -> anyhow::Result<Found> {
    // Standard input may take as long as it likes; the command can be interrupted meanwhile.
    let open = move || open(&given, timing.as_deref(), strictness);
    tokio::task::spawn_blocking(open).await?
}

fn open(given: &str, timing: Option<&Path>, strictness: Strictness) -> anyhow::Result<Found> {
    let bytes = match given {
        "-" => Stored::copy_of(io::stdin().lock()),
        path => File::open(path).and_then(Stored::of_file),
    };
    let bytes = bytes.with_context(|| format!("read {given}"))?;
    let timing = timing.map(|path| {
        let opened = File::open(path).and_then(Stored::of_file);
        opened.with_context(|| format!("read {}", path.display()))
    });
    let input = Input {
        length: bytes.length(),
        bytes,
        timing: timing.transpose()?,
        strictness,
    };
    let source = source(input, None).with_context(|| format!("read {given}"))?;
    Ok(Found {
        source,
        session: None,
    })
}

/// Fetches the recording of a session; `None` where there is none.
pub async fn session(
    gateway: &Gateway,
    id: &str,
    cache: Option<Arc<Cache>>,
) -> anyhow::Result<Option<Found>> {
    let (session, stored) = sources::recording(gateway, id, cache).await?;
    let Some(bytes) = stored else {
        return Ok(None);
    };
    let input = Input {
        length: bytes.length(),
        bytes,
        timing: None,
        // The gateway wrote it, and nobody can mend it.
        strictness: Strictness::Lenient,
    };
    Ok(Some(Found {
        source: source(input, Some(&session))?,
        session: Some(session),
    }))
}

fn source(input: Input<Stored>, session: Option<&Session>) -> Result<Source<Stored>, ReadError> {
    let mut reader = input.open()?;
    let preview = reader.preview()?;
    if preview.is_empty() {
        // Either it has none, or the first one is broken.
        reader.read(&mut Event::empty())?;
    }
    Ok(Source {
        kind: match session {
            Some(session) => Kind::of_session(session, &preview),
            None => reader.kind().unwrap_or_else(|| Kind::of_events(&preview)),
        },
        header: match session {
            Some(session) => Header::of_session(session),
            None => reader.header().clone(),
        },
        input,
    })
}
