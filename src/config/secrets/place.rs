//! Where a secret was found, for whoever has to bring another one.

use std::fmt;
use std::path::PathBuf;

/// Where a secret was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    File(PathBuf),
    Variable(&'static str),
    Stdin,
    /// A program that the profile names, and its arguments.
    Command(Vec<String>),
    Keyring,
    /// The vault's encrypted file.
    Vault(PathBuf),
    GatewayCli,
}

impl SecretPlace {
    /// Whether a process that runs can find another one there.
    pub fn can_change(&self) -> bool {
        !matches!(self, SecretPlace::Variable(_) | SecretPlace::Stdin)
    }
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretPlace::File(path) => path.display().fmt(f),
            SecretPlace::Variable(name) => f.pad(name),
            SecretPlace::Stdin => f.pad("standard input"),
            SecretPlace::Command(words) => {
                write!(
                    f,
                    "the command `{}`",
                    words.first().map_or("", String::as_str)
                )
            }
            SecretPlace::Keyring => f.pad("the system's keyring"),
            SecretPlace::Vault(path) => write!(f, "the encrypted file {}", path.display()),
            SecretPlace::GatewayCli => f.pad("~/.hoop/config.toml"),
        }
    }
}
