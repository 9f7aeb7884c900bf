//! The file of a profile that is encrypted with age, and what is in it.
//!
//! The file is plain age (age-encryption.org/v1), so `age -d -i IDENTITY FILE` opens it as well.
//! Inside are lines: `ddctl-secrets 1`, then a name and the base64 of a secret each.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::identity::{Asker, IdentitySource, Key, asks_for_passphrase, new_identity};
use super::store::SecretStore;
use crate::config::writing;
use crate::domain::secret::Secret;

const HEAD: &str = "ddctl-secrets ";
/// The version of the content's shape that this program writes.
const VERSION: &str = "1";
/// Where a typed passphrase comes from.
const PROMPT: &str = "the prompt";
/// How often one is asked for.
const MOST_TYPED: usize = 3;

pub(super) type Contents = BTreeMap<String, Secret>;

/// The encrypted file of one profile.
pub(super) struct SealedFile {
    pub(super) path: PathBuf,
    /// The identity that ddctl makes where none is named.
    pub(super) made: PathBuf,
    pub(super) source: RefCell<IdentitySource>,
    asker: Rc<dyn Asker>,
    /// A passphrase is asked for, and a command run, once.
    pub(super) key: RefCell<Option<Rc<Key>>>,
    /// What was read last, by the bytes that it was read from: opening takes up to a second.
    opened: RefCell<Option<(Vec<u8>, Contents)>>,
    /// The last passphrase was a wrong one.
    mistyped: Cell<bool>,
}

impl SealedFile {
    /// The one at `path`; nothing is read yet.
    pub fn new(path: PathBuf, source: IdentitySource, asker: Rc<dyn Asker>) -> Self {
        Self {
            made: path.with_extension("key"),
            path,
            source: RefCell::new(source),
            asker,
            key: RefCell::default(),
            opened: RefCell::default(),
            mistyped: Cell::default(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the identity is that ddctl made, when it is the one in use.
    pub fn made_identity(&self) -> Option<&Path> {
        self.made.exists().then_some(&self.made)
    }

    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// The names in it.
    pub fn names(&self) -> Result<Vec<String>, VaultError> {
        self.contents(|contents| contents.keys().cloned().collect())
    }

    /// What it is encrypted for, by its head and by where its key is said to be.
    pub fn present_identity(&self) -> Result<IdentitySource, VaultError> {
        let named = self.source.borrow().clone();
        let Some(cipher) = self.cipher()? else {
            return Ok(named);
        };
        let asks = asks_for_passphrase(&cipher, &self.path)?;
        Ok(match named {
            IdentitySource::Command(words) => IdentitySource::Command(words),
            _ if asks => IdentitySource::Passphrase,
            IdentitySource::Passphrase => IdentitySource::Made,
            named => named,
        })
    }

    pub(super) fn contents<T>(&self, take: impl FnOnce(&Contents) -> T) -> Result<T, VaultError> {
        let Some(cipher) = self.cipher()? else {
            return Ok(take(&Contents::new()));
        };
        let mut opened = self.opened.borrow_mut();
        if opened.as_ref().is_none_or(|(bytes, _)| *bytes != cipher) {
            let contents = self.open_either(&cipher)?;
            *opened = Some((cipher, contents));
        }
        Ok(take(
            opened
                .as_ref()
                .map_or(&Contents::new(), |(_, contents)| contents),
        ))
    }

    pub(super) fn cipher(&self) -> Result<Option<Vec<u8>>, VaultError> {
        read(&self.path)
    }

    /// Opens what lies there, or what a rotation that was cut short put beside it.
    pub(super) fn open_either(&self, cipher: &[u8]) -> Result<Contents, VaultError> {
        if let Some((_, contents)) = self.opened_next()? {
            return Ok(contents);
        }
        let failed = match self.open(cipher) {
            Err(failed) => failed,
            opened => return opened,
        };
        // Somebody may have encrypted it anew in between, and its old key is gone since.
        match self.cipher()?.filter(|now| now != cipher) {
            Some(now) => self.open(&now),
            None => Err(failed),
        }
    }

    pub(super) fn open(&self, cipher: &[u8]) -> Result<Contents, VaultError> {
        let mut wrong = 0;
        loop {
            match self.open_once(cipher) {
                // Whoever types mistypes.
                Err(VaultError::WrongPassphrase { from, .. })
                    if from == PROMPT && wrong + 1 < MOST_TYPED =>
                {
                    wrong += 1;
                    self.mistyped.set(true);
                }
                opened => return opened,
            }
        }
    }

    fn open_once(&self, cipher: &[u8]) -> Result<Contents, VaultError> {
        let is_known = self.key.borrow().is_some();
        let plain = match self.key_for(cipher)?.open(cipher, &self.path) {
            // Somebody may have encrypted it for another one since.
            Err(_) if is_known => {
                self.key.replace(None);
                self.key_for(cipher)?.open(cipher, &self.path)
            }
            plain => plain,
        };
        plain
            .inspect_err(|_| drop(self.key.take()))
            .and_then(|plain| parse(&plain, &self.path))
    }

    /// The key that a sealed file asks for.
    pub(super) fn key_for(&self, cipher: &[u8]) -> Result<Rc<Key>, VaultError> {
        let asks = asks_for_passphrase(cipher, &self.path)?;
        let known = self.key.borrow().clone();
        if let Some(key) = known.filter(|key| key.is_passphrase() == asks) {
            return Ok(key);
        }
        let key = match &*self.source.borrow() {
            IdentitySource::Command(words) => Key::of_command(words)?,
            _ if asks => self.asked()?,
            IdentitySource::File(path) => named(path)?,
            IdentitySource::Made | IdentitySource::Passphrase => self.made_key()?,
        };
        let key = Rc::new(key);
        *self.key.borrow_mut() = Some(Rc::clone(&key));
        Ok(key)
    }

    fn asked(&self) -> Result<Key, VaultError> {
        let again = match self.mistyped.take() {
            true => "That does not open it. ",
            false => "",
        };
        let question = format!("{again}Passphrase of {}", self.path.display());
        let answer = self.asker.passphrase(&question, false);
        match answer.map_err(VaultError::NotAsked)? {
            Some(passphrase) => Key::passphrase(&passphrase, PROMPT),
            None => Err(VaultError::NobodyToAsk {
                sealed: self.path.clone(),
            }),
        }
    }

    /// The key to seal with: the one of the file that is there, else a new one.
    fn sealing_key(&self) -> Result<Rc<Key>, VaultError> {
        match self.cipher()? {
            Some(cipher) => self.key_for(&cipher),
            None => {
                let key = Rc::new(self.new_key(&self.source.borrow())?);
                *self.key.borrow_mut() = Some(Rc::clone(&key));
                Ok(key)
            }
        }
    }

    pub(super) fn new_key(&self, source: &IdentitySource) -> Result<Key, VaultError> {
        match source {
            IdentitySource::Made => {
                if !self.made.exists() {
                    self.write_made(&format_lines(&new_identity(), ""))?;
                }
                self.made_key()
            }
            IdentitySource::File(path) => named(path),
            IdentitySource::Command(words) => Key::of_command(words),
            IdentitySource::Passphrase => {
                let question = format!("New passphrase for {}", self.path.display());
                let answer = self.asker.passphrase(&question, true);
                let passphrase = answer.map_err(VaultError::NotAsked)?;
                let passphrase = passphrase.ok_or(VaultError::NobodyToChoose)?;
                Key::passphrase(&passphrase, PROMPT)
            }
        }
    }

    pub(super) fn made_key(&self) -> Result<Key, VaultError> {
        Key::of_file(&self.made)?.ok_or_else(|| VaultError::NoIdentity {
            path: self.made.clone(),
            sealed: self.path.clone(),
        })
    }

    pub(super) fn made_lines(&self) -> Result<Zeroizing<String>, VaultError> {
        match std::fs::read_to_string(&self.made) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Zeroizing::default()),
            text => {
                let text = text.map_err(VaultError::io("read", &self.made))?;
                Ok(Zeroizing::new(text))
            }
        }
    }

    pub(super) fn write_made(&self, text: &str) -> Result<(), VaultError> {
        writing::replace(&self.made, text.as_bytes()).map_err(VaultError::io("write", &self.made))
    }

    pub(super) fn write(&self, contents: &Contents, key: &Key) -> Result<(), VaultError> {
        let cipher = key.seal(&format(contents));
        writing::replace(&self.path, &cipher).map_err(VaultError::io("write", &self.path))?;
        *self.opened.borrow_mut() = Some((cipher, contents.clone()));
        Ok(())
    }
}

impl SecretStore for SealedFile {
    fn answers(&self) -> Result<(), VaultError> {
        Ok(())
    }

    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        self.contents(|contents| contents.get(name).cloned())
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        self.conclude()?;
        let mut contents = self.contents(Contents::clone)?;
        contents.insert(name.to_owned(), secret.clone());
        self.write(&contents, &*self.sealing_key()?)
    }

    fn remove(&self, name: &str) -> Result<bool, VaultError> {
        self.conclude()?;
        let mut contents = self.contents(Contents::clone)?;
        if contents.remove(name).is_none() {
            return Ok(false);
        }
        if !contents.is_empty() {
            self.write(&contents, &*self.sealing_key()?)?;
            return Ok(true);
        }
        for path in [&self.path, &self.made] {
            writing::remove(path).map_err(VaultError::io("remove", path))?;
        }
        self.key.replace(None);
        Ok(true)
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }
}

/// A file as it is; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(VaultError::io("read", path)),
    }
}

/// The identity in a file of the person's, which has to be there.
fn named(path: &Path) -> Result<Key, VaultError> {
    Key::of_file(path)?.ok_or_else(|| VaultError::NamedIdentity {
        path: path.to_owned(),
    })
}

/// An identity file: the new one first, which seals.
pub(super) fn format_lines(new: &str, old: &str) -> Zeroizing<String> {
    let head = "# Opens the secrets of ddctl in the file beside it. Whoever has both has them.\n";
    let old = old.lines().filter(|line| !line.starts_with('#'));
    let mut text = Zeroizing::new(String::with_capacity(1024));
    text.push_str(head);
    for line in std::iter::once(new).chain(old) {
        text.push_str(line);
        text.push('\n');
    }
    text
}

pub(super) fn format(contents: &Contents) -> Zeroizing<Vec<u8>> {
    let length = |(name, secret): (&String, &Secret)| name.len() + secret.expose().len() * 2 + 8;
    let room = 64 + contents.iter().map(length).sum::<usize>();
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    text.extend_from_slice(HEAD.as_bytes());
    text.extend_from_slice(VERSION.as_bytes());
    text.push(b'\n');
    for (name, secret) in contents {
        let value = Zeroizing::new(STANDARD.encode(secret.expose()));
        for part in [name, " ", &value, "\n"] {
            text.extend_from_slice(part.as_bytes());
        }
    }
    text
}

fn parse(plain: &[u8], path: &Path) -> Result<Contents, VaultError> {
    let damaged = || VaultError::Damaged {
        path: path.to_owned(),
        why: "what it holds is not a list of secrets".to_owned(),
    };
    let text = std::str::from_utf8(plain).map_err(|_| damaged())?;
    let mut lines = text.lines();
    match lines.next().and_then(|head| head.strip_prefix(HEAD)) {
        Some(VERSION) => {}
        Some(found) if found.len() < 8 => {
            return Err(VaultError::Newer {
                path: path.to_owned(),
                found: found.to_owned(),
            });
        }
        _ => return Err(damaged()),
    }
    lines
        .map(|line| {
            let (name, value) = line.split_once(' ')?;
            let value = Zeroizing::new(STANDARD.decode(value).ok()?);
            let value = std::str::from_utf8(&value).ok()?;
            Some((name.to_owned(), Secret::new(value)))
        })
        .collect::<Option<_>>()
        .ok_or_else(damaged)
}
