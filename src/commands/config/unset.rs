//! `ddctl config unset`.

use clap::Args;
use serde::Serialize;

use super::{file_path, known_key};
use crate::config::{change, read_settings, unset_value};
use crate::context::Context;
use crate::error::Exit;
use crate::ui::escape;

/// Take a setting out of a profile
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config unset gateway.url
  ddctl config unset env --profile staging

Variables, and what a setting is where nothing says it, hold from then on. Exit 0 as well where it did \
not stand there.")]
pub struct Unset {
    /// Its name, such as site or gateway.url
    key: String,
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Taken {
    key: &'static str,
    profile: String,
    /// `false` where it did not stand there.
    removed: bool,
}

pub fn run(context: &Context, args: &Unset) -> anyhow::Result<Exit> {
    let key = known_key(&args.key)?;
    let path = file_path(context)?;
    let profile = context.profile_to_write()?;
    let mut removed = false;
    if read_settings(&path)?.is_some() {
        change(&path, |document| {
            removed = unset_value(document, &profile, key.name);
        })?;
    }
    let taken = Taken {
        key: key.name,
        profile,
        removed,
    };
    context.ui.one(&taken, || taken.text())?;
    Ok(Exit::Done)
}

impl Taken {
    fn text(&self) -> String {
        let (key, profile) = (self.key, escape::line(&self.profile));
        match self.removed {
            true => format!("{key} no longer stands in profile {profile}\n"),
            false => format!("{key} did not stand in profile {profile}\n"),
        }
    }
}
