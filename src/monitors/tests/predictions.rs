//! Scenarios, and what monitors would do with them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::*;
use crate::delivery::map::log::LogProfile;
use crate::domain::redaction::Redactor;
use crate::query::Reason;
use crate::query::monitor::{Rules, Seen};

fn run(id: &str) -> Run {
    Run {
        id: id.to_owned(),
        now: now(),
        page_base: "https://gateway.example".to_owned(),
    }
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().expect("a valid instant")
}

fn logs(scenario: Scenario, id: &str) -> Vec<Map<String, Value>> {
    let profile = LogProfile {
        service: "agent-access".to_owned(),
        hostname: "gateway.example".to_owned(),
        ..LogProfile::default()
    };
    scenario.logs(&run(id), &profile, &Redactor::built_in())
}

fn fired(logs: &[Map<String, Value>]) -> Vec<String> {
    monitors()
        .iter()
        .map(|monitor| predict(monitor, logs, now()))
        .filter(|prediction| prediction.forecast == Forecast::WouldFire)
        .map(|prediction| prediction.identity.name)
        .collect()
}

#[test]
fn each_scenario_trips_the_monitor_it_is_named_for_and_no_other() {
    for scenario in Scenario::ALL {
        let expected: &[&str] = match scenario {
            // Whether a cost is unusual nothing local knows.
            Scenario::CostAnomaly => &[],
            _ => &[scenario.name()],
        };
        assert_eq!(fired(&logs(scenario, "r1")), expected, "{scenario:?}");
        assert_eq!(scenario.name().parse(), Ok(scenario));
    }
}

#[test]
fn every_monitor_has_a_scenario_of_its_name_and_every_scenario_its_monitor() {
    let files = packs().iter().flat_map(Pack::files);
    let mut monitors: Vec<String> = files.map(|(identity, _)| identity.name).collect();
    let mut scenarios = Scenario::ALL.map(|scenario| scenario.name().to_owned());
    monitors.sort();
    scenarios.sort();
    assert_eq!(monitors, scenarios);
}

#[test]
fn whether_a_cost_is_unusual_cannot_be_told_and_a_session_costs_nothing() {
    let anomaly = |scenario| {
        let monitors = monitors();
        let monitor = monitors
            .iter()
            .find(|monitor| monitor.identity.name == "cost-anomaly")
            .expect("the pack has it");
        predict(monitor, &logs(scenario, "r1"), now())
    };
    let prediction = anomaly(Scenario::CostAnomaly);
    assert_eq!(prediction.forecast, Forecast::CannotTell);
    assert_eq!(prediction.reasons, [Reason::Anomaly]);
    assert_eq!(
        anomaly(Scenario::UnapprovedProd).forecast,
        Forecast::WouldNot
    );
}

#[test]
fn an_anomaly_monitor_sends_its_windows_and_keeps_what_its_metric_is_made_of() {
    let (identity, text) = find("genai/cost-anomaly").expect("the pack has it");
    let file = MonitorFile::parse(text).expect("it parses");
    let monitor = file
        .render(identity, Some(Shape::Ddctl), &Values::new())
        .expect("it renders");
    let body = monitor.to_api();
    assert_eq!(body["type"], "query alert");
    let options = &body["options"];
    assert_eq!(options["threshold_windows"]["trigger_window"], "last_1h");
    assert_eq!(options["threshold_windows"]["recovery_window"], "last_1h");
    for absent in ["variables", "on_missing_data", "enable_logs_sample"] {
        assert!(options.get(absent).is_none(), "{absent}");
    }
    assert!(
        monitor.needs[0].contains("`agents.cost_usd`"),
        "{:?}",
        monitor.needs
    );
}

#[test]
fn silence_is_what_follows_a_heartbeat() {
    let monitors = monitors();
    let silence = monitors
        .iter()
        .find(|monitor| monitor.identity.name == "silence")
        .expect("the pack has it");
    let said = |scenario| predict(silence, &logs(scenario, "r1"), now()).explanation;
    let last = |said: &[String]| said.last().cloned().unwrap_or_default();
    assert!(last(&said(Scenario::Silence)).contains("came before the window"));
    assert!(
        said(Scenario::UnapprovedProd)
            .iter()
            .any(|line| line.contains("alerts without any events too"))
    );
}

#[test]
fn a_prediction_shows_its_query_its_groups_and_its_numbers() {
    let logs = logs(Scenario::UnapprovedProd, "r1");
    let prediction = predict(&monitors()[0], &logs, now());
    assert_eq!(prediction.forecast, Forecast::WouldFire);
    assert!(prediction.is_exclusion_lifted && !prediction.query.contains("evt.test"));
    assert!(
        prediction.query.contains("-late:true"),
        "nothing else is lifted"
    );
    let group = &prediction.evaluation.groups[0];
    assert_eq!(group.values[0].0, "@session.id");
    assert_eq!(group.seen, Seen::Exactly(1.0));
    assert_eq!(prediction.explanation[0], "finds 1 of 2 logs");
    assert!(
        prediction.explanation[1].ends_with(": 1 > 0: alerts"),
        "{:?}",
        prediction.explanation
    );
    assert_eq!(prediction.reasons, []);
}

#[test]
fn the_real_monitor_does_not_see_test_events() {
    let sent = logs(Scenario::UnapprovedProd, "r1");
    let indexed: Vec<_> = sent
        .iter()
        .map(crate::query::IndexedLog::from_intake)
        .collect();
    let evaluation = monitors()[0]
        .alert
        .evaluate(&indexed, &Rules::default(), now());
    assert_eq!(evaluation.found, 0);
}

#[test]
fn a_monitor_that_would_not_fire_says_what_was_missing() {
    let approved: Vec<_> = logs(Scenario::UnapprovedProd, "r1")
        .into_iter()
        .map(|mut log| {
            log.insert(
                "approval".to_owned(),
                json!({"expected": true, "status": "approved"}),
            );
            log
        })
        .collect();
    let prediction = predict(&monitors()[0], &approved, now());
    assert_eq!(prediction.forecast, Forecast::WouldNot);
    let missing = prediction.explanation.last().expect("a sentence");
    assert!(
        missing.starts_with("the closest log does not meet `-@approval.status:(approved OR"),
        "{missing}"
    );
}

#[test]
fn old_logs_are_outside_the_window_and_said_to_be() {
    let later = now() + jiff::SignedDuration::from_hours(1);
    let prediction = predict(&monitors()[0], &logs(Scenario::UnapprovedProd, "r1"), later);
    assert_eq!(prediction.forecast, Forecast::WouldNot);
    assert_eq!(
        prediction.explanation[0],
        "finds 0 of 2 logs; 2 outside the last 15m"
    );
}

#[test]
fn where_datadogs_behaviour_is_open_the_prediction_cannot_tell_and_says_why() {
    let written = FILE
        .replace(r#"service:\"${what}\""#, "orders")
        .replace("default: 3", "default: 0");
    let monitor = rendered(&written, &[]).expect("it renders");
    let log = json!({"message": "Orders dropped", "timestamp": now().as_millisecond()});
    let prediction = predict(
        &monitor,
        &[log.as_object().cloned().unwrap_or_default()],
        now(),
    );
    assert_eq!(prediction.forecast, Forecast::CannotTell);
    assert!(!prediction.is_exclusion_lifted);
    assert_eq!(prediction.query, monitor.query);
    assert!(
        prediction.reasons[0].to_string().contains("case"),
        "{:?}",
        prediction.reasons
    );
    assert_eq!(
        prediction.explanation[1],
        "all logs: between 0 and 1 against > 0: cannot tell"
    );
}

#[test]
fn a_warning_is_told_apart_from_an_alert() {
    let monitor = rendered(FILE, &[]).expect("it renders");
    let log = json!({"service": "trouble"})
        .as_object()
        .cloned()
        .unwrap_or_default();
    let prediction = predict(&monitor, &[log.clone(), log], now());
    assert_eq!(prediction.forecast, Forecast::WouldWarn);
    assert_eq!(prediction.explanation[1], "all logs: 2 > 1: warns");
}

#[test]
fn one_run_repeats_itself() {
    for scenario in Scenario::ALL {
        assert_eq!(logs(scenario, "r1"), logs(scenario, "r1"), "{scenario:?}");
    }
}

#[test]
fn logs_of_a_scenario_are_marked_and_end_now() {
    for scenario in Scenario::ALL {
        let logs = logs(scenario, "r1");
        for log in &logs {
            assert_eq!(log["evt"]["test"], true, "{scenario:?}");
            assert_eq!(log["evt"]["test_run"], "r1", "{scenario:?}");
            if let Some(url) = log
                .get("session")
                .and_then(|session| session["url"].as_str())
            {
                assert!(
                    url.starts_with("https://gateway.example/sessions/"),
                    "{url}"
                );
            }
        }
        let times: Vec<i64> = logs
            .iter()
            .filter_map(|log| log["timestamp"].as_i64())
            .collect();
        assert!(
            times.len() == logs.len() && times.is_sorted(),
            "{scenario:?}"
        );
        let last = times.last().copied().expect("a log");
        let is_over = scenario == Scenario::Silence;
        assert_eq!(last == now().as_millisecond(), !is_over, "{scenario:?}");
    }
}

#[test]
fn an_unknown_scenario_names_the_nearest() {
    let error = "unaproved-prod"
        .parse::<Scenario>()
        .expect_err("it is misspelt");
    assert!(
        error
            .to_string()
            .contains("did you mean `unapproved-prod`?"),
        "{error}"
    );
}
