//! `ddctl sandbox --print-env` in a process of its own, and the way to look into it.

use rustix::process::Signal;
use serde_json::Value;

use super::environment::TestEnvironment;
use super::http::{Response, ask};
use super::output::CommandOutput;
use super::process::Running;

/// How the sandbox is started. Without more: forty sessions, seed 1, no faults.
#[must_use]
#[derive(Clone, Debug, Default)]
pub struct SandboxOptions {
    arguments: Vec<String>,
}

impl SandboxOptions {
    pub fn sessions(self, count: u64) -> Self {
        self.with("--sessions", &count.to_string())
    }

    pub fn seed(self, seed: u64) -> Self {
        self.with("--seed", &seed.to_string())
    }

    pub fn site(self, site: &str) -> Self {
        self.with("--site", site)
    }

    pub fn licence(self, licence: &str) -> Self {
        self.with("--licence", licence)
    }

    pub fn index_delay(self, delay: &str) -> Self {
        self.with("--index-delay", delay)
    }

    /// How often monitors look at the logs.
    pub fn evaluation_interval(self, interval: &str) -> Self {
        self.with("--evaluation-interval", interval)
    }

    pub fn fault(self, fault: &str) -> Self {
        self.with("--fault", fault)
    }

    pub fn open(self, count: u64) -> Self {
        self.with("--open", &count.to_string())
    }

    pub fn every(self, pause: &str) -> Self {
        self.with("--every", pause)
    }

    pub fn span(self, span: &str) -> Self {
        self.with("--span", span)
    }

    /// How many times faster than the real ones the waits of Svix pass.
    pub fn svix_speed(self, times: u32) -> Self {
        self.with("--svix-speed", &times.to_string())
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.arguments.push(name.to_owned());
        self.arguments.push(value.to_owned());
        self
    }

    #[track_caller]
    pub fn start(self) -> SandboxProcess {
        SandboxProcess::start(&self)
    }
}

/// A sandbox on free ports, ended when dropped.
#[derive(Debug)]
pub struct SandboxProcess {
    running: Running,
    env: Vec<(String, String)>,
    /// Its own home goes with it.
    _home: TestEnvironment,
}

impl SandboxProcess {
    /// Starts it and waits until it serves.
    #[track_caller]
    pub fn start(options: &SandboxOptions) -> Self {
        let home = TestEnvironment::empty();
        let mut arguments = vec!["sandbox".to_owned(), "--print-env".to_owned()];
        arguments.extend(["--listen".to_owned(), "127.0.0.1:0".to_owned()]);
        arguments.extend(options.arguments.clone());
        let mut running = home.command(&arguments).start();
        let said = running.wait_for_stdout("# ready\n");
        let pairs = said.lines().filter_map(|line| line.split_once('='));
        Self {
            env: pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            running,
            _home: home,
        }
    }

    /// What a program needs to work against it.
    pub fn env(&self) -> &[(String, String)] {
        &self.env
    }

    /// One of them.
    #[track_caller]
    pub fn var(&self, name: &str) -> &str {
        let found = self.env.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("--print-env says no {name}"), |(_, value)| value)
    }

    pub fn gateway_url(&self) -> &str {
        self.var("DDCTL_GATEWAY_URL")
    }

    /// What Datadog's stand-in took, in arrival order: flat objects with exactly these dotted
    /// keys, comma-separated; whole events where `fields` is empty.
    #[track_caller]
    pub fn received(&self, kind: &str, fields: &str) -> Vec<Value> {
        let fields = match fields {
            "" => String::new(),
            fields => format!("&fields={fields}"),
        };
        self.rows(&format!("/sandbox/received?kind={kind}{fields}"))
    }

    /// Whether so many have arrived; cheap enough to be asked again and again.
    #[track_caller]
    pub fn has_received(&self, kind: &str, count: usize) -> bool {
        let last = count.saturating_sub(1);
        let rows = self.rows(&format!(
            "/sandbox/received?kind={kind}&fields=n&after={last}&limit=1"
        ));
        !rows.is_empty()
    }

    /// Every request to either stand-in with its answer's status; the newest 20,000.
    #[track_caller]
    pub fn requests(&self, with_body: bool) -> Vec<Value> {
        self.rows(&format!("/sandbox/requests?limit=20000&body={with_body}"))
    }

    /// Those after the request of that number (`n`), with their bodies.
    #[track_caller]
    pub fn requests_after(&self, number: u64) -> Vec<Value> {
        self.rows(&format!(
            "/sandbox/requests?limit=20000&body=true&after={number}"
        ))
    }

    /// Replaces every fault.
    #[track_caller]
    pub fn put_faults(&self, faults: &[&str]) {
        let body = faults.join("\n");
        let answer = self.control("PUT", "/sandbox/faults", body.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Forgets what was received, and every fault.
    #[track_caller]
    pub fn reset(&self) {
        let answer = self.control("POST", "/sandbox/reset", b"");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Asks the gateway's stand-in, with the administrator's token.
    #[track_caller]
    pub fn gateway(&self, method: &str, path: &str, body: &[u8]) -> Response {
        let bearer = format!("Bearer {}", self.var("HOOP_TOKEN"));
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        ask(
            method,
            &format!("{}{path}", self.gateway_url()),
            &headers,
            body,
        )
    }

    /// Asks the Svix stand-in, with the organisation's token.
    #[track_caller]
    pub fn svix(&self, method: &str, path: &str, body: &Value) -> Response {
        let bearer = format!("Bearer {}", self.var("DDCTL_SVIX_TOKEN"));
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let body = match body.is_null() {
            true => String::new(),
            false => body.to_string(),
        };
        let url = format!("{}{path}", self.var("DDCTL_SANDBOX_SVIX_URL"));
        ask(method, &url, &headers, body.as_bytes())
    }

    /// Asks Datadog's stand-in, with both keys.
    #[track_caller]
    pub fn datadog(&self, method: &str, path: &str, body: &Value) -> Response {
        let headers = [
            ("dd-api-key", self.var("DD_API_KEY")),
            ("dd-application-key", self.var("DD_APP_KEY")),
            ("content-type", "application/json"),
        ];
        let body = match body.is_null() {
            true => String::new(),
            false => body.to_string(),
        };
        let url = format!("{}{path}", self.var("DDCTL_DATADOG_URL"));
        ask(method, &url, &headers, body.as_bytes())
    }

    /// Every monitor that Datadog's stand-in has.
    #[track_caller]
    pub fn monitors(&self) -> Vec<Value> {
        let answer = self.datadog("GET", "/api/v1/monitor", &Value::Null);
        answer.json().as_array().expect("a bare array").clone()
    }

    /// The gateway's newest sessions, as its list shows them.
    #[track_caller]
    pub fn sessions(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        loop {
            let path = format!("/api/sessions?limit=100&offset={}", rows.len());
            let page = self.gateway("GET", &path, b"").json();
            let found = page["data"].as_array().expect("a page of sessions");
            rows.extend(found.iter().cloned());
            if found.len() < 100 {
                return rows;
            }
        }
    }

    /// Ends it with a signal.
    #[track_caller]
    pub fn end(self, signal: Signal) -> CommandOutput {
        self.running.signal(signal);
        self.running.finish()
    }

    #[track_caller]
    fn rows(&self, path: &str) -> Vec<Value> {
        let answer = self.control("GET", path, b"");
        assert_eq!(answer.status, 200, "{}", answer.text());
        match answer.json() {
            Value::Array(rows) => rows,
            other => panic!("{path} answers no list: {other}"),
        }
    }

    #[track_caller]
    pub fn control(&self, method: &str, path: &str, body: &[u8]) -> Response {
        let base = self.var("DDCTL_SANDBOX_URL");
        ask(method, &format!("{base}{path}"), &[], body)
    }
}
