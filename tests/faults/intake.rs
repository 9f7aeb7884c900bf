//! What the intake saw, asked of the sandbox.

use serde_json::Value;

use super::oracle::{Answered, Arrival, Event};
use super::support::{SandboxProcess, ask};

/// Requests seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The number of the last request of any kind.
    pub last: u64,
    /// Requests of any kind.
    pub all: u64,
    /// Requests to the logs intake.
    pub logs: u64,
    /// Those that were not answered, or not yet.
    pub unanswered: u64,
    /// Those that were answered 2xx.
    pub taken: u64,
    /// Those that were answered 5xx.
    pub unavailable: u64,
}

/// Counts the requests after one of them.
#[derive(Debug)]
pub struct Watch {
    base: String,
    from: u64,
}

impl Watch {
    pub fn from(sandbox: &SandboxProcess, from: u64) -> Self {
        Self {
            base: sandbox.var("DDCTL_SANDBOX_URL").to_owned(),
            from,
        }
    }

    pub fn look(&self) -> Seen {
        let rows = rows(&self.base, self.from);
        let logs = || rows.iter().filter(|row| row["product"] == "logs");
        let answered = |class: u64| {
            let statuses = logs().filter_map(|row| row["status"].as_u64());
            statuses.filter(|status| status / 100 == class).count() as u64
        };
        Seen {
            last: rows.last().map_or(self.from, number),
            all: rows.len() as u64,
            logs: logs().count() as u64,
            unanswered: logs().filter(|row| row["status"].is_null()).count() as u64,
            taken: answered(2),
            unavailable: answered(5),
        }
    }
}

/// Every request to either stand-in after number `after`.
pub fn requests(sandbox: &SandboxProcess, after: u64) -> Vec<Value> {
    rows(sandbox.var("DDCTL_SANDBOX_URL"), after)
}

fn rows(base: &str, after: u64) -> Vec<Value> {
    let url = format!("{base}/sandbox/requests?after={after}&limit=20000");
    match ask("GET", &url, &[], b"").json() {
        Value::Array(rows) => rows,
        other => panic!("{url} answers no list: {other}"),
    }
}

pub fn number(row: &Value) -> u64 {
    row["n"].as_u64().expect("every request has a number")
}

/// Those to the logs intake.
pub fn answered(rows: &[Value]) -> Vec<Answered> {
    let logs = rows.iter().filter(|row| row["product"] == "logs");
    logs.map(|row| Answered {
        number: number(row),
        at: row["time"]
            .as_str()
            .and_then(|time| time.parse().ok())
            .expect("every request has a time"),
        status: row["status"].as_u64().map(|status| status as u16),
        is_stored: row["stored"] == "before",
        fault: row["fault"].as_str().map(str::to_owned),
    })
    .collect()
}

/// What was stored, in its order. An event that the intake took and dropped without a word did not
/// arrive.
pub fn arrivals(sandbox: &SandboxProcess) -> Vec<Arrival> {
    let fields = "evt.id,session.id,session.seq,sandbox.request,sandbox.state";
    let rows = sandbox.received("logs", fields);
    let kept = rows.iter().filter(|row| row["sandbox.state"] != "dropped");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    kept.map(|row| Arrival {
        event: Event {
            session: text(row, "session.id"),
            seq: row["session.seq"].as_u64().unwrap_or(0),
            id: text(row, "evt.id"),
        },
        request: row["sandbox.request"]
            .as_u64()
            .expect("a request brought it"),
    })
    .collect()
}
