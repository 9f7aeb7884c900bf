//! A profile in a settings file that is being edited: read, changed and put back, with comments and
//! foreign values left as they are.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value, value as text};

use crate::config::set_value;
use crate::wizard::Rule;

const PROFILES: &str = "profiles";
const CONNECTIONS: &str = "connections";

fn table<'d>(document: &'d DocumentMut, profile: &str) -> Option<&'d dyn TableLike> {
    let profiles = document.get(PROFILES)?.as_table_like()?;
    profiles.get(profile)?.as_table_like()
}

fn table_mut<'d>(document: &'d mut DocumentMut, profile: &str) -> Option<&'d mut dyn TableLike> {
    let profiles = document.get_mut(PROFILES)?.as_table_like_mut()?;
    profiles.get_mut(profile)?.as_table_like_mut()
}

/// The value of a dotted key as text; tags comma-separated.
pub fn value(document: &DocumentMut, profile: &str, key: &str) -> Option<String> {
    let table = table(document, profile)?;
    let item = match key.split_once('.') {
        Some((section, name)) => table.get(section)?.as_table_like()?.get(name)?,
        None => table.get(key)?,
    };
    match item.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Array(parts) => {
            let parts = parts.iter().filter_map(Value::as_str);
            Some(parts.collect::<Vec<_>>().join(","))
        }
        other => Some(other.to_string().trim().to_owned()),
    }
}

/// Sets a dotted key, or takes it out.
pub fn put(document: &mut DocumentMut, profile: &str, key: &str, value: Option<&str>) {
    match value {
        Some(value) => set_value(document, profile, key, value),
        None => unset(document, profile, key),
    }
}

fn unset(document: &mut DocumentMut, profile: &str, key: &str) {
    let Some(table) = table_mut(document, profile) else {
        return;
    };
    match key.split_once('.') {
        Some((section, name)) => {
            let inner = table.get_mut(section).and_then(Item::as_table_like_mut);
            let is_empty = inner.is_some_and(|inner| {
                inner.remove(name);
                inner.is_empty()
            });
            if is_empty {
                table.remove(section);
            }
        }
        None => drop(table.remove(key)),
    }
}

/// The profile is there afterwards, though it may say nothing.
pub fn ensure(document: &mut DocumentMut, profile: &str) {
    if table(document, profile).is_some() {
        return;
    }
    const ANY: &str = "site";
    set_value(document, profile, ANY, "");
    unset(document, profile, ANY);
}

/// True where the profile is there, whatever it says.
pub fn is_there(document: &DocumentMut, profile: &str) -> bool {
    table(document, profile).is_some()
}

/// True where the file has other profiles.
pub fn has_others(document: &DocumentMut, profile: &str) -> bool {
    let profiles = document.get(PROFILES).and_then(Item::as_table_like);
    profiles.is_some_and(|profiles| profiles.iter().any(|(name, _)| name != profile))
}

/// Takes the profile out where it says nothing any more; whether it did.
pub fn remove_where_empty(document: &mut DocumentMut, profile: &str) -> bool {
    let is_empty = table(document, profile).is_some_and(TableLike::is_empty);
    let profiles = document.get_mut(PROFILES);
    if let (true, Some(profiles)) = (is_empty, profiles.and_then(Item::as_table_like_mut)) {
        profiles.remove(profile);
        if profiles.is_empty() {
            document.remove(PROFILES);
        }
        let is_default = document.get("default_profile").and_then(Item::as_str) == Some(profile);
        if is_default {
            document.remove("default_profile");
        }
    }
    is_empty
}

/// What the profile says of a pattern.
pub fn rule(document: &DocumentMut, profile: &str, pattern: &str) -> Option<Rule> {
    let rules = rules(document, profile);
    rules.into_iter().find(|rule| rule.pattern == pattern)
}

/// What the profile says of connections, in its order.
pub fn rules(document: &DocumentMut, profile: &str) -> Vec<Rule> {
    let item = table(document, profile).and_then(|table| table.get(CONNECTIONS));
    let tables: Vec<&dyn TableLike> = match item {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter().map(|table| table as &dyn TableLike).collect()
        }
        Some(Item::Value(Value::Array(array))) => {
            let tables = array.iter().filter_map(Value::as_inline_table);
            tables.map(|table| table as &dyn TableLike).collect()
        }
        _ => Vec::new(),
    };
    tables.into_iter().filter_map(rule_of).collect()
}

fn rule_of(table: &dyn TableLike) -> Option<Rule> {
    let of = |name: &str| table.get(name).and_then(Item::as_str).map(str::to_owned);
    Some(Rule {
        pattern: of("match")?,
        environment: of("environment"),
        approval: of("approval"),
    })
}

/// Says of a pattern what `rule` says, in the rule that is there or in a new one above the others:
/// the first that matches a connection decides.
pub fn put_rule(document: &mut DocumentMut, profile: &str, rule: &Rule) {
    ensure(document, profile);
    let tables = tables_mut(document, profile);
    let known = tables.iter_mut().find(|table| is_of(table, &rule.pattern));
    match known {
        Some(table) => write_rule(table, rule),
        None => {
            let mut first = Table::new();
            first.insert("match", text(&rule.pattern));
            write_rule(&mut first, rule);
            let mut all = ArrayOfTables::new();
            all.push(first);
            for table in tables.iter() {
                let mut table = table.clone();
                // Where it stood in the file would put it before the new one.
                table.set_position(None);
                all.push(table);
            }
            *tables = all;
        }
    }
}

/// Takes the rule of a pattern out.
pub fn remove_rule(document: &mut DocumentMut, profile: &str, pattern: &str) {
    if table(document, profile).is_none() {
        return;
    }
    let tables = tables_mut(document, profile);
    tables.retain(|table| !is_of(table, pattern));
    if tables.is_empty()
        && let Some(table) = table_mut(document, profile)
    {
        table.remove(CONNECTIONS);
    }
}

fn is_of(table: &Table, pattern: &str) -> bool {
    table.get("match").and_then(Item::as_str) == Some(pattern)
}

fn write_rule(table: &mut Table, rule: &Rule) {
    let parts = [
        ("environment", &rule.environment),
        ("approval", &rule.approval),
    ];
    for (name, value) in parts {
        match value {
            Some(value) => drop(table.insert(name, text(value))),
            None => drop(table.remove(name)),
        }
    }
}

/// The rules as tables of their own, made so where they were written in one line.
fn tables_mut<'d>(document: &'d mut DocumentMut, profile: &str) -> &'d mut ArrayOfTables {
    let table = table_mut(document, profile).expect("whoever calls has made sure of it");
    let entry = table.entry(CONNECTIONS).or_insert(Item::None);
    if !entry.is_array_of_tables() {
        let inline = std::mem::replace(entry, Item::None);
        let tables = inline.into_array_of_tables().unwrap_or_default();
        *entry = Item::ArrayOfTables(tables);
    }
    entry
        .as_array_of_tables_mut()
        .expect("it was made one above")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(toml: &str) -> DocumentMut {
        toml.parse().expect("TOML")
    }

    fn production(pattern: &str) -> Rule {
        Rule {
            pattern: pattern.to_owned(),
            environment: Some("production".to_owned()),
            approval: None,
        }
    }

    #[test]
    fn a_value_is_set_read_and_taken_out_again() {
        let before = "# mine\nversion = 1\n";
        let mut edited = document(before);
        put(&mut edited, "lab", "gateway.url", Some("https://gw"));
        put(&mut edited, "lab", "tags", Some("a:1,b:2"));
        assert_eq!(
            value(&edited, "lab", "gateway.url").as_deref(),
            Some("https://gw")
        );
        assert_eq!(value(&edited, "lab", "tags").as_deref(), Some("a:1,b:2"));
        put(&mut edited, "lab", "tags", None);
        put(&mut edited, "lab", "gateway.url", None);
        assert!(remove_where_empty(&mut edited, "lab"));
        assert_eq!(edited.to_string(), before);
    }

    #[test]
    fn a_profile_that_says_something_stays() {
        let mut edited = document("[profiles.lab]\nsite = \"x\"\n");
        assert!(!remove_where_empty(&mut edited, "lab"));
        assert!(!has_others(&edited, "lab"));
        ensure(&mut edited, "other");
        assert!(has_others(&edited, "lab"));
        assert!(table(&edited, "other").is_some());
        assert_eq!(value(&edited, "lab", "site").as_deref(), Some("x"));
    }

    #[test]
    fn a_new_rule_goes_first_and_an_old_one_keeps_its_windows() {
        let mut edited = document(
            "[profiles.a]\n[[profiles.a.connections]]\nmatch = \"*\"\nwindows = [{ days = \"sat\" }]\n",
        );
        put_rule(&mut edited, "a", &production("prod-*"));
        put_rule(&mut edited, "a", &production("*"));
        let reread = document(&edited.to_string());
        let patterns: Vec<String> = rules(&reread, "a")
            .into_iter()
            .map(|rule| rule.pattern)
            .collect();
        assert_eq!(patterns, ["prod-*", "*"]);
        assert!(edited.to_string().contains("windows"), "{edited}");
        remove_rule(&mut edited, "a", "prod-*");
        assert_eq!(rule(&edited, "a", "prod-*"), None);
        assert_eq!(rule(&edited, "a", "*"), Some(production("*")));
    }

    #[test]
    fn rules_in_one_line_are_rules_too() {
        let mut edited = document("[profiles.a]\nconnections = [{ match = \"db\" }]\n");
        put_rule(&mut edited, "a", &production("prod-*"));
        assert_eq!(rules(&edited, "a").len(), 2);
        remove_rule(&mut edited, "a", "db");
        remove_rule(&mut edited, "a", "prod-*");
        assert!(remove_where_empty(&mut edited, "a"));
    }
}
