//! Files, rendering, the body for the API, scenarios and predictions. The cases of the packs' own
//! files run beside [`super::run_cases`].

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::*;
use crate::delivery::map::log::LogProfile;
use crate::domain::redaction::Redactor;
use crate::query::monitor::{Form as AlertForm, Rules, Seen};
use crate::query::{Reason, Record, lint_alert};

const FILE: &str = r#"
why: because
type: log alert
name: "${what} in ${window}"
variables:
  what: { default: trouble, about: what it is called }
  window: { default: 5m, about: how far back }
  threshold: { default: 3, about: what is fine }
query: logs("service:\"${what}\"").index("*").rollup("count").last("${window}") > ${threshold}
thresholds: { critical: "${threshold}", warning: 1 }
message: |
  {{log.attributes.[a.b]}} in ${window}

tags: ["what:${what}"]
"#;

fn identity() -> Identity {
    Identity {
        pack: "test".to_owned(),
        name: "one".to_owned(),
    }
}

fn rendered(text: &str, values: &[(&str, &str)]) -> Result<Monitor, MonitorFileError> {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    MonitorFile::parse(text)?.render(identity(), None, &values.collect())
}

fn refusal(text: &str, values: &[(&str, &str)]) -> String {
    rendered(text, values)
        .expect_err("it is refused")
        .to_string()
}

#[test]
fn variables_are_filled_in_everywhere_and_datadogs_templates_stay() {
    let monitor = rendered(FILE, &[("window", "1h"), ("threshold", "7")]).expect("it renders");
    assert_eq!(monitor.title, "trouble in 1h");
    assert_eq!(
        monitor.query,
        r#"logs("service:\"trouble\"").index("*").rollup("count").last("1h") > 7"#
    );
    assert_eq!(monitor.message, "{{log.attributes.[a.b]}} in 1h");
    assert_eq!(monitor.tags, ["what:trouble"]);
    assert_eq!(
        (monitor.thresholds.critical, monitor.thresholds.warning),
        (7.0, Some(1.0))
    );
}

#[test]
fn a_misspelt_key_is_refused_and_the_nearest_is_named() {
    for (written, expected) in [
        (
            FILE.replace("thresholds:", "treshold:"),
            "`the file` holds the unknown key `treshold`",
        ),
        (
            FILE.replace("message:", "mesage:"),
            "did you mean `message`?",
        ),
        (
            FILE.replace("critical:", "crit:"),
            "`thresholds` holds the unknown key `crit`",
        ),
        (
            FILE.replace("warning: 1", "warnings: 1"),
            "did you mean `warning`?",
        ),
        (
            FILE.replace("default: trouble", "defualt: trouble"),
            "`variables.what` holds",
        ),
        (
            format!("{FILE}\ncases: [{{name: x, expect: ok, events: [{{time: 3, log: {{}}}}]}}]"),
            "`cases[0].events[0]` holds the unknown key `time`; did you mean `times`?",
        ),
    ] {
        let message = refusal(&written, &[]);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn what_is_missing_doubled_or_of_another_type_is_refused() {
    for written in [
        FILE.replace("why: because\n", ""),
        FILE.replace("type: log alert", "type: log alert\ntype: log alert"),
        FILE.replace("name: \"${what} in ${window}\"", "name: [a]"),
        FILE.replace("message: |", "message: }"),
        format!("{FILE}\ncases: [{{name: x, expect: maybe, events: []}}]"),
        "just text".to_owned(),
        String::new(),
    ] {
        assert!(rendered(&written, &[]).is_err(), "{written}");
    }
    let other = FILE.replace("type: log alert", "type: metric alert");
    assert!(refusal(&other, &[]).contains("`metric alert` are not evaluated"));
}

#[test]
fn an_unknown_variable_is_refused_on_either_side() {
    assert!(refusal(FILE, &[("windw", "1h")]).contains("did you mean `window`?"));
    let written = FILE.replace("in ${window}\n", "in ${windows}\n");
    assert!(refusal(&written, &[]).contains("`message` uses the unknown variable `${windows}`"));
    let written = FILE.replace("in ${window}\n", "in ${window\n");
    assert!(refusal(&written, &[]).contains("never closed"));
}

#[test]
fn a_value_cannot_break_out_of_the_query() {
    for value in ["a\" OR *", "a\\", "a\nb"] {
        assert!(
            refusal(FILE, &[("what", value)]).contains("would change the query"),
            "{value:?}"
        );
    }
    assert!(rendered(FILE, &[("what", "with blank: and colon")]).is_ok());
}

#[test]
fn an_empty_value_leaves_no_blank_and_an_or_needs_its_parentheses() {
    let scoped = FILE.replace(r#"service:\"${what}\""#, "service:x ${what}");
    let search = |value: &str| {
        let monitor = rendered(&scoped, &[("what", value)])?;
        Ok::<_, MonitorFileError>(monitor.alert.queries()[0].search.to_string())
    };
    assert_eq!(search("").expect("it renders"), "service:x");
    assert_eq!(
        search("env:a team:b").expect("it renders"),
        "service:x env:a team:b"
    );
    assert_eq!(
        search("(env:a OR env:b)").expect("it renders"),
        "service:x env:(a OR b)"
    );
    let error = search("env:a OR env:b").expect_err("it would take in `service:x`");
    assert!(
        error.to_string().contains("put it in parentheses"),
        "{error}"
    );
}

#[test]
fn a_query_that_does_not_parse_is_shown_with_a_caret() {
    let message = refusal(FILE, &[("window", "5y")]);
    assert!(
        message.contains("`5y` is no window") && message.contains('^'),
        "{message}"
    );
    let message = refusal(FILE, &[("threshold", "many")]);
    assert!(
        message.contains("`critical` is `many`, which is no number"),
        "{message}"
    );
    let written = FILE.replace("critical: \"${threshold}\"", "critical: 4");
    assert!(refusal(&written, &[]).contains("alerts at 3 and options.thresholds.critical says 4"));
}

#[test]
fn the_body_for_the_api_holds_what_the_recorded_bodies_hold() {
    let body = rendered(FILE, &[]).expect("it renders").to_api();
    assert_eq!(
        body,
        json!({
            "name": "trouble in 5m",
            "type": "log alert",
            "query": r#"logs("service:\"trouble\"").index("*").rollup("count").last("5m") > 3"#,
            "message": "{{log.attributes.[a.b]}} in 5m",
            "tags": ["what:trouble"],
            "options": {
                "thresholds": {"critical": 3.0, "warning": 1.0},
                "enable_logs_sample": true,
                "include_tags": true,
                "on_missing_data": "default",
            },
        })
    );
}

fn monitors() -> Vec<Monitor> {
    packs()
        .iter()
        .flat_map(|pack| pack.monitors(Shape::Ddctl).expect("the packs render"))
        .collect()
}

/// Every monitor of every pack for every shape that it can watch.
fn all_monitors() -> Vec<(Monitor, Form)> {
    let of_file = |(identity, text): (Identity, &str)| {
        let file = MonitorFile::parse(text).expect("the packs parse");
        let watched = file.watched().map(|(shape, form)| {
            let monitor = file.render(identity.clone(), shape, &Values::new());
            (monitor.expect("the packs render"), form.clone())
        });
        watched.collect::<Vec<_>>()
    };
    packs()
        .iter()
        .flat_map(Pack::files)
        .flat_map(of_file)
        .collect()
}

#[test]
fn every_query_leaves_out_tests_and_what_ddctl_back_fills() {
    for (monitor, _) in all_monitors() {
        // What comes late is stamped anew, and marked so, by ddctl alone.
        let excluded: &[&str] = match monitor.shape {
            None | Some(Shape::Ddctl) => &["-@evt.test:true", "-late:true"],
            Some(_) => &["-@evt.test:true"],
        };
        for query in monitor.alert.queries() {
            let parts: Vec<String> = query
                .search
                .conjuncts()
                .iter()
                .map(ToString::to_string)
                .collect();
            for excluded in excluded {
                let has = parts.iter().any(|part| part == excluded);
                assert!(has, "{}: {excluded}", monitor.identity);
            }
        }
    }
}

#[test]
fn every_message_links_back_and_every_query_is_one_line() {
    for (monitor, _) in all_monitors() {
        let link = match (&monitor.alert.form, monitor.alert.record()) {
            // A monitor over a metric has nothing to link to; it says where to look.
            (AlertForm::Anomaly(_), _) => "Its calls",
            (_, Record::Span) => "{{span.link}}",
            _ => "{{log.link}}",
        };
        assert!(monitor.message.contains(link), "{}", monitor.identity);
        assert!(
            !monitor.query.contains("  "),
            "{}: folded badly",
            monitor.identity
        );
    }
}

#[test]
fn the_lint_has_nothing_to_say_of_the_packs() {
    for (monitor, _) in all_monitors() {
        let known = monitor.shape.map_or_else(all_attributes, Shape::attributes);
        let findings = lint_alert(&monitor.alert, &known);
        assert!(
            findings.is_empty(),
            "{} {:?}: {findings:#?}",
            monitor.identity,
            monitor.shape
        );
    }
}

#[test]
fn every_facet_that_a_pack_groups_by_or_measures_is_listed_in_its_file() {
    for (monitor, form) in all_monitors() {
        for query in monitor.alert.queries() {
            for facet in query.by.iter().chain(&query.rollup.attribute) {
                assert!(
                    form.facets.contains_key(&facet.to_string()),
                    "{}: {facet}",
                    monitor.identity
                );
            }
        }
    }
}

#[test]
fn a_refused_shape_says_why_and_an_unknown_one_names_the_nearest() {
    let shapes = |name: &str| {
        format!(
            "why: x\nname: x\nthresholds: {{critical: 1}}\nmessage: x\nshapes:\n  ddctl:\n    type: log alert\n    query: logs(\"a:b\").index(\"*\").rollup(\"count\").last(\"5m\") > 1\n  {name}: {{refused: it names no connection}}\n"
        )
    };
    let file = MonitorFile::parse(&shapes("hoop-webhook")).expect("it parses");
    let error = file
        .form(Some(Shape::HoopWebhook))
        .expect_err("it is refused");
    assert!(
        error
            .to_string()
            .contains("`hoop-webhook`: it names no connection"),
        "{error}"
    );
    assert!(file.form(Some(Shape::Otlp)).is_err());
    assert_eq!(file.form(None).expect("ddctl").0, Some(Shape::Ddctl));
    let error = MonitorFile::parse(&shapes("hop-webhook")).expect_err("it is misspelt");
    assert!(
        error.to_string().contains("did you mean `hoop-webhook`?"),
        "{error}"
    );
    let only_refused = shapes("execlave").replace("ddctl:\n    type: log alert\n    query: logs(\"a:b\").index(\"*\").rollup(\"count\").last(\"5m\") > 1", "otlp: {refused: no}");
    assert!(MonitorFile::parse(&only_refused).is_err());
}

#[test]
fn a_handle_stands_behind_a_blank() {
    let (identity, text) = packs()[0].files().next().expect("a first file");
    let values = Values::from([("notify".to_owned(), "@slack-security".to_owned())]);
    let monitor = MonitorFile::parse(text)
        .and_then(|file| file.render(identity, None, &values))
        .expect("it renders");
    assert!(
        monitor.message.ends_with("\n@slack-security"),
        "{}",
        monitor.message
    );
}

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
