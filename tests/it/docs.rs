//! The docs beside the README: tables made from the program's own, links that lead somewhere, and
//! commands that run as they are written.
//!
//! `DDCTL_BLESS=1 cargo test` writes the tables anew.

mod meanings;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ddctl::doctor::DEMANDS;
use ddctl::monitors::event_attributes;
use ddctl::query::Kind;
use serde_json::Value;

use self::meanings::MEANINGS;
use crate::support::{SandboxOptions, TestEnvironment};

const BEGIN: &str = "<!-- generated: DDCTL_BLESS=1 cargo test --test it docs -->\n";
const END: &str = "<!-- end -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README and every page of `docs/`, by path.
pub fn pages() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(root().join("docs")).expect("the docs are there");
    let mut paths: Vec<PathBuf> = docs.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.insert(0, root().join("README.md"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a page is text");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// Holds what stands between the marks of a page against `table`, or writes it.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the test run, not a setting of the program"
)]
fn compare(page: &str, table: &str) {
    let path = root().join("docs").join(page);
    let text = fs::read_to_string(&path).expect("the page is there");
    let (before, rest) = text.split_once(BEGIN).expect("the page has a mark");
    let (found, after) = rest.split_once(END).expect("and its end");
    if std::env::var_os("DDCTL_BLESS").is_some() {
        let written = format!("{before}{BEGIN}{table}{END}{after}");
        fs::write(&path, written).expect("a page of the repository");
        return;
    }
    assert!(
        found == table,
        "docs/{page} lags behind the program; run DDCTL_BLESS=1 cargo test"
    );
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::OneOf(words) => {
            let words = words.iter().map(|word| format!("`{word}`"));
            words.collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn every_attribute_of_an_event_is_in_the_docs() {
    let attributes = event_attributes();
    let known: Vec<&str> = attributes.iter().map(|attribute| attribute.path).collect();
    let told: Vec<&str> = MEANINGS.iter().map(|(path, _)| *path).collect();
    assert_eq!(
        known, told,
        "each has one meaning, in the order of the program"
    );
    let rows = attributes
        .iter()
        .zip(MEANINGS)
        .map(|(attribute, (path, about))| {
            format!("| `{path}` | {} | {about} |\n", kind(attribute.kind))
        });
    let table = format!(
        "\n| attribute | values | says |\n|---|---|---|\n{}\n",
        rows.collect::<String>()
    );
    compare("events.md", &table);
}

#[test]
fn what_a_command_asks_of_the_keys_is_in_the_docs() {
    let rows = DEMANDS.iter().map(|demand| {
        let names = demand.permissions.iter().map(|one| format!("`{one}`"));
        let names: Vec<String> = names.collect();
        let key = if demand.sends {
            "yes"
        } else {
            "with the application key"
        };
        let application = match (demand.permissions.is_empty(), demand.is_unscoped) {
            (true, _) => "none".to_owned(),
            (false, false) => names.join(", "),
            (false, true) => format!("without scopes; its owner has {}", names.join(", ")),
        };
        format!("| `{}` | {key} | {application} |\n", demand.command)
    });
    let head = "\n| command | API key | application key |\n|---|---|---|\n";
    compare(
        "permissions.md",
        &format!("{head}{}\n", rows.collect::<String>()),
    );
}

/// What every log has, and the connection's own tags.
const OF_EVERY_LOG: [&str; 8] = [
    "ddsource",
    "service",
    "hostname",
    "ddtags",
    "timestamp",
    "status",
    "message",
    "connection.tags",
];

/// The dotted names of what an object holds.
fn names(at: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) if at != "connection.tags" => {
            for (name, value) in fields {
                let dot = if at.is_empty() { "" } else { "." };
                names(&format!("{at}{dot}{name}"), value, found);
            }
        }
        _ => drop(found.insert(at.to_owned())),
    }
}

#[test]
fn events_hold_nothing_that_the_docs_do_not_name() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut found = BTreeSet::new();
    for noun in ["sessions", "audit"] {
        let line = [
            noun, "export", "--since", "60d", "--to", "-", "--format", "ndjson", "--yes",
        ];
        let events = environment.run(line).exits(0).ndjson();
        assert!(events.len() > 10, "{noun}");
        events.iter().for_each(|event| names("", event, &mut found));
    }
    let known: BTreeSet<&str> = MEANINGS
        .iter()
        .map(|(path, _)| *path)
        .chain(OF_EVERY_LOG)
        .collect();
    let unknown: Vec<&String> = found
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not in the docs: {unknown:?}");
    assert!(found.len() > 30, "{found:?}");
}

#[test]
fn every_link_of_the_docs_leads_to_a_file() {
    let mut followed = 0;
    for (page, text) in pages() {
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = link.split('#').next().unwrap_or_default();
            if path.contains("://") || path.is_empty() {
                continue;
            }
            let target = page.parent().expect("a page in a folder").join(path);
            assert!(target.exists(), "{}: {link}", page.display());
            followed += 1;
        }
    }
    assert!(followed > 10, "{followed}");
}
