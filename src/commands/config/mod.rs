//! `ddctl config`: profiles and settings.

mod check;
mod edit;
mod get;
mod list;
mod path;
mod set;
mod unset;
mod use_profile;

use clap::Subcommand;

use crate::config::{KEYS, Key, SecretKind};
use crate::context::Context;
use crate::domain::nearest::nearest;
use crate::error::{Exit, UsageError};

#[derive(Debug, Subcommand)]
pub enum Config {
    Path(path::Path),
    List(list::List),
    Get(get::Get),
    Set(set::Set),
    Unset(unset::Unset),
    Edit(edit::Edit),
    Use(use_profile::Use),
    Check(check::Check),
}

pub async fn run(context: &Context, command: Config) -> anyhow::Result<Exit> {
    match command {
        Config::Path(args) => path::run(context, &args),
        Config::List(args) => list::run(context, &args),
        Config::Get(args) => get::run(context, &args),
        Config::Set(args) => set::run(context, &args),
        Config::Unset(args) => unset::run(context, &args),
        Config::Edit(args) => edit::run(context, &args),
        Config::Use(args) => use_profile::run(context, &args),
        Config::Check(args) => check::run(context, &args).await,
    }
}

/// The key of that name, or an error with the nearest one.
fn known_key(name: &str) -> Result<&'static Key, UsageError> {
    if let Some(kind) = SecretKind::meant_by(name) {
        return Err(UsageError::with_hint(
            format!(
                "`{}` is a secret, which never stands in a profile",
                kind.name()
            ),
            format!("`ddctl auth set {}` keeps it", kind.name()),
        ));
    }
    Key::find(name).ok_or_else(|| {
        let names = KEYS.iter().map(|key| key.name);
        let hint = match nearest(name, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the settings are {}", names.collect::<Vec<_>>().join(", ")),
        };
        UsageError::with_hint(format!("no setting is called `{name}`"), hint)
    })
}

/// The settings file, or an error where there is no place for one.
fn file_path(context: &Context) -> anyhow::Result<std::path::PathBuf> {
    context
        .settings_path()
        .ok_or_else(|| crate::config::ConfigError::NoHome.into())
}
