//! The keys of the settings file: the first one that means nothing, and the one that was meant.

use std::path::Path;

use toml_edit::{Item, Table};

use super::error::ConfigError;
use super::file::line_at;
use super::keys::KEYS;
use super::redaction::{REDACTION_KEYS, RULE_KEYS};
use super::secrets::SecretKind;
use super::secrets_table;
use crate::domain::nearest::nearest;

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

/// Finds the first key that means nothing, and the one that was meant.
pub(super) struct Unknown<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl Unknown<'_> {
    pub fn check_file(&self, file: &Table) -> Result<(), ConfigError> {
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
            Some((key, wanted)) => Err(ConfigError::Shape {
                path: self.path.to_owned(),
                line: self.line(table, &key),
                wanted: format!("{wanted}; a secret itself never stands in a profile"),
                key,
            }),
        }
    }

    /// The line that a key of `table` stands on, from 1.
    pub fn line(&self, table: &dyn toml_edit::TableLike, key: &str) -> usize {
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
        for (name, item) in table.iter() {
            if !known.contains(&name) {
                if let Some(kind) = SecretKind::meant_by(name) {
                    return Err(ConfigError::Secret {
                        path: self.path.to_owned(),
                        line: self.line(table, name),
                        key: name.to_owned(),
                        kind,
                    });
                }
                return Err(ConfigError::UnknownKey {
                    path: self.path.to_owned(),
                    line: self.line(table, name),
                    key: name.to_owned(),
                    nearest: meant(name, item, known),
                });
            }
        }
        Ok(())
    }
}

/// The tables of `[[x]]` or of `x = [{…}]`.
pub(super) fn elements(item: Option<&Item>) -> Vec<Item> {
    match item {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().map(Item::Table).collect(),
        Some(Item::Value(toml_edit::Value::Array(array))) => {
            array.iter().cloned().map(Item::Value).collect()
        }
        _ => Vec::new(),
    }
}

/// What somebody may have meant: a key that is spelled almost so, one of a table within, or a profile
/// that stands outside of its table.
fn meant(name: &str, item: &Item, known: &[&str]) -> Option<String> {
    if known == TOP_KEYS && item.is_table_like() {
        return Some(format!("[profiles.{name}]"));
    }
    let dotted = name.replace(['_', '-'], ".");
    let within = KEYS.iter().map(|key| key.name);
    let within = within.filter(|key| known == PROFILE_KEYS && key.contains('.'));
    nearest(name, known.iter().copied())
        .or_else(|| nearest(&dotted, within))
        .map(str::to_owned)
}
