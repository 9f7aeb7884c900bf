//! Why state cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::lock::Holder;

/// What goes wrong with rows, before it is known which file they are of.
#[derive(Debug, thiserror::Error)]
pub(in crate::delivery) enum RowError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A checksum is another one.
    #[error("a row of `{table}` of cursor {cursor} is not what was written")]
    Damaged { table: &'static str, cursor: i64 },
}

/// Nothing was changed where one of these is given.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("{} is damaged: {what}", path.display())]
    Damaged { path: PathBuf, what: String },
    #[error(
        "{} was written by a newer ddctl (its form is {found}, this one knows {known})",
        path.display()
    )]
    Newer {
        path: PathBuf,
        found: i32,
        known: i32,
    },
    #[error("{} is in the form of an older ddctl", path.display())]
    Older { path: PathBuf },
    #[error("{} is an SQLite file of another program", path.display())]
    Foreign { path: PathBuf },
    #[error("{} is in use by {}", path.display(), told(holder.as_ref()))]
    Held {
        path: PathBuf,
        /// `None` where the file does not say.
        holder: Option<Holder>,
    },
    #[error("the receipts in {} are damaged: {what}", path.display())]
    Receipts { path: PathBuf, what: String },
    #[error("the disk has no room for {}", path.display())]
    Full { path: PathBuf },
    #[error("cannot use {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot use {}", path.display())]
    Sqlite {
        path: PathBuf,
        source: rusqlite::Error,
    },
}

impl StateError {
    pub(in crate::delivery) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => StateError::Full { path },
            _ => StateError::Io { path, source },
        }
    }

    /// What an error means for the file at `path`.
    pub(in crate::delivery) fn of(path: &Path, error: impl Into<RowError>) -> Self {
        let path = path.to_owned();
        let error = match error.into() {
            RowError::Sqlite(error) => error,
            error @ RowError::Damaged { .. } => {
                let what = error.to_string();
                return StateError::Damaged { path, what };
            }
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StateError::Damaged {
                path,
                what: error.to_string(),
            },
            Some(ErrorCode::DiskFull) => StateError::Full { path },
            _ if is_out_of_room(&error) => StateError::Full { path },
            _ => StateError::Sqlite {
                path,
                source: error,
            },
        }
    }

    /// What helps.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            StateError::Damaged { .. } => Some(
                "`ddctl state repair` keeps every row that is what was written, and says what it could \
                 not keep",
            ),
            StateError::Receipts { .. } => Some(
                "`ddctl receipts list --check` names what is wrong; move the folder away to begin a \
                 new chain",
            ),
            StateError::Newer { .. } => Some("use the ddctl that wrote it, or a newer one"),
            StateError::Older { .. } => Some("the next export brings it up to date"),
            StateError::Foreign { .. } => Some("move it away, or set XDG_STATE_HOME"),
            StateError::Held { .. } => Some("wait for it, or stop it"),
            StateError::Full { .. } => Some("free some space; nothing was lost"),
            StateError::Io { source, .. } => match source.kind() {
                io::ErrorKind::IsADirectory => Some("move it away, or set XDG_STATE_HOME"),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Some(
                    "let this user write there, or set XDG_STATE_HOME to a folder that is this user's",
                ),
                _ => None,
            },
            StateError::Sqlite { .. } => Some(
                "see whether the disk has room, and whether a file may grow there (`ulimit -f`); \
                 nothing was lost",
            ),
        }
    }
}

/// SQLite makes the index of its log large enough by writing to it, and tells a disk without room
/// for that as an input error: <https://www.sqlite.org/rescode.html#ioerr_shmsize>.
fn is_out_of_room(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

fn told(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another ddctl".to_owned(), Holder::to_string)
}
