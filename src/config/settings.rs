//! Layers resolved into one complete value, each part with its origin.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use url::Url;

use super::environment::Environment;
use super::error::ConfigError;
use super::file::ConfigFile;
use super::layers::{Flags, Layers, profile_name};
use super::origin::{Origin, Valued};
use super::secrets::SecretSettings;
use crate::domain::connection::ConnectionRule;
use crate::domain::delivery::Delivery;
use crate::domain::redaction::OwnRule;
use crate::domain::site::Site;
use crate::domain::trace::TraceUrl;
use crate::ui::Format;
use crate::ui::style::ColorChoice;

/// The service that events are filed under when nothing says otherwise.
pub const DEFAULT_SERVICE: &str = "agent-access";

/// The settings of one run.
#[derive(Clone, Debug)]
pub struct Settings {
    pub path: Option<PathBuf>,
    pub profile: Valued<String>,
    /// True when the profile stands in the file.
    pub has_profile: bool,
    pub site: Valued<Site>,
    pub gateway_url: Option<Valued<String>>,
    /// The Svix server behind the gateway, asked for what the gateway does not pass on.
    pub svix_url: Option<Valued<String>>,
    pub service: Valued<String>,
    pub env: Option<Valued<String>>,
    pub tags: Valued<Vec<String>>,
    /// Where a trace is to be seen on its platform.
    pub trace_url: Option<Valued<TraceUrl>>,
    pub connections: Vec<ConnectionRule>,
    pub output: Option<Format>,
    pub color: Option<ColorChoice>,
    pub tz: TimeZone,
    pub ca_file: Option<PathBuf>,
    /// Whether finished recordings are kept on this machine.
    pub recording_cache: Valued<bool>,
    /// What is hidden besides what the built-in rules find.
    pub redaction_rules: Vec<OwnRule>,
    /// Where the key of the marks' tokens is.
    pub redaction_key_file: Option<Valued<String>>,
    /// Whose monitors and dashboards are kept as code.
    pub namespace: Valued<String>,
    pub delivery: Option<Valued<Delivery>>,
    /// For how many days sessions and their events have to be kept.
    pub retention_days: Option<Valued<u32>>,
    /// Where secrets are, and where they are kept.
    pub secrets: SecretSettings,
    /// `DDCTL_DATADOG_URL`: where to connect instead of Datadog's hosts.
    pub datadog_url: Option<Url>,
}

impl Settings {
    /// The file the settings are read from: `--config`, `DDCTL_CONFIG`, the platform's folder.
    pub fn path(flags: &Flags, environment: &Environment) -> Option<PathBuf> {
        match named_file(flags, environment) {
            Some((path, _)) => Some(path),
            None => Some(environment.config_folder()?.join("config.toml")),
        }
    }

    /// Reads the file and resolves every layer. A file that was named has to be there.
    pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Self, ConfigError> {
        // A mistyped name must not pass for settings that say nothing.
        match named_file(flags, environment).filter(|(path, _)| !path.exists()) {
            Some((path, named_by)) => Err(ConfigError::Missing { path, named_by }),
            None => Self::resolve_or_begin(flags, environment),
        }
    }

    /// As [`Settings::resolve`], for whoever is about to make the file.
    pub fn resolve_or_begin(flags: &Flags, environment: &Environment) -> Result<Self, ConfigError> {
        let path = Self::path(flags, environment);
        let file = path
            .as_deref()
            .map_or_else(|| Ok(ConfigFile::default()), ConfigFile::read)?;
        Self::of_file(&file, path, flags, environment)
    }

    /// What `flags` make of `text`, a settings file, where no variable says anything.
    pub fn of_text(text: &str, flags: &Flags) -> Result<Self, ConfigError> {
        let path = flags.config.clone().unwrap_or_default();
        let file = ConfigFile::parse(&path, text)?;
        Self::of_file(&file, Some(path), flags, &Environment::default())
    }

    /// Checks every value of every profile in the text of a settings file.
    pub fn check(path: &Path, text: &str) -> Result<(), ConfigError> {
        let file = ConfigFile::parse(path, text)?;
        let nothing = Environment::default();
        if let Some(name) = &file.default_profile
            && !file.profiles.contains_key(name)
        {
            return Err(ConfigError::UnknownProfile {
                name: name.clone(),
                path: path.to_owned(),
                profiles: file.profiles.keys().cloned().collect(),
            });
        }
        for profile in file.profiles.keys() {
            let flags = Flags {
                profile: Some(profile.clone()),
                ..Flags::default()
            };
            Self::of_file(&file, None, &flags, &nothing).map_err(|error| {
                ConfigError::OfProfile {
                    profile: profile.clone(),
                    error: Box::new(error),
                }
            })?;
        }
        Ok(())
    }

    fn of_file(
        file: &ConfigFile,
        path: Option<PathBuf>,
        flags: &Flags,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let name = profile_name(flags, environment, file);
        let profile = match file.profiles.get(&name.value) {
            Some(profile) => Some(profile),
            // A profile that was asked for must be there; the default one may be missing.
            None if name.origin == Origin::Default => None,
            None => {
                return Err(ConfigError::UnknownProfile {
                    name: name.value,
                    path: path.unwrap_or_default(),
                    profiles: file.profiles.keys().cloned().collect(),
                });
            }
        };
        let layers = Layers {
            flags,
            environment,
            profile,
        };
        let tz = layers.tz()?;
        let rules = profile.map_or(&[][..], |profile| &profile.connections);
        Ok(Self {
            has_profile: profile.is_some(),
            site: layers.site()?,
            gateway_url: layers.gateway_url(),
            svix_url: layers.text("svix.url", None),
            service: layers.text("service", None).unwrap_or_else(|| Valued {
                value: DEFAULT_SERVICE.to_owned(),
                origin: Origin::Default,
            }),
            env: layers.text("env", None),
            tags: layers.tags(),
            trace_url: layers.trace_url()?,
            connections: rules
                .iter()
                .map(|rule| rule.rule(&tz))
                .collect::<Result<_, _>>()?,
            ca_file: layers
                .text("ca_file", flags.ca_file.as_ref())
                .map(|text| text.value.into()),
            datadog_url: layers.datadog_url()?,
            recording_cache: layers.recording_cache()?,
            redaction_rules: match profile {
                Some(profile) => profile.redaction.own_rules(&name.value)?,
                None => Vec::new(),
            },
            redaction_key_file: layers.text("redaction.key_file", None),
            output: layers.choice("output", "output format", flags.output)?,
            color: layers.choice("color", "colour choice", flags.color)?,
            namespace: layers.text("namespace", None).unwrap_or_else(|| Valued {
                value: name.value.clone(),
                origin: Origin::Default,
            }),
            delivery: layers.delivery()?,
            retention_days: layers.retention_days()?,
            secrets: layers.secrets()?,
            profile: name,
            path,
            tz,
        })
    }

    /// Every tag of an event: `env:` first, then the profile's.
    pub fn all_tags(&self) -> Vec<String> {
        let env = self.env.iter().map(|env| format!("env:{}", env.value));
        env.chain(self.tags.value.iter().cloned()).collect()
    }

    /// One setting as text, for `config list` and `get`.
    pub fn value(&self, key: &str) -> Option<Valued<String>> {
        let text = |value: &dyn fmt::Display, origin: &Origin| {
            Some(Valued {
                value: value.to_string(),
                origin: origin.clone(),
            })
        };
        match key {
            "site" => text(&self.site.value, &self.site.origin),
            "gateway.url" => self.gateway_url.clone().map(without_password),
            "svix.url" => self.svix_url.clone().map(without_password),
            "service" => Some(self.service.clone()),
            "env" => self.env.clone(),
            "recording_cache" => {
                let word = if self.recording_cache.value {
                    "on"
                } else {
                    "off"
                };
                text(&word, &self.recording_cache.origin)
            }
            "tags" => text(&self.tags.value.join(","), &self.tags.origin),
            "redaction.key_file" => self.redaction_key_file.clone(),
            "trace.url" => {
                let url = self.trace_url.as_ref()?;
                text(&url.value, &url.origin)
            }
            "secrets.store" => {
                let store = self.secrets.store.as_ref()?;
                text(&store.value, &store.origin)
            }
            "namespace" => Some(self.namespace.clone()),
            "delivery" => {
                let delivery = self.delivery.as_ref()?;
                text(&delivery.value.as_str(), &delivery.origin)
            }
            "retention_days" => {
                let days = self.retention_days.as_ref()?;
                text(&days.value, &days.origin)
            }
            _ => None,
        }
    }
}

/// The file that somebody named, and by what.
fn named_file(flags: &Flags, environment: &Environment) -> Option<(PathBuf, &'static str)> {
    const VARIABLE: &str = "DDCTL_CONFIG";
    match &flags.config {
        Some(path) => Some((path.clone(), "--config")),
        None => Some((environment.get(VARIABLE)?.into(), VARIABLE)),
    }
}

/// An address as it may be shown: a password in it is hidden.
fn without_password(mut text: Valued<String>) -> Valued<String> {
    let url = Url::parse(&text.value).ok();
    let with_password = url.filter(|url| url.password().is_some());
    if let Some(mut url) = with_password
        && url.set_password(Some("****")).is_ok()
    {
        text.value = url.into();
    }
    text
}

#[cfg(test)]
mod tests;
