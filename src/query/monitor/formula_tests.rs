//! Formulas, the other kinds of records, recovery and missing data.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::query::{Reason, evaluate, parse};

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().expect("a valid instant")
}

fn variables(given: Value) -> Vec<Variable> {
    serde_json::from_value(given).expect("variables as the API spells them")
}

fn one(name: &str, search: &str, aggregation: &str, metric: Option<&str>, by: &[&str]) -> Value {
    let mut compute = json!({"aggregation": aggregation});
    if let Some(metric) = metric {
        compute["metric"] = metric.into();
    }
    let groups: Vec<Value> = by.iter().map(|facet| json!({"facet": facet})).collect();
    json!({
        "name": name, "data_source": "logs", "search": {"query": search},
        "compute": compute, "group_by": groups,
    })
}

fn alert(query: &str, given: Value) -> Alert {
    parse_monitor(query, &variables(given))
        .unwrap_or_else(|error| panic!("{}", error.render(query)))
}

fn refused(query: &str, given: Value) -> MonitorQueryError {
    parse_monitor(query, &variables(given)).expect_err(query)
}

fn evaluated(alert: &Alert, rules: &Rules, sent: &[Value]) -> Evaluation {
    let sent: Vec<Map<String, Value>> = sent
        .iter()
        .filter_map(|one| one.as_object().cloned())
        .collect();
    let record = alert.record();
    let indexed: Vec<_> = sent.iter().map(|one| record.indexed(one)).collect();
    alert.evaluate(&indexed, rules, now())
}

/// The number over logs whose `n` takes these values.
fn number(aggregation: &str, values: &[f64]) -> Seen {
    let alert = alert(
        r#"formula("q").last("5m") > 1000000"#,
        json!([one("q", "*", aggregation, Some("@n"), &[])]),
    );
    let sent: Vec<Value> = values.iter().map(|n| json!({"n": n})).collect();
    evaluated(&alert, &Rules::default(), &sent).groups[0].seen
}

#[test]
fn each_aggregation_makes_its_number() {
    let values = [4.0, 1.0, 3.0, 2.0];
    for (aggregation, expected) in [
        ("sum", Seen::Exactly(10.0)),
        ("min", Seen::Exactly(1.0)),
        ("max", Seen::Exactly(4.0)),
        ("cardinality", Seen::Exactly(4.0)),
        ("count", Seen::Exactly(4.0)),
        ("median", Seen::Between(1.98, 3.03)),
        ("pc75", Seen::Between(2.97, 4.04)),
        ("pc99", Seen::Between(2.97, 4.04)),
    ] {
        assert_eq!(number(aggregation, &values), expected, "{aggregation}");
    }
    assert!(matches!(number("avg", &values), Seen::Between(low, high) if low < 2.5 && 2.5 < high));
    assert_eq!(number("sum", &[]), Seen::Nothing);
    assert_eq!(number("count", &[]), Seen::Exactly(0.0));
}

#[test]
fn fractions_that_meet_the_threshold_are_open() {
    let spent = |threshold: &str| {
        let query = format!(r#"formula("spent").last("1h") > {threshold}"#);
        let alert = alert(
            &query,
            json!([one("spent", "*", "sum", Some("@cost_usd"), &[])]),
        );
        let sent = [json!({"cost_usd": 0.1}), json!({"cost_usd": 0.2})];
        evaluated(&alert, &Rules::default(), &sent).state()
    };
    assert_eq!(spent("0.29"), State::Alert);
    assert_eq!(spent("0.31"), State::Ok);
    assert_eq!(spent("0.3"), State::CannotTell(vec![Reason::Rounding]));
}

#[test]
fn a_ratio_is_taken_group_by_group() {
    let alert = alert(
        r#"formula("errors / all * 100").last("15m") >= 50"#,
        json!([
            one("errors", "status:error", "count", None, &["service"]),
            one("all", "*", "count", None, &["service"]),
        ]),
    );
    assert_eq!(alert.record().monitor_type(), "log alert");
    let log = |service: &str, status: &str| json!({"service": service, "status": status});
    let sent = [
        log("a", "error"),
        log("a", "info"),
        log("b", "error"),
        log("b", "info"),
        log("b", "info"),
        log("c", "info"),
    ];
    let evaluation = evaluated(&alert, &Rules::default(), &sent);
    let states: Vec<&State> = evaluation.groups.iter().map(|group| &group.state).collect();
    assert_eq!(states[0], &State::Alert);
    assert_eq!(states[1], &State::Ok);
    let absent = Reason::AbsentInFormula("errors".to_owned());
    assert_eq!(
        states[2],
        &State::CannotTell(vec![absent]),
        "no error in `c`"
    );
}

#[test]
fn default_zero_fills_what_a_query_did_not_find() {
    let alert = alert(
        r#"formula("default_zero(errors) / all").last("15m") > 0"#,
        json!([
            one("errors", "status:error", "count", None, &["service"]),
            one("all", "*", "count", None, &["service"]),
        ]),
    );
    let sent = [json!({"service": "c", "status": "info"})];
    assert_eq!(
        evaluated(&alert, &Rules::default(), &sent).state(),
        State::Ok
    );
}

#[test]
fn what_a_formula_leaves_open_is_said() {
    let ratio = json!([
        one("a", "x:y", "count", None, &[]),
        one("b", "x:z", "count", None, &[])
    ]);
    let divided = alert(r#"formula("a / b").last("5m") > 1"#, ratio);
    assert_eq!(
        evaluated(&divided, &Rules::default(), &[]).state(),
        State::CannotTell(vec![Reason::DivisionByZero])
    );
    let groups = json!([
        one("a", "*", "count", None, &["host"]),
        one("b", "*", "count", None, &[])
    ]);
    let mixed = alert(r#"formula("a + b").last("5m") > 1"#, groups);
    assert_eq!(
        evaluated(&mixed, &Rules::default(), &[json!({"host": "h"})]).state(),
        State::CannotTell(vec![Reason::GroupsDiffer])
    );
}

#[test]
fn arithmetic_binds_as_usual_and_prints_to_the_same() {
    let queries = || {
        json!([
            one("a", "*", "count", None, &[]),
            one("b", "*", "count", None, &[])
        ])
    };
    let three = [json!({}), json!({}), json!({})];
    for (text, expected) in [
        ("a", 3.0),
        ("a + b * 2", 9.0),
        ("(a + b) * 2", 12.0),
        ("a - b - 1", -1.0),
        ("12 / a / 2", 2.0),
        ("-a + -(-b)", 0.0),
        ("default_zero(a) * 0.5", 1.5),
    ] {
        let query = format!("formula(\"{text}\").last(\"5m\") > 99");
        let parsed = alert(&query, queries());
        let seen = evaluated(&parsed, &Rules::default(), &three).groups[0].seen;
        assert_eq!(seen, Seen::Exactly(expected), "{text}");
        let printed = parsed.to_string();
        assert_eq!(alert(&printed, queries()).to_string(), printed);
    }
}

#[test]
fn what_is_wrong_with_a_formula_is_said_where_it_stands() {
    let queries = || json!([one("errors", "*", "count", None, &[])]);
    for (text, column, problem) in [
        ("eror", 10, "no query is called `eror`"),
        ("errors +", 18, "nothing stands here"),
        ("(errors", 10, "never closed"),
        ("errors errors", 17, "the formula is over here"),
        ("anomalies(errors)", 10, "`anomalies` is not evaluated"),
        ("1.2.3", 10, "`1.2.3` is no number"),
        ("", 10, "nothing stands here"),
    ] {
        let query = format!("formula(\"{text}\").last(\"5m\") > 1");
        let MonitorQueryError::Syntax(error) = refused(&query, queries()) else {
            panic!("{text}");
        };
        assert!(error.problem.contains(problem), "{text}: {error}");
        assert_eq!(error.column(&query), column, "{text}");
    }
    let deep = format!("formula(\"{}1\").last(\"5m\") > 1", "-".repeat(5_000));
    assert!(matches!(
        refused(&deep, queries()),
        MonitorQueryError::Syntax(_)
    ));
}

#[test]
fn variables_that_make_no_sense_are_refused() {
    let query = r#"formula("a").last("5m") > 1"#;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut variable = one("a", "*", "count", None, &[]);
        change(&mut variable);
        refused(query, json!([variable])).to_string()
    };
    for (said, expected) in [
        (
            with(&|one| one["data_source"] = "rum".into()),
            "the data source `rum`",
        ),
        (
            with(&|one| one["search"]["query"] = "a:(".into()),
            "the query ends here",
        ),
        (
            with(&|one| one["compute"]["aggregation"] = "sum".into()),
            "of what",
        ),
        (
            with(&|one| one["compute"]["aggregation"] = "pc42".into()),
            "no aggregation",
        ),
        (
            with(&|one| one["group_by"] = json!([{"facet": "@"}])),
            "no facet",
        ),
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(refused(query, json!([])), MonitorQueryError::NoVariables);
    let twice = json!([
        one("a", "*", "count", None, &[]),
        one("a", "*", "count", None, &[])
    ]);
    assert_eq!(
        refused(query, twice),
        MonitorQueryError::DoubleName("a".to_owned())
    );
    let mut spans = one("b", "*", "count", None, &[]);
    spans["data_source"] = "spans".into();
    let mixed = json!([one("a", "*", "count", None, &[]), spans]);
    assert!(matches!(
        refused(query, mixed),
        MonitorQueryError::Mixed(..)
    ));
    let short = r#"logs("*").index("*").rollup("count").last("5m") > 1"#;
    let needless = json!([one("a", "*", "count", None, &[])]);
    assert_eq!(
        refused(short, needless),
        MonitorQueryError::NeedlessVariables
    );
}

#[test]
fn each_record_has_its_function_and_type() {
    for (query, kind) in [
        (
            r#"events("source:ddctl").rollup("count").last("5m") > 0"#,
            "event-v2 alert",
        ),
        (
            r#"trace-analytics("service:a").rollup("count").by("resource_name").last("5m") > 1"#,
            "trace-analytics alert",
        ),
        (
            r#"llm-observability("*").rollup("count").last("2h") > 0"#,
            "llm-observability alert",
        ),
    ] {
        let parsed = parse_short(query).unwrap_or_else(|error| panic!("{}", error.render(query)));
        assert_eq!(parsed.record().monitor_type(), kind);
        assert_eq!(parse_short(&parsed.to_string()), Ok(parsed.clone()));
    }
    let indexed = r#"events("*").index("*").rollup("count").last("5m") > 0"#;
    let error = parse_short(indexed).expect_err("events have no index");
    assert!(
        error.to_string().contains("events have no indexes"),
        "{error}"
    );
}

#[test]
fn each_record_answers_what_is_published_of_it_and_no_more() {
    let span = json!({
        "service": "orders", "env": "prod", "resource_name": "select a, b", "type": "db",
        "custom": {"gen_ai": {"operation": {"name": "chat"}}, "n": 3}, "tags": ["team:x"],
    });
    let event = json!({"title": "t", "text": "blocked", "source_type_name": "ddctl", "host": "h",
        "tags": ["session:1"], "alert_type": "error"});
    let cases: &[(Record, &Value, &str, char)] = &[
        (Record::Span, &span, "service:orders env:prod", '+'),
        (Record::Span, &span, "resource_name:\"select a, b\"", '+'),
        (
            Record::Span,
            &span,
            "@gen_ai.operation.name:chat @n:>2 team:x",
            '+',
        ),
        (Record::Span, &span, "service:users", '-'),
        (Record::Span, &span, "status:error", '?'),
        (Record::Span, &span, "words", '?'),
        (Record::Event, &event, "source:ddctl session:1 host:h", '+'),
        (Record::Event, &event, "source:other", '-'),
        (Record::Event, &event, "status:error", '?'),
        (Record::Event, &event, "blocked", '?'),
        (Record::Event, &event, "@n:>1", '?'),
        (Record::LlmSpan, &span, "*", '+'),
        (Record::LlmSpan, &span, "@ml_app:x", '?'),
    ];
    for (record, sent, search, expected) in cases {
        let sent = sent.as_object().expect("an object");
        let verdict = evaluate(&parse(search).expect(search), &record.indexed(sent));
        let sign = match verdict {
            crate::query::Verdict::Yes => '+',
            crate::query::Verdict::No => '-',
            crate::query::Verdict::CannotTell(_) => '?',
        };
        assert_eq!(sign, *expected, "{record} {search}");
    }
}

#[test]
fn a_recovery_threshold_holds_the_state_until_it_is_passed() {
    let alert =
        parse_short(r#"logs("*").index("*").rollup("count").last("5m") > 3"#).expect("it parses");
    let state = |logs: usize, before: Option<Past>| {
        let rules = Rules {
            warning: Some(2.0),
            critical_recovery: Some(1.0),
            before,
            ..Rules::default()
        };
        evaluated(&alert, &rules, &vec![json!({}); logs]).state()
    };
    assert_eq!(state(4, None), State::Alert);
    assert_eq!(state(2, None), State::Ok);
    assert_eq!(state(2, Some(Past::Alert)), State::Alert);
    assert_eq!(state(2, Some(Past::Warn)), State::Ok);
    assert_eq!(state(3, Some(Past::Ok)), State::Warn);
    assert_eq!(state(0, Some(Past::Alert)), State::Ok);
    assert_eq!(
        state(1, Some(Past::Alert)),
        State::CannotTell(vec![Reason::RecoveryEdge])
    );
}

#[test]
fn without_data_the_setting_decides() {
    let state = |query: &str, on_missing_data: OnMissingData, before: Option<Past>| {
        let variables = json!([one("q", "*", "max", Some("@n"), &[])]);
        let alert = match query.starts_with("formula") {
            true => alert(query, variables),
            false => parse_short(query).expect(query),
        };
        let rules = Rules {
            on_missing_data,
            before,
            ..Rules::default()
        };
        evaluated(&alert, &rules, &[]).state()
    };
    let silence = r#"logs("*").index("*").rollup("count").last("5m") < 1"#;
    let largest = r#"formula("q").last("5m") > 1"#;
    assert_eq!(state(silence, OnMissingData::Default, None), State::Alert);
    assert_eq!(
        state(silence, OnMissingData::ShowNoData, None),
        State::NoData
    );
    assert_eq!(state(silence, OnMissingData::Resolve, None), State::Ok);
    assert_eq!(state(largest, OnMissingData::Default, None), State::NoData);
    assert_eq!(
        state(largest, OnMissingData::Default, Some(Past::Alert)),
        State::Alert
    );
    assert_eq!(
        state(largest, OnMissingData::ShowAndNotifyNoData, Some(Past::Ok)),
        State::NoData
    );
}

proptest! {
    /// However open records fall, the number lies within the bounds that were given.
    #[test]
    fn bounds_hold_for_every_choice_of_the_open_records(
        certain in prop::collection::vec(-50i32..50, 1..5),
        open in prop::collection::vec(-50i32..50, 0..5),
        chosen in prop::collection::vec(any::<bool>(), 5),
    ) {
        for aggregation in ["sum", "avg", "min", "max", "count"] {
            let parsed = alert(
                r#"formula("q").last("5m") > 1000000"#,
                json!([one("q", "blocked", aggregation, Some("@n"), &[])]),
            );
            let log = |word: &str, n: &i32| json!({"message": word, "n": n});
            // `Blocked` is open, since nobody says whether free text ignores case.
            let sure: Vec<Value> = certain.iter().map(|n| log("blocked", n)).collect();
            let all = sure.iter().cloned().chain(open.iter().map(|n| log("Blocked", n)));
            let picked = open.iter().zip(&chosen).filter(|(_, is_in)| **is_in);
            let one_way = sure.iter().cloned().chain(picked.map(|(n, _)| log("blocked", n)));
            let seen = |sent: Vec<Value>| match evaluated(&parsed, &Rules::default(), &sent).groups[0].seen {
                Seen::Exactly(n) => (n, n),
                Seen::Between(low, high) => (low, high),
                Seen::Nothing => (f64::NEG_INFINITY, f64::INFINITY),
            };
            let (low, high) = seen(all.collect());
            let (least, most) = seen(one_way.collect());
            let middle = (least + most) / 2.0;
            prop_assert!(low <= middle && middle <= high, "{} {} {} {}", aggregation, low, middle, high);
        }
    }

    #[test]
    fn text_made_of_formula_parts_never_panics(
        text in prop::collection::vec(
            prop::sample::select(vec!["a", "b", "(", ")", "+", "-", "*", "/", "1", ".", " ", "é", "default_zero", "%"]),
            0..30,
        ),
    ) {
        let text = text.concat();
        let queries = json!([one("a", "*", "count", None, &[]), one("b", "*", "count", None, &[])]);
        let query = format!("formula(\"{text}\").last(\"5m\") > 1");
        match parse_monitor(&query, &variables(queries)) {
            Ok(parsed) => { evaluated(&parsed, &Rules::default(), &[json!({})]); }
            Err(error) => prop_assert!(!error.render(&query).is_empty()),
        }
    }
}
