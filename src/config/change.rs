//! How the settings file is changed: in turns, as a whole, and into one that can be read.

use std::io;
use std::path::Path;

use toml_edit::{DocumentMut, value};

use super::error::ConfigError;
use super::file::{ConfigFile, VERSION, syntax};
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::set_value;

    pub fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).expect("written");
        (folder, path)
    }

    pub fn text(path: &Path) -> String {
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
    fn a_file_of_comments_keeps_them_above() {
        let (_folder, path) = file("# of the team\n\n# keep\n");
        change(&path, |document| set_value(document, "default", "env", "x")).expect("written");
        assert_eq!(
            text(&path),
            "# of the team\n\n# keep\nversion = 1\n\n[profiles.default]\nenv = \"x\"\n"
        );
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
}
