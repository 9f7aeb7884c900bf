//! What is changed in the settings: one value at a time, with the comments beside it kept.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::vault::IdentitySource;

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
        add(parent, name, Item::Table(table));
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
        (None, _) => add(table, key, Item::Value(new)),
    }
}

/// Adds a key behind the others. The blank that ends an inline table is not left before a comma.
fn add(table: &mut dyn TableLike, key: &str, item: Item) {
    let last = table.iter_mut().last();
    if let Some(value) = last.and_then(|(_, item)| item.as_value_mut()) {
        let behind = value.decor().suffix().and_then(|behind| behind.as_str());
        if behind.is_some_and(|behind| behind.trim().is_empty()) {
            value.decor_mut().set_suffix("");
        }
    }
    table.insert(key, item);
}

/// Makes the texts of `old` those of `new`: what stays keeps its place, and every comment stays.
fn merge(old: &mut Array, new: &Array) {
    let holds = |array: &Array, text: &Value| array.iter().any(|one| one.as_str() == text.as_str());
    let missing = new.iter().filter(|text| !holds(old, text));
    let missing: Vec<_> = missing.filter_map(Value::as_str).collect();
    let mut missing = missing.into_iter();
    let mut index = 0;
    while let Some(text) = old.get(index) {
        if holds(new, text) {
            index += 1;
        } else if let Some(next) = missing.next() {
            old.replace(index, next);
            index += 1;
        } else {
            let before = old.remove(index);
            let comment = before.decor().prefix().and_then(|text| text.as_str());
            keep_comment(old, index, comment.unwrap_or_default());
        }
    }
    missing.for_each(|text| old.push(text));
}

/// A comment stands before what follows the line that it is about: it goes on to what comes after a text
/// that was taken out.
fn keep_comment(array: &mut Array, index: usize, comment: &str) {
    if !comment.contains('#') {
        return;
    }
    let ends_line = |after: &str| {
        after
            .trim_start_matches([' ', '\t'])
            .starts_with(['\r', '\n'])
    };
    let with = |after: &str| match ends_line(after) {
        true => format!("{}{after}", comment.trim_end()),
        false => format!("{}\n{after}", comment.trim_end()),
    };
    match array.get_mut(index) {
        Some(next) => {
            let after = next.decor().prefix().and_then(|text| text.as_str());
            let prefix = with(after.unwrap_or_default());
            next.decor_mut().set_prefix(prefix);
        }
        None => {
            let trailing = with(array.trailing().as_str().unwrap_or_default());
            array.set_trailing(trailing);
        }
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
    use std::path::Path;

    use super::super::change::tests::{file, text};
    use super::*;
    use crate::config::change;

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

    #[test]
    fn tags_that_go_leave_their_comments() {
        let before = "version = 1\n[profiles.default]\ntags = [\n  \"a:b\", # first\n  \"c:d\", \"e:f\", # last\n]\n";
        let (_folder, path) = file(before);
        for tags in ["a:b,e:f", "a:b", "a:b,x:y"] {
            change(&path, |document| {
                set_value(document, "default", "tags", tags)
            })
            .expect("written");
            let after = text(&path);
            assert!(
                after.contains("# first\n") && after.contains("# last\n"),
                "{after}"
            );
            assert_eq!(
                tags.split(',').filter(|tag| after.contains(tag)).count(),
                tags.split(',').count()
            );
            assert!(!after.contains("c:d"), "{after}");
        }
    }
}
