//! `ddctl config use`.

use clap::Args;

use super::file_path;
use crate::config::{ConfigError, ConfigFile, change};
use crate::context::Context;
use crate::error::Exit;

/// Choose the profile that is used when none is named
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config use staging")]
pub struct Use {
    /// A profile of the settings file
    profile: String,
}

pub fn run(context: &Context, args: &Use) -> anyhow::Result<Exit> {
    let path = file_path(context)?;
    let file = ConfigFile::read(&path)?;
    if !file.profiles.contains_key(&args.profile) {
        return Err(ConfigError::UnknownProfile {
            name: args.profile.clone(),
            path,
            profiles: file.profiles.into_keys().collect(),
        }
        .into());
    }
    change(&path, |document| {
        document["default_profile"] = toml_edit::value(args.profile.as_str());
    })?;
    let profile = crate::ui::escape::line(&args.profile);
    context
        .ui
        .status(&format!("profile {profile} is used from now on"));
    Ok(Exit::Done)
}
