//! Which queries are taken.

use serde_json::json;

use super::*;

fn with_options(query: &str, options: Value) -> Result<Reading, String> {
    let options = options.as_object().expect("an object").clone();
    read("log alert", query, &options)
}

fn log_alert(query: &str) -> Result<Reading, String> {
    with_options(query, json!({}))
}

#[test]
fn whole_log_alerts_are_read() {
    for query in [
        r#"logs("service:foo AND type:error").index("main").rollup("count").by("source,status").last("5m") > 2"#,
        r#"logs("a:\"b (c)\" >= 3").index("*").rollup("cardinality", "@usr.id").last("48h") <= 0.5"#,
    ] {
        let read = log_alert(query);
        assert!(
            matches!(read, Ok(Reading::LogAlert(_))),
            "{query}: {read:?}"
        );
    }
}

#[test]
fn the_parts_of_a_log_alert_are_those_of_its_query() {
    let query =
        r#"logs("a").index("audit").rollup("count").by("@usr.id,service").last("2h") >= 1.5"#;
    let Ok(Reading::LogAlert(alert)) = log_alert(query) else {
        panic!("a log alert");
    };
    assert_eq!(alert.window.as_hours(), 2);
    assert_eq!(
        (alert.operator, alert.threshold),
        (Operator::GreaterOrEqual, 1.5)
    );
    assert!(!alert.queries[0].reaches_the_index);
    let by: Vec<String> = alert.queries[0]
        .by
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(by, ["@usr.id", "service"]);
}

fn variable(source: &str, aggregation: &str) -> Value {
    json!({
        "name": "cost", "data_source": source, "search": {"query": "source:execlave"},
        "compute": {"aggregation": aggregation, "metric": "@cost_usd"},
        "group_by": [{"facet": "@agent_id"}],
    })
}

#[test]
fn a_formula_needs_its_queries() {
    let query = r#"formula("cost").last("1h") > 20"#;
    let variables = |variable: Value| json!({"variables": [variable]});
    let read = with_options(query, variables(variable("logs", "sum")));
    assert!(matches!(read, Ok(Reading::LogAlert(_))), "{read:?}");
    let other = with_options(query, variables(variable("events", "sum")));
    assert_eq!(other, Ok(Reading::Unreadable));
    assert!(with_options(query, json!({})).is_err());
    assert!(with_options(query, variables(variable("logs", "guess"))).is_err());
    let unknown = query.replace("cost", "price");
    assert!(with_options(&unknown, variables(variable("logs", "sum"))).is_err());
}

#[test]
fn a_search_in_words_unknown_to_the_stand_in_is_taken_unread() {
    let query = r#"logs("CIDR(@ip, 10.0.0.0/8)").index("*").rollup("count").last("5m") > 2"#;
    assert_eq!(log_alert(query), Ok(Reading::Unreadable));
}

#[test]
fn a_composite_names_the_monitors_it_joins() {
    let read = read("composite", "12 && (!7 || 12)", &Map::new());
    assert_eq!(read, Ok(Reading::Composite(vec![12, 7, 12])));
}

#[test]
fn a_query_without_an_operator_is_refused_as_recorded() {
    let expected =
        "The value provided for parameter 'query' is invalid: invalid operator specified: ";
    assert_eq!(log_alert("query"), Err(expected.to_owned()));
}

#[test]
fn malformed_log_alerts_are_refused() {
    for query in [
        r#"logs("a").index("main").rollup("count").last("5m") => 2"#,
        r#"logs("a").index("main").rollup("count").last("5m") > many"#,
        r#"logs("a").index("main").rollup("count").last("49h") > 2"#,
        r#"logs("a").index("main").rollup("count").last("0m") > 2"#,
        r#"logs("a").index("main").rollup("count").last("") > 2"#,
        r#"logs("a").index("main").rollup("count", "@a").last("5m") > 2"#,
        r#"logs("a").index("main").rollup("guess", "@a").last("5m") > 2"#,
        r#"logs("a").index("main").rollup("count").by("a,b,c,d,e").last("5m") > 2"#,
        r#"logs("a").rollup("count").last("5m") > 2"#,
        r#"logs("a").index("main").last("5m").rollup("count") > 2"#,
        r#"logs("a).index("main").rollup("count").last("5m") > 2"#,
        r#"logs() > 2"#,
    ] {
        assert!(log_alert(query).is_err(), "{query}");
    }
}

#[test]
fn the_threshold_of_query_and_options_must_agree() {
    let query = r#"logs("a").index("*").rollup("count").last("5m") > 2"#;
    let read = |critical: f64| with_options(query, json!({"thresholds": {"critical": critical}}));
    assert!(read(2.0).is_ok());
    assert!(read(3.0).is_err());
}
