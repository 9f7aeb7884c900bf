//! Monitors held against logs as time goes by; every verdict is written by hand.

use serde_json::{Value, json};

use super::*;
use crate::sandbox::datadog::monitors::definition::Definition;
use crate::sandbox::datadog::monitors::grammar::Reading;

/// When every monitor here is made, seconds.
const MADE: i64 = 1_800_000_000;

/// A monitor with its past, and the time of the last ask in seconds since it was made.
struct Watched {
    alert: LogAlert,
    rules: Rules,
    history: History,
    shift: i64,
    shown: u64,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(MADE + second).expect("an instant")
}

impl Watched {
    fn new(query: &str, options: Value) -> Self {
        let body = json!({"type": "log alert", "query": query, "options": options});
        let body = body.as_object().expect("an object");
        let definition = Definition::of_new(body).expect("it is taken");
        let rules = Rules::of(&definition);
        let Reading::LogAlert(alert) = definition.reading else {
            panic!("a log alert");
        };
        Self {
            alert,
            rules,
            history: History::new(at(0)),
            shift: 0,
            shown: 0,
        }
    }

    /// A log that happened and is found `second` seconds after the monitor was made.
    fn log(&mut self, second: i64, event: Value) {
        self.log_seen(second, second, event);
    }

    fn log_seen(&mut self, happened: i64, visible: i64, event: Value) {
        self.shown += 1;
        let mut event = event.as_object().expect("an object").clone();
        event.insert("timestamp".to_owned(), at(happened).as_millisecond().into());
        let log = IndexedLog::of(&event, self.shown, at(visible)).expect("it is indexed");
        self.history.see(&self.alert, &log, at(visible));
    }

    /// Asks so many seconds after it was made; it looks every ten.
    fn ask(&mut self, second: i64) -> &History {
        let clock = Clock {
            now: at(second).as_millisecond(),
            shift: self.shift * 1_000,
            interval: 10_000,
        };
        self.history.catch_up(&self.alert, &self.rules, clock);
        &self.history
    }

    fn overall(&mut self, second: i64) -> &'static str {
        self.ask(second).overall().name()
    }

    /// The states of all groups.
    fn groups(&mut self, second: i64) -> Vec<String> {
        let groups = self.ask(second).groups().iter();
        groups
            .map(|(name, group)| format!("{name} {}", group.status()))
            .collect()
    }

    /// A time of a group, in seconds since the monitor was made.
    fn time(&self, group: &str, name: &str) -> Option<i64> {
        let shown = self.history.groups()[group].shown(group);
        shown[name].as_i64().map(|second| second - MADE)
    }
}

fn count(more: &str) -> String {
    format!(r#"logs("service:api").index("main").rollup("count"){more}"#)
}

fn api() -> Value {
    json!({"service": "api"})
}

fn of(user: &str) -> Value {
    json!({"service": "api", "usr": {"id": user}})
}

#[test]
fn a_fresh_monitor_has_no_data_until_its_first_look() {
    let mut watched = Watched::new(&count(r#".last("5m") > 1"#), json!({}));
    assert_eq!(watched.overall(9), "No Data");
    assert_eq!(watched.history.overall_since(), None);
    assert_eq!(watched.overall(10), "OK");
    assert_eq!(watched.history.overall_since(), Some(at(10)));
}

#[test]
fn it_alerts_at_the_first_look_after_the_logs_and_resolves_when_they_leave_the_window() {
    let mut watched = Watched::new(&count(r#".last("1m") > 1"#), json!({}));
    watched.log(12, api());
    watched.log(14, api());
    watched.log(14, json!({"service": "other"}));
    assert_eq!(watched.overall(19), "OK");
    assert_eq!(watched.overall(20), "Alert");
    assert_eq!(watched.overall(79), "Alert");
    // The log of second 12 leaves at 72: the look after it is at 80.
    assert_eq!(watched.overall(80), "OK");
    assert_eq!(watched.time("*", "last_triggered_ts"), Some(20));
    assert_eq!(watched.time("*", "last_resolved_ts"), Some(80));
}

#[test]
fn what_happened_between_two_asks_is_remembered() {
    let mut watched = Watched::new(&count(r#".last("1m") > 1"#), json!({}));
    watched.log(12, api());
    watched.log(14, api());
    assert_eq!(watched.overall(4_000), "OK");
    assert_eq!(watched.time("*", "last_triggered_ts"), Some(20));
    assert_eq!(watched.time("*", "last_resolved_ts"), Some(80));
    assert_eq!(watched.history.overall_since(), Some(at(80)));
}

#[test]
fn a_log_counts_once_it_is_indexed_and_never_when_it_is_too_old_by_then() {
    let mut watched = Watched::new(&count(r#".last("1m") > 0"#), json!({}));
    watched.log_seen(5, 31, api());
    watched.log_seen(5, 200, api());
    assert_eq!(watched.overall(30), "OK");
    assert_eq!(watched.overall(40), "Alert");
    assert_eq!(watched.overall(300), "OK");
    assert_eq!(watched.time("*", "last_triggered_ts"), Some(40));
}

#[test]
fn logs_from_before_the_monitor_count_and_those_of_the_future_wait() {
    let mut watched = Watched::new(&count(r#".last("5m") > 1"#), json!({}));
    watched.log(-100, api());
    watched.log_seen(60, -50, api());
    assert_eq!(watched.overall(59), "OK");
    assert_eq!(watched.overall(60), "Alert");
}

#[test]
fn a_log_that_is_stored_after_the_look_it_belongs_to_is_counted_at_the_next() {
    let mut watched = Watched::new(&count(r#".last("5m") > 0"#), json!({}));
    assert_eq!(watched.overall(10), "OK");
    watched.log(10, api());
    assert_eq!(watched.overall(20), "Alert");
}

#[test]
fn each_group_has_its_own_state_and_the_worst_is_that_of_the_whole() {
    let options = json!({"thresholds": {"critical": 2, "warning": 1}});
    let mut watched = Watched::new(&count(r#".by("@usr.id,service").last("5m") > 2"#), options);
    for (user, logs) in [("ada", 3), ("bob", 2), ("eve", 1)] {
        (0..logs).for_each(|_| watched.log(1, of(user)));
    }
    watched.log(1, api());
    assert_eq!(
        watched.groups(10),
        [
            "@usr.id:ada,service:api Alert",
            "@usr.id:bob,service:api Warn",
            "@usr.id:eve,service:api OK",
        ]
    );
    assert_eq!(watched.overall(10), "Alert");
}

#[test]
fn an_array_puts_a_log_into_the_group_of_each_element() {
    let mut watched = Watched::new(&count(r#".by("@roles").last("5m") > 0"#), json!({}));
    watched.log(1, json!({"service": "api", "roles": ["dev", "ops"]}));
    assert_eq!(watched.groups(10), ["@roles:dev Alert", "@roles:ops Alert"]);
}

#[test]
fn a_group_that_vanishes_resolves_and_is_forgotten_after_its_retention() {
    let options = json!({"group_retention_duration": "1h"});
    let mut watched = Watched::new(&count(r#".by("@usr.id").last("1m") > 0"#), options);
    watched.log(1, of("ada"));
    assert_eq!(watched.groups(10), ["@usr.id:ada Alert"]);
    assert_eq!(watched.groups(70), ["@usr.id:ada OK"]);
    assert_eq!(watched.groups(3_500), ["@usr.id:ada OK"]);
    assert!(watched.groups(3_700).is_empty());
    assert_eq!(watched.overall(3_700), "OK");
}

#[test]
fn few_logs_alert_for_a_group_only_when_all_groups_vanish() {
    let mut watched = Watched::new(&count(r#".by("@usr.id").last("1m") < 1"#), json!({}));
    assert_eq!(watched.overall(10), "OK");
    watched.log(11, of("ada"));
    watched.log(41, of("bob"));
    assert_eq!(watched.groups(50), ["@usr.id:ada OK", "@usr.id:bob OK"]);
    assert_eq!(watched.groups(80), ["@usr.id:ada OK", "@usr.id:bob OK"]);
    assert_eq!(
        watched.groups(110),
        ["@usr.id:ada Alert", "@usr.id:bob Alert"]
    );
}

#[test]
fn silence_alerts_where_it_does_not_group() {
    let mut watched = Watched::new(&count(r#".last("1m") < 1"#), json!({}));
    watched.log(-5, api());
    assert_eq!(watched.overall(50), "OK");
    assert_eq!(watched.overall(60), "Alert");
    watched.log(61, api());
    assert_eq!(watched.overall(70), "OK");
}

#[test]
fn missing_data_is_what_the_options_say() {
    for (option, first, later) in [
        ("default", "OK", "OK"),
        ("show_no_data", "No Data", "No Data"),
        ("show_and_notify_no_data", "No Data", "No Data"),
        ("resolve", "OK", "OK"),
    ] {
        let options = json!({"on_missing_data": option});
        let mut watched = Watched::new(&count(r#".last("1m") > 0"#), options);
        assert_eq!(watched.overall(10), first, "{option}");
        watched.log(11, api());
        assert_eq!(watched.overall(20), "Alert", "{option}");
        assert_eq!(watched.overall(80), later, "{option}");
    }
}

#[test]
fn a_measure_without_logs_keeps_its_state_by_default() {
    let query = r#"logs("*").index("*").rollup("max", "@ms").last("1m") > 5"#;
    let mut watched = Watched::new(query, json!({}));
    assert_eq!(watched.overall(10), "No Data");
    watched.log(11, json!({"ms": 9}));
    assert_eq!(watched.overall(20), "Alert");
    assert_eq!(watched.overall(500), "Alert");
    watched.log(501, json!({"ms": 2}));
    assert_eq!(watched.overall(510), "OK");
}

#[test]
fn a_recovery_threshold_holds_an_alert() {
    let options = json!({"thresholds": {"critical": 2, "critical_recovery": 1}});
    let mut watched = Watched::new(&count(r#".last("1m") > 2"#), options);
    for second in [1, 11, 21] {
        watched.log(second, api());
    }
    assert_eq!(watched.overall(30), "Alert");
    // Two are left at 70, one at 80.
    assert_eq!(watched.overall(70), "Alert");
    assert_eq!(watched.overall(80), "OK");
}

#[test]
fn a_formula_sums_by_group_and_divides() {
    let variable = |name: &str, search: &str, compute: Value| {
        json!({
            "name": name, "data_source": "logs", "search": {"query": search}, "indexes": ["*"],
            "compute": compute, "group_by": [{"facet": "@agent"}],
        })
    };
    let sum = json!({"aggregation": "sum", "metric": "@cost"});
    let variables = [
        variable("cost", "*", sum),
        variable("calls", "-@free:true", json!({"aggregation": "count"})),
    ];
    let query = r#"formula("cost / calls").last("5m") >= 2"#;
    let mut watched = Watched::new(query, json!({ "variables": variables }));
    watched.log(1, json!({"agent": "a", "cost": 3.5}));
    watched.log(1, json!({"agent": "a", "cost": 0.5}));
    watched.log(1, json!({"agent": "b", "cost": 1}));
    // Without a call there is no number, and so no state.
    watched.log(1, json!({"agent": "c", "cost": 9, "free": true}));
    assert_eq!(
        watched.groups(10),
        ["@agent:a Alert", "@agent:b OK", "@agent:c No Data"]
    );
}

#[test]
fn another_index_holds_nothing() {
    let query = r#"logs("*").index("audit").rollup("count").last("5m") > 0"#;
    let mut watched = Watched::new(query, json!({}));
    watched.log(1, api());
    assert_eq!(watched.overall(10), "OK");
}

#[test]
fn evaluation_and_new_groups_can_be_delayed() {
    let options = json!({"evaluation_delay": 30});
    let mut watched = Watched::new(&count(r#".last("1m") > 0"#), options);
    watched.log(1, api());
    assert_eq!(watched.overall(30), "OK");
    assert_eq!(watched.overall(40), "Alert");
    let options = json!({"new_group_delay": 60});
    let mut watched = Watched::new(&count(r#".by("@usr.id").last("5m") > 0"#), options);
    watched.log(1, of("ada"));
    assert!(watched.groups(69).is_empty());
    assert_eq!(watched.groups(70), ["@usr.id:ada Alert"]);
}

#[test]
fn a_muted_group_changes_its_state_and_tells_nobody() {
    let options = json!({"silenced": {"@usr.id:ada": null, "@usr.id:bob": MADE + 5}});
    let mut watched = Watched::new(&count(r#".by("@usr.id").last("5m") > 0"#), options);
    watched.log(1, of("ada"));
    watched.log(1, of("bob"));
    watched.ask(10);
    assert_eq!(watched.time("@usr.id:ada", "last_triggered_ts"), Some(10));
    assert_eq!(watched.time("@usr.id:ada", "last_notified_ts"), None);
    assert_eq!(watched.time("@usr.id:bob", "last_notified_ts"), Some(10));
}

#[test]
fn with_a_clock_that_is_ahead_the_window_is_elsewhere() {
    let mut watched = Watched::new(&count(r#".last("5m") > 0"#), json!({}));
    watched.shift = 3_600;
    watched.log(1, api());
    assert_eq!(watched.overall(10), "OK");
    watched.log_seen(3_605, 15, api());
    assert_eq!(watched.overall(20), "Alert");
    assert_eq!(watched.time("*", "last_triggered_ts"), Some(3_620));
}

#[test]
fn changed_rules_are_applied_at_the_next_look() {
    let query = count(r#".last("5m") > 2"#);
    let mut watched = Watched::new(&query, json!({}));
    watched.log(1, api());
    watched.log(1, api());
    assert_eq!(watched.overall(10), "OK");
    let thresholds = json!({"thresholds": {"critical": 2, "warning": 1}});
    watched.rules = Watched::new(&query, thresholds).rules;
    watched.history.rules_changed();
    assert_eq!(watched.overall(19), "OK");
    assert_eq!(watched.overall(20), "Warn");
}
