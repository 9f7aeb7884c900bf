//! Tells the program which commit it is made of, and for which platform.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script is told by variables alone"
)]

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=DDCTL_COMMIT");
    let named = env::var("DDCTL_COMMIT")
        .ok()
        .filter(|text| !text.is_empty());
    let commit = named
        .or_else(of_git)
        .unwrap_or_else(|| "not known".to_owned());
    println!("cargo::rustc-env=DDCTL_COMMIT={commit}");
    println!(
        "cargo::rustc-env=DDCTL_TARGET={}",
        env::var("TARGET").unwrap_or_default()
    );
}

/// The commit of a build that somebody may ship; `None` without git or its folder. One for tests would
/// otherwise be compiled anew after each commit.
fn of_git() -> Option<String> {
    if env::var("PROFILE").ok()? != "release" {
        return None;
    }
    // The log grows with every commit; what HEAD holds is the branch.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["log", "-1", "--format=%h (%cs)", "--abbrev=12"])
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
