//! `sessions export` of recordings: every format that is read, every format that is written, what
//! each file says of itself, and what is left where an export fails.

mod files;
mod formats;
mod interrupted;
mod memory;

use base64::Engine as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Asked, ScriptedServer, TestEnvironment};

/// The session that a gateway of [`Gateway`] has.
const ID: &str = "7c1e7a52-0d0f-4d7a-9a51-3e7d1f6b2c11";

/// A token that a rule finds.
const SECRET: &str = "ghp_FAKEfakeFAKEfakeFAKEfakeFAKEfake0000";

/// The endings of all formats, and the flags that pick them.
const FORMATS: [(&str, &[&str]); 7] = [
    ("cast", &[]),
    ("cast", &["--format", "cast2"]),
    ("txt", &[]),
    ("ndjson", &["--recording"]),
    ("csv", &["--recording"]),
    ("html", &[]),
    ("svg", &[]),
];

/// A gateway with one session, and whoever asks it.
struct Gateway {
    server: ScriptedServer,
    environment: TestEnvironment,
    /// The recording as it is sent, byte by byte.
    stream: String,
}

impl Gateway {
    /// With a recording of these events.
    fn with(events: &[(f64, &str, &str)]) -> Self {
        Self::sending(stream(events), false)
    }

    fn sending(stream: String, are_downloads_off: bool) -> Self {
        // Compact, and the recording as it is: a checksum is of every blank.
        let session = json!({
            "id": ID, "user": "ada@shop.example", "user_id": "1", "connection": "prod-shell",
            "type": "custom", "connection_subtype": "", "verb": "connect", "status": "done",
            "exit_code": 3, "start_date": "2026-11-20T03:12:00Z",
            "end_date": "2026-11-20T03:14:00Z", "event_size": 1, "event_stream": "STREAM",
        });
        let session = session.to_string().replace("\"STREAM\"", &stream);
        let info = json!({
            "version": "1.0", "license_info": {},
            "disable_sessions_download": are_downloads_off,
        });
        let server = ScriptedServer::start(move |asked: &Asked| {
            let body = match asked.target.contains("/sessions/") {
                true => session.clone(),
                false => info.to_string(),
            };
            (200, "application/json", body)
        });
        let mut environment = TestEnvironment::empty();
        environment.set("HOOP_APIURL", server.url());
        environment.set(
            "HOOP_TOKEN",
            "hpk_sandbox-admin-000000000000000000000000000000",
        );
        Self {
            server,
            environment,
            stream,
        }
    }

    /// Exports the session to a file and answers what is in it.
    #[track_caller]
    fn export(&self, name: &str, flags: &[&str]) -> String {
        let mut args = vec!["sessions", "export", ID, "--to", name];
        args.extend(flags);
        let _ = self.environment.run(args).exits(0);
        read(&self.environment, name)
    }

    fn sha256(&self) -> String {
        sha256(self.stream.as_bytes())
    }
}

/// An event stream as the gateway spells it.
fn stream(events: &[(f64, &str, &str)]) -> String {
    let events = events.iter().map(|(time, code, data)| {
        let data = base64::engine::general_purpose::STANDARD.encode(data);
        format!("[{time}, \"{code}\",\"{data}\"]")
    });
    format!("[{}]", events.collect::<Vec<_>>().join(", "))
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn read(environment: &TestEnvironment, name: &str) -> String {
    std::fs::read_to_string(environment.path(name)).expect("it was written")
}

/// The names in the folder where the program runs, hidden ones included.
fn names(environment: &TestEnvironment) -> Vec<String> {
    let entries = std::fs::read_dir(environment.path("")).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// The events of asciicast.
fn events(cast: &str) -> Vec<Value> {
    let lines = cast.lines().skip(1).filter(|line| !line.starts_with('#'));
    lines
        .map(|line| serde_json::from_str(line).expect("an event a line"))
        .collect()
}
