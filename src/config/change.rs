//! How the settings file is changed: one value at a time, with its comments kept.

use std::io;
use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

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
    let changed = with_line_ends_of(&text, document.to_string());
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

/// A document knows one line end; a file that was written with the other keeps it.
fn with_line_ends_of(before: &str, text: String) -> String {
    let has_both = before
        .lines()
        .next()
        .is_some_and(|line| before[line.len()..].starts_with("\r\n"));
    match has_both {
        true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => text,
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
    if others.is_empty() {
        // What a file of comments alone says stays above.
        let comments = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing("");
        if let Some(mut key) = document.key_mut("version") {
            key.leaf_decor_mut().set_prefix(comments);
        }
    }
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
    let value: Value = match key {
        "tags" => {
            let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            tags.collect::<Array>().into()
        }
        // The one number; text that is none is refused when the file is checked.
        "retention_days" => match text.trim().parse::<i64>() {
            Ok(days) => days.into(),
            Err(_) => text.into(),
        },
        _ => text.into(),
    };
    let profile = profile_table(document, profile);
    match key.split_once('.') {
        Some((section, name)) => put(table_at(profile, section, false), name, value),
        None => put(profile, key, value),
    }
}

/// Takes `key` (dotted) out of a profile; `false` where it does not stand there.
pub fn unset_value(document: &mut DocumentMut, profile: &str, key: &str) -> bool {
    let profiles = document
        .get_mut("profiles")
        .and_then(Item::as_table_like_mut);
    let profile = profiles.and_then(|profiles| profiles.get_mut(profile)?.as_table_like_mut());
    let Some(profile) = profile else {
        return false;
    };
    let Some((section, name)) = key.split_once('.') else {
        return profile.remove(key).is_some();
    };
    let table = profile.get_mut(section).and_then(Item::as_table_like_mut);
    table.is_some_and(|table| table.remove(name).is_some())
}

/// The table of a profile, made when it is missing.
fn profile_table<'t>(document: &'t mut DocumentMut, profile: &str) -> &'t mut dyn TableLike {
    let profiles = table_at(document.as_table_mut(), "profiles", true);
    table_at(profiles, profile, false)
}

/// The table `name`, made when it is missing: of its parent's kind, and as it was written where it is
/// there. An implicit one has no header line of its own.
fn table_at<'t>(
    parent: &'t mut dyn TableLike,
    name: &str,
    is_implicit: bool,
) -> &'t mut dyn TableLike {
    if parent.get(name).is_none_or(|item| !item.is_table_like()) {
        let mut table = Table::new();
        table.set_implicit(is_implicit);
        parent.insert(name, Item::Table(table));
    }
    let item = parent.get_mut(name);
    item.and_then(Item::as_table_like_mut)
        .expect("it was made a table above")
}

/// Puts a value in the place of the one that is there, whose comments stay.
fn put(table: &mut dyn TableLike, key: &str, mut new: Value) {
    let old = table.get_mut(key).and_then(Item::as_value_mut);
    match (old, &mut new) {
        (Some(Value::Array(old)), Value::Array(new)) => merge(old, new),
        (Some(old), _) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (None, _) => drop(table.insert(key, Item::Value(new))),
    }
}

/// Makes the texts of `old` those of `new`: what stays keeps its place and its comments.
fn merge(old: &mut Array, new: &Array) {
    let holds = |array: &Array, text: &Value| array.iter().any(|one| one.as_str() == text.as_str());
    old.retain(|text| holds(new, text));
    let missing: Vec<_> = new.iter().filter(|text| !holds(old, text)).collect();
    for text in missing {
        old.push(text.as_str().unwrap_or_default());
    }
}

/// Says in a profile what its encrypted secrets are encrypted for.
pub fn set_identity(document: &mut DocumentMut, profile: &str, source: &IdentitySource) {
    let table = table_at(profile_table(document, profile), "secrets", false);
    let referred = |key: &str, to: Value| {
        let mut reference = InlineTable::new();
        reference.insert(key, to);
        Value::from(reference)
    };
    let identity = match source {
        IdentitySource::Made => {
            table.remove("identity");
            return;
        }
        IdentitySource::Passphrase => "passphrase".into(),
        IdentitySource::File(path) => referred("file", path.display().to_string().into()),
        IdentitySource::Command(words) => {
            let words: Array = words.iter().map(String::as_str).collect();
            referred("command", words.into())
        }
    };
    if table.get("identity").is_some_and(|item| !item.is_value()) {
        table.remove("identity");
    }
    put(table, "identity", identity);
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
    fn comments_beside_what_changes_stay() {
        let before = "# head\nversion = 1\nprofiles = { default = { site = \"eu\" } } # inline\n";
        let (_folder, path) = file(before);
        let set = |path: &Path, key: &str, value: &str| {
            change(path, |document| set_value(document, "default", key, value)).expect("written");
        };
        set(&path, "site", "us5.datadoghq.com");
        set(&path, "gateway.url", "https://gw");
        assert_eq!(
            text(&path),
            "# head\nversion = 1\nprofiles = { default = { site = \"us5.datadoghq.com\", gateway = { url \
             = \"https://gw\" } } } # inline\n"
        );
        let before = "version = 1\r\n[profiles.default]\r\nsite = \"eu\" # keep me\r\n\
                      gateway = { url = \"https://a\" } # and me\r\n\
                      tags = [\r\n  \"a:b\", # of the team\r\n  \"c:d\",\r\n  # the last\r\n]\r\n\
                      [profiles.default.secrets]\r\nidentity = \"passphrase\" # typed\r\n";
        let (_folder, path) = file(before);
        set(&path, "site", "us5.datadoghq.com");
        set(&path, "gateway.url", "https://b");
        set(&path, "tags", "a:b,e:f");
        let own = IdentitySource::File("own.txt".into());
        change(&path, |document| set_identity(document, "default", &own)).expect("written");
        let after = text(&path);
        let expected = [
            ("\"eu\"", "\"us5.datadoghq.com\""),
            ("https://a", "https://b"),
            ("\"c:d\"", "\"e:f\""),
            ("\"passphrase\"", "{ file = \"own.txt\" }"),
        ];
        let gone = |text: String, (old, new): &(&str, &str)| text.replace(old, new);
        let words = |text: &str| text.split([' ', ',']).collect::<String>();
        let expected = expected.iter().fold(before.to_owned(), gone);
        assert_eq!(words(&after), words(&expected));
    }

    #[test]
    fn a_file_of_comments_keeps_them_above() {
        let (_folder, path) = file("# of the team\n\n# keep\n");
        change(&path, |document| set_value(document, "default", "env", "x")).expect("written");
        assert_eq!(
            text(&path),
            "# of the team\n\n# keep\nversion = 1\n\n[profiles.default]\nenv = \"x\"\n"
        );
    }

    #[test]
    fn what_is_taken_out_leaves_the_rest() {
        let before = "version = 1\n[profiles.default]\nsite = \"eu\" # mine\nenv = \"x\"\n\
                      [profiles.default.gateway]\nurl = \"https://gw\"\n";
        let (_folder, path) = file(before);
        let unset = |key: &str| {
            let mut was_there = false;
            let edit = |document: &mut DocumentMut| {
                was_there = unset_value(document, "default", key);
            };
            change(&path, edit).expect("written");
            was_there
        };
        assert!(unset("env") && unset("gateway.url"));
        assert!(!unset("env") && !unset("svix.url"));
        let after = before.replace("env = \"x\"\n", "");
        assert_eq!(text(&path), after.replace("url = \"https://gw\"\n", ""));
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
