//! Records as rows of one file after the other: a part is ended by its size or its age, and appears
//! under its name whole or not at all.
//!
//! Events count as delivered once their part is in its place. Whatever a crash, a full disk or a
//! folder that vanishes takes with it was therefore never delivered, and is written again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::hashing::Written;
use super::rows::{Format, Rows, RowsError, is_asked_to_stop};
use crate::delivery::atomic_file::{AtomicFile, FileError, folder_of};
use crate::delivery::entry::Record;
use crate::delivery::leftovers::sweep;
use crate::delivery::observer::Observer;
use crate::delivery::pipeline::Stop;
use crate::delivery::positions::Number;
use crate::delivery::summary::{Progress, Summary};

/// When a part is ended; a run that ends ends it as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// Bytes. A row is never cut, so a part may be longer by one.
    pub size: Option<u64>,
    /// Since its first row.
    pub age: Option<Duration>,
}

/// Names carry the time to this precision, and no two the same time.
const TICK: SignedDuration = SignedDuration::from_millis(1);

/// The time in a name, in UTC.
const TIME: &str = "%Y%m%dT%H%M%S%.3fZ";

/// Ticks that are tried before it is said that every name is taken.
const TRIES: u32 = 1_000;

/// The files of a run: `events.ndjson` becomes `events-20261121T181500.250Z.ndjson`. Names sort in the
/// order in which the files were begun, also where a clock is set back.
#[derive(Clone, Debug)]
pub struct Parts {
    path: PathBuf,
    format: Format,
    rotation: Rotation,
    now: fn() -> Timestamp,
    /// That the newest name carries.
    last: Option<Timestamp>,
}

impl Parts {
    /// `path` is the name that the parts' names are made of.
    ///
    /// # Errors
    ///
    /// A folder that is not there, and a path that names no file.
    pub fn new(path: &Path, format: Format, rotation: Rotation) -> Result<Self, FileError> {
        let parts = Self {
            path: path.to_owned(),
            format,
            rotation,
            now: Timestamp::now,
            last: None,
        };
        sweep(folder_of(path), |name| parts.has_made(name));
        // Dropped, it was never there: whether one can be made is known before the source is read.
        AtomicFile::create(&parts.target(Timestamp::now()), false).map(drop)?;
        Ok(parts)
    }

    fn target(&self, begun: Timestamp) -> PathBuf {
        let begun = begun.to_zoned(TimeZone::UTC);
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let mut name = format!("{stem}-{}", begun.strftime(TIME));
        if let Some(ending) = self.path.extension() {
            name.push('.');
            name.push_str(&ending.to_string_lossy());
        }
        self.path.with_file_name(name)
    }

    /// Whether `name` is one that [`Parts::target`] gives.
    fn has_made(&self, name: &str) -> bool {
        let (stem, ending) = (self.path.file_stem(), self.path.extension());
        let stem = stem.unwrap_or_default().to_string_lossy();
        let ending = ending.map_or(String::new(), |ending| {
            format!(".{}", ending.to_string_lossy())
        });
        let time = name
            .strip_prefix(&*stem)
            .and_then(|rest| rest.strip_prefix('-'));
        let time = time.and_then(|rest| rest.strip_suffix(&ending));
        time.is_some_and(|time| DateTime::strptime(TIME, time).is_ok())
    }

    fn begin(&mut self) -> Result<Part, FileError> {
        let now = (self.now)();
        let mut begun = self.last.map_or(now, |last| now.max(last + TICK));
        let mut tries = 0;
        let file = loop {
            match AtomicFile::create(&self.target(begun), false) {
                // Another run has that name.
                Err(FileError::Exists { .. }) if tries < TRIES => begun += TICK,
                made => break made?,
            }
            tries += 1;
        };
        self.last = Some(begun);
        Ok(Part {
            rows: Rows::new(self.format, file),
            numbers: Vec::new(),
            ends_at: self.rotation.age.map(|age| Instant::now() + age),
        })
    }
}

/// The part that is being written.
struct Part {
    rows: Rows<AtomicFile>,
    numbers: Vec<Number>,
    ends_at: Option<Instant>,
}

impl Part {
    fn write(&mut self, record: &Record) -> Result<(), FileError> {
        let written = self.rows.write(record);
        written.map_err(|source| self.rows.out().explain(source))?;
        self.numbers.extend(record.number);
        Ok(())
    }

    /// Puts the part in its place: its path, what is in it, and its events.
    fn place(mut self) -> Result<(PathBuf, Written, Vec<Number>), FileError> {
        let finished = self.rows.finish();
        finished.map_err(|source| self.rows.out().explain(source))?;
        let (file, written) = self.rows.into_parts();
        Ok((file.commit()?, written, self.numbers))
    }
}

/// A run under way.
struct Writer<O> {
    parts: Parts,
    part: Option<Part>,
    observer: O,
    summary: Summary,
}

impl<O: Observer> Writer<O> {
    fn take(&mut self, record: &Record) -> Result<(), RowsError> {
        self.summary.read += 1;
        let mut part = match self.part.take() {
            Some(part) => part,
            None => self.parts.begin()?,
        };
        part.write(record)?;
        let size = self.parts.rotation.size;
        let is_full = size.is_some_and(|size| part.rows.written().bytes() >= size);
        self.part = Some(part);
        match is_full {
            true => self.rotate(),
            false => Ok(()),
        }
    }

    /// Ends the part, if there is one.
    fn rotate(&mut self) -> Result<(), RowsError> {
        let Some(part) = self.part.take() else {
            return Ok(());
        };
        let (path, written, numbers) = part.place()?;
        let (rows, bytes) = (written.rows(), written.bytes());
        self.summary.requests += 1;
        self.summary.accepted += rows;
        self.summary.bytes_raw += bytes;
        self.summary.bytes_wire += bytes;
        written.tell(&mut self.observer, Some(&path))?;
        self.observer.settled(&numbers)?;
        self.observer.told(Progress::Delivered {
            events: usize::try_from(rows).unwrap_or(usize::MAX),
            accepted: self.summary.accepted,
        });
        Ok(())
    }

    fn ends_at(&self) -> Option<Instant> {
        self.part.as_ref()?.ends_at
    }
}

/// Writes `events` to `parts`. Asked to stop, it ends the part under way.
///
/// # Errors
///
/// Events of the part under way then count as undelivered.
pub async fn to_parts<E, R: Into<Option<Record>>>(
    mut events: mpsc::Receiver<E>,
    mut to_record: impl FnMut(E) -> R,
    parts: Parts,
    mut stop: Option<watch::Receiver<Stop>>,
    observer: impl Observer,
) -> Result<Summary, RowsError> {
    let started = Instant::now();
    let mut writer = Writer {
        parts,
        part: None,
        observer,
        summary: Summary::default(),
    };
    loop {
        let ends_at = writer.ends_at();
        tokio::select! {
            biased;
            () = is_asked_to_stop(&mut stop) => {
                writer.summary.is_interrupted = true;
                break;
            }
            () = sleep_until(ends_at.unwrap_or_else(Instant::now)), if ends_at.is_some() => {
                writer.rotate()?;
            }
            event = events.recv() => {
                let Some(event) = event else { break };
                if let Some(record) = to_record(event).into() {
                    writer.take(&record)?;
                }
            }
        }
    }
    writer.rotate()?;
    writer.summary.elapsed = started.elapsed();
    Ok(writer.summary)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::delivery::observer::Placed;
    use crate::delivery::state::StateError;
    use crate::delivery::testing::{Placements, record, records, send_all};

    #[derive(Default)]
    struct Notes(RefCell<Vec<Number>>, Placements);

    impl Observer for &Notes {
        fn told(&mut self, _: Progress) {}

        fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
            self.0.borrow_mut().extend(numbers);
            Ok(())
        }

        fn placed(&mut self, placed: &Placed<'_>) -> Result<(), StateError> {
            (&self.1).placed(placed)
        }
    }

    fn parts(folder: &Path, rotation: Rotation) -> Parts {
        Parts::new(&folder.join("out.ndjson"), Format::Ndjson, rotation).expect("a folder")
    }

    /// Names in order, and what is in them.
    fn files(folder: &Path) -> Vec<(String, usize)> {
        let read = fs::read_dir(folder).expect("a folder");
        let mut files: Vec<(String, usize)> = read
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let text = fs::read_to_string(&path).expect("a text");
                let name = path.file_name().expect("a name").to_string_lossy();
                (name.into_owned(), text.lines().count())
            })
            .collect();
        files.sort();
        files
    }

    const SMALL: Rotation = Rotation {
        size: Some(150),
        age: None,
    };

    #[tokio::test]
    async fn a_part_ends_at_its_size_and_every_event_is_in_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let notes = Notes::default();
        let events = send_all(records(10));
        let parts = parts(folder.path(), SMALL);
        let summary = to_parts(events, |record| record, parts, None, &notes)
            .await
            .expect("room");
        let files = files(folder.path());
        assert!(files.len() > 1, "{files:?}");
        assert_eq!(files.iter().map(|(_, rows)| rows).sum::<usize>(), 10);
        let is_named =
            |(name, _): &(String, usize)| name.starts_with("out-2") && name.ends_with("Z.ndjson");
        assert!(files.iter().all(is_named), "{files:?}");
        assert_eq!(*notes.0.borrow(), (0..10).collect::<Vec<_>>());
        assert_eq!(
            (summary.accepted, summary.requests),
            (10, files.len() as u64)
        );
    }

    #[tokio::test]
    async fn each_part_is_told_with_the_hash_of_its_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let notes = Notes::default();
        let events = send_all(records(10));
        let parts = parts(folder.path(), SMALL);
        let _ = to_parts(events, |record| record, parts, None, &notes)
            .await
            .expect("room");
        let placed = notes.1.take();
        assert_eq!(placed.len(), files(folder.path()).len());
        for one in &placed {
            let path = one.file.as_ref().expect("a file");
            let bytes = fs::read(path).expect("it is in its place");
            assert_eq!(one.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
            assert_eq!(one.bytes, bytes.len() as u64);
        }
        assert_eq!(placed.iter().map(|one| one.rows).sum::<u64>(), 10);
    }

    #[tokio::test]
    async fn names_sort_in_the_order_of_events_also_where_the_clock_stands_still() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let notes = Notes::default();
        let still = || Timestamp::from_second(1_795_000_000).expect("a time");
        for run in 0..2 {
            let parts = Parts {
                now: still,
                ..parts(folder.path(), SMALL)
            };
            let events = send_all((run * 40..run * 40 + 40).map(record).collect());
            let _ = to_parts(events, |record| record, parts, None, &notes)
                .await
                .expect("room");
        }
        let names = files(folder.path()).into_iter().map(|(name, _)| name);
        let texts = names.map(|name| fs::read_to_string(folder.path().join(name)).expect("a text"));
        let written: String = texts.collect();
        let in_order: Vec<String> = (0..80)
            .map(|number| serde_json::to_string(&record(number).body).expect("JSON"))
            .collect();
        assert_eq!(written.lines().collect::<Vec<_>>(), in_order);
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_ends_at_its_age_and_a_quiet_hour_makes_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let notes = Notes::default();
        let rotation = Rotation {
            size: None,
            age: Some(Duration::from_secs(60)),
        };
        let (tx, events) = mpsc::channel(1);
        let fed = async {
            for number in 0..3 {
                tx.send(record(number)).await.expect("it reads");
                tokio::time::sleep(Duration::from_secs(40)).await;
            }
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            assert_eq!(files(folder.path()).len(), 2, "before the end");
            drop(tx);
        };
        let parts = parts(folder.path(), rotation);
        let written = to_parts(events, |record| record, parts, None, &notes);
        let (written, ()) = tokio::join!(written, fed);
        assert_eq!(written.expect("room").accepted, 3);
        let mut rows: Vec<usize> = files(folder.path()).iter().map(|(_, rows)| *rows).collect();
        rows.sort_unstable();
        assert_eq!(rows, [1, 2]);
    }

    #[tokio::test]
    async fn a_folder_that_vanishes_is_named_and_its_events_are_not_delivered() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("a writable folder");
        let notes = Notes::default();
        let (tx, events) = mpsc::channel(1);
        let parts = parts(&inner, SMALL);
        let fed = async {
            tx.send(record(0)).await.expect("it reads");
            tokio::task::yield_now().await;
            fs::remove_dir_all(&inner).expect("ours");
            drop(tx);
        };
        let written = to_parts(events, |record| record, parts, None, &notes);
        let (written, ()) = tokio::join!(written, fed);
        let error = written.expect_err("there is no folder");
        assert!(
            matches!(&error, RowsError::File(FileError::NoFolder { path }) if *path == inner),
            "{error}"
        );
        assert!(notes.0.borrow().is_empty());
    }

    #[test]
    fn what_killed_runs_left_goes_with_the_next_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let left = |name: &str| fs::write(folder.path().join(name), b"{}\n").expect("writable");
        left(".out-20261121T181500.250Z.ndjson.aB3xY9.part");
        left(".out-20261121T181500.250Z.csv.aB3xY9.part");
        left(".out-of-order.ndjson.aB3xY9.part");
        let _ = parts(folder.path(), Rotation::default());
        let names: Vec<String> = files(folder.path())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            names,
            [
                ".out-20261121T181500.250Z.csv.aB3xY9.part",
                ".out-of-order.ndjson.aB3xY9.part"
            ]
        );
    }

    #[tokio::test]
    async fn a_run_that_is_cut_off_leaves_nothing_under_a_final_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let notes = Notes::default();
        let (tx, events) = mpsc::channel(8);
        let parts = parts(folder.path(), Rotation::default());
        let mut written = Box::pin(to_parts(events, |record| record, parts, None, &notes));
        tx.send(record(0)).await.expect("room");
        tokio::select! {
            biased;
            _ = &mut written => panic!("the source has not ended"),
            () = tokio::task::yield_now() => {}
        }
        let is_hidden = |(name, _): &(String, usize)| name.starts_with('.');
        assert!(files(folder.path()).iter().all(is_hidden));
        drop(written);
        assert!(files(folder.path()).is_empty());
        assert!(notes.0.borrow().is_empty());
    }
}
