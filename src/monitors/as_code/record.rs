//! What was made, remembered between runs: one small JSON file for each site and namespace.
//!
//! It decides nothing on its own. It makes two things visible that a list alone cannot show: that
//! something was deleted by hand, and that a list comes from another organisation than the one
//! before. Readable by its owner alone; a run that is killed leaves the old file or the new one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::definition::Kind;
use super::error::AsCodeError;
use super::mark::{Mark, Namespace};
use crate::domain::site::Site;

const VERSION: u32 = 1;

/// The ids of what was made, by `pack/name`.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    content: Content,
    /// Held while something is changed.
    _lock: Option<fs::File>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    version: u32,
    site: String,
    namespace: String,
    #[serde(default)]
    monitors: BTreeMap<String, String>,
    #[serde(default)]
    dashboards: BTreeMap<String, String>,
}

impl Record {
    /// Reads the record below `folder`; one that is not there is empty.
    pub fn read(folder: &Path, site: Site, namespace: &Namespace) -> Result<Self, AsCodeError> {
        let path = folder.join(format!("{site}-{namespace}.json"));
        let failed = |source| AsCodeError::Record {
            path: path.clone(),
            source,
        };
        let content = match fs::read(&path) {
            Ok(bytes) => {
                let read: Content = serde_json::from_slice(&bytes)
                    .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)))?;
                if read.version > VERSION {
                    return Err(AsCodeError::NewerRecord { path });
                }
                read
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Content::default(),
            Err(error) => return Err(failed(error)),
        };
        Ok(Self {
            path,
            content: Content {
                version: VERSION,
                site: site.to_string(),
                namespace: namespace.to_string(),
                ..content
            },
            _lock: None,
        })
    }

    /// The same, and nobody else on this machine changes it meanwhile.
    pub fn open(folder: &Path, site: Site, namespace: &Namespace) -> Result<Self, AsCodeError> {
        let path = folder.join(format!("{site}-{namespace}.lock"));
        let failed = |source| AsCodeError::Record {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut options = fs::OpenOptions::new();
        let lock = options
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            rustix::io::Errno::WOULDBLOCK => AsCodeError::Busy {
                namespace: namespace.to_string(),
            },
            error => failed(error.into()),
        })?;
        Ok(Self {
            _lock: Some(lock),
            ..Self::read(folder, site, namespace)?
        })
    }

    pub fn id_of(&self, kind: Kind, mark: &Mark) -> Option<&str> {
        self.ids(kind).get(&mark.short()).map(String::as_str)
    }

    /// Every id with the mark that it was made under.
    pub fn known(&self, kind: Kind) -> impl Iterator<Item = (Mark, &str)> {
        self.ids(kind).iter().filter_map(|(short, id)| {
            let mark = Mark::parse(&format!("ddctl:{}/{short}", self.content.namespace))?;
            Some((mark, id.as_str()))
        })
    }

    /// Remembers what is there under a mark, or that nothing is, and writes it down.
    pub fn set(&mut self, kind: Kind, mark: &Mark, id: Option<&str>) -> Result<(), AsCodeError> {
        let ids = match kind {
            Kind::Monitor => &mut self.content.monitors,
            Kind::Dashboard => &mut self.content.dashboards,
        };
        let before = match id {
            Some(id) => ids.insert(mark.short(), id.to_owned()),
            None => ids.remove(&mark.short()),
        };
        match before.as_deref() == id {
            true => Ok(()),
            false => self.write(),
        }
    }

    fn ids(&self, kind: Kind) -> &BTreeMap<String, String> {
        match kind {
            Kind::Monitor => &self.content.monitors,
            Kind::Dashboard => &self.content.dashboards,
        }
    }

    fn write(&self) -> Result<(), AsCodeError> {
        self.replace().map_err(|source| AsCodeError::Record {
            path: self.path.clone(),
            source,
        })
    }

    fn replace(&self) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // A temporary file is made for its owner alone, and stays so.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, &self.content)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn namespace() -> Namespace {
        Namespace::parse("team-a").expect("a namespace")
    }

    fn mark() -> Mark {
        Mark::parse("ddctl:team-a/hoop/x").expect("a mark")
    }

    #[test]
    fn what_was_made_is_known_to_the_next_run_and_to_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |site| Record::read(folder.path(), site, &namespace()).expect("readable");
        let mut record = read(Site::Eu1);
        assert_eq!(record.known(Kind::Monitor).count(), 0);
        record
            .set(Kind::Monitor, &mark(), Some("17"))
            .expect("written");
        let again = read(Site::Eu1);
        assert_eq!(again.id_of(Kind::Monitor, &mark()), Some("17"));
        let known: Vec<_> = again.known(Kind::Monitor).collect();
        assert_eq!(known, [(mark(), "17")]);
        assert_eq!(again.id_of(Kind::Dashboard, &mark()), None);
        assert_eq!(read(Site::Us1).id_of(Kind::Monitor, &mark()), None);
        let mode = fs::metadata(&again.path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        record.set(Kind::Monitor, &mark(), None).expect("written");
        assert_eq!(read(Site::Eu1).id_of(Kind::Monitor, &mark()), None);
    }

    #[test]
    fn a_record_that_cannot_be_understood_is_an_error_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(format!("{}-team-a.json", Site::Eu1));
        for (text, is_newer) in [
            ("{", false),
            ("{\"version\":9,\"site\":\"\",\"namespace\":\"\"}", true),
        ] {
            fs::write(&path, text).expect("written");
            let error = Record::read(folder.path(), Site::Eu1, &namespace()).expect_err("broken");
            assert_eq!(matches!(error, AsCodeError::NewerRecord { .. }), is_newer);
            assert_eq!(fs::read_to_string(&path).expect("there"), text);
        }
    }

    #[test]
    fn two_runs_do_not_change_one_namespace_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Record::open(folder.path(), Site::Eu1, &namespace());
        let first = open().expect("nobody holds it");
        assert!(matches!(open(), Err(AsCodeError::Busy { .. })));
        drop(first);
        assert!(open().is_ok());
    }
}
