//! Keys and tokens that the vault is to have.

use crate::config::{SecretKind, vault::Placed};
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::wizard::Change;

/// Said before it is known whether this machine has a keyring.
const SOMEWHERE: &str = "the keyring, or an encrypted file where there is none";

/// A secret that was found to be good and lies nowhere for long.
pub struct ToKeep {
    pub kind: SecretKind,
    pub secret: Secret,
}

impl ToKeep {
    /// What keeping it changes; `None` where the vault has it.
    pub fn change(&self, context: &Context) -> anyhow::Result<Option<Change>> {
        let vault = context.vault()?;
        let kept = match vault.place_of(self.kind)? {
            Some(_) => vault.get(self.kind)?,
            None => None,
        };
        if kept.as_ref() == Some(&self.secret) {
            return Ok(None);
        }
        Ok(Some(self.changed(SOMEWHERE, kept.is_some())))
    }

    /// Keeps it. Why it is kept where it is, is told with the first.
    pub fn keep(
        &self,
        context: &Context,
        replaces: bool,
        is_first: bool,
    ) -> anyhow::Result<Change> {
        let placed = context.vault()?.set(self.kind, &self.secret)?;
        let Placed {
            place,
            made_identity,
            no_keyring,
            ..
        } = placed;
        if let Some(why) = no_keyring.filter(|_| is_first) {
            context
                .ui
                .status(&format!("no keyring is used here: {why}"));
        }
        if let Some(identity) = made_identity.filter(|_| is_first) {
            let identity = identity.display();
            context
                .ui
                .status(&format!("made {identity}, which opens the encrypted file"));
        }
        Ok(self.changed(&place, replaces))
    }

    fn changed(&self, place: &str, replaces: bool) -> Change {
        Change::Secret {
            name: self.kind.name().to_owned(),
            place: place.to_owned(),
            replaces,
        }
    }
}
