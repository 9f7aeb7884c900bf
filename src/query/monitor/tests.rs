//! Log monitors: what parses, what is refused by name, and what they would say.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use std::time::Duration;

use crate::query::{IndexedLog, Reason};

fn alert(query: &str) -> Alert {
    parse_short(query).unwrap_or_else(|error| panic!("{}", error.render(query)))
}

fn refused(query: &str) -> MonitorQueryError {
    parse_short(query).expect_err(query)
}

fn syntax(query: &str) -> ParseError {
    match refused(query) {
        MonitorQueryError::Syntax(error) => error,
        other => panic!("{query}: {other}"),
    }
}

const RECORDED: &str = r#"logs("service:foo AND type:error").index("main").rollup("count").by("source").last("5m") > 2"#;

#[test]
fn a_recorded_query_is_read_into_its_links() {
    let alert = alert(RECORDED);
    let query = alert.queries()[0];
    assert_eq!(query.search.to_string(), "service:foo type:error");
    assert_eq!(query.indexes, ["main"]);
    assert_eq!(
        query.rollup,
        Rollup {
            method: Method::Count,
            attribute: None
        }
    );
    assert_eq!(query.by, [Facet::parse("source").expect("a facet")]);
    assert_eq!(alert.window.duration(), Duration::from_secs(300));
    assert_eq!((alert.operator, alert.threshold), (Operator::Greater, 2.0));
}

#[test]
fn recorded_and_documented_queries_parse_and_print_to_the_same() {
    for query in [
        RECORDED,
        r#"logs("service:foo AND type:error").index("main").rollup("count").by("source,status").last("5m") > 2"#,
        r#"logs("*").index("*").rollup("cardinality", "@usr.id").last("48h") >= 0.5"#,
        r#"logs("source:execlave").index("*").rollup("sum", "@cost_usd").by("@agent_id").last("1h") > 50"#,
        r#"logs("source:execlave status:(policy_blocked OR flagged_for_review OR limit_exceeded)").index("*").rollup("count").by("@agent_id").last("15m") > 10"#,
        r#"logs("source:execlave status:policy_blocked span_type:tool @autonomy_level:autonomous").index("*").rollup("count").last("5m") > 0"#,
        r#"logs("service:ufo \"problem.reported\" @a:x\:y").index("*").rollup("avg", "@n").last("2880m") != -1.5"#,
        r#"logs("@a:\"c:\\\\d\" b\\\"c").index("*").rollup("count").last("1m") <= 0"#,
    ] {
        let parsed = alert(query);
        let printed = parsed.to_string();
        assert_eq!(alert(&printed), parsed, "{query} printed as {printed}");
    }
}

#[test]
fn other_types_are_refused_by_name() {
    for (query, name) in [
        (
            r#"ci-tests("@test.status:fail").rollup("count").last("5m") >= 1"#,
            "ci-tests alert",
        ),
        (
            r#"audits("*").rollup("count").last("5m") >= 1"#,
            "audit alert",
        ),
        (r#"error_budget("abc").over("7d") > 75"#, "slo alert"),
        (
            r#"formula("query1 / query2 * 100").last("15m") >= 0.8"#,
            "formula",
        ),
        (
            "avg(last_5m):sum:system.net.bytes_rcvd{host:host0} > 100",
            "metric alert",
        ),
        (
            "avg(current_1mo):avg:system.load.5{*} > 0.5",
            "metric alert",
        ),
        (
            r#""ntp.in_sync".over("*").last(2).count_by_status()"#,
            "service check",
        ),
        ("12345 && 67890", "composite"),
        ("!(1 || 2)", "composite"),
    ] {
        let error = refused(query);
        assert!(
            matches!(error, MonitorQueryError::NotEvaluated(_)),
            "{query}: {error}"
        );
        assert!(error.to_string().contains(name), "{query}: {error}");
    }
}

/// Both as recorded; the formula's queries name the index `*`.
#[test]
fn queries_over_pipelines_parse_and_what_they_find_is_open() {
    let short = r#"ci-pipelines("ci_level:pipeline @git.branch:staging* @ci.status:error").rollup("count").by("@git.branch,@ci.pipeline.name").last("5m") >= 1"#;
    let variables: Vec<Variable> = serde_json::from_value(json!([{
        "name": "query1", "data_source": "ci_pipelines", "indexes": ["*"], "group_by": [],
        "search": {"query": "@ci.status:error"}, "compute": {"aggregation": "count"},
    }]))
    .expect("they are variables");
    let formula = r#"formula("query1 / 2 * 100").last("15m") >= 0.8"#;
    for (query, variables) in [(short, &[][..]), (formula, &variables)] {
        let alert = parse_monitor(query, variables)
            .unwrap_or_else(|error| panic!("{}", error.render(query)));
        assert_eq!(alert.monitor_type(), "ci-pipelines alert");
        let sent = json!({"ci": {"status": "error"}});
        let sent = sent.as_object().expect("an object");
        let record = alert.record().indexed(sent);
        let evaluation = alert.evaluate([&record], &Rules::default(), now());
        assert!(
            matches!(evaluation.state(), State::CannotTell(_)),
            "{evaluation:?}"
        );
    }
}

/// As Terraform files in public repositories write them; no page documents the indexes.
#[test]
fn spans_and_logs_may_name_several_indexes() {
    let query = r#"trace-analytics("service:x @peer.hostname:*y").index("trace-search", "djm-search").rollup("avg", "@duration").last("5m") > 6000000000"#;
    assert_eq!(
        alert(query).queries()[0].indexes,
        ["trace-search", "djm-search"]
    );
    assert_eq!(alert(query).to_string(), query);
    let query = r#"logs("service:x").index("main", "other").rollup("count").last("5m") > 1"#;
    assert_eq!(alert(query).to_string(), query);
    let query = r#"events("source:x").index("*").rollup("count").last("5m") > 1"#;
    assert!(syntax(query).problem.contains("have no indexes"));
}

#[test]
fn what_the_server_refuses_is_refused() {
    for query in [
        "query",
        "",
        "no_query",
        r#"logs("a").index("*").rollup("count").last("5m")"#,
        r#"logs("a").index("*").rollup("count").last("5m") >"#,
        r#"logs("a").index("*").rollup("count").last("5m") > x"#,
        r#"logs("a").index("*").rollup("count").last("5m") > 1e999"#,
        r#"logs("a").index("*").rollup("count").last("5m") => 1"#,
        r#"logs("a").index("*").rollup("count").last("5m") > 1 2"#,
        r#"logs("a").rollup("count").last("5m") > 1"#,
        r#"logs("a").index("").rollup("count").last("5m") > 1"#,
        r#"logs("a").index("*").rollup("many").last("5m") > 1"#,
        r#"logs("a").index("*").rollup("cardinality").last("5m") > 1"#,
        r#"logs("a").index("*").rollup("count").by("@a,@b,@c,@d,@e").last("5m") > 1"#,
        r#"logs("a").index("*").rollup("count").by("").last("5m") > 1"#,
        r#"logs("a").index("*").rollup("count").last("2881m") > 1"#,
        r#"logs("a").index("*").rollup("count").last("49h") > 1"#,
        r#"logs("a").index("*").rollup("count").last("0m") > 1"#,
        r#"logs("a").index("*").rollup("count").last("1d") > 1"#,
        r#"logs("a").index("*").rollup("count").last("é") > 1"#,
        r#"logs("a" OR "b").index("*").rollup("count").last("5m") > 1"#,
        r#"logs("a.index("*").rollup("count").last("5m") > 1"#,
        r#"logs("a"#,
        r#"logs("#,
        "logs(\"a\\",
    ] {
        let error = syntax(query);
        assert!(error.render(query).contains('^'), "{query}");
    }
}

#[test]
fn an_error_inside_the_search_points_into_the_whole_query() {
    let query = r#"logs("\"a b\" service:(x OR y").index("*").rollup("count").last("5m") > 1"#;
    let error = syntax(query);
    assert_eq!(&query[error.span.range()], "(");
    assert_eq!(error.span.start, query.find("(x").expect("it is there"));
}

#[test]
fn the_threshold_has_to_be_that_of_the_options() {
    assert_eq!(alert(RECORDED).check_threshold(2.0), Ok(()));
    let error = alert(RECORDED)
        .check_threshold(3.0)
        .expect_err("they differ");
    assert!(
        error
            .to_string()
            .contains("alerts at 2 and options.thresholds.critical says 3")
    );
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().expect("a valid instant")
}

fn evaluated(query: &str, warning: Option<f64>, logs: &[Value]) -> Evaluation {
    let sent: Vec<Map<String, Value>> = logs
        .iter()
        .filter_map(|log| log.as_object().cloned())
        .collect();
    let logs: Vec<IndexedLog<'_>> = sent.iter().map(IndexedLog::from_intake).collect();
    let rules = Rules {
        warning,
        ..Rules::default()
    };
    alert(query).evaluate(&logs, &rules, now())
}

fn by_user(user: &str) -> Value {
    json!({"ddsource": "hoop", "usr": {"id": user}, "message": "Blocked"})
}

const BY_USER: &str =
    r#"logs("source:hoop").index("*").rollup("count").by("@usr.id").last("15m") > 2"#;

#[test]
fn each_group_has_its_own_number_and_state() {
    let logs = [
        by_user("a"),
        by_user("a"),
        by_user("a"),
        by_user("b"),
        by_user("b"),
        by_user("c"),
    ];
    let evaluation = evaluated(BY_USER, Some(1.0), &logs);
    let states: Vec<(&str, &State)> = evaluation
        .groups
        .iter()
        .map(|group| (group.values[0].1.as_str(), &group.state))
        .collect();
    assert_eq!(
        states,
        [("a", &State::Alert), ("b", &State::Warn), ("c", &State::Ok)]
    );
    assert_eq!(evaluation.groups[0].seen, Seen::Exactly(3.0));
    assert_eq!(evaluation.state(), State::Alert);
}

#[test]
fn only_logs_of_the_window_count() {
    let at = |text: &str| json!({"ddsource": "hoop", "usr": {"id": "a"}, "timestamp": text});
    let logs = [
        at("2026-11-21T08:45:00Z"),
        at("2026-11-21T08:45:01Z"),
        at("2026-11-21T09:00:00Z"),
        at("2026-11-21T09:00:01Z"),
    ];
    let evaluation = evaluated(BY_USER, None, &logs);
    assert_eq!((evaluation.found, evaluation.outside_window), (2, 2));
    assert_eq!(evaluation.state(), State::Ok);
}

#[test]
fn an_open_log_matters_only_where_it_could_tip_the_scale() {
    let query = |threshold: u32| {
        format!(r#"logs("blocked").index("*").rollup("count").last("5m") > {threshold}"#)
    };
    let logs = [by_user("a"), by_user("b"), json!({"message": "blocked"})];
    let evaluation = evaluated(&query(0), None, &logs);
    assert_eq!(evaluation.groups[0].seen, Seen::Between(1.0, 3.0));
    assert_eq!(evaluation.state(), State::Alert, "one certain log suffices");
    assert_eq!(
        evaluated(&query(3), None, &logs).state(),
        State::Ok,
        "three would not suffice"
    );
    assert_eq!(
        evaluated(&query(1), None, &logs).state(),
        State::CannotTell(vec![Reason::FreeTextCase])
    );
}

#[test]
fn different_values_are_counted_once() {
    let query = r#"logs("*").index("*").rollup("cardinality", "@usr.id").last("5m") >= 2"#;
    assert_eq!(
        evaluated(query, None, &[by_user("a"), by_user("a")]).state(),
        State::Ok
    );
    assert_eq!(
        evaluated(query, None, &[by_user("a"), by_user("b")]).state(),
        State::Alert
    );
    assert_eq!(evaluated(query, None, &[]).state(), State::NoData);
}

#[test]
fn an_average_needs_numbers() {
    let query = r#"logs("*").index("*").rollup("avg", "@n").last("5m") > 2"#;
    let logs = |values: &[Value]| values.iter().map(|n| json!({"n": n})).collect::<Vec<_>>();
    let state = |values: &[Value]| evaluated(query, None, &logs(values)).state();
    assert_eq!(state(&[json!(1), json!(4)]), State::Alert);
    assert_eq!(state(&[json!(1), json!(3)]), State::Ok);
    assert_eq!(state(&[]), State::NoData);
    assert!(matches!(state(&[json!("4")]), State::CannotTell(_)));
}

#[test]
fn an_unconfirmed_rollup_names_the_form_to_use() {
    let query =
        r#"logs("*").index("*").rollup("sum", "@cost_usd").by("@agent_id").last("1h") > 50"#;
    let logs = [json!({"agent_id": "a", "cost_usd": 60})];
    let State::CannotTell(reasons) = evaluated(query, None, &logs).state() else {
        panic!("a sum in the short form is unconfirmed");
    };
    assert!(
        reasons[0].to_string().contains("formula(…)"),
        "{}",
        reasons[0]
    );
}

#[test]
fn no_logs_count_as_zero_and_a_grouped_floor_depends_on_the_past() {
    let below = r#"logs("*").index("*").rollup("count").last("5m") < 1"#;
    assert_eq!(evaluated(below, None, &[]).state(), State::Alert);
    let grouped = r#"logs("*").index("*").rollup("count").by("host").last("5m") < 1"#;
    assert_eq!(
        evaluated(grouped, None, &[]).state(),
        State::CannotTell(vec![Reason::BelowWithoutLogs])
    );
    assert_eq!(evaluated(BY_USER, None, &[]).state(), State::Ok);
}

#[test]
fn logs_without_the_group_are_said_to_be_so_where_it_matters() {
    let bare = json!({"ddsource": "hoop"});
    let few = [bare.clone(), bare.clone()];
    assert_eq!(evaluated(BY_USER, None, &few).state(), State::Ok);
    let many = [bare.clone(), bare.clone(), bare];
    assert_eq!(
        evaluated(BY_USER, None, &many).state(),
        State::CannotTell(vec![Reason::MissingGroup("@usr.id".to_owned())])
    );
}

#[test]
fn a_log_with_an_array_is_in_the_group_of_each_element() {
    let query = r#"logs("*").index("*").rollup("count").by("@tags,host").last("5m") > 0"#;
    let logs = [json!({"tags": ["x", "y"], "host": "h"})];
    let evaluation = evaluated(query, None, &logs);
    let groups: Vec<String> = evaluation
        .groups
        .iter()
        .map(|group| format!("{}/{}", group.values[0].1, group.values[1].1))
        .collect();
    assert_eq!(groups, ["x/h", "y/h"]);
}

#[test]
fn more_groups_than_datadog_keeps_are_open_unless_one_alerts() {
    let query = r#"logs("*").index("*").rollup("count").by("@usr.id,@usr.id").last("5m") > 1"#;
    let logs: Vec<Value> = (0..31).map(|number| by_user(&number.to_string())).collect();
    assert_eq!(
        evaluated(query, None, &logs).state(),
        State::CannotTell(vec![Reason::TooManyGroups])
    );
}

#[test]
fn an_exact_number_is_open_while_it_lies_within_reach() {
    let query = |threshold: u32| {
        format!(r#"logs("blocked").index("*").rollup("count").last("5m") == {threshold}"#)
    };
    let logs = [by_user("a"), by_user("b")];
    assert!(matches!(
        evaluated(&query(1), None, &logs).state(),
        State::CannotTell(_)
    ));
    assert_eq!(evaluated(&query(3), None, &logs).state(), State::Ok);
}

#[test]
fn a_monitor_explains_itself() {
    assert_eq!(
        alert(BY_USER).explain(),
        "alerts when the number of logs of the last 15m, for each `@usr.id` is above 2, looking at logs where `source` is `hoop`"
    );
}

proptest! {
    #[test]
    fn text_made_of_links_never_panics(
        text in prop::collection::vec(
            prop::sample::select(vec![
                "logs", "(", ")", "\"", "\\", ".index", ".rollup", ".by", ".last", "count", "5m", "é",
                "*", "a:b", ">", "=", " ", "1", ",", "-", "\u{3000}",
            ]),
            0..30,
        ),
    ) {
        let text = text.concat();
        if let Err(error) = parse_short(&text) {
            prop_assert!(!error.render(&text).is_empty());
        }
    }

    #[test]
    fn any_search_survives_the_way_through_the_quotes(search in "\\PC{0,40}") {
        let escaped = print::Quoted(&search).to_string();
        let query = format!("logs({escaped}).index(\"*\").rollup(\"count\").last(\"5m\") > 0");
        match (crate::query::parse(&search), parse_short(&query)) {
            (Ok(own), Ok(alert)) => prop_assert_eq!(&own, &alert.queries()[0].search),
            (Err(own), Err(MonitorQueryError::Syntax(error))) => {
                prop_assert_eq!(own.problem, error.problem);
                prop_assert!(query.get(error.span.range()).is_some());
            }
            (own, alert) => prop_assert!(false, "{:?} {:?}", own, alert),
        }
    }
}
