//! Where a recording comes from.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::Replay;
use crate::context::Context;
use crate::error::UsageError;
use crate::recording::{Event, Header, Kind, ReadError, Reader, Strictness};
use crate::replay::{Input, Source};
use crate::sources::{self, SessionRef, Stored};

/// A recording that can be played.
pub struct Loaded {
    pub source: Source<Stored>,
    /// When it began.
    pub start: Option<Timestamp>,
}

pub async fn load(context: &Context, args: &Replay) -> anyhow::Result<Loaded> {
    match is_file(&args.session) {
        true => load_file(args),
        false => load_session(context, args).await,
    }
}

/// What exists and is no folder is a file; so is standard input.
fn is_file(given: &str) -> bool {
    let path = Path::new(given);
    given == "-" || (path.exists() && !path.is_dir())
}

fn load_file(args: &Replay) -> anyhow::Result<Loaded> {
    let given = &args.session;
    let input = file_input(args).with_context(|| format!("read {given}"))?;
    let (reader, preview) = begin(&input).with_context(|| format!("read {given}"))?;
    if preview.is_empty() {
        bail!("the recording is empty");
    }
    let header = reader.header().clone();
    Ok(Loaded {
        start: header
            .timestamp
            .and_then(|second| Timestamp::from_second(second).ok()),
        source: Source {
            kind: reader.kind().unwrap_or_else(|| Kind::of_events(&preview)),
            header,
            input,
        },
    })
}

fn file_input(args: &Replay) -> io::Result<Input<Stored>> {
    let bytes = match args.session.as_str() {
        "-" => Stored::copy_of(io::stdin().lock())?,
        path => Stored::of_file(File::open(path)?)?,
    };
    let timing = args
        .timing
        .as_ref()
        .map(|path| Stored::of_file(File::open(path)?));
    Ok(Input {
        length: bytes.length(),
        bytes,
        timing: timing.transpose()?,
        strictness: match args.lenient {
            true => Strictness::Lenient,
            false => Strictness::Strict,
        },
    })
}

/// A reader, and its first events; none where there are none at all.
fn begin(input: &Input<Stored>) -> Result<(Reader<Stored>, Vec<Event>), ReadError> {
    let mut reader = input.open()?;
    let preview = reader.preview()?;
    if preview.is_empty() {
        // Either it has none, or the first one is broken.
        reader.read(&mut Event::empty())?;
    }
    Ok((reader, preview))
}

async fn load_session(context: &Context, args: &Replay) -> anyhow::Result<Loaded> {
    let reference = SessionRef::parse(&args.session)
        .map_err(|error| UsageError::with_hint(error.to_string(), "a recording file must exist"))?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let id = sources::find(&gateway, &reference, context.now()).await?;
    let progress = context.ui.progress("fetching the recording");
    let cache = args.cache.open(context, &gateway).await?;
    let (session, stored) = sources::recording(&gateway, &id, cache.map(Arc::new)).await?;
    drop(progress);
    let Some(bytes) = stored else {
        bail!(
            "the gateway gives no recording of session {id}: nothing was recorded, or the token's role may not read it"
        );
    };
    let input = Input {
        length: bytes.length(),
        bytes,
        timing: None,
        strictness: Strictness::Lenient,
    };
    let (_, preview) =
        begin(&input).with_context(|| format!("read the recording of session {id}"))?;
    if preview.is_empty() {
        bail!("the recording is empty");
    }
    if !session.is_done() {
        context
            .ui
            .status("the session is not over: this is what the gateway has stored so far");
    }
    Ok(Loaded {
        start: Some(session.start_date),
        source: Source {
            kind: Kind::of_session(&session, &preview),
            header: Header::of_session(&session),
            input,
        },
    })
}
