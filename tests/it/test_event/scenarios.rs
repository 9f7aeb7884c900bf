//! Every scenario, rehearsed.

use ddctl::monitors::Scenario;

use super::{quick, world};
use crate::support::{TestEnvironment, assert_shape};

/// Its monitor watches a metric that Datadog makes of the logs.
const OF_A_METRIC: Scenario = Scenario::CostAnomaly;

#[test]
fn every_scenario_makes_the_copy_of_its_own_monitor_alert() {
    let sandbox = quick().fault("search:quota=1000/1s").start();
    let environment = TestEnvironment::of(&sandbox);
    let scenarios = || Scenario::ALL.into_iter().filter(|one| *one != OF_A_METRIC);
    let running: Vec<_> = scenarios()
        .map(|scenario| {
            let command = ["test-event", scenario.name(), "-o", "json"];
            (scenario, environment.command(command).start())
        })
        .collect();
    for (scenario, running) in running {
        let answer = running.finish().exits(0).json();
        assert_eq!(answer["verdict"], "reached", "{}", scenario.name());
        let monitor = answer["monitor"].as_str().unwrap_or_default();
        assert!(monitor.ends_with(scenario.name()), "{monitor}");
    }
    assert!(sandbox.monitors().is_empty());
}

#[test]
fn what_watches_no_logs_cannot_be_rehearsed() {
    let (sandbox, environment) = world();
    let _ = environment
        .run(["test-event", OF_A_METRIC.name()])
        .exits(1)
        .says("`query alert` cannot be rehearsed: test events arrive as logs");
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn the_answer_says_what_each_step_took_and_nobody_could_be_told() {
    let (sandbox, environment) = world();
    let answer = environment
        .run(["test-event", "guardrail-block-burst", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("test_event_rehearsal", &answer);
    let steps = answer["steps"].as_array().expect("steps");
    let steps: Vec<&str> = steps
        .iter()
        .filter_map(|row| row["step"].as_str())
        .collect();
    assert_eq!(steps, ["copy", "send", "arrive", "watch", "delete"]);
    let run = answer["test_run"].as_str().expect("a run");
    assert_eq!(answer["group"], format!("@usr.id:test-agent-{run}"));
    let created = sandbox.requests(true);
    let created = created
        .iter()
        .find(|row| row["method"] == "POST" && row["path"] == "/api/v1/monitor");
    let body = created.expect("a copy was made")["body"].to_string();
    assert!(
        !body.contains('@') || body.contains(&format!("@evt.test_run:{run}")),
        "{body}"
    );
    assert!(body.contains("Nobody is told"), "{body}");
    let sent = sandbox.received("logs", "evt.test,evt.test_run");
    assert_eq!(sent.len(), 18);
    assert!(
        sent.iter().all(|log| log["evt.test_run"] == run),
        "{sent:?}"
    );
    assert!(sent.iter().all(|log| log["evt.test"] == true), "{sent:?}");
}

#[test]
fn the_search_is_asked_once_where_everything_is_there() {
    let (sandbox, environment) = world();
    let _ = environment.run(["test-event", "unapproved-prod"]).exits(0);
    let searches = sandbox.requests(false);
    let searches = searches.iter().filter(|row| row["path"] == super::SEARCH);
    assert_eq!(searches.count(), 1);
}
