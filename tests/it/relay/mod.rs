//! `ddctl relay` through its door: what it takes, what it refuses, what it remembers, and what it
//! delivers.

mod delivering;
mod destinations;
mod door;
#[cfg(target_os = "linux")]
mod service;
mod spool;

use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Attempt, CommandOutput, Running, SECRET, SandboxProcess, TestCommand, TestEnvironment, ask,
};

/// A relay under way.
struct Relay {
    running: Running,
    /// Of the door.
    url: String,
}

fn secrets(environment: &TestEnvironment, secrets: &[&str]) -> PathBuf {
    let path = environment.path("relay.secret");
    fs::write(&path, secrets.join("\n")).expect("a writable folder");
    path
}

/// A relay to the logs, at any free door.
fn command(environment: &TestEnvironment, more: &[&str]) -> TestCommand {
    let file = secrets(environment, &[SECRET]).display().to_string();
    let args = ["relay", "--listen", "0", "--signing-secret-file", &file];
    let args = args.into_iter().chain(["--to", "logs"]);
    environment.command(args.chain(more.iter().copied()))
}

impl Relay {
    fn start(environment: &TestEnvironment, more: &[&str]) -> Self {
        let all = [&["--disk-free", "1kB", "-o", "json"], more].concat();
        Self::of(command(environment, &all).start())
    }

    fn of(mut running: Running) -> Self {
        let said = running.wait_for_stderr("listening for webhooks at ");
        let url = said
            .split("webhooks at ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let url = url.expect("an address").to_owned();
        Self { running, url }
    }

    /// The status that a webhook is answered.
    fn takes(&self, id: &str, body: &Value) -> u16 {
        Attempt::of(id, body.to_string().as_bytes())
            .post(&self.url)
            .status
    }

    fn stop(self) -> CommandOutput {
        self.running.signal(Signal::TERM);
        self.running.finish().exits(0)
    }
}

fn closed(row: &Value) -> Value {
    json!({"event_type": "session.close", "id": row["id"], "exit_code": 0, "exit_err": null})
}

fn unknown(number: u32) -> Value {
    json!({"event_type": "plan.changed", "number": number})
}

fn logs(sandbox: &SandboxProcess, fields: &str) -> Vec<Value> {
    let rows = sandbox.received("logs", fields);
    rows.into_iter()
        .filter(|row| row["evt.name"] != "ddctl.heartbeat")
        .collect()
}

/// The finished sessions of the sandbox.
fn done(sandbox: &SandboxProcess) -> Vec<Value> {
    let rows = sandbox.sessions();
    rows.into_iter()
        .filter(|row| row["status"] == "done")
        .collect()
}

fn health(address: &str, path: &str) -> (u16, String) {
    let answer = ask("GET", &format!("http://{address}{path}"), &[], b"");
    (answer.status, answer.text())
}

fn health_address(relay: &mut Relay) -> String {
    let said = relay.running.wait_for_stderr("health: http://");
    let rest = said.split("health: http://").nth(1).expect("an address");
    rest.split('/').next().expect("an address").to_owned()
}
