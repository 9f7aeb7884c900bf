//! The flags that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use crate::config::Flags;
use crate::domain::time::parse_duration;
use crate::ui::Format;
use crate::ui::style::ColorChoice;

/// Flags that every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Profile of the settings file
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Datadog site: datadoghq.eu, eu, or a pasted page address
    #[arg(long, global = true, value_name = "SITE")]
    pub site: Option<String>,
    /// Address of the gateway
    #[arg(long, global = true, value_name = "URL")]
    pub gateway_url: Option<String>,
    /// Settings file instead of the platform's own
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Format of the answer
    #[arg(short, long, global = true, value_name = "FORMAT")]
    pub output: Option<Format>,
    /// Format of what -v says
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<ColorChoice>,
    /// Zone of tables and of bare times: Europe/Berlin, UTC, local
    #[arg(long, global = true, value_name = "ZONE")]
    pub tz: Option<String>,
    /// Certificates (PEM) trusted beside the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Never ask; fail where an answer is needed
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Answer every question with yes
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Refuse to change anything on the gateway or at Datadog
    #[arg(long, global = true)]
    pub read_only: bool,
    /// End the whole command after this time: 30s, 5m
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Say nothing but answers, warnings and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say on stderr what is asked of whom; twice for what is decided in between
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// The values of `--log-format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

impl Globals {
    /// What the flags say of the settings.
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            profile: self.profile.clone(),
            site: self.site.clone(),
            gateway_url: self.gateway_url.clone(),
            output: self.output,
            color: self.color,
            tz: self.tz.clone(),
            ca_file: self.ca_file.as_ref().map(|path| path.display().to_string()),
        }
    }
}
