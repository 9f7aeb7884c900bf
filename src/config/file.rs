//! The settings file: its shape, what is wrong with one, and how it is changed.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml_edit::{DocumentMut, Item, Table, value};

use super::redaction::{REDACTION_KEYS, RULE_KEYS, RedactionSection};
use super::secrets::SecretsSection;
use super::{secrets_table, writing};
use crate::domain::connection::{ConnectionRule, MaintenanceWindow, parse_days};
use crate::domain::nearest::nearest;
use crate::domain::site::UnknownSite;
use crate::domain::trace::NotATemplate;

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

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} does not exist", path.display())]
    Missing { path: PathBuf },
    #[error("read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{}{at} is not valid TOML: {why}", path.display())]
    Syntax {
        path: PathBuf,
        /// `, line 3`, where it is known.
        at: String,
        why: String,
    },
    #[error("{}, line {line}: unknown setting `{key}`{}", path.display(), did_you_mean(nearest))]
    UnknownKey {
        path: PathBuf,
        line: usize,
        key: String,
        nearest: Option<&'static str>,
    },
    #[error("{}, line {line}: `{key}` takes {wanted}; a secret itself never stands in a profile", path.display())]
    SecretShape {
        path: PathBuf,
        line: usize,
        key: String,
        wanted: String,
    },
    #[error("{} was written by a newer ddctl (version {found}; this one reads {VERSION})", path.display())]
    Newer { path: PathBuf, found: i64 },
    #[error("{origin}: {error}")]
    Site { error: UnknownSite, origin: String },
    #[error("{origin}: `{value}` is no address of traces: {error}")]
    TraceUrl {
        error: NotATemplate,
        value: String,
        origin: String,
    },
    #[error("{origin}: `{value}` is no {what}")]
    Value {
        what: &'static str,
        value: String,
        origin: String,
    },
    #[error("redaction of profile `{profile}`: {why}")]
    Redaction { profile: String, why: String },
    #[error("no profile `{name}` in {}{}", path.display(), known(profiles))]
    UnknownProfile {
        name: String,
        path: PathBuf,
        profiles: Vec<String>,
    },
    #[error("there is no home folder to keep settings in: set HOME, or name a file by --config")]
    NoHome,
}

fn did_you_mean(nearest: &Option<&'static str>) -> String {
    nearest.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

fn known(profiles: &[String]) -> String {
    match profiles {
        [] => String::new(),
        names => format!("; it has {}", names.join(", ")),
    }
}

const TOP_KEYS: [&str; 3] = ["version", "default_profile", "profiles"];
const PROFILE_KEYS: [&str; 18] = [
    "site",
    "service",
    "env",
    "tags",
    "output",
    "color",
    "tz",
    "ca_file",
    "recording_cache",
    "namespace",
    "delivery",
    "retention_days",
    "gateway",
    "svix",
    "trace",
    "redaction",
    "secrets",
    "connections",
];
const CONNECTION_KEYS: [&str; 4] = ["match", "environment", "approval", "windows"];
const WINDOW_KEYS: [&str; 4] = ["days", "from", "to", "tz"];

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

    /// Checks every key, then reads the values.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let document = toml_edit::Document::parse(text)
            .map_err(|error| syntax(path, text, error.message(), error.span()))?;
        let unknown = Unknown { path, text };
        unknown.check_file(document.as_table())?;
        let file: Self = toml::from_str(text)
            .map_err(|error| syntax(path, text, error.message(), error.span()))?;
        match file.version {
            Some(found) if found > VERSION => Err(ConfigError::Newer {
                path: path.to_owned(),
                found,
            }),
            _ => Ok(file),
        }
    }
}

/// What is wrong with the text, and where. What stands there is not told: it may be a secret that
/// somebody is about to put in the wrong place.
fn syntax(path: &Path, text: &str, message: &str, span: Option<Range<usize>>) -> ConfigError {
    let at = span.map(|span| format!(", line {}", line_at(text, span.start)));
    ConfigError::Syntax {
        path: path.to_owned(),
        at: at.unwrap_or_default(),
        why: message.to_owned(),
    }
}

/// The line of a byte of `text`, from 1.
fn line_at(text: &str, byte: usize) -> usize {
    let before = &text.as_bytes()[..byte.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Finds the first key that means nothing, and the one that was meant.
struct Unknown<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Unknown<'_> {
    fn check_file(&self, file: &Table) -> Result<(), ConfigError> {
        self.check(file, &TOP_KEYS)?;
        let Some(profiles) = file.get("profiles").and_then(Item::as_table_like) else {
            return Ok(());
        };
        for (_, profile) in profiles.iter() {
            self.check_item(profile, &PROFILE_KEYS)?;
            for section in ["gateway", "svix", "trace"] {
                if let Some(section) = profile.get(section) {
                    self.check_item(section, &["url"])?;
                }
            }
            if let Some(secrets) = profile.get("secrets") {
                self.check_secrets(secrets)?;
            }
            if let Some(redaction) = profile.get("redaction") {
                self.check_item(redaction, &REDACTION_KEYS)?;
                for rule in elements(redaction.get("rules")) {
                    self.check_item(&rule, &RULE_KEYS)?;
                }
            }
            for connection in elements(profile.get("connections")) {
                self.check_item(&connection, &CONNECTION_KEYS)?;
                for window in elements(connection.get("windows")) {
                    self.check_item(&window, &WINDOW_KEYS)?;
                }
            }
        }
        Ok(())
    }

    fn check_secrets(&self, secrets: &Item) -> Result<(), ConfigError> {
        let Some(table) = secrets.as_table_like() else {
            return Ok(());
        };
        self.check(table, &secrets_table::keys())?;
        for (_, reference) in table.iter() {
            self.check_item(reference, &secrets_table::REFERENCE_KEYS)?;
        }
        match secrets_table::misshapen(table) {
            None => Ok(()),
            Some((key, wanted)) => Err(ConfigError::SecretShape {
                path: self.path.to_owned(),
                line: self.line(table, &key),
                key,
                wanted,
            }),
        }
    }

    /// The line that a key of `table` stands on, from 1.
    fn line(&self, table: &dyn toml_edit::TableLike, key: &str) -> usize {
        let span = table.key(key).and_then(|key| key.span());
        line_at(self.text, span.map_or(0, |span| span.start))
    }

    fn check_item(&self, item: &Item, known: &[&'static str]) -> Result<(), ConfigError> {
        match item.as_table_like() {
            Some(table) => self.check(table, known),
            None => Ok(()),
        }
    }

    fn check(
        &self,
        table: &dyn toml_edit::TableLike,
        known: &[&'static str],
    ) -> Result<(), ConfigError> {
        for (name, _) in table.iter() {
            if !known.contains(&name) {
                return Err(ConfigError::UnknownKey {
                    path: self.path.to_owned(),
                    line: self.line(table, name),
                    key: name.to_owned(),
                    nearest: nearest(name, known.iter().copied()),
                });
            }
        }
        Ok(())
    }
}

/// The tables of `[[x]]` or of `x = [{…}]`.
fn elements(item: Option<&Item>) -> Vec<Item> {
    match item {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().map(Item::Table).collect(),
        Some(Item::Value(toml_edit::Value::Array(array))) => {
            array.iter().cloned().map(Item::Value).collect()
        }
        _ => Vec::new(),
    }
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

/// A change of one value, written so that comments and everything else stay.
///
/// Reloads the file, changes what was asked for, checks the result and renames it into place: a
/// crash keeps the old file.
pub fn change(path: &Path, edit: impl FnOnce(&mut DocumentMut)) -> Result<(), ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => format!("version = {VERSION}\n"),
        Err(source) => {
            return Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    ConfigFile::parse(path, &text)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        syntax(path, &text, error.message(), error.span())
    })?;
    edit(&mut document);
    let changed = document.to_string();
    ConfigFile::parse(path, &changed)?;
    replace_file(path, &changed)
}

/// Writes the whole file anew and renames it into place.
pub fn replace_file(path: &Path, text: &str) -> Result<(), ConfigError> {
    writing::replace(path, text.as_bytes()).map_err(|source| ConfigError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Sets `key` (dotted) of a profile; tags are given comma-separated.
pub fn set_value(document: &mut DocumentMut, profile: &str, key: &str, text: &str) {
    let item = match key {
        "tags" => {
            let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            value(tags.collect::<toml_edit::Array>())
        }
        // The one number; text that is none is refused when the file is checked.
        "retention_days" => match text.trim().parse::<i64>() {
            Ok(days) => value(days),
            Err(_) => value(text),
        },
        _ => value(text),
    };
    let mut table = table_at(document.as_table_mut(), "profiles", true);
    table = table_at(table, profile, false);
    match key.split_once('.') {
        Some((section, name)) => table_at(table, section, false).insert(name, item),
        None => table.insert(key, item),
    };
}

/// The table `name`, made when it is missing. An implicit one has no header line of its own.
fn table_at<'t>(parent: &'t mut Table, name: &str, is_implicit: bool) -> &'t mut Table {
    let entry = parent.entry(name).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(is_implicit);
        Item::Table(table)
    });
    if let Item::Value(toml_edit::Value::InlineTable(inline)) = entry {
        *entry = Item::Table(inline.clone().into_table());
    }
    if !entry.is_table() {
        *entry = Item::Table(Table::new());
    }
    entry.as_table_mut().expect("it was made a table above")
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
    fn a_newer_file_is_refused() {
        assert!(matches!(
            parse("version = 2"),
            Err(ConfigError::Newer { found: 2, .. })
        ));
    }

    #[test]
    fn a_change_keeps_comments_and_foreign_values() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sub/config.toml");
        change(&path, |document| {
            set_value(document, "default", "gateway.url", "https://gw")
        })
        .expect("written");
        let text = std::fs::read_to_string(&path).expect("there");
        std::fs::write(&path, format!("# mine\n{text}")).expect("written");
        change(&path, |document| {
            set_value(document, "default", "tags", "a:b, c:d")
        })
        .expect("written");
        let text = std::fs::read_to_string(&path).expect("there");
        assert!(text.starts_with("# mine\nversion = 1\n"), "{text}");
        let profile = &ConfigFile::read(&path).expect("valid").profiles["default"];
        assert_eq!(profile.gateway.url.as_deref(), Some("https://gw"));
        assert_eq!(profile.tags, Some(vec!["a:b".to_owned(), "c:d".to_owned()]));
    }

    #[test]
    fn a_broken_file_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "version = [").expect("written");
        assert!(
            change(&path, |document| set_value(
                document, "default", "site", "x"
            ))
            .is_err()
        );
        assert_eq!(
            std::fs::read_to_string(&path).expect("there"),
            "version = ["
        );
    }
}
