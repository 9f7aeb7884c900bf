//! Records as rows of a file or of a stream: NDJSON, a JSON array, or CSV.

use std::io::{self, Write};
use std::time::Instant;

use serde_json::{Map, Value};
use tokio::sync::{mpsc, watch};

use super::csv_row;
use crate::delivery::atomic_file::{AtomicFile, FileError};
use crate::delivery::entry::Record;
use crate::delivery::pipeline::Stop;
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

/// A file with everything that came, which is not in its place yet.
///
/// A source that fails ends like one that is done. Whoever knows which it was calls
/// [`Unplaced::place`], or drops the file: half a file looks like a whole one.
#[derive(Debug)]
#[must_use = "the file is gone unless it is placed"]
pub struct Unplaced {
    file: AtomicFile,
    summary: Summary,
}

impl Unplaced {
    /// Puts the file in its place. A run that was asked to stop leaves none.
    pub fn place(self) -> Result<Summary, FileError> {
        if self.summary.is_interrupted {
            return Ok(self.give_up());
        }
        self.file.commit()?;
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
    mut file: AtomicFile,
    format: Format,
    stop: Option<watch::Receiver<Stop>>,
    progress: impl FnMut(Progress),
) -> Result<Unplaced, FileError> {
    let written = to_writer(events, to_record, &mut file, format, stop, progress).await;
    match written {
        Ok(summary) => Ok(Unplaced { file, summary }),
        Err(source) => Err(file.explain(source)),
    }
}

/// Writes `events` to `out`, each as soon as it comes.
///
/// A reader that goes away ends the run cleanly; [`Summary::reader_left`] tells.
pub async fn to_writer<E, R: Into<Option<Record>>>(
    mut events: mpsc::Receiver<E>,
    mut to_record: impl FnMut(E) -> R,
    out: impl Write,
    format: Format,
    mut stop: Option<watch::Receiver<Stop>>,
    mut progress: impl FnMut(Progress),
) -> io::Result<Summary> {
    let started = Instant::now();
    let mut summary = Summary::default();
    let mut rows = Rows::new(format, out);
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
            Some(record) => (1, rows.write(&record.body)),
            None => (0, Ok(())),
        };
        summary.read += rows_made;
        // A stream is read while it is written; a file does not mind.
        if !went_on(
            written.and_then(|()| flush_if_idle(&mut rows, &events)),
            &mut summary,
        )? {
            break;
        }
        summary.accepted += rows_made;
        if rows_made > 0 {
            let accepted = summary.accepted;
            progress(Progress::Delivered {
                events: 1,
                accepted,
            });
        }
    }
    if !summary.reader_left {
        went_on(rows.finish(), &mut summary)?;
    }
    summary.undelivered = summary.read - summary.accepted;
    summary.bytes_raw = rows.bytes;
    summary.bytes_wire = rows.bytes;
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
    out: W,
    count: u64,
    bytes: u64,
}

impl<W: Write> Rows<W> {
    pub fn new(format: Format, out: W) -> Self {
        Self {
            format,
            out,
            count: 0,
            bytes: 0,
        }
    }

    pub fn write(&mut self, log: &Map<String, Value>) -> io::Result<()> {
        let is_first = self.count == 0;
        self.count += 1;
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
        self.put(&row)
    }

    /// Ends the document. One without rows is an empty array, a heading, or nothing.
    pub fn finish(&mut self) -> io::Result<()> {
        let is_empty = self.count == 0;
        match self.format {
            Format::Ndjson => {}
            Format::Json if is_empty => self.put(b"[]\n")?,
            Format::Json => self.put(b"\n]\n")?,
            Format::Csv if is_empty => {
                let heading = csv_heading()?;
                self.put(&heading)?;
            }
            Format::Csv => {}
        }
        self.out.flush()
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn out(&self) -> &W {
        &self.out
    }

    pub fn into_out(self) -> W {
        self.out
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
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
    use super::*;
    use crate::delivery::testing::{records, send_all};

    async fn written(format: Format, count: u32) -> String {
        let mut out = Vec::new();
        let events = send_all(records(count));
        let summary = to_writer(events, |record| record, &mut out, format, None, drop)
            .await
            .expect("memory takes everything");
        assert_eq!(summary.accepted, u64::from(count));
        assert_eq!(summary.bytes_raw, out.len() as u64);
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
        let events = send_all(records(5));
        let summary = to_writer(events, |record| record, out, Format::Json, None, drop)
            .await
            .expect("a closed pipe is no error");
        assert!(summary.reader_left);
        assert_eq!((summary.accepted, summary.undelivered), (2, 1));
    }

    #[tokio::test]
    async fn a_full_disk_names_the_file_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("out");
        let file = AtomicFile::create(&target, false).expect("a writable folder");
        let out = Failing(0, io::ErrorKind::StorageFull);
        let events = send_all(records(1));
        let error = to_writer(events, |record| record, out, Format::Ndjson, None, drop)
            .await
            .expect_err("a full disk");
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
                drop,
            )
            .await
            .and_then(Unplaced::place)
            .expect("room");
            assert_eq!(summary.is_interrupted, !is_there);
            assert_eq!(target.exists(), is_there);
        }
    }

    #[tokio::test]
    async fn a_file_that_nobody_places_was_never_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = AtomicFile::create(&folder.path().join("out"), false).expect("writable");
        let events = send_all(records(2));
        let unplaced = to_file(events, |record| record, file, Format::Ndjson, None, drop).await;
        drop(unplaced.expect("room"));
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            0
        );
    }
}
