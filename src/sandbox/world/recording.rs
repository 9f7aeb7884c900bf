//! The recordings inside: bytes of real programs, in the shape in which the gateway stores them.
//!
//! `recordings/<name>.meta.json` says how each was made. Every secret in them is made up.

use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

/// One stored event stream.
pub struct Recording {
    pub name: &'static str,
    /// `[[seconds, "i"|"o"|"e", base64], …]`.
    json: &'static str,
    events: OnceLock<Vec<Event>>,
    stored_size: OnceLock<u64>,
}

/// One triple of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, since the recording began.
    pub at: Duration,
    /// The same as the gateway writes it: seconds as a plain decimal.
    pub seconds: String,
    pub kind: String,
    pub payload: Vec<u8>,
}

impl Event {
    /// The error text with which the gateway ends a recording.
    pub fn error(at: Duration, text: &str) -> Self {
        Self {
            at,
            seconds: plain_seconds(at),
            kind: "e".to_owned(),
            payload: text.as_bytes().to_vec(),
        }
    }

    /// The triple as the gateway answers it.
    pub fn to_json(&self) -> String {
        format!(
            r#"[{},"{}","{}"]"#,
            self.seconds,
            self.kind,
            STANDARD.encode(&self.payload)
        )
    }
}

/// Reads an embedded file; its shape is checked by a test, so that nothing can go wrong here.
const INVARIANT: &str = "embedded recordings are well formed";

impl Recording {
    const fn embedded(name: &'static str, json: &'static str) -> Self {
        Self {
            name,
            json,
            events: OnceLock::new(),
            stored_size: OnceLock::new(),
        }
    }

    /// What the gateway keeps of a script that ran for a moment.
    pub fn of_script(script: &str, output: &str) -> Self {
        let event = |at: Duration, kind: &str, payload: &str| Event {
            at,
            seconds: plain_seconds(at),
            kind: kind.to_owned(),
            payload: payload.as_bytes().to_vec(),
        };
        let events = vec![
            event(Duration::ZERO, "i", script),
            event(Duration::from_millis(20), "o", output),
        ];
        Self {
            name: "script",
            json: "[]",
            events: OnceLock::from(events),
            stored_size: OnceLock::new(),
        }
    }

    pub fn events(&self) -> &[Event] {
        self.events
            .get_or_init(|| parse(self.json).expect(INVARIANT))
    }

    /// The length of the stream as the gateway stores it, in bytes of JSON.
    pub fn stored_size(&self) -> u64 {
        *self
            .stored_size
            .get_or_init(|| stored_json(self.events()).len() as u64)
    }

    /// Until the last event.
    pub fn duration(&self) -> Duration {
        self.events().last().map_or(Duration::ZERO, |last| last.at)
    }

    /// What the client sent first: the script of an `exec`.
    pub fn script(&self) -> String {
        self.events()
            .iter()
            .find(|event| event.kind == "i")
            .map(|event| String::from_utf8_lossy(&event.payload).into_owned())
            .unwrap_or_default()
    }
}

/// Events as the gateway stores and answers them.
pub fn stored_json(events: &[Event]) -> String {
    let triples: Vec<String> = events.iter().map(Event::to_json).collect();
    format!("[{}]", triples.join(","))
}

/// Seconds with as many digits as they need, never an exponent.
pub fn plain_seconds(at: Duration) -> String {
    at.as_secs_f64().to_string()
}

fn parse(json: &str) -> Result<Vec<Event>, serde_json::Error> {
    use serde::de::Error;
    let triples: Vec<(&RawValue, String, String)> = serde_json::from_str(json)?;
    triples
        .into_iter()
        .map(|(seconds, kind, payload)| {
            let number: f64 = serde_json::from_str(seconds.get())?;
            Ok(Event {
                at: Duration::try_from_secs_f64(number).map_err(Error::custom)?,
                seconds: plain_decimal(seconds.get()),
                kind,
                payload: STANDARD.decode(payload).map_err(Error::custom)?,
            })
        })
        .collect()
}

/// A JSON number without an exponent, digit for digit, as PostgreSQL's jsonb gives it back.
fn plain_decimal(number: &str) -> String {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else {
        return number.to_owned();
    };
    let Ok(shift) = exponent.parse::<i32>() else {
        return number.to_owned();
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i32 + shift;
    if point <= 0 {
        return format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    let point = point as usize;
    if point >= digits.len() {
        return format!("{digits}{}", "0".repeat(point - digits.len()));
    }
    format!("{}.{}", &digits[..point], &digits[point..])
}

macro_rules! recordings {
    ($($item:ident = $name:literal;)+) => {
        $(pub static $item: Recording = Recording::embedded(
            $name,
            include_str!(concat!("recordings/", $name, ".json")),
        );)+

        /// Every recording inside.
        #[cfg(test)]
        pub static RECORDINGS: &[&Recording] = &[$(&$item),+];
    };
}

recordings! {
    BASH_COLOURS = "bash-colours";
    BASH_FULLSCREEN = "bash-fullscreen";
    BASH_IDLE = "bash-idle";
    BASH_KILLED = "bash-killed";
    BASH_RUNNING = "bash-running";
    BASH_SECRETS = "bash-secrets";
    DEPLOY_SCRIPT = "deploy-script";
    DROP_BLOCKED = "drop-blocked";
    HTTP_API = "http-api";
    KUBECTL_PTY = "kubectl-pty";
    KUBERNETES_HTTP = "kubernetes-http";
    MCP_HTTP = "mcp-http";
    MYSQL_QUERIES = "mysql-queries";
    PG_NATIVE_DDL = "pg-native-ddl";
    PG_NATIVE_DRIVER = "pg-native-driver";
    PG_NATIVE_PSQL = "pg-native-psql";
    PSQL_FAILING_MIGRATION = "psql-failing-migration";
    PSQL_REPORT = "psql-report";
    PSQL_TABS = "psql-tabs";
    PYTHON_REPL = "python-repl";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_recording_is_well_formed_and_runs_forward() {
        for recording in RECORDINGS {
            let events = parse(recording.json).expect(recording.name);
            assert!(!events.is_empty(), "{}", recording.name);
            assert!(
                events.is_sorted_by_key(|event| event.at),
                "{}",
                recording.name
            );
            for event in &events {
                assert!(!event.payload.is_empty(), "{}", recording.name);
                assert!(
                    ["i", "o", "e"].contains(&event.kind.as_str()),
                    "{}",
                    recording.name
                );
            }
        }
    }

    #[test]
    fn exponents_become_plain_decimals_digit_for_digit() {
        assert_eq!(plain_decimal("9.053e-6"), "0.000009053");
        assert_eq!(plain_decimal("1.50"), "1.50");
        assert_eq!(plain_decimal("1.5e3"), "1500");
        assert_eq!(plain_decimal("12345e-2"), "123.45");
    }

    proptest! {
        #[test]
        fn a_plain_decimal_is_the_same_number(number in 0.0_f64..1e9) {
            let plain = plain_decimal(&format!("{number:e}"));
            prop_assert!(!plain.contains('e'));
            prop_assert_eq!(plain.parse::<f64>(), Ok(number));
        }
    }
}
