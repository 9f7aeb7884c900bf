//! What is kept and where, in clear: asking for a secret that is not kept opens no keyring and asks
//! for no passphrase, and one that is kept is not taken for missing where its keyring is away.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::VaultError;
use super::store::StoreKind;
use crate::config::writing;

/// The version of the file's shape that this program writes.
const VERSION: i64 = 1;
const HEAD: &str =
    "# Which secrets ddctl keeps for this profile, and where. None of them is in here.\n";

/// The file. Names that this program does not know stay in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    version: i64,
    #[serde(default)]
    secrets: BTreeMap<String, Entry>,
}

/// Where one secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub store: StoreKind,
    /// When it was kept.
    pub set: Timestamp,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            version: VERSION,
            secrets: BTreeMap::new(),
        }
    }
}

impl Index {
    /// Reads the file; `None` where there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, VaultError> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(VaultError::io("read", path))?,
        };
        let index: Self = toml::from_str(&text).map_err(|error| VaultError::Damaged {
            path: path.to_owned(),
            why: error.message().to_owned(),
        })?;
        match index.version {
            VERSION => Ok(Some(index)),
            found => Err(VaultError::Newer {
                path: path.to_owned(),
                found: found.to_string(),
            }),
        }
    }

    /// Replaces the file.
    pub fn write(&self, path: &Path) -> Result<(), VaultError> {
        let body = toml::to_string(self).expect("names and times serialise into memory");
        writing::replace(path, format!("{HEAD}{body}").as_bytes())
            .map_err(VaultError::io("write", path))
    }

    pub fn get(&self, name: &str) -> Option<Entry> {
        self.secrets.get(name).copied()
    }

    pub fn put(&mut self, name: &str, entry: Entry) -> Option<Entry> {
        self.secrets.insert(name.to_owned(), entry)
    }

    pub fn take(&mut self, name: &str) -> Option<Entry> {
        self.secrets.remove(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, Entry)> {
        let all = self.secrets.iter();
        all.map(|(name, entry)| (name.as_str(), *entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_holds_names_and_times_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("default.toml");
        assert_eq!(Index::read(&path).expect("readable"), None);
        let mut index = Index::default();
        let entry = Entry {
            store: StoreKind::Keyring,
            set: "2026-01-02T03:04:05Z".parse().expect("a time"),
        };
        assert_eq!(index.put("api-key", entry), None);
        index.write(&path).expect("written");
        let text = std::fs::read_to_string(&path).expect("there");
        assert_eq!(
            text,
            format!(
                "{HEAD}version = 1\n\n[secrets.api-key]\nstore = \"keyring\"\n\
                 set = \"2026-01-02T03:04:05Z\"\n"
            )
        );
        assert_eq!(Index::read(&path).expect("readable"), Some(index));
    }

    #[test]
    fn a_newer_file_is_refused_and_a_torn_one_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("default.toml");
        std::fs::write(&path, "version = 2\n").expect("written");
        assert!(matches!(
            Index::read(&path),
            Err(VaultError::Newer { found, .. }) if found == "2"
        ));
        std::fs::write(&path, "version = 1\n[secrets.api").expect("written");
        assert!(matches!(
            Index::read(&path),
            Err(VaultError::Damaged { .. })
        ));
    }
}
