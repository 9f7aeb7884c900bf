//! `ddctl auth`: the secrets of a profile.

mod check;
mod given;
mod kind;
mod list;
mod remove;
mod rotate;
mod set;

use clap::Subcommand;

use crate::config::vault::{Placed, VaultError};
use crate::config::{SecretFlags, SecretKind, SecretPlace};
use crate::context::Context;
use crate::error::Exit;

#[derive(Debug, Subcommand)]
pub enum Auth {
    Set(set::Set),
    List(list::List),
    Remove(remove::Remove),
    Rotate(rotate::Rotate),
}

pub async fn run(context: &Context, command: Auth) -> anyhow::Result<Exit> {
    match command {
        Auth::Set(args) => set::run(context, &args).await,
        Auth::List(args) => list::run(context, &args),
        Auth::Remove(args) => remove::run(context, &args),
        Auth::Rotate(args) => rotate::run(context, &args).await,
    }
}

/// What is said of a secret that went where nobody named a place.
fn explain_place(context: &Context, placed: &Placed) {
    if let Some(left) = &placed.left {
        context.ui.warning(&with_causes(left));
    }
    let Some(why) = &placed.no_keyring else {
        return;
    };
    say(context, &format!("{why}: it is in a file instead"));
    if let Some(identity) = &placed.made_identity {
        let told = format!(
            "The file is encrypted for the identity in {}. That protects its copies, in backups \
             and repositories, as long as the identity is not among them; whoever can read your \
             files can read both. `ddctl auth rotate --passphrase` locks it for them as well.",
            identity.display()
        );
        say(context, &told);
    }
}

fn with_causes(error: &VaultError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    text
}

/// A terminal gets lines that fit it.
fn say(context: &Context, text: &str) {
    match context.ui.table_width() {
        Some(_) => context.ui.status(context.ui.wrap(text, "").trim_end()),
        None => context.ui.status(text),
    }
}

/// Warns where another layer has the word over what the vault keeps.
fn warn_of_what_wins(context: &Context, kind: SecretKind) -> anyhow::Result<()> {
    let flags = SecretFlags::default();
    match context.secrets(&flags)?.place(kind)? {
        None | Some(SecretPlace::Keyring | SecretPlace::Vault(_)) => {}
        Some(place) => context.ui.warning(&format!(
            "{place} gives the {} as well, and that one is used",
            kind.name()
        )),
    }
    Ok(())
}
