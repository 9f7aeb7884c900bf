//! What a place for secrets can do: the system's keyring and the encrypted file are the two.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::error::VaultError;
use crate::domain::secret::Secret;

/// Where the vault keeps a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// The system's keyring
    Keyring,
    /// A file encrypted with age
    File,
}

impl StoreKind {
    pub fn name(self) -> &'static str {
        match self {
            StoreKind::Keyring => "keyring",
            StoreKind::File => "file",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A place for the secrets of one profile, by name.
pub trait SecretStore {
    /// Whether it can be used here and now, without asking anybody for anything.
    fn answers(&self) -> Result<(), VaultError>;
    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError>;
    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError>;
    /// `false` where it was not there.
    fn remove(&self, name: &str) -> Result<bool, VaultError>;
    /// For people.
    fn place(&self) -> String;
}
