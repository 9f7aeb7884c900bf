//! What each layer says, asked key by key: flags, environment, profile, default.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use url::Url;

use super::environment::Environment;
use super::error::ConfigError;
use super::file::{ConfigFile, Profile};
use super::gateway_cli::GatewayCliSettings;
use super::keys::Key;
use super::origin::{Origin, Valued};
use super::secrets::{SecretSettings, SecretsSection};
use crate::domain::delivery::Delivery;
use crate::domain::site::Site;
use crate::domain::trace::TraceUrl;
use crate::ui::Format;
use crate::ui::style::ColorChoice;

/// The profile that is used when none is named.
pub const DEFAULT_PROFILE: &str = "default";

/// What the flags said; each `None` leaves the word to a lower layer.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub profile: Option<String>,
    pub site: Option<String>,
    pub gateway_url: Option<String>,
    pub output: Option<Format>,
    pub color: Option<ColorChoice>,
    pub tz: Option<String>,
    pub ca_file: Option<String>,
}

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// Which profile is meant.
pub(super) fn profile_name(
    flags: &Flags,
    environment: &Environment,
    file: &ConfigFile,
) -> Valued<String> {
    if let Some(name) = &flags.profile {
        return Valued {
            value: name.clone(),
            origin: Origin::Flag,
        };
    }
    if let Some((variable, name)) = environment.first(&["DDCTL_PROFILE"]) {
        return Valued {
            value: name.to_owned(),
            origin: Origin::Environment(variable),
        };
    }
    match &file.default_profile {
        Some(name) => Valued {
            value: name.clone(),
            origin: Origin::Profile,
        },
        None => Valued {
            value: DEFAULT_PROFILE.to_owned(),
            origin: Origin::Default,
        },
    }
}

/// The layers of one run, asked key by key.
pub(super) struct Layers<'a> {
    pub flags: &'a Flags,
    pub environment: &'a Environment,
    pub profile: Option<&'a Profile>,
}

impl Layers<'_> {
    /// The text of a key of the table, from the highest layer that has it.
    pub fn text(&self, key: &str, flag: Option<&String>) -> Option<Valued<String>> {
        let key = Key::find(key)?;
        if let Some(value) = flag {
            return Some(Valued {
                value: value.clone(),
                origin: Origin::Flag,
            });
        }
        if let Some((name, value)) = self.environment.first(key.variables) {
            return Some(Valued {
                value: value.to_owned(),
                origin: Origin::Environment(name),
            });
        }
        let value = (key.of_profile)(self.profile?)?;
        Some(Valued {
            value,
            origin: Origin::Profile,
        })
    }

    pub fn site(&self) -> Result<Valued<Site>, ConfigError> {
        match self.text("site", self.flags.site.as_ref()) {
            None => Ok(Valued {
                value: Site::Us1,
                origin: Origin::Default,
            }),
            Some(Valued { value, origin }) => match value.parse() {
                Ok(value) => Ok(Valued { value, origin }),
                Err(error) => Err(ConfigError::Site {
                    error,
                    origin: origin.in_errors(),
                }),
            },
        }
    }

    pub fn gateway_url(&self) -> Option<Valued<String>> {
        self.text("gateway.url", self.flags.gateway_url.as_ref())
            .or_else(|| {
                let value = GatewayCliSettings::read(self.environment)?.api_url?;
                Some(Valued {
                    value,
                    origin: Origin::GatewayCli,
                })
            })
    }

    /// `DD_TAGS` separates by commas or blanks.
    pub fn tags(&self) -> Valued<Vec<String>> {
        match self.text("tags", None) {
            None => Valued {
                value: Vec::new(),
                origin: Origin::Default,
            },
            Some(text) => Valued {
                value: text
                    .value
                    .split([',', ' '])
                    .filter(|tag| !tag.is_empty())
                    .map(str::to_owned)
                    .collect(),
                origin: text.origin,
            },
        }
    }

    pub fn tz(&self) -> Result<TimeZone, ConfigError> {
        match self.text("tz", self.flags.tz.as_ref()) {
            None => Ok(self.local_tz()),
            Some(text) if text.value == "local" => Ok(self.local_tz()),
            Some(text) => TimeZone::get(&text.value).map_err(|_| ConfigError::Value {
                what: "time zone; write a name such as Europe/Berlin, UTC or local",
                value: text.value,
                origin: text.origin.in_errors(),
            }),
        }
    }

    /// `TZ` where it is set, as everywhere on Unix, else the system's zone.
    fn local_tz(&self) -> TimeZone {
        let named = self
            .environment
            .get("TZ")
            .map(|name| name.trim_start_matches(':'));
        named
            .and_then(|name| TimeZone::get(name).ok())
            .or_else(|| TimeZone::try_system().ok())
            .unwrap_or(TimeZone::UTC)
    }

    /// A setting with a fixed set of words.
    pub fn choice<T: ValueEnum>(
        &self,
        key: &str,
        what: &'static str,
        flag: Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        if flag.is_some() {
            return Ok(flag);
        }
        let Some(text) = self.text(key, None) else {
            return Ok(None);
        };
        T::from_str(&text.value, true)
            .map(Some)
            .map_err(|_| ConfigError::Value {
                what,
                value: text.value,
                origin: text.origin.in_errors(),
            })
    }

    pub fn recording_cache(&self) -> Result<Valued<bool>, ConfigError> {
        const KEY: &str = "recording_cache";
        let switch = self.choice(KEY, "choice of on or off", None)?;
        Ok(Valued {
            value: switch == Some(Switch::On),
            origin: self
                .text(KEY, None)
                .map_or(Origin::Default, |text| text.origin),
        })
    }

    pub fn trace_url(&self) -> Result<Option<Valued<TraceUrl>>, ConfigError> {
        let Some(Valued { value, origin }) = self.text("trace.url", None) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(value) => Ok(Some(Valued { value, origin })),
            Err(error) => Err(ConfigError::TraceUrl {
                error,
                value,
                origin: origin.in_errors(),
            }),
        }
    }

    pub fn delivery(&self) -> Result<Option<Valued<Delivery>>, ConfigError> {
        let what = "way to deliver; there are export, follow, relay and webhook";
        let way = self.text("delivery", None);
        way.map(|text| parse(what, text)).transpose()
    }

    pub fn retention_days(&self) -> Result<Option<Valued<u32>>, ConfigError> {
        let days = self.text("retention_days", None);
        days.map(|text| parse("number of days", text)).transpose()
    }

    pub fn secrets(&self) -> Result<SecretSettings, ConfigError> {
        let section = self.profile.and_then(|profile| profile.secrets.as_ref());
        let what = "place for secrets; there are keyring and file";
        let store = self.choice("secrets.store", what, None)?;
        Ok(SecretSettings {
            store: self.text("secrets.store", None).and_then(|text| {
                Some(Valued {
                    value: store?,
                    origin: text.origin,
                })
            }),
            identity: SecretsSection::identity(section, self.environment),
            references: section.map_or_else(Default::default, |section| {
                section.references(self.environment)
            }),
        })
    }

    pub fn datadog_url(&self) -> Result<Option<Url>, ConfigError> {
        let Some((name, value)) = self.environment.first(&["DDCTL_DATADOG_URL"]) else {
            return Ok(None);
        };
        let text = Valued {
            value: value.to_owned(),
            origin: Origin::Environment(name),
        };
        parse::<Url>("address", text).map(|url| Some(url.value))
    }
}

fn parse<T: FromStr<Err: fmt::Display>>(
    what: &'static str,
    text: Valued<String>,
) -> Result<Valued<T>, ConfigError> {
    match text.value.parse() {
        Ok(value) => Ok(Valued {
            value,
            origin: text.origin,
        }),
        Err(_) => Err(ConfigError::Value {
            what,
            value: text.value,
            origin: text.origin.in_errors(),
        }),
    }
}
