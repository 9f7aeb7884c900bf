//! The secrets that there are, for the doctor: where, and as a mask.

use std::path::PathBuf;

use crate::config::vault::VaultError;
use crate::config::{SecretFlags, SecretKind, SecretPlace};
use crate::context::Context;
use crate::doctor::SecretFacts;
use crate::error::classify;

/// Every secret that a command may ask for.
pub fn secrets(context: &Context, flags: &SecretFlags) -> Vec<SecretFacts> {
    let kinds = SecretKind::KEPT.into_iter();
    kinds.map(|kind| of_kind(context, kind, flags)).collect()
}

fn of_kind(context: &Context, kind: SecretKind, flags: &SecretFlags) -> SecretFacts {
    let none = SecretFacts {
        name: kind.name(),
        place: None,
        file: None,
        shown: None,
        error: None,
        exposed: None,
    };
    let place = match context.secret_place(kind, flags) {
        Ok(Some(place)) => place,
        Ok(None) => return none,
        Err(error) => return unread(none, &error),
    };
    let found = SecretFacts {
        place: Some(place.to_string()),
        file: file(context, &place),
        ..none
    };
    match context.optional_secret(kind, flags) {
        Ok(secret) => SecretFacts {
            shown: secret.map(|secret| secret.masked()),
            ..found
        },
        Err(error) => unread(found, &error),
    }
}

fn unread(facts: SecretFacts, error: &anyhow::Error) -> SecretFacts {
    let exposed = error.chain().find_map(|cause| match cause.downcast_ref() {
        Some(VaultError::Exposed { path, .. }) => Some(path.clone()),
        _ => None,
    });
    SecretFacts {
        error: Some((format!("{error:#}"), classify(error).hints)),
        exposed,
        ..facts
    }
}

/// The file that holds it as it is.
fn file(context: &Context, place: &SecretPlace) -> Option<PathBuf> {
    match place {
        SecretPlace::File(path) => Some(path.clone()),
        SecretPlace::GatewayCli => Some(context.environment.home()?.join(".hoop/config.toml")),
        SecretPlace::Variable(_)
        | SecretPlace::Stdin
        | SecretPlace::Command(_)
        | SecretPlace::Keyring
        | SecretPlace::Vault(_) => None,
    }
}
