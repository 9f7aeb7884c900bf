//! `ddctl auth remove`.

use clap::Args;
use serde::Serialize;

use super::kind::KindParser;
use super::warn_of_what_wins;
use crate::config::SecretKind;
use crate::context::Context;
use crate::error::Exit;
use crate::ui::escape;

/// Forget a secret that is kept for the profile; exit 3 when it answers no
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl auth remove app-key
  ddctl auth remove gateway-token --profile prod --yes

It is removed from the keyring or the encrypted file. It stays valid where it came from: revoke it \
there. Exit 0 as well where none was kept.")]
pub struct Remove {
    /// Which secret
    #[arg(value_name = "KIND", value_parser = KindParser)]
    kind: SecretKind,
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Removed {
    kind: &'static str,
    profile: String,
    /// `false` where none was kept.
    removed: bool,
}

pub fn run(context: &Context, args: &Remove) -> anyhow::Result<Exit> {
    let (kind, vault) = (args.kind, context.vault()?);
    let profile = context.settings()?.profile.value.clone();
    let is_kept = vault.place_of(kind)?.is_some();
    let question = format!("Forget the {} of profile {profile}?", kind.name());
    if is_kept && !context.ui.confirm(&question, "--yes")? {
        context.ui.status("nothing was changed");
        return Ok(Exit::AnswerIsNo);
    }
    let removed = Removed {
        kind: kind.name(),
        removed: vault.remove(kind)?,
        profile,
    };
    context.ui.one(&removed, || removed.text())?;
    warn_of_what_wins(context, kind)?;
    Ok(Exit::Done)
}

impl Removed {
    fn text(&self) -> String {
        let (kind, profile) = (self.kind, escape::line(&self.profile));
        match self.removed {
            true => format!(
                "forgot the {kind} of profile {profile}; it stays valid where it came from until it \
                 is revoked there\n"
            ),
            false => format!("no {kind} was kept for profile {profile}\n"),
        }
    }
}
