//! The encrypted file sealed anew for another key, so that whatever cuts it short leaves one that opens.
//!
//! What the file is sealed for, and what the profile says of that, lie in two files. So the new file is
//! written beside the old one first, then the profile says its key, and then it takes the old one's
//! place. Until that is done there are both, and whichever the profile's key opens is the one.

use std::path::PathBuf;
use std::rc::Rc;

use zeroize::Zeroizing;

use super::error::{Cause, VaultError};
use super::identity::{IdentitySource, Key, asks_for_passphrase, new_identity};
use super::sealed::{Contents, SealedFile, format, format_lines, read};
use crate::config::writing;

/// Says in the settings what the file is sealed for.
pub type Say<'a> = &'a dyn Fn() -> Result<(), Cause>;

impl SealedFile {
    /// Seals everything anew for what `to` names. `say` is called where the settings have to say so.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotSaid`] where the settings could not be changed: then nothing was.
    pub fn rotate(&self, to: &IdentitySource, say: Option<Say<'_>>) -> Result<(), VaultError> {
        self.conclude()?;
        let contents = self.contents(Contents::clone)?;
        let made_before = self.made_lines()?;
        let key = self.key_of(to, &made_before)?;
        match say {
            None => self.write(&contents, &key)?,
            Some(say) => {
                let cipher = key.seal(&format(&contents));
                let next = self.next();
                writing::replace(&next, &cipher).map_err(VaultError::io("write", &next))?;
                if let Err(why) = say() {
                    self.take_back(&made_before)?;
                    return Err(VaultError::NotSaid(why));
                }
                self.settle()?;
            }
        }
        self.source.replace(to.clone());
        self.forget_old_identities()?;
        *self.key.borrow_mut() = Some(match to {
            IdentitySource::Made => Rc::new(self.made_key()?),
            _ => Rc::new(key),
        });
        Ok(())
    }

    /// Ends a rotation that was cut short. Whoever changes the file does it first.
    pub(super) fn conclude(&self) -> Result<(), VaultError> {
        let Some(next) = read(&self.next())? else {
            return Ok(());
        };
        if self.fits(&next)? && self.open(&next).is_ok() {
            self.settle()?;
            return self.forget_old_identities();
        }
        // What nothing opens is not thrown away for something that nothing opens.
        if let Some(cipher) = self.cipher()? {
            self.open(&cipher)?;
        }
        self.remove_next()
    }

    /// The file of a rotation that was cut short after the settings said its key.
    pub(super) fn opened_next(&self) -> Result<Option<(Vec<u8>, Contents)>, VaultError> {
        let Some(next) = read(&self.next())? else {
            return Ok(None);
        };
        if !self.fits(&next)? {
            return Ok(None);
        }
        Ok(self.open(&next).ok().map(|contents| (next, contents)))
    }

    /// Whether a sealed file is of the kind that the settings speak of, so that nobody is asked for
    /// what the settings do not say.
    fn fits(&self, cipher: &[u8]) -> Result<bool, VaultError> {
        let asks = asks_for_passphrase(cipher, &self.next())?;
        Ok(match &*self.source.borrow() {
            IdentitySource::Command(_) => true,
            source => asks == (*source == IdentitySource::Passphrase),
        })
    }

    fn next(&self) -> PathBuf {
        self.path.with_extension("age.next")
    }

    /// The new file takes the old one's place.
    fn settle(&self) -> Result<(), VaultError> {
        writing::rename(&self.next(), &self.path).map_err(VaultError::io("replace", &self.path))
    }

    fn remove_next(&self) -> Result<(), VaultError> {
        let next = self.next();
        writing::remove(&next).map_err(VaultError::io("remove", &next))?;
        Ok(())
    }

    /// A new identity goes before those that are there, which open the file until it is sealed anew.
    fn key_of(&self, to: &IdentitySource, made_before: &str) -> Result<Key, VaultError> {
        match to {
            IdentitySource::Made => {
                self.write_made(&format_lines(&new_identity(), made_before))?;
                self.made_key()
            }
            source => self.new_key(source),
        }
    }

    /// As it was before.
    fn take_back(&self, made_before: &str) -> Result<(), VaultError> {
        self.remove_next()?;
        match made_before.is_empty() {
            true => writing::remove(&self.made).map(drop),
            false => writing::replace(&self.made, made_before.as_bytes()),
        }
        .map_err(VaultError::io("write", &self.made))
    }

    /// Nothing is sealed any more for identities that ddctl made, but for the newest of them where it
    /// is in use.
    fn forget_old_identities(&self) -> Result<(), VaultError> {
        if *self.source.borrow() != IdentitySource::Made {
            let removed = writing::remove(&self.made);
            return removed
                .map(drop)
                .map_err(VaultError::io("remove", &self.made));
        }
        let lines = self.made_lines()?;
        let newest = lines.lines().find(|line| !line.starts_with('#'));
        match newest.map(|line| Zeroizing::new(line.to_owned())) {
            Some(newest) => self.write_made(&format_lines(&newest, "")),
            None => Ok(()),
        }
    }
}
