//! Completions and manual pages are checked in, and are what the program prints.
//!
//! `DDCTL_BLESS=1 cargo test` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap_complete::Shell;
use ddctl::commands::{completions, man};

/// File names with what should be in them.
type Files = BTreeMap<String, Vec<u8>>;

fn rendered_completions() -> Files {
    let name = |shell: &Shell| match shell {
        Shell::Bash => "ddctl.bash",
        Shell::Zsh => "_ddctl",
        Shell::Fish => "ddctl.fish",
        Shell::PowerShell => "_ddctl.ps1",
        _ => "ddctl.elv",
    };
    let shells = [
        Shell::Bash,
        Shell::Zsh,
        Shell::Fish,
        Shell::PowerShell,
        Shell::Elvish,
    ];
    shells
        .into_iter()
        .map(|shell| {
            let script = completions::render(shell).expect("every shell of ours can ask");
            (name(&shell).to_owned(), script)
        })
        .collect()
}

fn rendered_pages() -> Files {
    man::render()
        .expect("every command has a page")
        .into_iter()
        .collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn checked_in(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| {
            let name = entry
                .file_name()
                .into_string()
                .expect("our own names are text");
            (
                name,
                fs::read(entry.path()).expect("our own files are readable"),
            )
        })
        .collect()
}

/// Writes the folder anew: a page of a command that is gone goes too.
fn bless(folder: &Path, files: &Files) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder of the repository");
    for (name, content) in files {
        fs::write(folder.join(name), content).expect("a file of the repository");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the test run, not a setting of the program"
)]
fn compare(name: &str, rendered: &Files) {
    let folder = folder(name);
    if std::env::var_os("DDCTL_BLESS").is_some() {
        return bless(&folder, rendered);
    }
    let found = checked_in(&folder);
    let stale: Vec<&String> = rendered
        .keys()
        .chain(found.keys())
        .filter(|file| rendered.get(*file) != found.get(*file))
        .collect();
    assert!(
        stale.is_empty(),
        "{name}/ lags behind the program in {stale:?}; run DDCTL_BLESS=1 cargo test"
    );
}

#[test]
fn completions_are_what_the_program_prints() {
    compare("completions", &rendered_completions());
}

#[test]
fn manual_pages_are_what_the_program_prints() {
    compare("man", &rendered_pages());
}
