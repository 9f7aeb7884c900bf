//! `setup`: the way from a clean home to the first event, and back.

mod answers;
mod interactive;
mod undo;
mod webhooks;

use serde_json::Value;

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment};

/// Every variable of the sandbox by which an answer could be found. Where it serves stays known.
const FOUND: [&str; 8] = [
    "DD_API_KEY",
    "DD_APP_KEY",
    "DD_SITE",
    "DDCTL_GATEWAY_URL",
    "HOOP_APIURL",
    "HOOP_TOKEN",
    "DDCTL_SVIX_TOKEN",
    "OTEL_EXPORTER_OTLP_HEADERS",
];

/// A gateway on which sessions go on beginning, and a Datadog that finds at once.
fn busy() -> SandboxOptions {
    SandboxOptions::default().every("1s").index_delay("0s")
}

/// A home in which nothing is set up and no key lies around.
fn clean(sandbox: &SandboxProcess) -> TestEnvironment {
    let mut environment = TestEnvironment::of(sandbox);
    FOUND.iter().for_each(|name| environment.unset(name));
    environment
}

/// Requests that change something at a service, as `METHOD PATH`; checks and searches are none.
fn changes(sandbox: &SandboxProcess) -> Vec<String> {
    let word = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let is_look = |path: &str| {
        ["/validate", "/search", "/aggregate"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    let rows = sandbox.requests(false);
    let changing = rows
        .iter()
        .filter(|row| row["method"] != "GET" && !is_look(&word(row, "path")));
    changing
        .map(|row| format!("{} {}", word(row, "method"), word(row, "path")))
        .collect()
}

/// Files below the home that hold `secret` in clear.
fn files_with(environment: &TestEnvironment, secret: &str) -> Vec<String> {
    let has_it = |content: &[u8]| {
        content
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    };
    let files = environment.files().into_iter();
    let found = files.filter(|(_, content)| has_it(content));
    found.map(|(path, _)| path.display().to_string()).collect()
}

fn settings(environment: &TestEnvironment) -> String {
    std::fs::read_to_string(environment.settings_file()).unwrap_or_default()
}
