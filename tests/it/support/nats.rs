//! A real NATS server with JetStream, which can be killed and started again on the same files.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::waiting::until;

/// Killed when dropped.
#[derive(Debug)]
pub struct NatsServer {
    child: Child,
    port: u16,
    files: TempDir,
    more: Vec<String>,
}

impl NatsServer {
    /// `None`, and said, where there is none on this machine.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// As [`NatsServer::start`], with more flags.
    pub fn start_with(more: &[&str]) -> Option<Self> {
        if Command::new("nats-server")
            .arg("--version")
            .output()
            .is_err()
        {
            let thread = std::thread::current();
            let test = thread.name().unwrap_or_default();
            // Past the capturing of a test that passes.
            let line = format!("SKIPPED: {test}: no nats-server on this machine\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
            return None;
        }
        let files = TempDir::new().expect("a temporary folder");
        let port = free_port();
        let more: Vec<String> = more.iter().map(|flag| (*flag).to_owned()).collect();
        let child = serve(port, files.path(), &more);
        Some(Self {
            child,
            port,
            files,
            more,
        })
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// With a signal that no process can catch.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Starts it again on what the last one left.
    pub fn restart(&mut self) {
        self.child = serve(self.port, self.files.path(), &self.more);
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("an address").port()
}

fn serve(port: u16, files: &Path, more: &[String]) -> Child {
    let child = Command::new("nats-server")
        .args(["--addr", "127.0.0.1", "--port", &port.to_string()])
        .args(["--jetstream", "--store_dir"])
        .arg(files)
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nats-server starts");
    until("the NATS server", || {
        TcpStream::connect(("127.0.0.1", port)).ok()
    });
    child
}
