//! The form of the file: whose it is, which version, and how an older one becomes today's.

use std::fs::{self, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::error::StateError;

/// The form of one of ddctl's SQLite files.
#[derive(Debug)]
pub(in crate::delivery) struct Form {
    /// In the file's header, so that no other program's file is taken for this one.
    pub application: i32,
    /// What has to be set before there is a table.
    pub settings: &'static str,
    /// Each entry brings the file from the version of its index to the next.
    pub migrations: &'static [&'static str],
}

/// `ddct` in the header.
pub(super) const STATE: Form = Form {
    application: 0x6464_6374,
    settings: "",
    migrations: &MIGRATIONS,
};

const MIGRATIONS: [&str; 2] = [FIRST, UNSENT];

const FIRST: &str = "
CREATE TABLE cursor (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    organisation TEXT NOT NULL,
    filter TEXT NOT NULL,
    destination TEXT NOT NULL,
    site TEXT NOT NULL,
    scheme TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE TABLE begin (
    cursor INTEGER PRIMARY KEY REFERENCES cursor ON DELETE CASCADE,
    since INTEGER NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE TABLE done (
    cursor INTEGER NOT NULL REFERENCES cursor ON DELETE CASCADE,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (cursor, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE unfinished (
    cursor INTEGER NOT NULL REFERENCES cursor ON DELETE CASCADE,
    session TEXT NOT NULL,
    started INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (cursor, session)
) STRICT, WITHOUT ROWID;
CREATE TABLE sent (
    cursor INTEGER NOT NULL REFERENCES cursor ON DELETE CASCADE,
    session TEXT NOT NULL,
    event TEXT NOT NULL,
    started INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (cursor, session, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    destination TEXT NOT NULL,
    site TEXT NOT NULL,
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    path TEXT NOT NULL,
    head_len INTEGER NOT NULL,
    head BLOB NOT NULL,
    start INTEGER NOT NULL,
    line INTEGER NOT NULL,
    beyond TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
";

/// What is settled and was not sent: of a file how many lines, of a cursor whether that event.
const UNSENT: &str = "
ALTER TABLE file ADD COLUMN unsent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sent ADD COLUMN unsent INTEGER NOT NULL DEFAULT 0;
";

impl Form {
    /// The version this ddctl writes.
    fn version(&self) -> i32 {
        i32::try_from(self.migrations.len()).expect("a form has few versions")
    }
}

/// How long to wait for another process that is writing.
const BUSY: Duration = Duration::from_secs(10);

/// Makes the file where there is none, whole from its first moment. One that is empty lost what was
/// in it.
pub(in crate::delivery) fn make_where_missing(form: &Form, path: &Path) -> Result<(), StateError> {
    match fs::metadata(path) {
        Ok(found) if found.len() == 0 => Err(empty(path)),
        Ok(_) => keep_private(path),
        Err(error) if error.kind() == ErrorKind::NotFound => make(form, path),
        Err(source) => Err(StateError::io(path, source)),
    }
}

fn make(form: &Form, path: &Path) -> Result<(), StateError> {
    let failed = |source| StateError::io(path, source);
    let folder = path.parent().unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(".state").tempdir_in(folder);
    let made = made.map_err(failed)?;
    let file = made.path().join("new");
    make_at(form, &file)?;
    match fs::hard_link(&file, path) {
        // Another process was first.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(failed),
    }
}

/// Makes a file of today's form at `path`, with no companions beside it.
pub(super) fn make_at(form: &Form, path: &Path) -> Result<(), StateError> {
    keep_private(path)?;
    let connection = Connection::open(path).map_err(|error| StateError::of(path, error))?;
    begin(form, path, &connection)?;
    // Closing does the same, but keeps silent where the disk is full, and the log stays behind.
    let complete = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    complete.map_err(|error| StateError::of(path, error))?;
    let closed = connection.close();
    closed.map_err(|(_, error)| StateError::of(path, error))
}

/// The file, owner-only from its first byte; SQLite gives its companions the same mode.
fn keep_private(path: &Path) -> Result<(), StateError> {
    let failed = |source| StateError::io(path, source);
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.set_permissions(Permissions::from_mode(0o600))
        .map_err(failed)
}

/// Sets the connection up and brings the file to today's form.
///
/// # Errors
///
/// As [`recognise`], but for a file of an older form.
pub(in crate::delivery) fn prepare(
    form: &Form,
    path: &Path,
    connection: &Connection,
) -> Result<(), StateError> {
    let failed = |error| StateError::of(path, error);
    connection.busy_timeout(BUSY).map_err(failed)?;
    let found = version(form, path, connection)?.ok_or_else(|| empty(path))?;
    durable(path, connection)?;
    if found < form.version() {
        migrate(form, connection).map_err(failed)?;
    }
    Ok(())
}

/// Gives a file that was just made its form.
fn begin(form: &Form, path: &Path, connection: &Connection) -> Result<(), StateError> {
    let failed = |error| StateError::of(path, error);
    connection.execute_batch(form.settings).map_err(failed)?;
    durable(path, connection)?;
    migrate(form, connection).map_err(failed)
}

/// Is this a file of today's form?
///
/// # Errors
///
/// Another form, another program's file, and one that lost all that was in it: a file appears under
/// its name with its tables.
pub(in crate::delivery) fn recognise(
    form: &Form,
    path: &Path,
    connection: &Connection,
) -> Result<(), StateError> {
    match version(form, path, connection)? {
        Some(found) if found == form.version() => Ok(()),
        Some(_) => Err(StateError::Older {
            path: path.to_owned(),
        }),
        None => Err(empty(path)),
    }
}

fn empty(path: &Path) -> StateError {
    StateError::Damaged {
        path: path.to_owned(),
        what: "it is empty".to_owned(),
    }
}

/// A line for each thing that is wrong.
pub(in crate::delivery) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut asked = connection.prepare("PRAGMA integrity_check")?;
    let lines = asked.query_map([], |row| row.get::<_, String>(0))?;
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Whether every row of `table` can be reached.
pub(super) fn is_intact(connection: &Connection, table: &str) -> bool {
    let statement = format!("PRAGMA integrity_check('{table}')");
    let asked = connection.query_row(&statement, [], |row| row.get::<_, String>(0));
    asked.is_ok_and(|line| line == "ok")
}

/// `columns` with zero in the place of those that `table` does not have: in an older form they were
/// nothing else.
pub(super) fn known_columns(connection: &Connection, table: &str, columns: &str) -> String {
    let mut known: Vec<String> = Vec::new();
    let asked = connection.pragma(None, "table_info", table, |row| {
        known.push(row.get(1)?);
        Ok(())
    });
    let is_known = |column: &&str| known.iter().any(|name| name == column);
    match asked {
        Ok(()) if !known.is_empty() => {
            let columns = columns.split(", ");
            let columns = columns.map(|column| Some(column).filter(is_known).unwrap_or("0"));
            columns.collect::<Vec<_>>().join(", ")
        }
        // So damaged that the rows will not be read either.
        _ => columns.to_owned(),
    }
}

/// The file's version; `None` where nothing is in it.
fn version(form: &Form, path: &Path, connection: &Connection) -> Result<Option<i32>, StateError> {
    let failed = |error| StateError::of(path, error);
    let application = pragma(connection, "application_id").map_err(failed)?;
    let version = pragma(connection, "user_version").map_err(failed)?;
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = connection
        .query_row(tables, [], |row| row.get(0))
        .map_err(failed)?;
    let path = path.to_owned();
    match (application, version) {
        (0, 0) if tables == 0 => Ok(None),
        (application, found) if application == form.application && found > form.version() => {
            Err(StateError::Newer {
                path,
                found,
                known: form.version(),
            })
        }
        (application, 1..) if application == form.application => Ok(Some(version)),
        _ => Err(StateError::Foreign { path }),
    }
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// A transaction is on the disk when it returns. SQLite may keep another mode than it is asked for
/// (a network file system has no write-ahead log), so it is read back.
fn durable(path: &Path, connection: &Connection) -> Result<(), StateError> {
    let failed = |error| StateError::of(path, error);
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(failed)?;
    for (name, value) in [("synchronous", 2), ("foreign_keys", 1)] {
        connection
            .pragma_update(None, name, value)
            .map_err(failed)?;
    }
    let synchronous = pragma(connection, "synchronous").map_err(failed)?;
    if mode != "wal" || synchronous != 2 {
        let what = format!("journal mode {mode}, synchronous {synchronous}");
        let source =
            std::io::Error::other(format!("the file system does not keep it safe: {what}"));
        return Err(StateError::io(path, source));
    }
    Ok(())
}

/// Two processes may want to: the second finds it done.
fn migrate(form: &Form, connection: &Connection) -> rusqlite::Result<()> {
    let change = rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Exclusive)?;
    let found = usize::try_from(pragma(&change, "user_version")?).unwrap_or(0);
    for statements in form.migrations.iter().skip(found) {
        change.execute_batch(statements)?;
    }
    change.pragma_update(None, "application_id", form.application)?;
    change.pragma_update(None, "user_version", form.version())?;
    change.commit()
}
