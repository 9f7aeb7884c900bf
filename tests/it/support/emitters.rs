//! Programs of other people that send and receive OTLP, where `.ci/run` has installed them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::waiting::until;

/// Python with OpenTelemetry's SDK and a framework; `None`, and said, where it is not installed.
pub fn python() -> Option<PathBuf> {
    let python = installed("python/bin/python");
    found(
        python.exists().then_some(python),
        "OpenTelemetry for Python",
    )
}

/// Node, and the folder of its modules with OpenTelemetry's SDK; `None`, and said, where there is
/// none.
pub fn node() -> Option<(PathBuf, PathBuf)> {
    let modules = installed("node/node_modules");
    // By its whole path, since the programs under test have none to look along.
    let node = Command::new("sh").args(["-c", "command -v node"]).output();
    let node = node.ok().filter(|output| output.status.success());
    let node = node.map(|output| String::from_utf8_lossy(&output.stdout).trim().into());
    let is_there = modules.join("@opentelemetry/sdk-node").exists();
    let both = node.filter(|_| is_there).map(|node| (node, modules));
    found(both, "OpenTelemetry for Node")
}

/// A script of `tests/emitters`.
pub fn emitter(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emitters");
    folder.join(name)
}

fn installed(path: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/emitters");
    folder.join(path)
}

fn found<T>(found: Option<T>, what: &str) -> Option<T> {
    if found.is_none() {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or_default();
        // Past the capturing of a test that passes.
        let line = format!("SKIPPED: {test}: no {what} on this machine\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    found
}

/// A real OpenTelemetry Collector that writes what it takes. Killed when dropped.
#[derive(Debug)]
pub struct Collector {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Collector {
    /// With its files in `folder`; `None`, and said, where there is none on this machine.
    pub fn start(folder: &Path) -> Option<Self> {
        let has_one = Command::new("otelcol").arg("--version").output().is_ok();
        found(has_one.then_some(()), "OpenTelemetry Collector (otelcol)")?;
        let port = free_port();
        let (settings, log) = (folder.join("otelcol.yaml"), folder.join("otelcol.log"));
        std::fs::write(&settings, SETTINGS.replace("PORT", &port.to_string())).expect("a file");
        let file = std::fs::File::create(&log).expect("a file of the test");
        let child = Command::new("otelcol")
            .arg("--config")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("otelcol starts");
        let collector = Self { child, port, log };
        until("the collector", || {
            let said = collector.said();
            said.contains("Everything is ready").then_some(())
        });
        Some(collector)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has written so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("an address").port()
}

const SETTINGS: &str = "
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:PORT
exporters:
  debug:
    verbosity: detailed
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
";
