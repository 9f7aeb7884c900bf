//! The heartbeat of the long-running modes as a Datadog log: the last rows of the attribute table of
//! the session event. It says that events would arrive if there were any.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::log::{LogProfile, SOURCE};
use super::tree::Tree;

/// The value of `evt.name`.
pub const NAME: &str = "ddctl.heartbeat";

/// What a long-running mode says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heartbeat {
    /// A new one each time.
    pub id: String,
    pub at: Timestamp,
    /// How far the newest delivered event lies behind, in seconds.
    pub lag_s: u64,
    /// How long the oldest undelivered event has waited, in seconds; 0 where none waits.
    pub oldest_undelivered_s: u64,
    /// Events since the mode began.
    pub delivered: u64,
    pub dead_letters: u64,
    /// Events that had to be restamped.
    pub late: u64,
    /// Of a relay: events that no webhook told.
    pub reconciled: Option<u64>,
    /// What the mode is doing, in a word.
    pub state: String,
    /// Ids of sessions that are open for longer than the profile allows.
    pub open_too_long: Vec<String>,
    /// The run of test events that it belongs to.
    pub test_run: Option<String>,
}

impl Heartbeat {
    pub fn to_log(&self, profile: &LogProfile) -> Map<String, Value> {
        let mut log = Tree::default();
        log.set("ddsource", SOURCE);
        log.set_profile(profile);
        log.set("timestamp", self.at.as_millisecond());
        log.set("status", "info");
        log.set("message", self.message());
        log.set("evt.name", NAME);
        log.set("evt.id", self.id.as_str());
        log.set_test(self.test_run.as_deref());
        log.set("ddctl.lag_s", self.lag_s);
        log.set("ddctl.oldest_undelivered_s", self.oldest_undelivered_s);
        log.set("ddctl.delivered", self.delivered);
        log.set("ddctl.dead_letters", self.dead_letters);
        log.set("ddctl.late", self.late);
        log.set_known("ddctl.reconciled", self.reconciled);
        log.set_text("ddctl.state", &self.state);
        if !self.open_too_long.is_empty() {
            log.set("sessions.open_too_long", self.open_too_long.clone());
        }
        log.into_map()
    }

    fn message(&self) -> String {
        let waits = match self.oldest_undelivered_s {
            0 => "nothing waits".to_owned(),
            seconds => format!("the oldest undelivered event has waited {seconds} s"),
        };
        format!("ddctl delivered {} events, {waits}", self.delivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn profile() -> LogProfile {
        LogProfile {
            service: "agent-access".to_owned(),
            hostname: "gateway.example".to_owned(),
            tags: vec!["team:a".to_owned()],
            env: Some("prod".to_owned()),
        }
    }

    #[test]
    fn a_heartbeat_has_the_attributes_of_the_table() {
        let heartbeat = Heartbeat {
            id: "1".to_owned(),
            at: Timestamp::from_second(1_795_251_600).expect("an instant"),
            oldest_undelivered_s: 7,
            delivered: 12,
            state: "delivering".to_owned(),
            open_too_long: vec!["s-1".to_owned()],
            ..Heartbeat::default()
        };
        assert_eq!(
            Value::Object(heartbeat.to_log(&profile())),
            json!({
                "ddsource": "hoop", "service": "agent-access", "hostname": "gateway.example",
                "ddtags": "env:prod,team:a", "timestamp": 1_795_251_600_000_i64, "status": "info",
                "message": "ddctl delivered 12 events, the oldest undelivered event has waited 7 s",
                "evt": {"name": "ddctl.heartbeat", "id": "1"},
                "ddctl": {
                    "lag_s": 0, "oldest_undelivered_s": 7, "delivered": 12, "dead_letters": 0,
                    "late": 0, "state": "delivering",
                },
                "sessions": {"open_too_long": ["s-1"]},
            })
        );
    }

    #[test]
    fn a_quiet_night_names_no_session_and_a_test_is_marked() {
        let heartbeat = Heartbeat {
            test_run: Some("r1".to_owned()),
            ..Heartbeat::default()
        };
        let log = heartbeat.to_log(&profile());
        assert!(!log.contains_key("sessions"));
        assert_eq!(log["evt"]["test"], true);
        assert_eq!(log["evt"]["test_run"], "r1");
        assert_eq!(log["message"], "ddctl delivered 0 events, nothing waits");
    }
}
