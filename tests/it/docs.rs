//! The docs beside the README: tables made from the program's own, links that lead somewhere, and
//! commands that run as they are written.
//!
//! `DDCTL_BLESS=1 cargo test` writes the tables anew.

mod events;
mod meanings;
mod permissions;

use std::fs;
use std::path::{Path, PathBuf};

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

/// Holds what stands between each pair of marks of a page against the `tables`, or writes them.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the test run, not a setting of the program"
)]
fn compare(page: &str, tables: &[String]) {
    let path = root().join("docs").join(page);
    let text = fs::read_to_string(&path).expect("the page is there");
    let mut parts = text.split(BEGIN);
    let mut written = parts.next().unwrap_or_default().to_owned();
    assert_eq!(parts.clone().count(), tables.len(), "marks of docs/{page}");
    for (part, table) in parts.zip(tables) {
        let (_, after) = part.split_once(END).expect("a mark has an end");
        written.extend([BEGIN, table, END, after]);
    }
    if std::env::var_os("DDCTL_BLESS").is_some() {
        fs::write(&path, written).expect("a page of the repository");
        return;
    }
    assert!(
        written == text,
        "docs/{page} lags behind the program; run DDCTL_BLESS=1 cargo test"
    );
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

/// Every text of the program's sources, one after the other.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).expect("the sources are there").flatten() {
        let path = entry.path();
        all += &match path.is_dir() {
            true => sources(&path),
            false => fs::read_to_string(&path).unwrap_or_default(),
        };
    }
    all
}

#[test]
fn what_troubleshooting_quotes_is_what_the_program_says() {
    let page = fs::read_to_string(root().join("docs/troubleshooting.md")).expect("the page");
    let sources = sources(&root().join("src"));
    let symptoms = page.lines().filter_map(|line| line.strip_prefix("| "));
    let symptoms = symptoms.filter_map(|line| line.split(" | ").next());
    let quoted = symptoms.flat_map(|symptom| symptom.split('`').skip(1).step_by(2));
    let said = quoted.filter(|text| text.contains(' ') && !text.starts_with("ddctl "));
    let said: Vec<&str> = said.collect();
    assert!(said.len() > 2, "{said:?}");
    for text in said {
        assert!(sources.contains(text), "the program never says `{text}`");
    }
}
