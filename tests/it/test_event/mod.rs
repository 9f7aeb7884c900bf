//! `test-event`: the prediction, and the rehearsal against the sandbox.

mod ci;
mod endings;
mod interrupted;
mod live;
mod predict;
mod scenarios;
mod strays;
mod trouble;

use serde_json::Value;

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, until};

/// A sandbox whose logs are there at once and whose monitors look all the time.
fn quick() -> SandboxOptions {
    indexing_after("0s")
}

/// The same, whose logs are there after `delay` alone.
fn indexing_after(delay: &str) -> SandboxOptions {
    SandboxOptions::default()
        .sessions(1)
        .index_delay(delay)
        .evaluation_interval("20ms")
}

fn world() -> (SandboxProcess, TestEnvironment) {
    let sandbox = quick().start();
    let environment = TestEnvironment::of(&sandbox);
    (sandbox, environment)
}

/// A monitor of one's own on the service `orders`, grouped by `@order.id`: `mine.yaml`.
fn own_monitor(environment: &TestEnvironment, more: &str) {
    let monitor = format!(
        "why: orders fail\nname: orders fail\ntype: log alert\n\
         query: logs(\"service:orders\").index(\"*\").rollup(\"count\").by(\"@order.id\").last(\"15m\") > 5\n\
         message: \"see @slack-orders\"\ntags: [\"team:orders\"]\nfacets: {{\"@order.id\": string}}\n{more}\n"
    );
    environment.write(&environment.path("mine.yaml"), monitor);
}

/// So many events of one's own: `events.ndjson`.
fn own_events(environment: &TestEnvironment, service: &str, times: usize) {
    let line = format!(
        "{{\"service\":\"{service}\",\"message\":\"it failed\",\"order\":{{\"id\":\"o-${{run}}\"}}}}\n"
    );
    environment.write(&environment.path("events.ndjson"), line.repeat(times));
}

const OWN: [&str; 5] = [
    "test-event",
    "--file",
    "events.ndjson",
    "--monitor",
    "mine.yaml",
];

/// A rehearsal that has reached its goal only in an hour.
const ENDLESS: [&str; 8] = [
    "test-event",
    "--file",
    "events.ndjson",
    "--monitor",
    "mine.yaml",
    "--expect=ok",
    "--settle=1h",
    "-ojson",
];

/// A world in which [`ENDLESS`] can be started.
fn endless() -> (SandboxProcess, TestEnvironment) {
    let (sandbox, environment) = world();
    own_monitor(&environment, "thresholds: {critical: 5}");
    own_events(&environment, "orders", 1);
    (sandbox, environment)
}

/// Waits until a rehearsal looks at its copy; the copy's id.
#[track_caller]
fn watched_copy(sandbox: &SandboxProcess) -> u64 {
    until("a look at the copy", || {
        let monitors = sandbox.monitors();
        let id = monitors.first()?["id"].as_u64()?;
        let path = format!("/api/v1/monitor/{id}");
        has_asked(sandbox, &path, 200).then_some(id)
    })
}

/// Whether somebody asked for `path` and was answered by `status`.
fn has_asked(sandbox: &SandboxProcess, path: &str, status: u16) -> bool {
    let asked = |row: &Value| row["path"] == path && row["status"] == status;
    sandbox.requests(false).iter().any(asked)
}

const SEARCH: &str = "/api/v2/logs/events/search";
