//! `ddctl config set`.

use clap::Args;

use super::{file_path, known_key};
use crate::config::{change, check_value, set_value};
use crate::context::Context;
use crate::domain::site::Site;
use crate::error::Exit;
use crate::ui::escape;

/// Keep a setting in a profile
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config set site eu
  ddctl config set gateway.url https://use.hoop.dev --profile prod
  ddctl config set tags team:platform,purpose:audit

Secrets are never kept in a profile.")]
pub struct Set {
    /// Its name, such as site or gateway.url
    key: String,
    /// Its value
    value: String,
}

pub fn run(context: &Context, args: &Set) -> anyhow::Result<Exit> {
    let key = known_key(&args.key)?;
    let path = file_path(context)?;
    let profile = context.profile_to_write()?;
    let value = match key.name {
        "site" => args.value.parse::<Site>()?.domain().to_owned(),
        _ => args.value.clone(),
    };
    check_value(key, &value)?;
    change(&path, |document| {
        set_value(document, &profile, key.name, &value)
    })?;
    let said = format!(
        "{} = {value} in profile {profile} ({})",
        key.name,
        path.display()
    );
    context.ui.status(&escape::line(&said));
    if let Some((variable, _)) = context.environment.first(key.variables) {
        context.ui.warning(&format!(
            "{variable} gives {} as well, and that one is used",
            key.name
        ));
    }
    Ok(Exit::Done)
}
