//! `ddctl sandbox` as a process of its own, and the questions a test asks it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout};

use serde_json::Value;

use super::{TestEnvironment, http};

/// A running sandbox. Dropping it ends it.
#[derive(Debug)]
pub struct SandboxProcess {
    child: Child,
    variables: Vec<(String, String)>,
    // Held open: the program would end on a closed pipe.
    _stdout: BufReader<ChildStdout>,
}

impl SandboxProcess {
    /// Starts a sandbox on free ports with more flags (`--sessions`, `--seed`, `--fault` …), and
    /// waits until it serves.
    #[track_caller]
    pub fn start(environment: &TestEnvironment, flags: &[&str]) -> Self {
        let fixed = ["sandbox", "--listen", "127.0.0.1:0", "--print-env"];
        let mut child = environment.ddctl(fixed.iter().chain(flags)).spawn();
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let mut stdout = BufReader::new(stdout);
        let Some(variables) = read_variables(&mut stdout) else {
            let output = child.wait_with_output().expect("the output can be read");
            panic!(
                "the sandbox did not start: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        Self {
            child,
            variables,
            _stdout: stdout,
        }
    }

    /// What a program needs in its environment to work against this sandbox.
    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// One of the printed variables.
    #[track_caller]
    pub fn variable(&self, name: &str) -> &str {
        self.environment()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
            .unwrap_or_else(|| panic!("the sandbox printed no {name}"))
    }

    /// Where `/sandbox/*` is.
    pub fn url(&self) -> &str {
        self.variable("DDCTL_SANDBOX_URL")
    }

    /// What was taken of a kind (`logs`, `events`), in the order it came, as flat objects with
    /// these dotted fields.
    #[track_caller]
    pub fn received(&self, kind: &str, fields: &[&str]) -> Vec<Value> {
        let target = format!(
            "/sandbox/received?kind={kind}&fields={}&limit=100000",
            fields.join(",")
        );
        rows(self.get(&target))
    }

    /// Every request with its decompressed body, in the order they came.
    #[track_caller]
    pub fn requests(&self) -> Vec<Value> {
        rows(self.get("/sandbox/requests?body=true&limit=100000"))
    }

    /// Replaces all faults; none are left with an empty list.
    #[track_caller]
    pub fn put_faults(&self, faults: &[&str]) {
        let body = serde_json::to_vec(faults).expect("text is JSON");
        http::request("PUT", self.url(), "/sandbox/faults", &body).json();
    }

    /// Forgets what was received and asked.
    #[track_caller]
    pub fn reset(&self) {
        http::request("POST", self.url(), "/sandbox/reset", b"").json();
    }

    #[track_caller]
    fn get(&self, target: &str) -> Value {
        http::request("GET", self.url(), target, b"").json()
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The `KEY=VALUE` lines up to `# ready`; `None` when the program ends before.
fn read_variables(stdout: &mut impl BufRead) -> Option<Vec<(String, String)>> {
    let mut variables = Vec::new();
    for line in stdout.lines() {
        let line = line.expect("the sandbox prints text");
        if line == "# ready" {
            return Some(variables);
        }
        let (name, value) = line.split_once('=').expect("a line is KEY=VALUE");
        variables.push((name.to_owned(), value.to_owned()));
    }
    None
}

#[track_caller]
fn rows(answer: Value) -> Vec<Value> {
    match answer {
        Value::Array(rows) => rows,
        other => panic!("the sandbox answers an array, not {other}"),
    }
}

#[test]
fn a_sandbox_prints_its_environment_and_serves_until_it_is_dropped() {
    let environment = TestEnvironment::new();
    let sandbox = SandboxProcess::start(&environment, &["--sessions", "3"]);
    assert!(
        sandbox
            .variable("DDCTL_GATEWAY_URL")
            .starts_with("http://127.0.0.1:")
    );
    environment
        .ddctl(["validate"])
        .against(&sandbox)
        .run()
        .success();
    let asked: Vec<Value> = sandbox.requests();
    assert_eq!(asked[0]["path"], "/api/v1/validate");
    sandbox.reset();
    assert!(sandbox.requests().is_empty());
    let url = sandbox.url().replace("http://", "");
    drop(sandbox);
    assert!(std::net::TcpStream::connect(url).is_err());
}

#[test]
fn faults_can_be_put_and_taken_away() {
    let environment = TestEnvironment::new();
    let sandbox = SandboxProcess::start(&environment, &["--sessions", "3"]);
    let validate = || environment.ddctl(["validate"]).against(&sandbox).run();
    sandbox.put_faults(&["api:403@1"]);
    assert_ne!(validate().code, Some(0));
    sandbox.put_faults(&[]);
    validate().success();
}

#[test]
fn what_was_delivered_can_be_asked_for() {
    let environment = TestEnvironment::new();
    let sandbox = SandboxProcess::start(&environment, &["--sessions", "3"]);
    assert!(sandbox.received("logs", &["evt.id"]).is_empty());
    environment
        .ddctl(["sessions", "export", "--since", "60d", "--to", "logs"])
        .against(&sandbox)
        .run()
        .success();
    let logs = sandbox.received("logs", &["evt.id", "ddsource"]);
    assert!(!logs.is_empty() && logs.iter().all(|log| log["ddsource"] == "hoop"));
}
