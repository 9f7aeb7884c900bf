//! What opens the encrypted file: an age identity or a passphrase, and where it comes from.

use std::fmt;
use std::io::{self, Read, Write};
use std::iter;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use zeroize::Zeroizing;

use super::error::VaultError;
use crate::config::secrets::read_command;
use crate::domain::secret::Secret;

/// 2^17 rounds of scrypt: 128 MB and some tenths of a second, for whoever guesses too
/// (OWASP's figure for scrypt with r = 8).
const WORK_FACTOR: u8 = 17;
/// What a file made elsewhere may ask for: 2 GB.
const MOST_WORK: u8 = 21;
/// An identity file longer than this is none.
const LONGEST: u64 = 64 << 10;
const MARK: &str = "AGE-SECRET-KEY-1";

/// Where the key of the encrypted file comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IdentitySource {
    /// An identity that ddctl made and keeps beside the file, for its owner alone.
    #[default]
    Made,
    /// An age identity file of the person's.
    File(PathBuf),
    /// A passphrase that the person types.
    Passphrase,
    /// A program that prints an identity or a passphrase.
    Command(Vec<String>),
}

impl fmt::Display for IdentitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdentitySource::Made => f.write_str("an identity that ddctl made"),
            IdentitySource::File(path) => write!(f, "the identity in {}", path.display()),
            IdentitySource::Passphrase => f.write_str("a passphrase"),
            IdentitySource::Command(words) => {
                let program = words.first().map_or("", String::as_str);
                write!(f, "what `{program}` prints")
            }
        }
    }
}

/// Whoever can be asked for a passphrase.
pub trait Asker {
    /// The answer; `None` where nobody can be asked. A new passphrase is asked for twice.
    fn passphrase(&self, question: &str, is_new: bool) -> Answer;
}

/// A passphrase, nobody to ask, or why the asking ended.
pub type Answer = Result<Option<Secret>, Box<dyn std::error::Error + Send + Sync>>;

/// Where nobody can be asked.
#[derive(Debug)]
pub struct Nobody;

impl Asker for Nobody {
    fn passphrase(&self, _: &str, _: bool) -> Answer {
        Ok(None)
    }
}

/// What seals and opens, and where it came from.
pub(super) struct Key {
    kind: KeyKind,
    from: String,
}

enum KeyKind {
    /// The first one seals; a file in the middle of a rotation has two.
    Identities(Vec<x25519::Identity>),
    Passphrase(SecretString),
}

impl Key {
    pub fn passphrase(passphrase: &Secret, from: &str) -> Result<Self, VaultError> {
        match passphrase.is_empty() {
            true => Err(VaultError::EmptyPassphrase),
            false => Ok(Self {
                kind: KeyKind::Passphrase(SecretString::from(passphrase.expose())),
                from: from.to_owned(),
            }),
        }
    }

    /// The identities of a file that its owner alone can read; `None` where there is no file.
    pub fn of_file(path: &Path) -> Result<Option<Self>, VaultError> {
        let failed = |error| VaultError::io("read the identity in", path)(error);
        let file = match std::fs::File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed)?,
        };
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let path = path.to_owned();
            return Err(VaultError::Exposed { path, mode });
        }
        let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize + 1));
        file.take(LONGEST)
            .read_to_string(&mut text)
            .map_err(failed)?;
        Self::of_identities(&text, path.display().to_string()).map(Some)
    }

    /// What a program printed: identities where it looks like them, else a passphrase.
    pub fn of_command(words: &[String]) -> Result<Self, VaultError> {
        let text = read_command(words, "an identity or a passphrase")?;
        let from = IdentitySource::Command(words.to_owned()).to_string();
        match text.lines().any(|line| line.trim().starts_with(MARK)) {
            true => Self::of_identities(&text, from),
            false => Self::passphrase(&Secret::new(text.as_str()), &from),
        }
    }

    fn of_identities(text: &str, from: String) -> Result<Self, VaultError> {
        let lines = text.lines().map(str::trim);
        let identities = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::parse)
            .collect::<Result<Vec<x25519::Identity>, _>>();
        match identities {
            Ok(identities) if !identities.is_empty() => Ok(Self {
                kind: KeyKind::Identities(identities),
                from,
            }),
            _ => Err(VaultError::NotAnIdentity { from }),
        }
    }

    /// Whether it is of the kind that a sealed file asks for.
    pub fn is_passphrase(&self) -> bool {
        matches!(self.kind, KeyKind::Passphrase(_))
    }

    /// Encrypts for itself.
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let sealed = match &self.kind {
            KeyKind::Identities(identities) => {
                let recipient = identities[0].to_public();
                sealed(
                    Encryptor::with_recipients(iter::once(&recipient as _)),
                    plain,
                )
            }
            KeyKind::Passphrase(passphrase) => {
                let mut recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK_FACTOR);
                sealed(
                    Encryptor::with_recipients(iter::once(&recipient as _)),
                    plain,
                )
            }
        };
        sealed.expect("one recipient of one kind, and memory to write to")
    }

    /// Decrypts what was sealed for it; `path` is where it lies, for the errors.
    pub fn open(&self, cipher: &[u8], path: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let decryptor = Decryptor::new_buffered(cipher).map_err(|error| damaged(path, &error))?;
        let reader = match &self.kind {
            KeyKind::Identities(identities) => {
                decryptor.decrypt(identities.iter().map(|identity| identity as _))
            }
            KeyKind::Passphrase(passphrase) => {
                let mut identity = scrypt::Identity::new(passphrase.clone());
                identity.set_max_work_factor(MOST_WORK);
                decryptor.decrypt(iter::once(&identity as _))
            }
        };
        let mut reader = reader.map_err(|error| self.refused(path, &error))?;
        // It is shorter than what it was sealed into, so that nothing is copied while it grows.
        let mut plain = Zeroizing::new(Vec::with_capacity(cipher.len()));
        reader.read_to_end(&mut plain).map_err(|_| {
            let why = "what was encrypted does not match its seal".to_owned();
            let path = path.to_owned();
            VaultError::Damaged { path, why }
        })?;
        Ok(plain)
    }

    fn refused(&self, path: &Path, error: &DecryptError) -> VaultError {
        let (from, sealed) = (self.from.clone(), path.to_owned());
        match (error, &self.kind) {
            (
                DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed,
                KeyKind::Identities(_),
            ) => VaultError::OtherIdentity { from, sealed },
            (DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed, _) => {
                VaultError::WrongPassphrase { from, sealed }
            }
            _ => damaged(path, error),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("from", &self.from).finish()
    }
}

/// Whether what is sealed asks for a passphrase.
pub(super) fn asks_for_passphrase(cipher: &[u8], path: &Path) -> Result<bool, VaultError> {
    let decryptor = Decryptor::new_buffered(cipher).map_err(|error| damaged(path, &error))?;
    Ok(decryptor.is_scrypt())
}

/// A new identity, as a line of an identity file.
pub(super) fn new_identity() -> Zeroizing<String> {
    let identity = x25519::Identity::generate();
    Zeroizing::new(identity.to_string().expose_secret().to_owned())
}

fn sealed(
    encryptor: Result<Encryptor, age::EncryptError>,
    plain: &[u8],
) -> Result<Vec<u8>, age::EncryptError> {
    let mut cipher = Vec::with_capacity(plain.len() + 512);
    let mut writer = encryptor?.wrap_output(&mut cipher)?;
    writer.write_all(plain)?;
    writer.finish()?;
    Ok(cipher)
}

fn damaged(path: &Path, error: &DecryptError) -> VaultError {
    let why = match error {
        DecryptError::UnknownFormat => "it is no file of age, or a newer age's",
        DecryptError::InvalidMac => "its head was changed",
        DecryptError::ExcessiveWork { .. } => "opening it would take more than 2 GB of memory",
        _ => "its head is not one of age's",
    };
    VaultError::Damaged {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}
