//! Layers resolved into one complete value, each part with its origin.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use url::Url;

use super::environment::Environment;
use super::error::ConfigError;
use super::file::{ConfigFile, Profile};
use super::gateway_cli::GatewayCliSettings;
use super::keys::Key;
use super::secrets::{SecretSettings, SecretsSection};
use super::vault::StoreKind;
use crate::domain::connection::ConnectionRule;
use crate::domain::redaction::OwnRule;
use crate::domain::site::Site;
use crate::domain::trace::TraceUrl;
use crate::ui::Format;
use crate::ui::style::ColorChoice;

/// The service that events are filed under when nothing says otherwise.
pub const DEFAULT_SERVICE: &str = "agent-access";

/// The profile that is used when none is named.
pub const DEFAULT_PROFILE: &str = "default";

/// Where a value came from. The order is the precedence, the last wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Default,
    /// The settings file of the gateway's own command line.
    GatewayCli,
    /// The keyring or the encrypted file; secrets alone come from there.
    Vault(StoreKind),
    Profile,
    Environment(&'static str),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::GatewayCli => f.write_str("~/.hoop/config.toml"),
            Origin::Vault(StoreKind::Keyring) => f.write_str("keyring"),
            Origin::Vault(StoreKind::File) => f.write_str("encrypted file"),
            Origin::Profile => f.write_str("profile"),
            Origin::Environment(name) => write!(f, "environment ({name})"),
            Origin::Flag => f.write_str("flag"),
        }
    }
}

impl Origin {
    /// As it stands before a value that is refused.
    fn in_errors(&self) -> String {
        match self {
            Origin::Environment(name) => (*name).to_owned(),
            Origin::Flag => "command line".to_owned(),
            origin => origin.to_string(),
        }
    }
}

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// How the gateway's events reach Datadog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Delivery {
    /// `sessions export`, run by a person or a schedule.
    Export,
    /// `sessions export --follow`.
    Follow,
    /// `relay`, which the gateway's webhooks are pointed at.
    Relay,
    /// The gateway's webhooks straight to Datadog's intake: events of another shape.
    Webhook,
}

impl Delivery {
    pub fn as_str(self) -> &'static str {
        match self {
            Delivery::Export => "export",
            Delivery::Follow => "follow",
            Delivery::Relay => "relay",
            Delivery::Webhook => "webhook",
        }
    }
}

/// A value that knows its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued<T> {
    pub value: T,
    pub origin: Origin,
}

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
        let named = flags
            .config
            .clone()
            .or_else(|| environment.get("DDCTL_CONFIG").map(PathBuf::from));
        named.or_else(|| Some(environment.config_folder()?.join("config.toml")))
    }

    /// Reads the file and resolves every layer.
    pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Self, ConfigError> {
        let path = Self::path(flags, environment);
        // A mistyped name must not pass for settings that say nothing.
        if let Some(named) = flags.config.as_ref().filter(|path| !path.exists()) {
            return Err(ConfigError::Missing {
                path: named.clone(),
            });
        }
        let file = path
            .as_deref()
            .map_or_else(|| Ok(ConfigFile::default()), ConfigFile::read)?;
        Self::of_file(&file, path, flags, environment)
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
            "gateway.url" => self.gateway_url.clone(),
            "svix.url" => self.svix_url.clone(),
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

fn profile_name(flags: &Flags, environment: &Environment, file: &ConfigFile) -> Valued<String> {
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

    fn site(&self) -> Result<Valued<Site>, ConfigError> {
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

    fn gateway_url(&self) -> Option<Valued<String>> {
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
    fn tags(&self) -> Valued<Vec<String>> {
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

    fn tz(&self) -> Result<TimeZone, ConfigError> {
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
    fn choice<T: ValueEnum>(
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

    fn recording_cache(&self) -> Result<Valued<bool>, ConfigError> {
        const KEY: &str = "recording_cache";
        let switch = self.choice(KEY, "choice of on or off", None)?;
        Ok(Valued {
            value: switch == Some(Switch::On),
            origin: self
                .text(KEY, None)
                .map_or(Origin::Default, |text| text.origin),
        })
    }

    fn trace_url(&self) -> Result<Option<Valued<TraceUrl>>, ConfigError> {
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

    fn delivery(&self) -> Result<Option<Valued<Delivery>>, ConfigError> {
        let what = "way to deliver; there are export, follow, relay and webhook";
        let Some(delivery) = self.choice("delivery", what, None)? else {
            return Ok(None);
        };
        Ok(self.text("delivery", None).map(|text| Valued {
            value: delivery,
            origin: text.origin,
        }))
    }

    fn retention_days(&self) -> Result<Option<Valued<u32>>, ConfigError> {
        let days = self.text("retention_days", None);
        days.map(|text| parse("number of days", text)).transpose()
    }

    fn secrets(&self) -> Result<SecretSettings, ConfigError> {
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

    fn datadog_url(&self) -> Result<Option<Url>, ConfigError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(
        text: &str,
        pairs: &[(&str, &str)],
        flags: Flags,
    ) -> Result<Settings, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).expect("written");
        let environment = Environment::of_pairs(pairs.iter().copied());
        Settings::resolve(
            &Flags {
                config: Some(path),
                ..flags
            },
            &environment,
        )
    }

    const FILE: &str = "[profiles.default]\nsite = \"us5.datadoghq.com\"\nservice = \"mine\"\n";

    #[test]
    fn a_flag_beats_the_environment_and_that_the_profile() {
        let settings = with_file(FILE, &[], Flags::default()).expect("valid");
        assert_eq!(
            settings.site,
            Valued {
                value: Site::Us5,
                origin: Origin::Profile
            }
        );
        let settings =
            with_file(FILE, &[("DD_SITE", "datadoghq.eu")], Flags::default()).expect("valid");
        assert_eq!(
            settings.site,
            Valued {
                value: Site::Eu1,
                origin: Origin::Environment("DD_SITE")
            }
        );
        let flags = Flags {
            site: Some("ap1".to_owned()),
            ..Flags::default()
        };
        let settings = with_file(FILE, &[("DD_SITE", "datadoghq.eu")], flags).expect("valid");
        assert_eq!(
            settings.site,
            Valued {
                value: Site::Ap1,
                origin: Origin::Flag
            }
        );
    }

    #[test]
    fn our_own_variable_beats_datadogs() {
        let pairs = [("DD_SERVICE", "theirs"), ("DDCTL_SERVICE", "ours")];
        let settings = with_file("", &pairs, Flags::default()).expect("valid");
        assert_eq!(settings.service.value, "ours");
    }

    #[test]
    fn tags_are_separated_by_commas_or_blanks() {
        let settings =
            with_file("", &[("DD_TAGS", "a:b c:d,e:f")], Flags::default()).expect("valid");
        assert_eq!(settings.tags.value, ["a:b", "c:d", "e:f"]);
    }

    #[test]
    fn the_namespace_is_the_profiles_name_unless_it_is_set() {
        let settings = with_file(FILE, &[], Flags::default()).expect("valid");
        assert_eq!(settings.namespace.value, "default");
        let file = format!("{FILE}namespace = \"team-a\"\ndelivery = \"webhook\"\n");
        let settings = with_file(&file, &[], Flags::default()).expect("valid");
        assert_eq!(settings.namespace.value, "team-a");
        let delivery = settings.delivery.expect("it is set");
        assert_eq!(delivery.value, Delivery::Webhook);
        assert_eq!(delivery.origin, Origin::Profile);
        let error = with_file("", &[("DDCTL_DELIVERY", "pigeon")], Flags::default());
        let text = error.expect_err("no delivery").to_string();
        assert!(
            text.starts_with("DDCTL_DELIVERY: `pigeon` is no way"),
            "{text}"
        );
    }

    #[test]
    fn the_days_of_retention_are_a_number() {
        let days = |text: &str, pairs: &[(&str, &str)]| {
            let settings = with_file(text, pairs, Flags::default());
            settings.map(|settings| settings.retention_days.map(|days| days.value))
        };
        let file = "[profiles.default]\nretention_days = 90\n";
        assert_eq!(days(file, &[]).expect("valid"), Some(90));
        let variable = [("DDCTL_RETENTION_DAYS", "30")];
        assert_eq!(days(file, &variable).expect("valid"), Some(30));
        assert!(days("", &[("DDCTL_RETENTION_DAYS", "a year")]).is_err());
    }

    #[test]
    fn a_profile_that_was_asked_for_must_be_there() {
        let flags = Flags {
            profile: Some("prod".to_owned()),
            ..Flags::default()
        };
        let error = with_file(FILE, &[], flags).expect_err("missing");
        assert!(error.to_string().contains("it has default"), "{error}");
    }

    #[test]
    fn recordings_are_kept_only_where_somebody_says_so() {
        let keeps = |text: &str| {
            let settings = with_file(text, &[], Flags::default());
            settings.map(|settings| settings.recording_cache.value)
        };
        let profile = |value| format!("[profiles.default]\nrecording_cache = \"{value}\"\n");
        assert!(!keeps("").expect("valid"));
        assert!(keeps(&profile("on")).expect("valid"));
        assert!(!keeps(&profile("off")).expect("valid"));
        assert!(keeps(&profile("maybe")).is_err());
    }

    #[test]
    fn a_wrong_value_names_its_origin() {
        let error = with_file("", &[("DD_SITE", "mars")], Flags::default()).expect_err("no site");
        let text = error.to_string();
        assert!(
            text.starts_with(
                "DD_SITE: `mars` is not a Datadog site; the sites are datadoghq.com, "
            ),
            "{text}"
        );
        let error = with_file("", &[("TZ", "UTC"), ("DDCTL_TZ", "mars")], Flags::default());
        let text = error.expect_err("no zone").to_string();
        assert!(
            text.starts_with("DDCTL_TZ: `mars` is no time zone"),
            "{text}"
        );
    }

    #[test]
    fn a_file_is_checked_with_every_profile_that_it_has() {
        let check = |text: &str| Settings::check(Path::new("config.toml"), text);
        let two = format!("{FILE}[profiles.lab]\ntz = \"UTC\"\n");
        assert!(check(&two).is_ok());
        let wrong = check(&two.replace("UTC", "Mars/Olympus")).expect_err("no zone");
        let text = wrong.to_string();
        assert!(
            text.starts_with("[profiles.lab] profile: `Mars/Olympus`"),
            "{text}"
        );
        let missing = check(&format!("default_profile = \"x\"\n{two}")).expect_err("none");
        assert!(matches!(missing, ConfigError::UnknownProfile { .. }));
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let flags = Flags {
            config: Some("/no/such/config.toml".into()),
            ..Flags::default()
        };
        let missing = Settings::resolve(&flags, &Environment::default());
        assert!(matches!(missing, Err(ConfigError::Missing { .. })));
        let unnamed = Environment::of_pairs([("HOME", "/no/such/home")]);
        assert!(Settings::resolve(&Flags::default(), &unnamed).is_ok());
    }
}
