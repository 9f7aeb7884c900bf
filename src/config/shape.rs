//! The kinds of values that the keys of the settings file take, checked before a value is read: what
//! is wrong is said by its key, without a word of what stands there, which may be a secret.

use toml_edit::{Item, TableLike, Value};

use super::error::ConfigError;
use super::unknown::{Unknown, elements};

/// What stands under a key.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
    /// A whole number that is not below zero.
    Count,
    Number,
    Table(&'static str),
    Tables,
}

impl Kind {
    fn fits(self, item: &Item) -> bool {
        let of_texts = |array: &toml_edit::Array| array.iter().all(Value::is_str);
        match self {
            Kind::Text => item.is_str(),
            Kind::Texts => item.as_array().is_some_and(of_texts),
            Kind::Count => item
                .as_integer()
                .is_some_and(|number| u32::try_from(number).is_ok()),
            Kind::Number => item.is_integer(),
            Kind::Table(_) => item.is_table_like(),
            Kind::Tables => {
                let inline = |array: &toml_edit::Array| array.iter().all(Value::is_inline_table);
                item.is_array_of_tables() || item.as_array().is_some_and(inline)
            }
        }
    }

    fn wanted(self) -> String {
        match self {
            Kind::Text => "a text in quotes".to_owned(),
            Kind::Texts => "a list of texts, as in [\"one\", \"two\"]".to_owned(),
            Kind::Count | Kind::Number => "a whole number, without quotes".to_owned(),
            Kind::Table(example) => format!("a table, as in {example}"),
            Kind::Tables => "a list of tables".to_owned(),
        }
    }
}

fn of_file(key: &str) -> Kind {
    match key {
        "version" => Kind::Number,
        "profiles" => Kind::Table("[profiles.NAME]"),
        _ => Kind::Text,
    }
}

fn of_profile(key: &str) -> Kind {
    match key {
        "tags" => Kind::Texts,
        "retention_days" => Kind::Count,
        "connections" => Kind::Tables,
        "gateway" => Kind::Table("[profiles.NAME.gateway]"),
        "svix" => Kind::Table("[profiles.NAME.svix]"),
        "trace" => Kind::Table("[profiles.NAME.trace]"),
        "redaction" => Kind::Table("[profiles.NAME.redaction]"),
        "secrets" => Kind::Table("[profiles.NAME.secrets]"),
        _ => Kind::Text,
    }
}

fn of_redaction(key: &str) -> Kind {
    match key {
        "rules" => Kind::Tables,
        _ => Kind::Text,
    }
}

fn of_rule(key: &str) -> Kind {
    match key {
        "keep" => Kind::Number,
        _ => Kind::Text,
    }
}

fn of_connection(key: &str) -> Kind {
    match key {
        "windows" => Kind::Tables,
        _ => Kind::Text,
    }
}

impl Unknown<'_> {
    /// Refuses a file with a value of another kind than its key takes. Its keys are known.
    pub fn check_shape(&self, file: &dyn TableLike) -> Result<(), ConfigError> {
        self.check_kinds(file, of_file)?;
        let Some(profiles) = file.get("profiles").and_then(Item::as_table_like) else {
            return Ok(());
        };
        self.check_kinds(profiles, |_| Kind::Table("[profiles.NAME]"))?;
        for (_, profile) in profiles.iter() {
            self.check_item_kinds(profile, of_profile)?;
            for section in ["gateway", "svix", "trace"] {
                if let Some(section) = profile.get(section) {
                    self.check_item_kinds(section, |_| Kind::Text)?;
                }
            }
            if let Some(redaction) = profile.get("redaction") {
                self.check_item_kinds(redaction, of_redaction)?;
                self.check_each(redaction.get("rules"), of_rule)?;
            }
            self.check_each(profile.get("connections"), of_connection)?;
            for connection in elements(profile.get("connections")) {
                self.check_each(connection.get("windows"), |_| Kind::Text)?;
            }
        }
        Ok(())
    }

    fn check_each(&self, tables: Option<&Item>, kind: fn(&str) -> Kind) -> Result<(), ConfigError> {
        let all = elements(tables);
        all.iter()
            .try_for_each(|table| self.check_item_kinds(table, kind))
    }

    fn check_item_kinds(&self, item: &Item, kind: fn(&str) -> Kind) -> Result<(), ConfigError> {
        match item.as_table_like() {
            Some(table) => self.check_kinds(table, kind),
            None => Ok(()),
        }
    }

    fn check_kinds(
        &self,
        table: &dyn TableLike,
        kind: fn(&str) -> Kind,
    ) -> Result<(), ConfigError> {
        let wrong = table.iter().find(|(key, item)| !kind(key).fits(item));
        match wrong {
            None => Ok(()),
            Some((key, _)) => Err(ConfigError::Shape {
                path: self.path.to_owned(),
                line: self.line(table, key),
                key: key.to_owned(),
                wanted: kind(key).wanted(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::ConfigFile;

    #[test]
    fn a_value_of_another_kind_is_told_by_its_key_and_not_repeated() {
        const KEY: &str = "hunter2hunter2hunter2";
        for (line, said) in [
            (
                "retention_days = \"KEY\"",
                "`retention_days` takes a whole number",
            ),
            (
                "retention_days = -1",
                "`retention_days` takes a whole number",
            ),
            ("site = [\"KEY\"]", "`site` takes a text in quotes"),
            ("tags = \"KEY\"", "`tags` takes a list of texts"),
            ("tags = [1]", "`tags` takes a list of texts"),
            ("gateway.url = { KEY = 1 }", "`url` takes a text in quotes"),
            (
                "connections = \"KEY\"",
                "`connections` takes a list of tables",
            ),
            (
                "connections = [{ match = [\"KEY\"] }]",
                "`match` takes a text",
            ),
            (
                "redaction.rules = [{ keep = \"KEY\" }]",
                "`keep` takes a whole",
            ),
            ("connections = [{ }]", "missing field `match`"),
        ] {
            let line = line.replace("KEY", KEY);
            let text = format!("version = 1\n[profiles.default]\n{line}\n");
            let error = ConfigFile::parse(Path::new("config.toml"), &text).expect_err(&line);
            let told = format!("{error} {error:?}");
            assert!(told.contains(said) && told.contains("line 3"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
            assert!(!told.contains("valid TOML"), "{told}");
        }
        let text = "version = 1\n[profiles]\ndefault = \"x\"\n";
        let error = ConfigFile::parse(Path::new("config.toml"), text).expect_err("no table");
        let said = "config.toml, line 3: `default` takes a table, as in [profiles.NAME]";
        assert_eq!(error.to_string(), said);
    }
}
