//! `ddctl auth rotate`: another secret in the place of one, or another key for the file of all.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::check::Checked;
use super::given::Given;
use super::kind::KindParser;
use super::set;
use crate::config::vault::{Cause, IdentitySource, StoreKind, Vault};
use crate::config::{SecretKind, change, set_identity};
use crate::context::Context;
use crate::error::{Exit, UsageError};

/// Replace a secret by a new one, or encrypt the file of secrets anew
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl auth rotate api-key
  ddctl auth rotate app-key --command op read op://ops/datadog/app
  ddctl auth rotate
  ddctl auth rotate --passphrase
  ddctl auth rotate --identity-file ~/keys/ddctl.txt

With a KIND the new secret is read and tried as by `auth set`, and the old one is kept until the new \
one is found good. Revoke the old one afterwards where it was made.

Without one every secret of the encrypted file is encrypted anew: for a new identity, or for what the \
flags name, which the profile then says. The old identity or passphrase opens the file no more; copies \
of the old file it still opens. Secrets in the keyring are not touched.")]
pub struct Rotate {
    /// Which secret; without one the file is encrypted anew
    #[arg(value_name = "KIND", value_parser = KindParser)]
    kind: Option<SecretKind>,
    #[command(flatten)]
    given: Given,
    /// Keep the new secret without asking whether it is good
    #[arg(long, requires = "kind")]
    no_check: bool,
    #[command(flatten)]
    to: To,
}

/// What the file is encrypted for from now on.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct To {
    /// Encrypt for a new identity beside the file
    #[arg(long, conflicts_with = "kind")]
    new_identity: bool,
    /// Encrypt under a passphrase, which is asked for
    #[arg(long, conflicts_with = "kind")]
    passphrase: bool,
    /// Encrypt for the first age identity in FILE
    #[arg(long, value_name = "FILE", conflicts_with = "kind")]
    identity_file: Option<PathBuf>,
    /// Encrypt for the identity or under the passphrase that a program prints
    #[arg(long, value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true, conflicts_with = "kind")]
    identity_command: Option<Vec<String>>,
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Rotated {
    profile: String,
    file: String,
    /// `made`, `file`, `passphrase` or `command`.
    identity: &'static str,
    secrets: Vec<&'static str>,
}

pub async fn run(context: &Context, args: &Rotate) -> anyhow::Result<Exit> {
    args.given.check()?;
    match args.kind {
        Some(kind) => replace(context, args, kind).await,
        None if args.given.is_named() => Err(UsageError::with_hint(
            "which secret is it?",
            "name its kind: `ddctl auth rotate api-key --file FILE`",
        )
        .into()),
        None => encrypt_anew(context, &args.to),
    }
}

async fn replace(context: &Context, args: &Rotate, kind: SecretKind) -> anyhow::Result<Exit> {
    let vault = context.vault()?;
    let Some(old) = vault.get(kind)? else {
        let hint = format!("`ddctl auth set {}` keeps one", kind.name());
        let what = format!("no {} is kept that could be replaced", kind.name());
        return Err(UsageError::with_hint(what, hint).into());
    };
    let store = vault.place_of(kind)?;
    let question = format!("New {}", kind.what());
    let new = args.given.read(context, kind, &question)?;
    if new == old {
        return Err(UsageError::with_hint(
            format!("this is the {} that is kept already", kind.name()),
            "make a new one first, and revoke this one afterwards",
        )
        .into());
    }
    let checked: Checked = set::checked(context, kind, &new, args.no_check).await?;
    set::keep(context, kind, &new, store, checked)?;
    context.ui.status(&format!(
        "the old one, {}, is no longer kept; {}",
        kind.masked(&old),
        revocation(kind)
    ));
    Ok(Exit::Done)
}

/// Where an old one is made useless.
fn revocation(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::ApiKey => "revoke it at Datadog: Organization Settings, API Keys",
        SecretKind::AppKey => "revoke it at Datadog: Organization Settings, Application Keys",
        SecretKind::RedactionKey => "marks made with it no longer match those made from now on",
        _ => "revoke it where it was made",
    }
}

fn encrypt_anew(context: &Context, to: &To) -> anyhow::Result<Exit> {
    let (vault, settings) = (context.vault()?, context.settings()?);
    let named = to.source();
    let source = match &named {
        Some(source) => source.clone(),
        None => vault.present_identity()?,
    };
    let profile = settings.profile.value.clone();
    let says_anew = named.is_some_and(|named| named != settings.secrets.identity);
    let path = context.settings_path().filter(|_| says_anew);
    let say = path.map(|path| {
        let profile = profile.clone();
        let source = source.clone();
        move || -> Result<(), Cause> {
            let edit = |document: &mut _| set_identity(document, &profile, &source);
            Ok(change(&path, edit)?)
        }
    });
    let rotated = vault.rotate(&source, say.as_ref().map(|say| say as _))?;
    let Some(file) = rotated else {
        return Err(UsageError::with_hint(
            "there is no encrypted file to encrypt anew",
            "`ddctl auth rotate KIND` replaces a secret; the keyring's own key is the system's",
        )
        .into());
    };
    let rotated = Rotated {
        profile,
        file: file.display().to_string(),
        identity: name_of(&source),
        secrets: in_file(vault)?,
    };
    context.ui.one(&rotated, || {
        let count = rotated.secrets.len();
        format!(
            "encrypted {} anew for {source}: {count} secret{}\n",
            rotated.file,
            if count == 1 { "" } else { "s" }
        )
    })?;
    Ok(Exit::Done)
}

fn in_file(vault: &Vault) -> anyhow::Result<Vec<&'static str>> {
    let kept = vault.list()?.into_iter();
    let in_file = kept.filter(|kept| kept.store == StoreKind::File);
    Ok(in_file.map(|kept| kept.kind.name()).collect())
}

fn name_of(source: &IdentitySource) -> &'static str {
    match source {
        IdentitySource::Made => "made",
        IdentitySource::File(_) => "file",
        IdentitySource::Passphrase => "passphrase",
        IdentitySource::Command(_) => "command",
    }
}

impl To {
    /// `None` where nothing is said.
    fn source(&self) -> Option<IdentitySource> {
        if self.passphrase {
            return Some(IdentitySource::Passphrase);
        }
        if let Some(path) = &self.identity_file {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            return Some(IdentitySource::File(path));
        }
        if let Some(words) = &self.identity_command {
            return Some(IdentitySource::Command(words.clone()));
        }
        self.new_identity.then_some(IdentitySource::Made)
    }
}
