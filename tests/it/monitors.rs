//! `ddctl monitors` through its front door: packs and files, without a key.

use ddctl::monitors::Scenario;
use serde_json::json;

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, assert_shape};

const MINE: &str = r#"
why: the orders service says so
type: log alert
name: orders are refused
variables:
  threshold: { default: 2, about: refused orders that are fine }
query: logs("service:orders @refused:true").index("*").rollup("count").last("15m") > ${threshold}
thresholds: { critical: "${threshold}" }
message: "{{log.link}}"
cases:
  - name: three refused orders
    expect: alert
    events: [{ times: 3, log: { service: orders, refused: true } }]
  - name: two are fine
    expect: ok
    events: [{ times: 2, log: { service: orders, refused: true } }]
"#;

fn with_file(text: &str) -> TestEnvironment {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("monitors/mine.yaml"), text);
    environment
}

/// A file of one's own around a search.
fn searching(search: &str) -> TestEnvironment {
    let search = search.replace('"', "\\\"");
    let query = format!(r#"logs("{search}").index("*").rollup("count").last("5m") > 2"#);
    with_file(&format!(
        "why: x\ntype: log alert\nname: x\nthresholds: {{critical: 2}}\nmessage: x\nquery: {}\n",
        json!(query)
    ))
}

#[test]
fn the_packs_are_listed_without_any_setting() {
    let output = TestEnvironment::empty()
        .run(["monitors", "list", "-o", "json"])
        .exits(0);
    let rows = output.json();
    let rows = rows.as_array().expect("a bare array");
    let unapproved = rows
        .iter()
        .find(|row| row["monitor"] == "hoop/unapproved-prod")
        .expect("the first monitor of the first pack");
    assert_eq!(unapproved["type"], "log alert");
    assert_eq!(unapproved["priority"], 2);
    assert!(unapproved["cases"].as_u64() > Some(5));
}

#[test]
fn the_json_of_every_command_that_looks_has_the_shape_that_was_promised() {
    let environment = with_file(MINE);
    let doubtful = searching("source:execlave status:policy_blocked");
    let json = |environment: &TestEnvironment, arguments: &[&str], code: i32| {
        let arguments = ["monitors"].iter().chain(arguments).chain(&["-o", "json"]);
        environment.run(arguments).exits(code).json()
    };
    assert_shape("monitors_list", &json(&environment, &["list"], 0));
    let shown = json(&environment, &["show", "hoop/failed-sessions"], 0);
    assert_shape("monitors_show", &shown);
    let checked = json(&doubtful, &["validate", "monitors", "--offline"], 3);
    assert_shape("monitors_validate", &checked);
    let tested = json(
        &environment,
        &["test", "monitors", "--var", "threshold=1"],
        3,
    );
    assert_shape("monitors_test", &tested);
    let held = eval(&["--monitor", "hoop/failed-sessions", "-o", "json"]).exits(3);
    assert_shape("monitors_eval", &held.json());
}

#[test]
fn a_pack_that_is_not_there_is_a_usage_error_that_names_the_nearest() {
    let _ = TestEnvironment::empty()
        .run(["monitors", "list", "--pack", "hop"])
        .exits(2)
        .says("did you mean `hoop`?");
}

#[test]
fn a_monitor_shows_why_what_to_tune_and_where_to_click() {
    let environment = TestEnvironment::empty();
    let _ = environment
        .run([
            "monitors",
            "show",
            "hoop/failed-sessions",
            "--var",
            "threshold=9",
        ])
        .exits(0)
        .shows("Why")
        .shows("> 9")
        .shows("alerts when the number of logs")
        .shows("Create facet");
    let view = environment
        .run(["monitors", "show", "hoop/failed-sessions", "-o", "json"])
        .exits(0)
        .json();
    assert_eq!(view["body"]["type"], "log alert");
    assert_eq!(view["body"]["options"]["thresholds"]["critical"], 4.0);
    let _ = environment
        .run(["monitors", "show", "hoop/failed-sesions"])
        .exits(2)
        .says("did you mean `hoop/failed-sessions`?");
    let _ = environment
        .run([
            "monitors",
            "show",
            "hoop/failed-sessions",
            "--var",
            "treshold=9",
        ])
        .exits(2)
        .says("no monitor here has a variable `treshold`");
}

#[test]
fn the_packs_are_valid_and_pass_their_own_cases() {
    let environment = TestEnvironment::empty();
    let _ = environment
        .run(["monitors", "validate", "--offline"])
        .exits(0);
    let rows = environment
        .run(["monitors", "test", "-o", "json"])
        .exits(0)
        .json();
    let rows = rows.as_array().expect("a bare array");
    assert!(rows.len() > 20 && rows.iter().all(|row| row["passed"] == true));
}

#[test]
fn a_query_that_does_not_parse_is_shown_with_its_caret() {
    let output = searching("service:(a OR b")
        .run(["monitors", "validate", "monitors", "--offline"])
        .exits(2)
        .shows("does not parse")
        .shows("this `(` is never closed");
    let lines: Vec<&str> = output.stdout.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains("^ this"))
        .expect("a caret");
    let column = lines[at].find('^').expect("a caret");
    assert_eq!(lines[at - 1].as_bytes()[column], b'(', "{output}");
}

#[test]
fn a_caret_stands_in_its_place_in_a_long_query_within_eighty_columns() {
    let search = format!("{}(a OR b", "source:hoop env:prod ".repeat(8));
    let environment = searching(&search);
    for command in [
        &["monitors", "plan", "monitors"][..],
        &["monitors", "test", "monitors"],
        &["monitors", "validate", "monitors", "--offline"],
    ] {
        let output = environment.run(command).exits(2);
        let said = format!("{}{}", output.stdout, output.stderr);
        let lines: Vec<Vec<char>> = said.lines().map(|line| line.chars().collect()).collect();
        let caret = |line: &Vec<char>| line.iter().position(|c| *c == '^');
        let (at, column) = lines
            .iter()
            .enumerate()
            .find_map(|(at, line)| Some((at, caret(line)?)))
            .expect("a caret");
        assert_eq!(lines[at - 1][column], '(', "{output}");
        assert!(lines.iter().all(|line| line.len() <= 80), "{output}");
    }
}

#[test]
fn a_part_that_never_matches_is_a_no_unless_it_is_allowed() {
    let environment = searching("source:execlave status:policy_blocked span_type:tool");
    let check = ["monitors", "validate", "monitors/mine.yaml", "--offline"];
    let _ = environment
        .run(check)
        .exits(3)
        .shows("try: `@outcome:policy_blocked`")
        .shows("try: `@span_type:…`");
    let _ = environment
        .run(check.into_iter().chain(["--allow-lint"]))
        .exits(0);
    let rows = environment
        .run(check.into_iter().chain(["-o", "json"]))
        .exits(3)
        .json();
    assert_eq!(rows[0]["findings"][0]["level"], "never_matches");
    assert_eq!(rows[0]["parses"], true);
}

#[test]
fn what_is_only_doubtful_is_said_and_is_no_failure() {
    let _ = searching("timeout or refused")
        .run(["monitors", "validate", "monitors", "--offline"])
        .exits(0)
        .shows("only `OR` joins terms");
}

#[test]
fn datadog_is_asked_where_both_keys_are_there() {
    let sandbox = SandboxProcess::start(&SandboxOptions::default());
    let rows = TestEnvironment::of(&sandbox)
        .run(["monitors", "validate", "--pack", "hoop", "-o", "json"])
        .exits(0)
        .json();
    let asked: Vec<_> = rows
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| &row["datadog"])
        .collect();
    assert!(
        asked.iter().all(|answer| **answer == "accepted"),
        "{asked:?}"
    );
    let _ = TestEnvironment::empty()
        .run(["monitors", "validate"])
        .exits(0)
        .says("Datadog was not asked");
}

#[test]
fn a_case_that_comes_out_otherwise_fails_the_run_and_stands_in_the_junit_file() {
    let environment = with_file(MINE);
    let _ = environment.run(["monitors", "test", "monitors"]).exits(0);
    let _ = environment
        .run([
            "monitors",
            "test",
            "monitors",
            "--var",
            "threshold=1",
            "--junit",
            "junit.xml",
        ])
        .exits(3)
        .shows("FAILED")
        .shows("all logs: 2 > 1: alerts")
        .says("2 cases, 1 failed");
    let xml = std::fs::read_to_string(environment.path("junit.xml")).expect("it was written");
    assert!(
        xml.contains("<testsuites tests=\"2\" failures=\"1\" errors=\"0\">"),
        "{xml}"
    );
    assert!(xml.contains("name=\"two are fine\"><failure"), "{xml}");
}

#[test]
fn files_without_a_case_prove_nothing() {
    let _ = searching("a:b")
        .run(["monitors", "test", "monitors"])
        .exits(3)
        .says("no monitor here has a case");
}

#[test]
fn two_files_of_one_identity_are_refused() {
    let environment = with_file(MINE);
    environment.write(&environment.path("other/monitors/mine.yaml"), MINE);
    let _ = environment
        .run(["monitors", "test", "monitors", "other/monitors"])
        .exits(2)
        .says("are both the monitor monitors/mine");
}

#[test]
fn a_file_may_come_from_standard_input() {
    let _ = TestEnvironment::empty()
        .command(["monitors", "test", "-"])
        .stdin(MINE)
        .run()
        .exits(0);
}

#[test]
fn a_file_that_is_no_monitor_is_malformed_and_never_a_panic() {
    for text in [
        "",
        "- a",
        "why: [",
        "\u{0}",
        "shapes: {ddctl: 3}",
        "&a [*a, *a]",
    ] {
        let _ = with_file(text)
            .run(["monitors", "test", "monitors"])
            .exits(2)
            .says("mine.yaml");
    }
    let _ = TestEnvironment::empty()
        .run(["monitors", "test", "nowhere.yaml"])
        .exits(1)
        .says("nowhere.yaml");
}

#[test]
fn a_shape_that_cannot_be_watched_is_refused_with_what_to_do() {
    let environment = TestEnvironment::empty();
    let _ = environment
        .run([
            "monitors",
            "show",
            "hoop/high-risk-command",
            "--shape",
            "hoop-webhook",
        ])
        .exits(2)
        .says("ddctl sessions export");
    let _ = environment
        .run([
            "monitors",
            "show",
            "execlave/cost-runaway",
            "--shape",
            "execlave",
        ])
        .exits(0)
        .shows("the sum of `@cost_usd`")
        .shows("for each `@agent_id`");
    let body = environment
        .run([
            "monitors",
            "show",
            "genai/token-spike",
            "--shape",
            "otlp",
            "-o",
            "json",
        ])
        .exits(0)
        .json();
    assert_eq!(body["body"]["type"], "trace-analytics alert");
    assert_eq!(
        body["body"]["options"]["variables"][0]["data_source"],
        "spans"
    );
}

#[test]
fn every_scenario_is_predicted_to_trip_its_own_monitor() {
    let environment = TestEnvironment::empty();
    for scenario in Scenario::ALL {
        // Whether a cost is unusual Datadog alone knows.
        let (code, verdict) = match scenario {
            Scenario::CostAnomaly => (1, "cannot_tell"),
            _ => (0, "would_fire"),
        };
        let answer = environment
            .run(["test-event", scenario.name(), "--dry-run", "-o", "json"])
            .exits(code)
            .json();
        assert_eq!(answer["verdict"], verdict, "{scenario:?}");
        let own = answer["predictions"][0]["monitor"].as_str();
        let is_own = own.is_some_and(|own| own.ends_with(scenario.name()));
        assert!(is_own, "{scenario:?}: {own:?}");
    }
}

#[test]
fn a_monitor_that_is_of_no_use_in_the_profile_says_what_to_add() {
    let environment = TestEnvironment::empty();
    let settings = environment.path("ddctl.toml");
    let show = |settings_text: &str, monitor: &str| {
        environment.write(&settings, settings_text);
        let settings = settings.display().to_string();
        let arguments = ["monitors", "show", monitor, "--config", &settings];
        environment.run(arguments)
    };
    let bare = "version = 1\n[profiles.default]\n";
    let shown = show(bare, "hoop/silence").exits(0);
    let shown = shown
        .shows("Of no use in this profile")
        .shows("delivery = \"follow\"");
    let added: Vec<&str> = shown
        .stdout
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("delivery"))
        .collect();
    let following = format!("{bare}{}\n", added.join("\n"));
    let hint = "Of no use in this profile";
    assert!(
        !show(&following, "hoop/silence")
            .exits(0)
            .stdout
            .contains(hint)
    );
    let _ = show(bare, "hoop/outside-window")
        .exits(0)
        .shows("[[profiles.default.connections]]");
    // Without a profile there is nothing to hold it against.
    let shown = TestEnvironment::empty().run(["monitors", "show", "hoop/silence"]);
    assert!(!shown.exits(0).stdout.contains(hint));
}

#[test]
fn an_anomaly_monitor_says_which_metric_it_needs() {
    let environment = TestEnvironment::empty();
    let show = ["monitors", "show", "genai/cost-anomaly"];
    let shown = environment.run(show).exits(0);
    let _ = shown
        .shows("Needs")
        .shows("Generate Metrics")
        .shows("lie above what Datadog");
    let view = environment
        .run(show.into_iter().chain(["-o", "json"]))
        .exits(0)
        .json();
    assert_eq!(view["body"]["type"], "query alert");
    assert_eq!(
        view["body"]["options"]["threshold_windows"]["trigger_window"],
        "last_1h"
    );
    assert!(
        view["needs"][0]
            .as_str()
            .is_some_and(|need| need.contains("agents.cost_usd"))
    );
}

#[test]
fn a_shape_that_a_monitor_does_not_know_names_those_it_knows() {
    let _ = TestEnvironment::empty()
        .run([
            "monitors",
            "show",
            "genai/slow-chat",
            "--shape",
            "hoop-webhook",
        ])
        .exits(2)
        .says("the monitor knows ddctl, execlave, otlp alone");
}

const EVENTS: &str = r#"{"ddsource":"hoop","status":"error","evt":{"name":"session.close","outcome":"failure"},"connection":{"name":"a"},"message":"Dropped"}

{"ddsource":"hoop","status":"info","evt":{"name":"session.close","outcome":"success"},"connection":{"name":"a"},"message":"done"}
"#;

fn eval(arguments: &[&str]) -> crate::support::CommandOutput {
    let arguments = ["monitors", "eval", "--file", "-"].iter().chain(arguments);
    TestEnvironment::empty()
        .command(arguments)
        .stdin(EVENTS)
        .run()
}

#[test]
fn events_are_held_against_a_search() {
    let answer = eval(&["--query", "status:error", "-o", "json"])
        .exits(0)
        .json();
    assert_eq!(
        answer,
        json!({"verdict": "matches", "events": 2, "matching": 1, "cannot_tell": 0,
            "reasons": [], "findings": []})
    );
    let _ = eval(&["--query", "@evt.outcome:blocked"])
        .exits(3)
        .shows("none: 0 of 2 events match");
    let _ = eval(&["--query", "dropped"])
        .exits(1)
        .shows("perhaps 1 more")
        .shows("upper and lower case");
    let found = eval(&["--query", "@evt.outcome:success", "--matching"]).exits(0);
    assert_eq!(found.ndjson()[0]["message"], "done");
    assert_eq!(found.ndjson().len(), 1);
}

#[test]
fn an_evaluation_says_what_is_doubtful_in_the_search() {
    let doubtful = ["--query", "source:execlave span_type:tool"];
    let _ = eval(&doubtful).exits(3).shows("@span_type:");
    let json = eval(&[&doubtful[..], &["-o", "json"]].concat())
        .exits(3)
        .json();
    let findings = json["findings"].as_array().expect("a list of findings");
    assert!(
        findings
            .iter()
            .any(|finding| finding.to_string().contains("@span_type:")),
        "{json}"
    );
}

#[test]
fn events_are_held_against_a_monitor() {
    let monitor = ["--monitor", "hoop/failed-sessions"];
    let _ = eval(&monitor).exits(3).shows("ok: 1 of 2 events match");
    let more = [
        &monitor[..],
        &["--var", "threshold=0", "--var", "warning=0"],
    ]
    .concat();
    let _ = eval(&more)
        .exits(0)
        .shows("@connection.name=a: 1 > 0: alerts");
}

#[test]
fn a_search_or_a_line_that_does_not_parse_is_named() {
    let _ = eval(&["--query", "(a"]).exits(2).says("^");
    let _ = eval(&[]).exits(2);
    for (text, said) in [
        ("{}\n{\n", "line 2 of -"),
        ("[1]\n", "line 1 of -"),
        ("{}\n\nx", "line 3 of -"),
    ] {
        let _ = TestEnvironment::empty()
            .command(["monitors", "eval", "--file", "-", "--query", "*"])
            .stdin(text)
            .run()
            .exits(2)
            .says(said);
    }
}

#[test]
fn a_pack_that_is_named_like_a_file_is_understood() {
    let environment = TestEnvironment::empty();
    let _ = environment
        .run(["monitors", "validate", "--offline", "hop"])
        .exits(2)
        .says("--pack hoop");
    let _ = environment
        .run(["monitors", "validate", "--offline", "nothing.yaml"])
        .exits(1)
        .says("read nothing.yaml");
}
