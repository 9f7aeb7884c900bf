//! A gateway whose sessions and recordings a test writes: for what the sandbox never recorded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::environment::TestEnvironment;
use super::scripted::{Asked, Scripted, ScriptedServer};

/// A session of the gateway with its recording.
#[must_use]
#[derive(Clone, Debug)]
pub struct RecordedSession {
    row: Map<String, Value>,
    events: Vec<Value>,
}

impl RecordedSession {
    /// A script that an agent ran on `prod-db` for a minute and a half, and that went well.
    pub fn script(number: u32, subtype: &str, script: &str) -> Self {
        let row = json!({
            "id": id(number),
            "user": "codex@agents.example",
            "user_id": "codex",
            "user_name": "codex",
            "identity_type": "machine",
            "type": if subtype.is_empty() { "custom" } else { "database" },
            "connection_subtype": subtype,
            "connection": "prod-db",
            "verb": "exec",
            "status": "done",
            "exit_code": 0,
            "event_size": 100,
            "start_date": format!("2026-08-20T10:{:02}:00Z", number % 60),
            "end_date": format!("2026-08-20T10:{:02}:30Z", number % 60 + 1),
        });
        let Value::Object(row) = row else {
            unreachable!("it is written as an object");
        };
        let empty = Self {
            row,
            events: Vec::new(),
        };
        empty.event(0.5, "i", script.as_bytes())
    }

    /// A database's own client that sent these.
    pub fn native(number: u32, subtype: &str, sent: &[&[u8]]) -> Self {
        let mut session = Self::script(number, subtype, "").with("verb", json!("connect"));
        session.events.clear();
        for (second, bytes) in sent.iter().enumerate() {
            session = session.event(second as f64, "i", bytes);
        }
        session
    }

    pub fn output(self, text: &str) -> Self {
        self.event(1.5, "o", text.as_bytes())
    }

    pub fn event(mut self, seconds: f64, code: &str, bytes: &[u8]) -> Self {
        self.events
            .push(json!([seconds, code, STANDARD.encode(bytes)]));
        self
    }

    /// With another value in its row.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.row.insert(name.to_owned(), value);
        self
    }

    fn whole(&self) -> Value {
        let mut row = self.row.clone();
        row.entry("event_stream")
            .or_insert_with(|| Value::Array(self.events.clone()));
        Value::Object(row)
    }
}

/// The id of the session of a number.
pub fn id(number: u32) -> String {
    format!("a0000000-0000-4000-8000-{number:012}")
}

/// The gateway, and an environment that knows it.
#[derive(Debug)]
pub struct RecordedGateway {
    pub environment: TestEnvironment,
    _server: ScriptedServer,
}

impl RecordedGateway {
    /// Has these sessions, newest first.
    pub fn start(sessions: impl IntoIterator<Item = RecordedSession>) -> Self {
        let sessions: Vec<RecordedSession> = sessions.into_iter().collect();
        let server = ScriptedServer::start(move |asked| answer(&sessions, asked));
        let mut environment = TestEnvironment::empty();
        environment.set("HOOP_APIURL", server.url());
        environment.set("HOOP_TOKEN", "hpk_recorded");
        Self {
            environment,
            _server: server,
        }
    }
}

fn answer(sessions: &[RecordedSession], asked: &Asked) -> Scripted {
    let path = asked.target.split('?').next().unwrap_or_default();
    let value = match path.strip_prefix("/api/").unwrap_or_default() {
        "userinfo" => {
            json!({"id": "1", "email": "ops@example.com", "role": "admin", "is_admin": true, "groups": ["admin"]})
        }
        "sessions" => {
            let rows: Vec<&Map<String, Value>> = sessions.iter().map(|one| &one.row).collect();
            json!({"data": rows, "total": rows.len(), "has_next_page": false})
        }
        "connections" => json!([]),
        "access-requests/rules" => json!({"data": [], "pages": {"total": 0}}),
        other => {
            let id = other.trim_start_matches("sessions/");
            match sessions.iter().find(|one| one.row["id"] == id) {
                Some(session) => session.whole(),
                None => return (404, "application/json", "{}".to_owned()),
            }
        }
    };
    (200, "application/json", value.to_string())
}
