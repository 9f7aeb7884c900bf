//! What is asked before many lines of a file are sent, or lines that Datadog takes under another time
//! alone. A stream cannot be looked at before it is read.

use std::path::Path;
use std::{io, thread};

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::sync::oneshot;

use super::Source;
use crate::commands::sessions::export::Export;
use crate::commands::shipping::{MANY, are_late_wanted};
use crate::context::Context;
use crate::delivery::OLDEST;
use crate::delivery::state::FilePosition;
use crate::error::Exit;
use crate::sources::lines::{Ahead, Mark, Opened, ahead};

/// `None` where the run goes on, else how it ends.
///
/// # Errors
///
/// A file that cannot be read, and nobody who could be asked where no flag has answered.
pub(super) async fn goes_on(
    context: &Context,
    args: &Export,
    path: &Path,
    sources: &[Source],
) -> anyhow::Result<Option<Exit>> {
    let files = sources.iter().filter(|source| source.size.is_some());
    // What lacks most reads what the others lack as well.
    let furthest_behind = files.map(|source| source.ledger.position());
    let position = furthest_behind.min_by_key(|position| position.offset);
    let is_answered = context.ui.options().assume_yes || args.delivery.dry_run;
    let Some(position) = position.filter(|_| !is_answered) else {
        return Ok(None);
    };
    let old_before = (!args.delivery.is_late_told()).then(|| Timestamp::now() - OLDEST);
    let mut cancel = context.cancel();
    let looked = tokio::select! {
        looked = look(path, position.clone(), old_before) => looked,
        _ = cancel.wait_for(|is_asked| *is_asked) => return Ok(Some(Exit::Interrupted)),
    };
    let name = path.display();
    let ahead = looked.with_context(|| format!("cannot read {name}"))?;
    let old = ahead.first_old;
    let old = old.map(|line| format!("line {line} of {name}, perhaps more of it, happened"));
    let is_wanted =
        is_wanted_all(context, ahead)? && are_late_wanted(context, &args.delivery, old)?;
    if is_wanted {
        return Ok(None);
    }
    context.ui.status("nothing was sent");
    Ok(Some(Exit::Failed))
}

/// On a thread of its own, which is left alone where nobody waits for it any more.
async fn look(
    path: &Path,
    position: FilePosition,
    old_before: Option<Timestamp>,
) -> io::Result<Ahead> {
    let (done, looked) = oneshot::channel();
    let path = path.to_owned();
    thread::spawn(move || {
        // Whoever has gone needs no answer.
        let _ = done.send(look_from(&path, &position, old_before));
    });
    let ended = |_| io::Error::other("the thread that reads it has ended");
    looked.await.map_err(ended)?
}

fn look_from(
    path: &Path,
    position: &FilePosition,
    old_before: Option<Timestamp>,
) -> io::Result<Ahead> {
    let start = Mark {
        line: position.line,
        offset: position.offset,
    };
    match Opened::open(path)? {
        Opened::File(file) => ahead(
            file.from(position.offset)?,
            start,
            &position.beyond,
            old_before,
        ),
        // It was a file a moment ago; what is there now cannot be looked at.
        Opened::Stream(_) => Ok(Ahead::default()),
    }
}

fn is_wanted_all(context: &Context, ahead: Ahead) -> anyhow::Result<bool> {
    if ahead.lines <= MANY {
        return Ok(true);
    }
    let question = format!("Send {} lines?", ahead.lines);
    context.ui.confirm(&question, "--yes")
}
