//! Every command, run against a sandbox, and all that it sent held against the documents.

use std::collections::BTreeSet;

use clap::CommandFactory;
use ddctl::commands::Cli;

use super::check::{Known, check};
use super::least::{Least, Used};
use super::{Reference, Request};
use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment};

/// Commands with the exit code that each must end with. `SESSION` stands for the id of one that
/// the sandbox has, `SVIX` for the address of its Svix, `MESSAGE` for the id of a webhook. Compression is gzip: Datadog's document does not know zstd.
const COMMANDS: &[(&str, i32)] = &[
    ("validate", 0),
    ("validate --all-sites", 0),
    ("doctor", 0),
    ("sessions list --since 60d", 0),
    ("sessions list --since 60d --until 1d --outcome failure", 0),
    ("sessions list --since 60d --agent * --connection prod-*", 0),
    (
        "sessions list --since 60d --connection prod_db --type database",
        0,
    ),
    ("sessions list --since 60d --user 17 --status done", 0),
    ("sessions list --since 60d --user ada@example.com", 0),
    ("sessions list --since 60d --approval approved", 0),
    ("sessions list --since 60d --correlation run-17", 0),
    ("sessions show SESSION", 0),
    ("sessions stats --since 60d", 0),
    ("sessions replay SESSION --no-timing", 0),
    ("sessions tail --for 2s --since 1h", 0),
    ("sessions tail SESSION --once", 0),
    ("sessions search customers --since 60d --type database", 0),
    ("sessions assert --policy policy.yaml --since 60d", 3),
    (
        "sessions export --since 60d --to logs --compression gzip --yes",
        0,
    ),
    (
        "sessions export --since 16h --to logs --compression gzip --again --verify --yes",
        0,
    ),
    (
        "audit export --since 60d --to logs --compression gzip --verify --yes",
        0,
    ),
    (
        "traces export --file traces.ndjson --to logs --compression gzip",
        0,
    ),
    ("receipts verify --since 60d", 0),
    ("sessions export --since 60d --to logs --dry-run", 0),
    ("sessions export --since 60d --to events.ndjson", 0),
    ("sessions export --since 16h --to events", 0),
    ("sessions export SESSION --to session.cast", 0),
    (
        "webhooks register --to https://relay.example.com/hoop --signing-secret-file secret -y",
        0,
    ),
    (
        "webhooks register --to logs --uid direct --allow-key-in-url --yes",
        0,
    ),
    (
        "webhooks register --to logs --uid hooks --attach prod-* --svix-url SVIX --yes",
        0,
    ),
    ("webhooks list", 0),
    ("webhooks list --svix-url SVIX", 0),
    ("webhooks show direct", 0),
    ("webhooks show hooks --svix-url SVIX", 0),
    ("webhooks test direct", 0),
    ("webhooks test hooks --svix-url SVIX", 0),
    ("webhooks deliveries direct", 0),
    ("webhooks deliveries hooks --svix-url SVIX", 0),
    ("webhooks update ddctl --description relay --yes", 0),
    (
        "webhooks update ddctl --events all --svix-url SVIX --yes",
        0,
    ),
    (
        "webhooks rotate ddctl --signing-secret-file secret --svix-url SVIX --yes",
        0,
    ),
    // The relay is on another machine, which the sandbox does not reach.
    (
        "webhooks redeliver ddctl --since 1h --wait 1s --svix-url SVIX --yes",
        3,
    ),
    ("webhooks redeliver hooks MESSAGE --svix-url SVIX", 0),
    ("webhooks remove direct --yes", 0),
    ("webhooks remove hooks --svix-url SVIX --yes", 0),
    ("test-event unapproved-prod --dry-run", 0),
    ("test-event high-risk-command", 0),
    ("test-event --cleanup", 0),
    ("config check", 0),
    ("otel check --wait 1m", 0),
    ("otel check --genai --dry-run", 0),
    ("monitors validate --pack hoop", 0),
    ("monitors plan", 0),
    ("monitors apply --yes", 0),
    ("monitors apply --pack hoop --yes --var threshold=7", 0),
    ("monitors list --live", 0),
    ("monitors export --tag pack:hoop --to exported", 0),
    ("monitors remove --all --yes", 0),
    ("dashboards plan", 0),
    ("dashboards apply --yes", 0),
    ("dashboards list --live", 0),
    ("dashboards plan --check", 0),
    ("dashboards remove --all --yes", 0),
    (
        "setup --no-input --yes --delivery export --production prod-* --packs hoop",
        0,
    ),
    ("setup --undo --yes", 0),
];

/// Operations that these commands cannot do without: should one not be seen, the run proves less
/// than it seems to.
const EXPECTED: &[&str] = &[
    "GET /api/v1/validate of datadog/openapi-v1.yaml",
    "GET /api/v2/current_user/application_keys of datadog/openapi-v2.yaml",
    "GET /api/v2/validate of datadog/openapi-v2-supplement.yaml",
    "GET /api/v2/validate_keys of datadog/openapi-v2-supplement.yaml",
    "GET /audit/logs of gateway/openapi-gateway.json",
    "GET /connections of gateway/openapi-gateway.json",
    "POST /api/v1/monitor/validate of datadog/openapi-v1.yaml",
    "POST /api/v1/monitor of datadog/openapi-v1.yaml",
    "PUT /api/v1/monitor/{monitor_id} of datadog/openapi-v1.yaml",
    "POST /api/v1/monitor/{monitor_id}/validate of datadog/openapi-v1.yaml",
    "GET /api/v1/monitor/{monitor_id} of datadog/openapi-v1.yaml",
    "DELETE /api/v1/monitor/{monitor_id} of datadog/openapi-v1.yaml",
    "GET /api/v1/monitor/can_delete of datadog/openapi-v1.yaml",
    "GET /api/v1/dashboard of datadog/openapi-v1.yaml",
    "POST /api/v1/dashboard of datadog/openapi-v1.yaml",
    "DELETE /api/v1/dashboard/{dashboard_id} of datadog/openapi-v1.yaml",
    "POST /api/v2/spans/events/search of datadog/openapi-v2.yaml",
    "GET /serverinfo of gateway/openapi-gateway.json",
    "GET /sessions of gateway/openapi-gateway.json",
    "GET /sessions/{session_id} of gateway/openapi-gateway.json",
    "POST /api/v2/logs of datadog/openapi-v2.yaml",
    "POST /api/v2/logs/events/search of datadog/openapi-v2.yaml",
    "POST /api/v2/logs/analytics/aggregate of datadog/openapi-v2.yaml",
    "GET /api/v1/logs/config/indexes of datadog/openapi-v1.yaml",
    "POST /plugins of gateway/openapi-gateway.json",
    "PATCH /api/v1/app/{app_id}/endpoint/{endpoint_id} of gateway/openapi-svix.json",
    "PATCH /api/v1/app/{app_id}/endpoint/{endpoint_id}/headers of gateway/openapi-svix.json",
    "POST /api/v1/app/{app_id}/endpoint of gateway/openapi-svix.json",
    "POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/recover of gateway/openapi-svix.json",
    "POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate of gateway/openapi-svix.json",
    "POST /api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend of gateway/openapi-svix.json",
    "GET /api/v1/app/{app_id}/attempt/endpoint/{endpoint_id} of gateway/openapi-svix.json",
    "GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/msg of gateway/openapi-svix.json",
    "gateway/README.md, section 6",
];

/// Commands that send nothing to the sandbox of the test: they have no remote, one of their own, or
/// run until they are stopped and ask what an export asks.
const QUIET: &[&str] = &[
    "status",
    "auth list",
    "auth remove",
    "auth rotate",
    "auth set",
    "manifest compose",
    "manifest cronjob",
    "manifest deployment",
    "manifest relay",
    "manifest systemd",
    "completions",
    "config edit",
    "config get",
    "config list",
    "config path",
    "config set",
    "config unset",
    "config use",
    "deadletters drop",
    "deadletters list",
    "deadletters retry",
    "deadletters show",
    "demo",
    "man",
    "monitors eval",
    "monitors list",
    "monitors show",
    "monitors test",
    "otel env",
    "otel receive",
    "receipts list",
    "receipts show",
    "relay",
    "sandbox",
    "state repair",
    "state reset",
    "state show",
    "state verify",
];

#[test]
fn every_request_of_every_command_is_as_its_document_says() {
    let Some(reference) = Reference::get() else {
        return;
    };
    let sandbox = SandboxOptions::default()
        .sessions(60)
        .index_delay("100ms")
        .start();
    run_all(&sandbox, reference);
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    let requests = sandbox.requests(true);
    // What the sandbox's Svix sends is not of ddctl.
    // The empty object by which the Agent sees whether the intake is reached is in no document
    // (datadog/README.md, section 2).
    let is_ours = |it: &Request| {
        let agent = it.header("user-agent").unwrap_or_default();
        let is_probe = it.path == "/api/v2/logs" && it.body == "{}";
        !agent.starts_with("Svix-Webhooks/") && !is_probe
    };
    for request in requests.iter().map(Request::of_row).filter(is_ours) {
        match check(reference, &request) {
            Ok(Known::Described(operation)) => drop(seen.insert(operation)),
            Ok(Known::Listed(source)) => drop(seen.insert(source.to_owned())),
            Err(found) => faults.push(format!("\n{}: {}", request.line(), found.join("; "))),
        }
    }
    assert!(faults.is_empty(), "{}", faults.concat());
    let unseen: Vec<_> = EXPECTED
        .iter()
        .filter(|known| !seen.contains(**known))
        .collect();
    assert!(unseen.is_empty(), "never asked: {unseen:?}");
}

/// Each with the least that the program says it takes, and held to it.
fn run_all(sandbox: &SandboxProcess, reference: &Reference) {
    let (mut used, mut beyond, mut last) = (Used::default(), Vec::new(), 0);
    let environment = TestEnvironment::of(sandbox);
    let listed = environment.run(["sessions", "list", "--since", "60d", "-o", "json"]);
    let sessions = listed.exits(0).json();
    let session = sessions[0]["id"].as_str().expect("a session has an id");
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policy.yaml");
    let policy = std::fs::read(policy).expect("an example");
    environment.write(&environment.path("policy.yaml"), policy);
    let traces = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/traces.ndjson");
    let traces = std::fs::read(traces).expect("an example");
    environment.write(&environment.path("traces.ndjson"), traces);
    for (line, code) in COMMANDS {
        let word = |word: &str| match word {
            "SESSION" => session.to_owned(),
            "SVIX" => sandbox.var("DDCTL_SANDBOX_SVIX_URL").to_owned(),
            "MESSAGE" => webhook(&environment),
            word => word.to_owned(),
        };
        let words: Vec<String> = line.split(' ').map(word).collect();
        let least = Least::of(line);
        let _ = least.run(environment.command(words)).run().exits(*code);
        let rows = sandbox.requests_after(last);
        last = rows
            .last()
            .and_then(|row| row["n"].as_u64())
            .unwrap_or(last);
        let asked: Vec<Request> = rows.iter().map(Request::of_row).collect();
        let found = least.check(reference, &asked, &mut used);
        beyond.extend(found.iter().map(|found| format!("{line}: {found}")));
    }
    assert!(beyond.is_empty(), "more than the table names: {beyond:#?}");
    let unused = used.lacks();
    assert!(
        unused.is_empty(),
        "the table names what is not asked: {unused:#?}"
    );
}

/// The id of a webhook that was sent.
fn webhook(environment: &TestEnvironment) -> String {
    let sent = environment.run(["webhooks", "deliveries", "hooks", "-o", "json"]);
    let id = sent.exits(0).json()[0]["message_id"].clone();
    id.as_str().expect("a webhook has an id").to_owned()
}

#[test]
fn no_command_is_forgotten() {
    let named: BTreeSet<&str> = QUIET
        .iter()
        .copied()
        .chain(COMMANDS.iter().map(|(line, _)| *line))
        .collect();
    let is_named = |leaf: &str| {
        named
            .iter()
            .any(|line| *line == leaf || line.starts_with(&format!("{leaf} ")))
    };
    let leaves = leaves();
    let forgotten: Vec<_> = leaves.iter().filter(|leaf| !is_named(leaf)).collect();
    assert!(forgotten.is_empty(), "neither run nor quiet: {forgotten:?}");
}

/// The commands that have none below them: `sessions list`.
pub fn leaves() -> Vec<String> {
    let mut leaves = Vec::new();
    collect_leaves(&Cli::command(), "", &mut leaves);
    leaves
}

fn collect_leaves(command: &clap::Command, path: &str, leaves: &mut Vec<String>) {
    for child in command.get_subcommands() {
        let path = format!("{path} {}", child.get_name()).trim().to_owned();
        match child.has_subcommands() {
            true => collect_leaves(child, &path, leaves),
            false => leaves.push(path),
        }
    }
}
