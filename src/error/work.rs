//! What happened to the work itself: events, files, positions, spool and queue, pages.

use std::io;

use super::remote::of_datadog;
use super::{Exit, Verdict};
use crate::delivery::dead_letter::DeadLetterError;
use crate::delivery::queue::QueueError;
use crate::delivery::spool::NotStored;
use crate::delivery::state::StateError;
use crate::delivery::{Cause, DeliveryError, FileError};
use crate::monitors::as_code::AsCodeError;
use crate::page::PageError;
pub(super) fn of_as_code(error: &AsCodeError) -> Verdict {
    match error {
        AsCodeError::Datadog(error) => of_datadog(error),
        AsCodeError::Stopped => Verdict::plain(Exit::Interrupted),
        error => Verdict {
            exit: Exit::Failed,
            hints: error.way_out().into_iter().collect(),
        },
    }
}

/// When several hold: credentials, then work kept, then unreachable (`design.md` §2).
pub(super) fn of_delivery(error: &DeliveryError) -> Verdict {
    let again = "run the same command again: an event that arrives twice has the same evt.id";
    let verdict = match &error.cause {
        Cause::KeyRefused(trouble) if trouble.is_foreign => {
            let hint = "ddctl sends a key to Datadog alone: let the receiver take spans from here \
                        without one, or name a collector that has it";
            return Verdict::hinted(Exit::Credentials, hint);
        }
        Cause::NotAnIntake(trouble) | Cause::Misconfigured(trouble) if trouble.is_foreign => {
            let hint = "is OTLP over HTTP switched on there, and is it its port, 4318 as a rule?";
            Verdict::hinted(Exit::Failed, hint)
        }
        Cause::KeyRefused(_) => {
            let hint = "`ddctl validate --all-sites` says which site the key belongs to";
            return Verdict::hinted(Exit::Credentials, hint);
        }
        Cause::Unreachable(_) | Cause::OutOfTime => Verdict::hinted(Exit::Unreachable, again),
        Cause::NotAnIntake(_) | Cause::Misconfigured(_) => Verdict::hinted(
            Exit::Failed,
            "check --site and what stands between here and Datadog",
        ),
        Cause::DeadLetters(error) => of_dead_letters(error),
        Cause::State(error) => of_state(error),
    };
    match error.summary.dead_letters {
        0 => verdict,
        _ => Verdict {
            exit: Exit::WorkKept,
            ..verdict
        },
    }
}

pub(super) fn of_dead_letters(error: &DeadLetterError) -> Verdict {
    Verdict {
        exit: Exit::Failed,
        hints: error.hint().map(str::to_owned).into_iter().collect(),
    }
}

pub(super) fn of_state(error: &StateError) -> Verdict {
    Verdict {
        exit: Exit::Failed,
        hints: error.hint().map(str::to_owned).into_iter().collect(),
    }
}

pub(super) fn of_queue(error: &QueueError) -> Verdict {
    match error {
        QueueError::Address { .. } => Verdict::plain(Exit::Usage),
        QueueError::Credential | QueueError::Creds | QueueError::Refused { .. } => Verdict::hinted(
            Exit::Credentials,
            "give --queue-credential-file FILE with a token, with user:password, or a .creds file",
        ),
        QueueError::SetUp { .. } => Verdict::hinted(
            Exit::Failed,
            "the server needs JetStream (`nats-server --jetstream`), and the user the right to make \
             streams; `--queue-replicas 1` where there are fewer than three servers",
        ),
        QueueError::Unfit { .. } => Verdict::hinted(
            Exit::Failed,
            "let ddctl make it: move its messages elsewhere and remove it, or use another profile",
        ),
        QueueError::TooLarge { .. } | QueueError::Overtaken { .. } => Verdict::plain(Exit::Failed),
        QueueError::Connect { .. }
        | QueueError::Full { .. }
        | QueueError::Unconfirmed { .. }
        | QueueError::Unanswered { .. } => Verdict::plain(Exit::Unreachable),
    }
}

pub(super) fn of_spool(error: &NotStored) -> Option<Verdict> {
    match error {
        NotStored::State(error) => Some(of_state(error)),
        NotStored::Queue(error) => Some(of_queue(error)),
        NotStored::NoRoom(_) | NotStored::Closed => None,
    }
}

pub(super) fn of_file(error: &FileError) -> Verdict {
    match error {
        FileError::Exists { .. } | FileError::NotAFile { .. } | FileError::NoFolder { .. } => {
            Verdict::plain(Exit::Usage)
        }
        FileError::FolderGone { .. } | FileError::DiskFull { .. } | FileError::Io { .. } => {
            Verdict::plain(Exit::Failed)
        }
    }
}

pub(super) fn of_page(error: &PageError) -> Option<Verdict> {
    matches!(error, PageError::TooLarge).then(|| {
        Verdict::hinted(
            Exit::Failed,
            "cut a part out with --clip A..B, or take all as --to FILE.cast or FILE.txt",
        )
    })
}

/// A reader that went away is no failure.
pub(super) fn of_io(error: &io::Error) -> Option<Verdict> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Some(Verdict::plain(Exit::Done)),
        io::ErrorKind::StorageFull => Some(Verdict::hinted(
            Exit::Failed,
            "the disk is full; nothing was left behind",
        )),
        _ => None,
    }
}
