//! What a profile says of its secrets: where each one is, and where the vault keeps them. Never a
//! secret itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::SecretKind;
use crate::config::environment::Environment;
use crate::config::origin::Valued;
use crate::config::vault::{IdentitySource, StoreKind};

/// `[profiles.NAME.secrets]`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct SecretsSection {
    /// `keyring` or `file`.
    pub store: Option<String>,
    pub identity: Option<IdentitySection>,
    #[serde(flatten)]
    pub references: BTreeMap<String, ReferenceSection>,
}

/// `{ file = "…" }` or `{ command = ["…"] }`.
#[derive(Clone, Debug, Deserialize)]
pub struct ReferenceSection {
    pub file: Option<String>,
    pub command: Option<Vec<String>>,
}

/// As [`ReferenceSection`], or the word `passphrase`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum IdentitySection {
    Word(String),
    At(ReferenceSection),
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    File(PathBuf),
    /// A program that prints it, and its arguments.
    Command(Vec<String>),
}

/// What the settings of one run say of secrets.
#[derive(Clone, Debug, Default)]
pub struct SecretSettings {
    pub store: Option<Valued<StoreKind>>,
    pub identity: IdentitySource,
    pub references: BTreeMap<SecretKind, Reference>,
}

impl SecretSettings {
    /// The store that was chosen. Whoever names an identity means the file.
    pub fn store_choice(&self) -> Option<StoreKind> {
        let named = self.store.as_ref().map(|store| store.value);
        let has_identity = self.identity != IdentitySource::Made;
        named.or(has_identity.then_some(StoreKind::File))
    }
}

impl SecretsSection {
    /// The references of those kinds that there are; the file's keys were checked before.
    pub fn references(&self, environment: &Environment) -> BTreeMap<SecretKind, Reference> {
        let all = self.references.iter();
        all.filter_map(|(name, section)| {
            Some((SecretKind::of_name(name)?, section.read(environment)?))
        })
        .collect()
    }

    /// Where the key of the encrypted file comes from: `DDCTL_SECRETS_IDENTITY_FILE`, else what the
    /// profile says.
    pub fn identity(section: Option<&Self>, environment: &Environment) -> IdentitySource {
        if let Some(path) = environment.get("DDCTL_SECRETS_IDENTITY_FILE") {
            return IdentitySource::File(expanded(path, environment));
        }
        match section.and_then(|section| section.identity.as_ref()) {
            None => IdentitySource::Made,
            Some(IdentitySection::Word(_)) => IdentitySource::Passphrase,
            Some(IdentitySection::At(section)) => match section.read(environment) {
                Some(Reference::File(path)) => IdentitySource::File(path),
                Some(Reference::Command(words)) => IdentitySource::Command(words),
                None => IdentitySource::Made,
            },
        }
    }
}

impl ReferenceSection {
    fn read(&self, environment: &Environment) -> Option<Reference> {
        match (&self.file, &self.command) {
            (Some(file), _) => Some(Reference::File(expanded(file, environment))),
            (None, Some(words)) => Some(Reference::Command(words.clone())),
            (None, None) => None,
        }
    }
}

/// `~/` is the home folder, as people write it.
fn expanded(path: &str, environment: &Environment) -> PathBuf {
    match (path.strip_prefix("~/"), environment.home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}
