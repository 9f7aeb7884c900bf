//! Whether ddctl would start by the flags that somebody added, and what they ask for.

use std::path::Path;

use clap::Parser;

use crate::commands::audit::Audit;
use crate::commands::sessions::Sessions;
use crate::commands::shipping::To;
use crate::commands::{Cli, Command, relay};
use crate::config::Settings;
use crate::error::UsageError;
use crate::globals::Globals;
use crate::manifest::{CHECKED_SETTINGS, Plan, command_line};

/// What a plan's command line says, read as ddctl would read it.
pub struct Start {
    pub to: Vec<To>,
    /// It searches at Datadog, and no flag says by which key.
    pub lacks_app_key: bool,
    globals: Globals,
}

impl Start {
    /// Reads the command line of `plan`.
    ///
    /// # Errors
    ///
    /// One that ends at once with its usage: a manifest with it helps nobody.
    pub fn of(plan: &Plan) -> anyhow::Result<Self> {
        let line = std::iter::once("ddctl".to_owned()).chain(command_line(plan));
        let cli = Cli::try_parse_from(line).map_err(|error| {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            refused(first.trim_start_matches("error: "))
        })?;
        require_own(&cli.globals)?;
        let (to, lacks_app_key) = match cli.command {
            Some(Command::Relay(args)) => {
                relay::check(&args)?;
                (args.to().to_vec(), false)
            }
            Some(Command::Sessions(Sessions::Export(args))) => {
                args.check()?;
                (args.to().to_vec(), args.lacks_app_key())
            }
            Some(Command::Audit(Audit::Export(args))) => {
                args.check()?;
                (args.to().to_vec(), args.lacks_app_key())
            }
            _ => return Err(refused("they name another command").into()),
        };
        Ok(Self {
            to,
            lacks_app_key,
            globals: cli.globals,
        })
    }

    /// Refuses flags that mean nothing beside the settings file that goes along.
    pub fn check_settings(&self, text: &str) -> Result<(), UsageError> {
        let settings = Settings::of_text(text, &self.globals.flags());
        settings
            .map(drop)
            .map_err(|error| refused(&error.to_string()))
    }
}

/// Settings, profile and certificates go along; what a flag names instead is not there.
fn require_own(globals: &Globals) -> Result<(), UsageError> {
    let instead = |flag: &str| {
        UsageError::with_hint(
            format!("{flag} stands behind --, and what it names is not where this runs"),
            format!("give {flag} before --: what it says goes along"),
        )
    };
    if globals.config.as_deref() != Some(Path::new(CHECKED_SETTINGS)) {
        return Err(instead("--config"));
    }
    if globals.profile.is_some() {
        return Err(instead("--profile"));
    }
    if globals.ca_file.is_some() {
        return Err(instead("--ca-file"));
    }
    match globals.read_only {
        true => Err(refused("--read-only lets it send nothing")),
        false => Ok(()),
    }
}

fn refused(why: &str) -> UsageError {
    UsageError::with_hint(
        format!("ddctl would not start by these flags: {why}"),
        "what stands behind -- goes to its command line as it is",
    )
}
