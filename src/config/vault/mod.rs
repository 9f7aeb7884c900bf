//! Where ddctl keeps the secrets of a profile: in the system's keyring, or in a file encrypted with
//! age. An index beside the file says, in clear, which of them are kept and where.
//!
//! What the encrypted file protects: copies of it, in backups and in repositories. With an identity
//! that ddctl made, which lies beside it, whoever reads the owner's files has the secrets; a
//! passphrase, or an identity that lies elsewhere, keeps them from that person too.
//!
//! Nothing is opened before it is asked for, and a keyring is not asked for what is not in it.

mod error;
mod identity;
mod index;
mod keyring;
mod rotation;
mod sealed;
mod store;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::Timestamp;

pub use self::error::{Cause, VaultError};
pub use self::identity::{Answer, Asker, IdentitySource, Nobody};
pub use self::store::{SecretStore, StoreKind};

use self::index::{Entry, Index};
use self::keyring::Keyring;
use self::rotation::Say;
use self::sealed::SealedFile;
use super::environment::Environment;
use super::secrets::SecretKind;
use super::settings::Settings;
use super::writing::WriteLock;
use crate::domain::secret::Secret;

/// Below the folder of the settings file.
const FOLDER: &str = "secrets";

/// Whom the vault can turn to.
pub struct Attendance {
    pub asker: Rc<dyn Asker>,
    /// Somebody may be there to unlock the keyring, which is worth waiting for.
    pub is_attended: bool,
}

impl Default for Attendance {
    /// Nobody.
    fn default() -> Self {
        Self {
            asker: Rc::new(Nobody),
            is_attended: false,
        }
    }
}

/// The secrets of one profile.
pub struct Vault {
    /// `None` where there is no folder for settings: nothing is kept, and nothing can be.
    rooms: Option<Rooms>,
    choice: Option<StoreKind>,
}

struct Rooms {
    index: PathBuf,
    keyring: Box<dyn SecretStore>,
    file: SealedFile,
}

/// A secret that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub kind: SecretKind,
    pub store: StoreKind,
    /// When it was kept; `None` where the index was lost.
    pub set: Option<Timestamp>,
}

/// What became of a secret that was to be kept.
#[derive(Debug)]
pub struct Placed {
    pub store: StoreKind,
    /// For people.
    pub place: String,
    /// The identity beside the file, where ddctl made it just now.
    pub made_identity: Option<PathBuf>,
    /// Why the keyring was not taken, where nobody said that it should not be.
    pub no_keyring: Option<VaultError>,
    /// Why another one of its kind is still where it was.
    pub left: Option<VaultError>,
}

impl Vault {
    /// Of the profile in force. Nothing is read yet, and nobody asked.
    pub fn open(settings: &Settings, environment: &Environment, attendance: Attendance) -> Self {
        let folder = settings.path.as_deref().and_then(Path::parent);
        let rooms = folder.map(|folder| {
            let profile = &settings.profile.value;
            let name = file_name(profile);
            let lies = |ending| folder.join(FOLDER).join(format!("{name}.{ending}"));
            let source = settings.secrets.identity.clone();
            Rooms {
                index: lies("toml"),
                keyring: Box::new(Keyring::new(
                    environment,
                    profile,
                    folder,
                    attendance.is_attended,
                )),
                file: SealedFile::new(lies("age"), source, attendance.asker),
            }
        });
        Self {
            rooms,
            choice: settings.secrets.store_choice(),
        }
    }

    /// The secret of that kind, where one is kept.
    pub fn get(&self, kind: SecretKind) -> Result<Option<Secret>, VaultError> {
        let Some(rooms) = &self.rooms else {
            return Ok(None);
        };
        let name = kind.name();
        let Some(store) = rooms.store_of(name)? else {
            return Ok(None);
        };
        let store = rooms.store(store);
        match store.get(name)? {
            None => Err(VaultError::Lost {
                name: name.to_owned(),
                place: store.place(),
            }),
            found => Ok(found),
        }
    }

    /// Where a secret of that kind is kept, which opens nothing where an index says it.
    pub fn place_of(&self, kind: SecretKind) -> Result<Option<StoreKind>, VaultError> {
        match &self.rooms {
            Some(rooms) => rooms.store_of(kind.name()),
            None => Ok(None),
        }
    }

    /// Keeps a secret where the settings say, else in the keyring if it answers, else in the file.
    pub fn set(&self, kind: SecretKind, secret: &Secret) -> Result<Placed, VaultError> {
        self.set_in(kind, secret, None)
    }

    /// As [`Vault::set`], in the store that is named here. Another one that has it loses it.
    pub fn set_in(
        &self,
        kind: SecretKind,
        secret: &Secret,
        store: Option<StoreKind>,
    ) -> Result<Placed, VaultError> {
        let rooms = self.rooms()?;
        let _lock = rooms.lock()?;
        let mut index = rooms.index()?;
        let name = kind.name();
        let had_identity = rooms.file.made_identity().is_some();
        let (store, no_keyring) = match store.or(self.choice) {
            Some(store) => {
                rooms.store(store).set(name, secret)?;
                (store, None)
            }
            None => rooms.set_somewhere(name, secret)?,
        };
        let set = Timestamp::now();
        let before = index.put(name, Entry { store, set });
        index.write(&rooms.index)?;
        let before = before.filter(|before| before.store != store);
        let left = before.and_then(|before| rooms.remove(name, before.store).err());
        Ok(Placed {
            left,
            store,
            place: rooms.store(store).place(),
            made_identity: match (store, had_identity) {
                (StoreKind::File, false) => rooms.file.made_identity().map(Path::to_owned),
                _ => None,
            },
            no_keyring,
        })
    }

    /// Forgets a secret; `false` where none is kept.
    pub fn remove(&self, kind: SecretKind) -> Result<bool, VaultError> {
        let rooms = self.rooms()?;
        let name = kind.name();
        if rooms.store_of(name)?.is_none() {
            return Ok(false);
        }
        let _lock = rooms.lock()?;
        let mut index = rooms.index()?;
        let Some(entry) = index.take(name) else {
            return Ok(false);
        };
        rooms.remove(name, entry.store)?;
        index.write(&rooms.index)?;
        Ok(true)
    }

    /// What is kept, by kind.
    pub fn list(&self) -> Result<Vec<Kept>, VaultError> {
        let Some(rooms) = &self.rooms else {
            return Ok(Vec::new());
        };
        let mut kept = Vec::new();
        match Index::read(&rooms.index)? {
            Some(index) => kept.extend(index.iter().filter_map(|(name, entry)| {
                Some(Kept {
                    kind: SecretKind::of_name(name)?,
                    store: entry.store,
                    set: Some(entry.set),
                })
            })),
            None if rooms.file.exists() => {
                let names = rooms.file.names()?;
                kept.extend(names.iter().filter_map(|name| {
                    Some(Kept {
                        kind: SecretKind::of_name(name)?,
                        store: StoreKind::File,
                        set: None,
                    })
                }));
            }
            None => {}
        }
        kept.sort_by_key(|kept| kept.kind);
        Ok(kept)
    }

    /// Encrypts the file anew for another identity or passphrase; the old one opens it no more.
    /// `None` where there is no file. `say` is called where the settings have to say what it is encrypted
    /// for from now on.
    pub fn rotate(
        &self,
        to: &IdentitySource,
        say: Option<Say<'_>>,
    ) -> Result<Option<PathBuf>, VaultError> {
        let rooms = self.rooms()?;
        let _lock = rooms.lock()?;
        if !rooms.file.exists() {
            return Ok(None);
        }
        rooms.file.rotate(to, say)?;
        Ok(Some(rooms.file.path().to_owned()))
    }

    /// What the file is encrypted for, as far as it and the settings say.
    pub fn present_identity(&self) -> Result<IdentitySource, VaultError> {
        self.rooms()?.file.present_identity()
    }

    /// Where a secret would be kept, for people.
    pub fn place(&self) -> String {
        let Some(rooms) = &self.rooms else {
            return "nowhere".to_owned();
        };
        let store = self.choice.unwrap_or_else(|| rooms.choose().0);
        rooms.store(store).place()
    }

    /// Where the encrypted file is, or would be.
    pub fn file(&self) -> Option<&Path> {
        self.rooms.as_ref().map(|rooms| rooms.file.path())
    }

    fn rooms(&self) -> Result<&Rooms, VaultError> {
        self.rooms.as_ref().ok_or(VaultError::NoFolder)
    }
}

impl Rooms {
    fn store(&self, kind: StoreKind) -> &dyn SecretStore {
        match kind {
            StoreKind::Keyring => &*self.keyring,
            StoreKind::File => &self.file,
        }
    }

    /// The index as it is, else one of what the file holds.
    fn index(&self) -> Result<Index, VaultError> {
        if let Some(index) = Index::read(&self.index)? {
            return Ok(index);
        }
        let mut index = Index::default();
        if self.file.exists() {
            let entry = Entry {
                store: StoreKind::File,
                set: Timestamp::now(),
            };
            for name in self.file.names()? {
                index.put(&name, entry);
            }
        }
        Ok(index)
    }

    fn store_of(&self, name: &str) -> Result<Option<StoreKind>, VaultError> {
        match Index::read(&self.index)? {
            Some(index) => Ok(index.get(name).map(|entry| entry.store)),
            None if self.file.exists() => {
                let found = self.file.get(name)?;
                Ok(found.map(|_| StoreKind::File))
            }
            None => Ok(None),
        }
    }

    /// The keyring if it answers, else the file and why.
    fn choose(&self) -> (StoreKind, Option<VaultError>) {
        match self.keyring.answers() {
            Ok(()) => (StoreKind::Keyring, None),
            Err(why) => (StoreKind::File, Some(why)),
        }
    }

    /// Keeps a secret in the keyring if there is one that takes it, else in the file, and says why. One
    /// that is locked is not passed by: its owner meant it.
    fn set_somewhere(
        &self,
        name: &str,
        secret: &Secret,
    ) -> Result<(StoreKind, Option<VaultError>), VaultError> {
        let (store, why) = self.choose();
        match (store, self.store(store).set(name, secret)) {
            (StoreKind::Keyring, Err(why @ VaultError::KeyringAway { .. })) => {
                self.file.set(name, secret)?;
                Ok((StoreKind::File, Some(why)))
            }
            (store, set) => set.map(|()| (store, why)),
        }
    }

    fn remove(&self, name: &str, from: StoreKind) -> Result<bool, VaultError> {
        let store = self.store(from);
        match (from, store.remove(name)) {
            (StoreKind::Keyring, Err(source)) => Err(VaultError::NotRemoved {
                name: name.to_owned(),
                place: store.place(),
                source: Box::new(source),
            }),
            (_, removed) => removed,
        }
    }

    fn lock(&self) -> Result<WriteLock, VaultError> {
        WriteLock::take(&self.index).map_err(VaultError::io("lock", &self.index))
    }
}

/// A profile's name as that of a file: what could be a path or a hidden file is spelled in hex.
fn file_name(profile: &str) -> String {
    use std::fmt::Write as _;
    let mut name = String::with_capacity(profile.len());
    for (at, byte) in profile.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
            b'.' if at > 0 => name.push('.'),
            byte => write!(name, "%{byte:02x}").expect("memory takes text"),
        }
    }
    name
}
