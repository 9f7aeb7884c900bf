//! The signing secrets: a file of them, read again when it changes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::watched::Watched;
use crate::domain::secret::Secret;
use crate::svix::signature::SigningKey;

/// A file of secrets is short.
const LONGEST: u64 = 64 << 10;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("read the signing secrets from {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} is longer than a list of signing secrets", path.display())]
    TooLong { path: PathBuf },
    #[error("{} holds no signing secret", path.display())]
    Empty { path: PathBuf },
    #[error("line {line} of {} is no signing secret: {why}", path.display())]
    Line {
        path: PathBuf,
        line: usize,
        why: crate::svix::signature::NotASigningSecret,
    },
}

/// The keys of now, for any thread. A webhook signed with one of them is taken.
#[derive(Clone, Debug)]
pub struct Keys(Arc<RwLock<Arc<[SigningKey]>>>);

impl Keys {
    fn new(keys: Vec<SigningKey>) -> Self {
        Self(Arc::new(RwLock::new(keys.into())))
    }

    pub(super) fn now(&self) -> Arc<[SigningKey]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, keys: Vec<SigningKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
    }
}

/// One `whsec_…` a line; empty lines and those that begin with `#` are none.
#[derive(Debug)]
pub struct KeyFile {
    file: Watched,
    keys: Keys,
}

impl KeyFile {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`KeysError`]: a relay without keys would take nothing.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        Ok(Self {
            file: Watched::new(path),
            keys: Keys::new(read(path)?),
        })
    }

    pub fn keys(&self) -> Keys {
        self.keys.clone()
    }

    /// Reads the file again where it changed, or in any case; the number of secrets where it was
    /// read.
    ///
    /// # Errors
    ///
    /// [`KeysError`]; the keys that were there stay.
    pub fn renew(&mut self, in_any_case: bool) -> Result<Option<usize>, KeysError> {
        if !self.file.has_changed() && !in_any_case {
            return Ok(None);
        }
        let keys = read(self.file.path())?;
        let count = keys.len();
        self.keys.put(keys);
        Ok(Some(count))
    }
}

fn read(path: &Path) -> Result<Vec<SigningKey>, KeysError> {
    let failed = |source| KeysError::Io {
        path: path.to_owned(),
        source,
    };
    let path_of = || path.to_owned();
    if fs::metadata(path).map_err(failed)?.len() > LONGEST {
        return Err(KeysError::TooLong { path: path_of() });
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let keys = lines.map(|(at, line)| {
        SigningKey::parse(&Secret::new(line)).map_err(|why| KeysError::Line {
            path: path_of(),
            line: at + 1,
            why,
        })
    });
    let keys: Vec<SigningKey> = keys.collect::<Result<_, _>>()?;
    match keys.is_empty() {
        true => Err(KeysError::Empty { path: path_of() }),
        false => Ok(keys),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const OTHER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn every_line_is_a_key_and_a_change_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secrets");
        fs::write(&path, format!("# the relay's\n{ONE}\n\n")).expect("ours");
        let mut file = KeyFile::read(&path).expect("one key");
        let keys = file.keys();
        assert_eq!(keys.now().len(), 1);
        assert_eq!(file.renew(false).expect("readable"), None);
        fs::write(&path, format!("{ONE}\n  {OTHER}  \r\n")).expect("ours");
        assert_eq!(file.renew(false).expect("readable"), Some(2));
        assert_eq!(keys.now().len(), 2);
        assert_eq!(file.renew(true).expect("readable"), Some(2));
        fs::remove_file(&path).expect("ours");
        assert!(file.renew(false).is_err());
        assert_eq!(keys.now().len(), 2, "what was known stays");
    }

    #[test]
    fn a_file_without_keys_is_refused_and_nothing_of_it_is_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secrets");
        for (text, told) in [
            ("", "holds no signing secret"),
            ("# none\n", "holds no signing secret"),
            ("\nhunter2\n", "line 2 of "),
        ] {
            fs::write(&path, text).expect("ours");
            let error = KeyFile::read(&path).expect_err(text).to_string();
            assert!(
                error.contains(told) && !error.contains("hunter2"),
                "{error}"
            );
        }
        fs::write(&path, vec![b'#'; 70_000]).expect("ours");
        assert!(matches!(
            KeyFile::read(&path),
            Err(KeysError::TooLong { .. })
        ));
    }
}
