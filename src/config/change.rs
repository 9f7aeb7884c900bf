//! How the settings file is changed: one value at a time, with its comments kept.

use std::io;
use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use super::error::ConfigError;
use super::file::{ConfigFile, VERSION, syntax};
use super::vault::IdentitySource;
use super::writing::{self, WriteLock};

/// Changes the file, so that comments and everything else stay.
///
/// Takes its turn, reloads the file, changes what was asked for, checks the result and renames it into
/// place: a crash keeps the old file, and of two writers neither loses what it wrote. A file of an older
/// shape is brought to the present one on the way.
pub fn change(path: &Path, edit: impl FnOnce(&mut DocumentMut)) -> Result<(), ConfigError> {
    let _lock = lock(path)?;
    let text = read(path)?.unwrap_or_default();
    ConfigFile::parse(path, &text)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        syntax(path, &text, error.message(), error.span())
    })?;
    upgrade(&mut document);
    edit(&mut document);
    let changed = document.to_string();
    ConfigFile::parse(path, &changed)?;
    write(path, &changed)
}

/// Replaces the whole file, unless it is no longer what it was: `before`, or nothing where there was
/// none.
pub fn replace_file(path: &Path, before: Option<&str>, text: &str) -> Result<(), ConfigError> {
    let _lock = lock(path)?;
    match read(path)?.as_deref() == before {
        true => write(path, text),
        false => Err(ConfigError::Overtaken {
            path: path.to_owned(),
        }),
    }
}

/// The file's text, where there is one.
pub fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Brings a document to the present shape, and its version with it. The first files had no version,
/// and otherwise the shape of today.
fn upgrade(document: &mut DocumentMut) {
    if document.contains_key("version") {
        return;
    }
    let others: Vec<_> = document.iter().map(|(key, _)| key.to_owned()).collect();
    document.insert("version", value(VERSION));
    document.sort_values_by(|a, _, b, _| {
        let place = |key: &toml_edit::Key| others.iter().position(|other| *other == key.get());
        place(a).cmp(&place(b))
    });
}

fn lock(path: &Path) -> Result<WriteLock, ConfigError> {
    WriteLock::take(path).map_err(|source| ConfigError::Write {
        path: path.to_owned(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<(), ConfigError> {
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

/// Says in a profile what its encrypted secrets are encrypted for.
pub fn set_identity(document: &mut DocumentMut, profile: &str, source: &IdentitySource) {
    let mut table = table_at(document.as_table_mut(), "profiles", true);
    table = table_at(table, profile, false);
    table = table_at(table, "secrets", false);
    let referred = |key: &str, to: Value| {
        let mut reference = InlineTable::new();
        reference.insert(key, to);
        value(reference)
    };
    let item = match source {
        IdentitySource::Made => {
            table.remove("identity");
            return;
        }
        IdentitySource::Passphrase => value("passphrase"),
        IdentitySource::File(path) => referred("file", path.display().to_string().into()),
        IdentitySource::Command(words) => {
            let words: Array = words.iter().map(String::as_str).collect();
            referred("command", words.into())
        }
    };
    table.insert("identity", item);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).expect("written");
        (folder, path)
    }

    fn text(path: &Path) -> String {
        std::fs::read_to_string(path).expect("there")
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

    #[test]
    fn a_file_without_a_version_gets_one_with_the_first_change() {
        let before =
            "# mine\ndefault_profile = \"a\" # why\n\n# of the team\n[profiles.a]\nsite = \"eu\"\n";
        let (_folder, path) = file(before);
        change(&path, |document| set_value(document, "a", "env", "prod")).expect("written");
        let after = text(&path);
        assert!(after.contains("version = 1\n"), "{after}");
        for line in before.lines() {
            assert!(after.contains(line), "{after}");
        }
        let again = text(&path);
        change(&path, |_| {}).expect("written");
        assert_eq!(text(&path), again, "it is done once");
    }

    #[test]
    fn of_writers_none_loses_what_it_wrote() {
        let (_folder, path) = file("# mine\n");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for turn in 0..10 {
                        let profile = format!("p{writer}-{turn}");
                        change(path, |document| set_value(document, &profile, "site", "eu"))
                            .expect("its turn comes");
                    }
                });
            }
        });
        assert_eq!(ConfigFile::read(&path).expect("valid").profiles.len(), 40);
        assert!(text(&path).contains("# mine"));
    }

    #[test]
    fn an_edit_does_not_overwrite_what_somebody_else_wrote() {
        let (_folder, path) = file("version = 1\n");
        let overtaken = replace_file(&path, Some("version = 1 # old\n"), "x");
        assert!(matches!(overtaken, Err(ConfigError::Overtaken { .. })));
        assert!(replace_file(&path, None, "x").is_err());
        assert_eq!(text(&path), "version = 1\n");
        replace_file(&path, Some("version = 1\n"), "version = 1\n# new\n").expect("written");
        assert_eq!(text(&path), "version = 1\n# new\n");
    }

    #[test]
    fn an_identity_is_named_and_forgotten() {
        let (_folder, path) = file("version = 1\n");
        let named = |source: &IdentitySource| {
            change(&path, |document| set_identity(document, "default", source)).expect("written");
            text(&path)
        };
        let words = vec!["pass".to_owned(), "ddctl".to_owned()];
        let with = named(&IdentitySource::Command(words));
        assert!(
            with.contains("identity = { command = [\"pass\", \"ddctl\"] }"),
            "{with}"
        );
        let with = named(&IdentitySource::Passphrase);
        assert!(with.contains("identity = \"passphrase\"\n"), "{with}");
        assert!(!named(&IdentitySource::Made).contains("identity"));
    }
}
