//! Finished recordings kept on this machine, so that a second look does not fetch them again.
//!
//! Recordings hold what people would not show: the folder is the owner's alone (0700), each file
//! too (0600). A recording is kept under its gateway, its session and the facts that no longer
//! change once a session is done, so that what is found is what the gateway would answer. Nothing
//! of an open session is kept. Files go when they are old, and the oldest when there are too many.
//!
//! A file is the SHA-256 of the recording in hexadecimal, a line end, and the recording. One that
//! does not hold what it says is dropped, and the recording fetched anew.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::stored::Stored;
use crate::domain::digest::{hex, sha256};
use crate::domain::session::Session;

/// Bytes of recordings that are kept.
pub const LARGEST: u64 = 1 << 30;
/// How long a recording is kept.
pub const LONGEST: Duration = Duration::from_secs(7 * 86_400);
/// What stands before a recording: its digest and a line end.
const HEAD: usize = 65;

/// A folder of recordings.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    largest: u64,
    longest: Duration,
}

/// The name of one recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

/// The cache cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("keep recordings in {}", folder.display())]
pub struct CacheError {
    folder: PathBuf,
    source: io::Error,
}

impl Cache {
    /// Opens the cache in `folder`, which is made where it is not there and taken from everybody
    /// else, and drops what is too old or too much.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        Self::bounded(folder, LARGEST, LONGEST)
    }

    fn bounded(folder: &Path, largest: u64, longest: Duration) -> Result<Self, CacheError> {
        let wrong = |source| CacheError {
            folder: folder.to_owned(),
            source,
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(folder).map_err(wrong)?;
        // It may have been there before, open to others.
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(wrong)?;
        let cache = Self {
            folder: folder.to_owned(),
            largest,
            longest,
        };
        cache.make_room(0).map_err(wrong)?;
        Ok(cache)
    }

    /// Under which name the recording of a session is kept; `None` while it may still grow.
    pub fn key(&self, gateway: &str, session: &Session) -> Option<Key> {
        let end = session.end_date.filter(|_| session.is_done())?;
        let facts = format!(
            "{gateway}\n{}\n{}\n{}\n{end}\n{}",
            session.org_id, session.id, session.start_date, session.event_size
        );
        Some(Key(format!("{}.json", hex(&Sha256::digest(facts)))))
    }

    /// The recording, where it is kept, whole and not too old.
    pub fn read(&self, key: &Key) -> Option<Stored> {
        let path = self.folder.join(&key.0);
        let age = fs::metadata(&path).ok()?.modified().ok()?.elapsed();
        if age.is_ok_and(|age| age > self.longest) {
            return None;
        }
        let kept = fs::File::open(&path).ok()?;
        let recording = whole(kept).ok()?;
        if recording.is_none() {
            tracing::warn!(path = %path.display(), "a kept recording is damaged and fetched anew");
            let _ = fs::remove_file(&path);
        }
        recording
    }

    /// Keeps a recording. One that is larger than the cache is not kept.
    pub fn write(&self, key: &Key, recording: &Stored) -> io::Result<()> {
        let size = recording.length();
        if size > self.largest {
            return Ok(());
        }
        self.make_room(size)?;
        // It is there whole or not at all, and nobody else can open it at any moment.
        let mut file = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(&self.folder)?;
        writeln!(file, "{}", digest(recording.clone())?)?;
        io::copy(&mut recording.clone(), &mut file)?;
        file.persist(self.folder.join(&key.0))?;
        Ok(())
    }

    /// Drops what is too old, then the oldest until `size` bytes fit.
    fn make_room(&self, size: u64) -> io::Result<()> {
        let now = SystemTime::now();
        let (old, mut kept): (Vec<_>, Vec<_>) = self.files()?.into_iter().partition(|file| {
            now.duration_since(file.written)
                .is_ok_and(|age| age > self.longest)
        });
        old.iter().for_each(Kept::drop_it);
        kept.sort_by_key(|file| file.written);
        let mut total: u64 = kept.iter().map(|file| file.size).sum();
        for file in kept {
            if total + size <= self.largest {
                break;
            }
            file.drop_it();
            total -= file.size;
        }
        Ok(())
    }

    fn files(&self) -> io::Result<Vec<Kept>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // Another run may have dropped it meanwhile.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_file() {
                files.push(Kept {
                    path: entry.path(),
                    size: metadata.len(),
                    written: metadata.modified()?,
                });
            }
        }
        Ok(files)
    }
}

/// The recording in a kept file, where it is the one that was kept.
fn whole(mut kept: fs::File) -> io::Result<Option<Stored>> {
    let mut head = [0; HEAD];
    let length = kept.metadata()?.len();
    if length < HEAD as u64 {
        return Ok(None);
    }
    kept.read_exact(&mut head)?;
    let recording = Stored::behind(kept, HEAD as u64, length);
    let expected = format!("{}\n", digest(recording.clone())?);
    Ok((head == *expected.as_bytes()).then_some(recording))
}

fn digest(recording: impl Read) -> io::Result<String> {
    sha256(recording).map(|digest| hex(&digest))
}

struct Kept {
    path: PathBuf,
    size: u64,
    written: SystemTime,
}

impl Kept {
    fn drop_it(&self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(path = %self.path.display(), %error, "a kept recording stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::Status;
    use crate::sources::testing::{at, session};

    const GATEWAY: &str = "https://gw.test";

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn stored(bytes: &[u8]) -> Stored {
        Stored::copy_of(bytes).expect("memory")
    }

    fn mode(path: &Path) -> u32 {
        let metadata = fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    }

    #[test]
    fn what_is_kept_is_the_owners_alone() {
        let parent = folder();
        let path = parent.path().join("a/recordings");
        fs::create_dir_all(&path).expect("a folder");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("open to all");
        let cache = Cache::open(&path).expect("a cache");
        let key = cache.key(GATEWAY, &session(|_| ())).expect("a key");
        cache.write(&key, &stored(b"[]")).expect("kept");
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(&key.0)), 0o600);
        let mut kept = cache.read(&key).expect("it is kept");
        assert_eq!(io::read_to_string(&mut kept).expect("text"), "[]");
    }

    #[test]
    fn a_damaged_file_is_dropped() {
        let folder = folder();
        let cache = Cache::open(folder.path()).expect("a cache");
        let key = cache.key(GATEWAY, &session(|_| ())).expect("a key");
        let path = folder.path().join(&key.0);
        for damage in ["", "[]", "\n", "[[0,\"o\",\"eA==\"]]"] {
            cache
                .write(&key, &stored(b"[[1,\"o\",\"eA==\"]]"))
                .expect("kept");
            let kept = fs::read_to_string(&path).expect("text");
            let head = kept.split_inclusive('\n').next().expect("a line");
            let damaged = match damage {
                "" => kept[..kept.len() - 1].to_owned(),
                damage => format!("{head}{damage}"),
            };
            fs::write(&path, damaged).expect("written");
            assert!(cache.read(&key).is_none());
            assert!(!path.exists());
        }
    }

    #[test]
    fn another_gateway_another_organisation_and_another_end_are_another_recording() {
        let folder = folder();
        let cache = Cache::open(folder.path()).expect("a cache");
        let key = cache.key(GATEWAY, &session(|_| ()));
        assert!(key.is_some());
        assert_ne!(cache.key("https://other.test", &session(|_| ())), key);
        for other in [
            session(|session| session.org_id = "other".to_owned()),
            session(|session| session.id = "other".to_owned()),
            session(|session| session.end_date = Some(at("2026-08-20T10:00:09Z"))),
            session(|session| session.event_size += 1),
        ] {
            assert_ne!(cache.key(GATEWAY, &other), key);
        }
        let open = session(|session| session.status = Status::Open);
        assert_eq!(cache.key(GATEWAY, &open), None);
    }

    #[test]
    fn the_oldest_goes_when_there_is_no_room_and_the_old_one_in_any_case() {
        let folder = folder();
        let hour = Duration::from_secs(3_600);
        let cache = Cache::bounded(folder.path(), 2 * (65 + 4) + 2, hour).expect("a cache");
        let write = |name: &str, age: Duration| {
            let key = Key(name.to_owned());
            cache.write(&key, &stored(b"1234")).expect("kept");
            let file = fs::File::open(folder.path().join(name)).expect("it is there");
            file.set_modified(SystemTime::now() - age).expect("an age");
            key
        };
        let old = write("old", 2 * hour);
        let old = cache.read(&old);
        assert!(old.is_none(), "it is not given even before it is dropped");
        let first = write("first", hour / 2);
        let second = write("second", hour / 4);
        let third = write("third", Duration::ZERO);
        assert!(cache.read(&first).is_none());
        assert!(cache.read(&second).is_some() && cache.read(&third).is_some());
        cache
            .write(&Key("huge".to_owned()), &stored(&[0; 200]))
            .expect("left out");
        assert!(cache.read(&third).is_some());
        let names: Vec<_> = cache
            .files()
            .expect("files")
            .iter()
            .map(|file| file.path.clone())
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
}
