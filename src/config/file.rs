//! The settings file: its shape.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::error::ConfigError;
use super::redaction::RedactionSection;
use super::secrets::SecretsSection;
use super::unknown::Unknown;
use crate::domain::connection::{ConnectionRule, MaintenanceWindow, parse_days};

/// The version of the file's shape that this program writes.
pub const VERSION: i64 = 1;

/// The file as parsed; a file that does not exist is an empty one.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ConfigFile {
    pub version: Option<i64>,
    /// The profile used when none is named.
    pub default_profile: Option<String>,
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// One `[profiles.NAME]`. It refers to secrets and never holds one.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Profile {
    pub site: Option<String>,
    pub service: Option<String>,
    pub env: Option<String>,
    pub tags: Option<Vec<String>>,
    pub output: Option<String>,
    pub color: Option<String>,
    pub tz: Option<String>,
    pub ca_file: Option<String>,
    /// `on` or `off`.
    pub recording_cache: Option<String>,
    pub namespace: Option<String>,
    pub delivery: Option<String>,
    pub retention_days: Option<u32>,
    #[serde(default)]
    pub gateway: GatewaySection,
    #[serde(default)]
    pub svix: SvixSection,
    #[serde(default)]
    pub trace: TraceSection,
    #[serde(default)]
    pub redaction: RedactionSection,
    pub secrets: Option<SecretsSection>,
    #[serde(default)]
    pub connections: Vec<ConnectionSection>,
}

/// `[profiles.NAME.gateway]`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct GatewaySection {
    pub url: Option<String>,
}

/// `[profiles.NAME.svix]`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct SvixSection {
    pub url: Option<String>,
}

/// `[profiles.NAME.trace]`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TraceSection {
    pub url: Option<String>,
}

/// One `[[profiles.NAME.connections]]`.
#[derive(Clone, Debug, Deserialize)]
pub struct ConnectionSection {
    #[serde(rename = "match")]
    pub pattern: String,
    pub environment: Option<String>,
    /// `expected` or `not-expected`.
    pub approval: Option<String>,
    #[serde(default)]
    pub windows: Vec<WindowSection>,
}

/// A maintenance window as it is written.
#[derive(Clone, Debug, Deserialize)]
pub struct WindowSection {
    pub days: String,
    pub from: String,
    pub to: String,
    pub tz: Option<String>,
}

impl ConfigFile {
    /// Reads and checks the file; one that is not there is empty.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Checks the version, every key and the kind of each value, then reads the values.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let document = toml_edit::Document::parse(text)
            .map_err(|error| syntax(path, text, error.message(), error.span()))?;
        // A newer file may have keys that only a newer program knows.
        let version = document
            .get("version")
            .and_then(toml_edit::Item::as_integer);
        check_version(path, version)?;
        let unknown = Unknown { path, text };
        unknown.check_file(document.as_table())?;
        unknown.check_shape(document.as_table())?;
        toml::from_str(text).map_err(|error| misread(path, text, &error))
    }
}

fn check_version(path: &Path, version: Option<i64>) -> Result<(), ConfigError> {
    let path = path.to_owned();
    match version {
        // One without a version is of the first.
        None | Some(VERSION) => Ok(()),
        Some(found) if found > VERSION => Err(ConfigError::Newer { path, found }),
        Some(found) => Err(ConfigError::Version { path, found }),
    }
}

/// A value that could not be read, without what it is.
fn misread(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map(|span| line_at(text, span.start));
    let message = error.message();
    let why = match message.starts_with("missing field") {
        true => message,
        false => "a value is not of the kind that its key takes",
    };
    ConfigError::Misread {
        path: path.to_owned(),
        at: at.map(|line| format!(", line {line}")).unwrap_or_default(),
        why: why.to_owned(),
    }
}

/// The file as a tree of values, every key of it known; one that is not there is empty.
pub(super) fn checked(path: &Path) -> Result<toml::Table, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => {
            return Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    ConfigFile::parse(path, &text)?;
    toml::from_str(&text).map_err(|error| misread(path, &text, &error))
}

/// What is wrong with the text, and where. What stands there is not told: it may be a secret that
/// somebody is about to put in the wrong place.
pub(super) fn syntax(
    path: &Path,
    text: &str,
    message: &str,
    span: Option<Range<usize>>,
) -> ConfigError {
    let at = span.map(|span| format!(", line {}", line_at(text, span.start)));
    ConfigError::Syntax {
        path: path.to_owned(),
        at: at.unwrap_or_default(),
        why: message.to_owned(),
    }
}

/// The line of a byte of `text`, from 1.
pub(super) fn line_at(text: &str, byte: usize) -> usize {
    let before = &text.as_bytes()[..byte.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

impl ConnectionSection {
    /// The rule, with windows in `tz` where they name no zone of their own.
    pub fn rule(&self, tz: &TimeZone) -> Result<ConnectionRule, ConfigError> {
        let windows = self
            .windows
            .iter()
            .map(|window| window.read(&self.pattern, tz));
        Ok(ConnectionRule {
            pattern: self.pattern.clone(),
            environment: self.environment.clone(),
            approval_expected: self.approval_expected()?,
            windows: windows.collect::<Result<_, _>>()?,
        })
    }

    fn approval_expected(&self) -> Result<Option<bool>, ConfigError> {
        match self.approval.as_deref() {
            None => Ok(None),
            Some("expected") => Ok(Some(true)),
            Some("not-expected") => Ok(Some(false)),
            Some(other) => Err(ConfigError::Value {
                what: "approval rule; write `expected` or `not-expected`",
                value: other.to_owned(),
                origin: format!("connections `{}`", self.pattern),
            }),
        }
    }
}

impl WindowSection {
    fn read(&self, pattern: &str, tz: &TimeZone) -> Result<MaintenanceWindow, ConfigError> {
        let bad = |what: &'static str, value: &str| ConfigError::Value {
            what,
            value: value.to_owned(),
            origin: format!("windows of connections `{pattern}`"),
        };
        Ok(MaintenanceWindow {
            days: parse_days(&self.days)
                .ok_or_else(|| bad("list of days, such as sat,sun", &self.days))?,
            from: self
                .from
                .parse()
                .map_err(|_| bad("time of day, such as 22:00", &self.from))?,
            to: self
                .to
                .parse()
                .map_err(|_| bad("time of day, such as 02:00", &self.to))?,
            tz: match &self.tz {
                None => tz.clone(),
                Some(name) => TimeZone::get(name)
                    .map_err(|_| bad("time zone, such as Europe/Berlin", name))?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, ConfigError> {
        ConfigFile::parse(Path::new("config.toml"), text)
    }

    const FULL: &str = r#"
version = 1
default_profile = "prod"
[profiles.prod]
site = "datadoghq.eu"
service = "agent-access"
tags = ["team:platform"]
[profiles.prod.gateway]
url = "https://use.hoop.dev"
[[profiles.prod.connections]]
match = "prod-*"
environment = "production"
approval = "expected"
windows = [{ days = "sat", from = "22:00", to = "02:00", tz = "Europe/Berlin" }]
"#;

    #[test]
    fn the_documented_file_is_read() {
        let file = parse(FULL).expect("a valid file");
        let profile = &file.profiles["prod"];
        assert_eq!(profile.site.as_deref(), Some("datadoghq.eu"));
        let rule = profile.connections[0]
            .rule(&TimeZone::UTC)
            .expect("a valid rule");
        assert_eq!(rule.approval_expected, Some(true));
        assert_eq!(rule.windows.len(), 1);
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest() {
        let error = parse("version = 1\n[profiles.default]\nsit = \"eu\"\n").expect_err("unknown");
        assert_eq!(
            error.to_string(),
            "config.toml, line 3: unknown setting `sit`; did you mean `site`?"
        );
        let nested = FULL.replace("from =", "form =");
        assert!(
            parse(&nested)
                .expect_err("unknown")
                .to_string()
                .contains("`from`")
        );
    }

    #[test]
    fn every_section_of_a_profile_is_known() {
        for section in ["gateway", "svix", "trace"] {
            let text = format!("[profiles.default.{section}]\nurl = \"https://x\"\n");
            assert!(parse(&text).is_ok(), "{section}");
            assert!(parse(&text.replace("url", "uri")).is_err(), "{section}");
        }
    }

    #[test]
    fn what_was_meant_is_found_also_where_it_stands_elsewhere() {
        for (text, meant) in [
            ("[profiles.default]\ngateway_url = \"x\"\n", "`gateway.url`"),
            ("[default]\nsite = \"eu\"\n", "`[profiles.default]`"),
        ] {
            let told = parse(text).expect_err("unknown").to_string();
            assert!(told.ends_with(&format!("did you mean {meant}?")), "{told}");
        }
    }

    #[test]
    fn a_newer_file_is_refused_whatever_it_says() {
        for text in ["version = 2", "version = 2\nnew_thing = 1\n[new]\n"] {
            let newer = parse(text);
            assert!(matches!(newer, Err(ConfigError::Newer { found: 2, .. })));
        }
    }

    #[test]
    fn a_version_that_there_never_was_is_no_older_one() {
        assert!(parse("").is_ok());
        let error = parse("version = 0").expect_err("none");
        assert!(matches!(error, ConfigError::Version { found: 0, .. }));
    }

    const SECRETS: &str = r#"
[profiles.default.secrets]
store = "file"
identity = { file = "~/keys/ddctl.txt" }
api-key = { file = "/run/secrets/dd-api-key" }
app-key = { command = ["op", "read", "op://ops/datadog/app"] }
"#;

    #[test]
    fn a_profile_says_where_its_secrets_are() {
        assert!(parse(SECRETS).is_ok());
        assert!(
            parse(&SECRETS.replace("{ file = \"~/keys/ddctl.txt\" }", "\"passphrase\"")).is_ok()
        );
        let error = parse(&SECRETS.replace("api-key", "api_kee")).expect_err("unknown");
        assert!(
            error.to_string().contains("did you mean `api-key`?"),
            "{error}"
        );
        let error = parse(&SECRETS.replace("command =", "comand =")).expect_err("unknown");
        assert!(
            error.to_string().contains("did you mean `command`?"),
            "{error}"
        );
    }

    #[test]
    fn a_secret_in_a_profile_is_refused_and_not_repeated() {
        const KEY: &str = "hunter2hunter2hunter2";
        for line in [
            "secrets.api-key = \"KEY\"",
            "secrets.api-key = { file = \"x\", command = [\"KEY\"] }",
            "secrets.api-key = [\"KEY\"]",
            "secrets.identity = \"KEY\"",
            "api_key = \"KEY\"",
            "gateway-token = \"KEY\"",
            "dd_app_key = \"KEY\"",
            "secrets.api-key = KEY",
            "secrets.api-key = \"KEY",
            "gateway = \"KEY\"",
            "secrets = \"KEY\"",
        ] {
            let text = format!(
                "version = 1\n[profiles.default]\n{}\n",
                line.replace("KEY", KEY)
            );
            let error = parse(&text).expect_err(line);
            let told = format!("{error} {error:?}");
            assert!(!told.contains("hunter2"), "{line}: {told}");
            assert!(told.contains("line 3"), "{line}: {told}");
        }
    }
}
