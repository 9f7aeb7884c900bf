//! The system's keyring: the Secret Service on Linux, the Keychain on macOS.
//!
//! It may ask a person to unlock it, and then it answers when that person does. Each call is made on
//! a thread of its own and waited for as long as is sensible.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::store::SecretStore;
use crate::config::environment::Environment;
use crate::domain::secret::Secret;
use crate::waiting::{Cut, aside};

const SERVICE: &str = "ddctl";
/// To find out whether there is one.
const TO_ANSWER: Duration = Duration::from_secs(5);
/// With a person who may unlock it.
const TO_UNLOCK: Duration = Duration::from_secs(60);
const UNATTENDED: Duration = Duration::from_secs(10);

/// The entries of one profile.
pub(super) struct Keyring {
    profile: String,
    /// Of the settings file, where it is not the platform's: two files may name the same profile.
    folder: Option<PathBuf>,
    /// Why there cannot be one, where that is plain from the environment.
    absent: Option<&'static str>,
    wait: Duration,
}

impl Keyring {
    /// Of `profile` in the settings folder `folder`. `is_attended` where somebody may unlock it.
    pub fn new(environment: &Environment, profile: &str, folder: &Path, is_attended: bool) -> Self {
        let is_platforms = environment.config_folder().as_deref() == Some(folder);
        Self {
            profile: profile.to_owned(),
            folder: (!is_platforms).then(|| folder.to_owned()),
            absent: absent(environment),
            wait: if is_attended { TO_UNLOCK } else { UNATTENDED },
        }
    }

    fn user(&self, name: &str) -> String {
        match &self.folder {
            None => format!("{}/{name}", self.profile),
            Some(folder) => format!("{}/{name} ({})", self.profile, folder.display()),
        }
    }

    /// Does `work` with the entry of that name; `None` where there is no such entry.
    fn with_entry<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<Option<T>, VaultError> {
        let user = self.user(name);
        let label = format!("ddctl: {name} of profile {}", self.profile);
        let done = self.ask(self.wait, move || {
            let store = system_store()?;
            let modifiers = HashMap::from([("label", label.as_str())]);
            let modifiers = cfg!(target_os = "linux").then_some(&modifiers);
            work(&store.build(SERVICE, &user, modifiers)?)
        })?;
        match done {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(explained(&error)),
        }
    }

    /// Runs `work` on a thread of its own, which is left behind when it takes too long: it ends with
    /// the program.
    fn ask<T: Send + 'static>(
        &self,
        wait: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, VaultError> {
        if let Some(why) = self.absent {
            let why = why.to_owned();
            return Err(VaultError::KeyringAway { why });
        }
        let away = || VaultError::KeyringAway {
            why: "it broke off".to_owned(),
        };
        match aside(Some(wait), work) {
            Ok(done) => done.ok_or_else(away),
            Err(Cut::TooLong) => Err(VaultError::KeyringSilent {
                seconds: wait.as_secs(),
            }),
            Err(cut) => Err(VaultError::Cut(cut)),
        }
    }
}

impl SecretStore for Keyring {
    fn answers(&self) -> Result<(), VaultError> {
        let opened = self.ask(TO_ANSWER, || system_store().map(|_| ()))?;
        opened.map_err(|error| explained(&error))
    }

    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        let bytes = self
            .with_entry(name, Entry::get_secret)?
            .map(Zeroizing::new);
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(_) => Err(VaultError::KeyringAway {
                why: format!("its {name} is no text"),
            }),
        }
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        let secret = secret.clone();
        let set = move |entry: &Entry| entry.set_secret(secret.expose().as_bytes());
        match self.with_entry(name, set)? {
            Some(()) => Ok(()),
            None => Err(VaultError::KeyringAway {
                why: "it has no collection to keep secrets in".to_owned(),
            }),
        }
    }

    fn remove(&self, name: &str) -> Result<bool, VaultError> {
        let removed = self.with_entry(name, Entry::delete_credential)?;
        Ok(removed.is_some())
    }

    fn place(&self) -> String {
        "the system's keyring".to_owned()
    }
}

#[cfg(target_os = "linux")]
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(dbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    let why = "ddctl knows no keyring of this system".to_owned();
    Err(Error::NotSupportedByStore(why))
}

/// Without a bus there is no Secret Service, and looking for one costs time.
fn absent(environment: &Environment) -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let of_user = |folder| Path::new(folder).join("bus").exists();
    let has_bus = environment.get("DBUS_SESSION_BUS_ADDRESS").is_some()
        || environment.get("XDG_RUNTIME_DIR").is_some_and(of_user);
    (!has_bus).then_some("there is no D-Bus session here")
}

/// The crate's errors may hold bytes of secrets in their debug output, never in what they display.
fn explained(error: &Error) -> VaultError {
    match error {
        // A service that has no default collection, as on a server (dbus-secret-service, `NoResult`).
        Error::NoStorageAccess(why) if why.to_string().ends_with("no result found") => {
            VaultError::KeyringAway {
                why: "it has no collection to keep secrets in".to_owned(),
            }
        }
        Error::NoStorageAccess(_) => VaultError::KeyringLocked,
        Error::PlatformFailure(why) => VaultError::KeyringAway {
            why: why.to_string(),
        },
        error => VaultError::KeyringAway {
            why: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(pairs: &[(&str, &str)], folder: &str) -> Keyring {
        let environment = Environment::of_pairs(pairs.iter().copied());
        Keyring::new(&environment, "prod", Path::new(folder), false)
    }

    #[test]
    fn without_a_bus_there_is_no_keyring_and_nothing_is_waited_for() {
        if !cfg!(target_os = "linux") {
            return;
        }
        let keyring = keyring(&[("HOME", "/home/ada")], "/home/ada/.config/ddctl");
        for error in [
            keyring.answers().expect_err("none"),
            keyring.get("api-key").expect_err("none"),
        ] {
            let text = "the system's keyring is out of reach: there is no D-Bus session here";
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn a_profile_of_another_settings_file_has_entries_of_its_own() {
        let pairs = [
            ("HOME", "/home/ada"),
            ("XDG_CONFIG_HOME", "/home/ada/.config"),
        ];
        let own = keyring(&pairs, "/home/ada/.config/ddctl");
        assert_eq!(own.user("api-key"), "prod/api-key");
        let other = keyring(&pairs, "/etc/ddctl");
        assert_eq!(other.user("api-key"), "prod/api-key (/etc/ddctl)");
    }
}
