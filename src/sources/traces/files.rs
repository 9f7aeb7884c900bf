//! Which files there are to read: the one that was named, with what it was renamed to, or those of a
//! folder.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::otlp::decode::Form;

/// Endings of what is no text, or not yet: archives of what was read before, and files under way.
const PASSED_OVER: [&str; 9] = [
    "gz", "zst", "bz2", "xz", "zip", "tmp", "swp", "part", "lock",
];

/// How a file is written that is one message of OTLP, by its ending; `None` for lines.
pub fn message_of(path: &Path) -> Option<Form> {
    match path.extension()?.to_str()? {
        "pb" | "binpb" | "bin" => Some(Form::Protobuf),
        "json" => Some(Form::Json),
        _ => None,
    }
}

/// Where traces are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Can be read once.
    Stream,
    File(PathBuf),
    /// Every file in it, not those of folders below.
    Folder(PathBuf),
}

/// A place that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", path.display())]
pub struct PlaceError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub device: u64,
    pub inode: u64,
    pub size: u64,
    changed: SystemTime,
    /// An older name of the file that was named, or what comes from it.
    pub is_renamed: bool,
}

impl Place {
    /// What `path` is; `-` and whatever is no regular file can be read once.
    ///
    /// # Errors
    ///
    /// A path that is not there.
    pub fn of(path: &Path) -> Result<Self, PlaceError> {
        if path == Path::new("-") {
            return Ok(Place::Stream);
        }
        let found = fs::metadata(path).map_err(|source| PlaceError {
            path: path.to_owned(),
            source,
        })?;
        Ok(match (found.is_dir(), found.is_file()) {
            (true, _) => Place::Folder(path.to_owned()),
            (_, true) => Place::File(path.to_owned()),
            _ => Place::Stream,
        })
    }

    /// The files there now, those first that were changed first. A file that was named comes with
    /// those of its folder whose name begins with its own, as a rotation leaves them.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read. A file that is gone is none: it is being rotated.
    pub fn files(&self) -> Result<Vec<Found>, PlaceError> {
        let mut found = match self {
            Place::Stream => Vec::new(),
            Place::File(path) => {
                let folder = path.parent().filter(|folder| *folder != Path::new(""));
                let all = entries(folder.unwrap_or(Path::new(".")))?;
                let own = path.file_name();
                let named = all.into_iter().filter_map(|file| of_rotation(file, own));
                named.collect()
            }
            Place::Folder(path) => entries(path)?,
        };
        found.sort_by(|one, other| (one.changed, &one.path).cmp(&(other.changed, &other.path)));
        Ok(found)
    }
}

/// `file` where it is the one that was named, or was once.
fn of_rotation(file: Found, own: Option<&std::ffi::OsStr>) -> Option<Found> {
    let (name, own) = (file.path.file_name()?.to_str()?, own?.to_str()?);
    let is_renamed = name != own;
    name.starts_with(own)
        .then_some(Found { is_renamed, ..file })
}

fn entries(folder: &Path) -> Result<Vec<Found>, PlaceError> {
    let failed = |source| PlaceError {
        path: folder.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_passed_over(&path) {
            continue;
        }
        // One that has gone since is none.
        if let Ok(about) = fs::metadata(&path)
            && about.is_file()
        {
            found.push(Found {
                device: about.dev(),
                inode: about.ino(),
                size: about.len(),
                changed: about.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                is_renamed: false,
                path,
            });
        }
    }
    Ok(found)
}

fn is_passed_over(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let ending = path.extension().and_then(|ending| ending.to_str());
    let is_hidden = name.is_none_or(|name| name.starts_with('.') || name.ends_with('~'));
    is_hidden || ending.is_some_and(|ending| PASSED_OVER.contains(&ending))
}

#[cfg(test)]
mod tests {
    use std::fs::{File, create_dir};
    use std::time::Duration;

    use super::*;

    /// A file that was changed so many seconds after 1970.
    fn put(folder: &Path, name: &str, second: u64) {
        let file = File::create(folder.join(name)).expect("a writable folder");
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        file.set_modified(at).expect("our file");
    }

    fn names(place: &Place) -> Vec<String> {
        let found = place.files().expect("a folder");
        let name = |file: &Found| {
            file.path
                .file_name()
                .map(|name| name.to_string_lossy().into())
        };
        found.iter().filter_map(name).collect()
    }

    #[test]
    fn a_folder_gives_its_texts_the_oldest_first_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path();
        for (name, second) in [
            ("b.ndjson", 1),
            ("a.log", 2),
            ("a.log.1", 1),
            (".hidden", 1),
            ("a.log.2.gz", 1),
            ("a.log~", 1),
            ("x.tmp", 1),
        ] {
            put(path, name, second);
        }
        create_dir(path.join("below")).expect("a writable folder");
        let place = Place::of(path).expect("it is there");
        assert_eq!(place, Place::Folder(path.to_owned()));
        assert_eq!(names(&place), ["a.log.1", "b.ndjson", "a.log"]);
    }

    #[test]
    fn a_file_comes_with_what_it_was_renamed_to() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path();
        for (name, second) in [
            ("a.log", 3),
            ("a.log.1", 2),
            ("other.log", 1),
            ("a.log.2.gz", 1),
        ] {
            put(path, name, second);
        }
        let place = Place::of(&path.join("a.log")).expect("it is there");
        assert_eq!(names(&place), ["a.log.1", "a.log"]);
        let found = place.files().expect("a folder");
        assert!(found[0].is_renamed && !found[1].is_renamed);
        fs::remove_file(path.join("a.log")).expect("our file");
        assert_eq!(names(&place), ["a.log.1"], "it is being rotated");
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = Place::of(Path::new("/no/such/traces")).expect_err("it is not there");
        assert_eq!(error.to_string(), "cannot read /no/such/traces");
        assert_eq!(Place::of(Path::new("-")).ok(), Some(Place::Stream));
        assert_eq!(Place::of(Path::new("/dev/null")).ok(), Some(Place::Stream));
    }
}
