//! Records as rows of a file or of a stream: NDJSON, a JSON array, or CSV.

use std::io::{self, Write};
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use super::csv_row;
use super::hashing::{Hashing, Written};
use crate::delivery::atomic_file::{AtomicFile, FileError};
use crate::delivery::entry::{Record, kind_of};
use crate::delivery::observer::Observer;
use crate::delivery::pipeline::Stop;
use crate::delivery::state::StateError;
use crate::delivery::summary::{Progress, Summary};
use crate::domain::unseen::spelled;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One object a line, as Datadog gets it.
    Ndjson,
    /// One array of the same objects.
    Json,
    /// The columns of [`COLUMNS`], with a heading.
    Csv,
}

pub use csv_row::COLUMNS;

/// Why writing ended early.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    #[error(transparent)]
    File(#[from] FileError),
    /// The stream took no more.
    #[error(transparent)]
    Stream(#[from] io::Error),
    /// What was written cannot be remembered.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A file with everything that came, which is not in its place yet.
///
/// A source that fails ends like one that is done. Whoever knows which it was calls
/// [`Unplaced::place`], or drops the file: half a file looks like a whole one.
#[derive(Debug)]
#[must_use = "the file is gone unless it is placed"]
pub struct Unplaced {
    file: AtomicFile,
    written: Written,
    summary: Summary,
}

impl Unplaced {
    /// Puts the file in its place, and tells `observer`. A run that was asked to stop leaves none.
    ///
    /// # Errors
    ///
    /// [`RowsError::State`] where the file is in its place and that cannot be kept.
    pub fn place(self, mut observer: impl Observer) -> Result<Summary, RowsError> {
        if self.summary.is_interrupted {
            return Ok(self.give_up());
        }
        let path = self.file.commit()?;
        self.written.tell(&mut observer, Some(&path))?;
        Ok(self.summary)
    }

    /// Leaves no file.
    pub fn give_up(mut self) -> Summary {
        self.summary.undelivered = self.summary.read;
        self.summary.accepted = 0;
        self.summary
    }
}

/// Writes `events` to `file`.
pub async fn to_file<E, R: Into<Option<Record>>>(
    events: mpsc::Receiver<E>,
    to_record: impl FnMut(E) -> R,
    file: AtomicFile,
    format: Format,
    stop: Option<watch::Receiver<Stop>>,
    mut observer: impl Observer,
) -> Result<Unplaced, FileError> {
    let mut rows = Rows::new(format, file);
    let ended = write(events, to_record, &mut rows, stop, &mut observer).await;
    let summary = ended.map_err(|source| rows.out().explain(source))?;
    let (file, written) = rows.into_parts();
    Ok(Unplaced {
        file,
        written,
        summary,
    })
}

/// Writes `events` to `out`, each as soon as it comes. What it took is gone, so that `observer` is
/// told of it however the run ends.
///
/// A reader that goes away ends the run cleanly; [`Summary::reader_left`] tells.
pub async fn to_writer<E, R: Into<Option<Record>>>(
    events: mpsc::Receiver<E>,
    to_record: impl FnMut(E) -> R,
    out: impl Write,
    format: Format,
    stop: Option<watch::Receiver<Stop>>,
    mut observer: impl Observer,
) -> Result<Summary, RowsError> {
    let mut rows = Rows::new(format, out);
    let ended = write(events, to_record, &mut rows, stop, &mut observer).await;
    let (_, written) = rows.into_parts();
    let told = match written.bytes() {
        0 => Ok(()),
        _ => written.tell(&mut observer, None),
    };
    let summary = ended?;
    told?;
    Ok(summary)
}

async fn write<E, R: Into<Option<Record>>, W: Write>(
    mut events: mpsc::Receiver<E>,
    mut to_record: impl FnMut(E) -> R,
    rows: &mut Rows<W>,
    mut stop: Option<watch::Receiver<Stop>>,
    observer: &mut impl Observer,
) -> io::Result<Summary> {
    let started = Instant::now();
    let mut summary = Summary::default();
    loop {
        let event = tokio::select! {
            biased;
            () = is_asked_to_stop(&mut stop) => {
                summary.is_interrupted = true;
                break;
            }
            event = events.recv() => event,
        };
        let Some(event) = event else { break };
        let record: Option<Record> = to_record(event).into();
        let (rows_made, written) = match record {
            Some(record) => (1, rows.write(&record)),
            None => (0, Ok(())),
        };
        summary.read += rows_made;
        // A stream is read while it is written; a file does not mind.
        if !went_on(
            written.and_then(|()| flush_if_idle(rows, &events)),
            &mut summary,
        )? {
            break;
        }
        summary.accepted += rows_made;
        if rows_made > 0 {
            let accepted = summary.accepted;
            observer.told(Progress::Delivered {
                events: 1,
                accepted,
            });
        }
    }
    if !summary.reader_left {
        went_on(rows.finish(), &mut summary)?;
    }
    summary.undelivered = summary.read - summary.accepted;
    summary.bytes_raw = rows.written().bytes();
    summary.bytes_wire = summary.bytes_raw;
    summary.elapsed = started.elapsed();
    Ok(summary)
}

/// Lines are given out when nothing more waits to be written, and not one by one.
fn flush_if_idle<E, W: Write>(rows: &mut Rows<W>, events: &mpsc::Receiver<E>) -> io::Result<()> {
    match events.is_empty() {
        true => rows.out.flush(),
        false => Ok(()),
    }
}

/// False where the reader has gone; any other error is one.
fn went_on(result: io::Result<()>, summary: &mut Summary) -> io::Result<bool> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            summary.reader_left = true;
            Ok(false)
        }
        other => other.map(|()| true),
    }
}

/// Never returns where nobody can wish it.
pub(super) async fn is_asked_to_stop(stop: &mut Option<watch::Receiver<Stop>>) {
    if let Some(wishes) = stop
        && wishes.wait_for(|wish| *wish != Stop::No).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// The rows written so far.
pub(super) struct Rows<W> {
    format: Format,
    out: Hashing<W>,
}

impl<W: Write> Rows<W> {
    pub fn new(format: Format, out: W) -> Self {
        Self {
            format,
            out: Hashing::new(out),
        }
    }

    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        let (log, is_first) = (&record.body, self.is_empty());
        let row = match self.format {
            Format::Ndjson => [spelled(serde_json::to_string(log)?).as_bytes(), b"\n"].concat(),
            Format::Json => {
                let opening: &[u8] = if is_first { b"[\n" } else { b",\n" };
                [opening, spelled(serde_json::to_string(log)?).as_bytes()].concat()
            }
            Format::Csv => {
                let heading = if is_first { csv_heading()? } else { Vec::new() };
                [heading, csv_line(csv_row::cells(log))?].concat()
            }
        };
        self.out.write_all(&row)?;
        self.out.count_row(kind_of(log));
        Ok(())
    }

    /// Ends the document. One without rows is an empty array, a heading, or nothing.
    pub fn finish(&mut self) -> io::Result<()> {
        let is_empty = self.is_empty();
        match self.format {
            Format::Ndjson => {}
            Format::Json if is_empty => self.out.write_all(b"[]\n")?,
            Format::Json => self.out.write_all(b"\n]\n")?,
            Format::Csv if is_empty => self.out.write_all(&csv_heading()?)?,
            Format::Csv => {}
        }
        self.out.flush()
    }

    fn is_empty(&self) -> bool {
        self.written().rows() == 0
    }

    pub fn written(&self) -> &Written {
        self.out.written()
    }

    pub fn out(&self) -> &W {
        self.out.out()
    }

    pub fn into_parts(self) -> (W, Written) {
        self.out.into_parts()
    }
}

fn csv_heading() -> io::Result<Vec<u8>> {
    csv_line(COLUMNS.into_iter().map(str::to_owned))
}

fn csv_line(cells: impl Iterator<Item = String>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.map(String::into_bytes))?;
    writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::delivery::testing::{Placements, records, send_all};

    async fn written(format: Format, count: u32) -> String {
        let mut out = Vec::new();
        let placements = Placements::default();
        let events = send_all(records(count));
        let summary = to_writer(events, |record| record, &mut out, format, None, &placements)
            .await
            .expect("memory takes everything");
        assert_eq!(summary.accepted, u64::from(count));
        assert_eq!(summary.bytes_raw, out.len() as u64);
        let placed = placements.take();
        assert_eq!(placed.len(), usize::from(!out.is_empty()));
        for placed in placed {
            assert_eq!(placed.sha256, <[u8; 32]>::from(Sha256::digest(&out)));
            assert_eq!((placed.rows, placed.file), (u64::from(count), None));
        }
        String::from_utf8(out).expect("text")
    }

    #[tokio::test]
    async fn every_format_holds_every_record() {
        let ndjson = written(Format::Ndjson, 3).await;
        let lines: Vec<Value> = ndjson
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let array: Vec<Value> =
            serde_json::from_str(&written(Format::Json, 3).await).expect("a JSON array");
        assert_eq!((lines.len(), &lines), (3, &array));
        let csv = written(Format::Csv, 3).await;
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(reader.headers().expect("a heading"), COLUMNS.as_slice());
        assert_eq!(reader.records().filter(Result::is_ok).count(), 3);
    }

    #[tokio::test]
    async fn without_records_the_document_is_empty_and_whole() {
        assert_eq!(written(Format::Ndjson, 0).await, "");
        assert_eq!(written(Format::Json, 0).await, "[]\n");
        assert_eq!(written(Format::Csv, 0).await.lines().count(), 1);
    }

    fn untold(_: Progress) {}

    /// Takes so many rows, then fails.
    struct Failing(usize, io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or(self.1)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_reader_that_goes_away_ends_the_run_cleanly() {
        let out = Failing(2, io::ErrorKind::BrokenPipe);
        let placements = Placements::default();
        let events = send_all(records(5));
        let summary = to_writer(
            events,
            |record| record,
            out,
            Format::Json,
            None,
            &placements,
        )
        .await
        .expect("a closed pipe is no error");
        assert!(summary.reader_left);
        assert_eq!((summary.accepted, summary.undelivered), (2, 1));
        assert_eq!(placements.take()[0].rows, 2);
    }

    #[tokio::test]
    async fn what_a_stream_took_before_it_failed_is_told() {
        let out = Failing(2, io::ErrorKind::StorageFull);
        let (placements, events) = (Placements::default(), send_all(records(5)));
        let written = to_writer(
            events,
            |record| record,
            out,
            Format::Ndjson,
            None,
            &placements,
        );
        assert!(matches!(written.await, Err(RowsError::Stream(_))));
        assert_eq!(placements.take()[0].rows, 2);
    }

    #[tokio::test]
    async fn a_full_disk_names_the_file_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out");
        let file = AtomicFile::create(&target, false).expect("a writable folder");
        let out = Failing(0, io::ErrorKind::StorageFull);
        let events = send_all(records(1));
        let error = to_writer(events, |record| record, out, Format::Ndjson, None, untold)
            .await
            .expect_err("a full disk");
        let RowsError::Stream(error) = error else {
            panic!("{error}")
        };
        let error = file.explain(error);
        drop(file);
        assert!(matches!(error, FileError::DiskFull { .. }), "{error}");
        assert!(error.to_string().contains(&*target.to_string_lossy()));
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out.ndjson");
        let placements = Placements::default();
        for (wish, is_there) in [(Stop::Drain, false), (Stop::No, true)] {
            let file = AtomicFile::create(&target, false).expect("a writable folder");
            let (_wish, stop) = watch::channel(wish);
            let events = send_all(records(2));
            let summary = to_file(
                events,
                |record| record,
                file,
                Format::Ndjson,
                Some(stop),
                &placements,
            )
            .await
            .expect("room")
            .place(&placements)
            .expect("room");
            let placed = placements.take();
            assert_eq!(placed.len(), usize::from(is_there));
            if let Some(placed) = placed.first() {
                let bytes = std::fs::read(&target).expect("a file");
                assert_eq!(placed.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
                assert_eq!(placed.file.as_ref(), Some(&target));
                assert_eq!(placed.rows, 2);
            }
            assert_eq!(summary.is_interrupted, !is_there);
            assert_eq!(target.exists(), is_there);
        }
    }

    #[tokio::test]
    async fn a_file_that_nobody_places_was_never_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = AtomicFile::create(&folder.path().join("out"), false).expect("writable");
        let events = send_all(records(2));
        let unplaced = to_file(events, |record| record, file, Format::Ndjson, None, untold).await;
        drop(unplaced.expect("room"));
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            0
        );
    }
}
