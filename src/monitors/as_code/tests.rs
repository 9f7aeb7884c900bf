//! The pure parts together: what differs, what is kept, what is sent, and what a plan says.

use serde_json::{Map, Value, json};

use super::*;
use crate::domain::site::Site;
use crate::monitors::{Identity, MonitorFile, Values};

const QUERY: &str = r#"logs("service:a").index("*").rollup("count").last("5m") > 2"#;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn mark(name: &str) -> Mark {
    Mark::parse(&format!("ddctl:team/mine/{name}")).expect("a mark")
}

fn wanted(name: &str, body: Value) -> Definition {
    Definition::new(Kind::Monitor, mark(name), name.to_owned(), object(body))
}

fn body() -> Value {
    json!({
        "name": "n", "type": "log alert", "query": QUERY, "message": "one\ntwo\nthree",
        "tags": ["team:a", "source:x"], "priority": 2,
        "options": {"thresholds": {"critical": 2, "warning": 1}, "include_tags": true,
            "on_missing_data": "default", "enable_logs_sample": true},
    })
}

/// What the server makes of `body`.
fn answered(name: &str, id: u64, body: Value, change: impl FnOnce(&mut Value)) -> Found {
    let mut body = Value::Object(wanted(name, body).body);
    body["id"] = id.into();
    body["overall_state"] = "No Data".into();
    body["restricted_roles"] = Value::Null;
    body["options"]["notify_audit"] = false.into();
    body["options"]["silenced"] = json!({});
    body["options"]["new_host_delay"] = 300.into();
    body["options"]["thresholds"]["critical"] = json!(2.0);
    change(&mut body);
    Found {
        kind: Kind::Monitor,
        id: id.to_string(),
        mark: mark(name),
        body: object(body),
    }
}

fn scope(packs: &[&str]) -> Scope {
    Scope {
        kind: Kind::Monitor,
        namespace: "team".to_owned(),
        whole_packs: packs.iter().map(|pack| (*pack).to_owned()).collect(),
    }
}

fn listing(marked: Vec<Found>) -> Listing {
    Listing {
        total: marked.len(),
        marked,
        ..Listing::default()
    }
}

fn no_record() -> Record {
    let folder = tempfile::tempdir().expect("a folder");
    let namespace = Namespace::parse("team").expect("a namespace");
    Record::read(folder.path(), Site::Eu1, &namespace).expect("nothing is there")
}

/// The one step of a plan for one definition and what is there.
fn step(definition: Definition, found: Found) -> Step {
    let plan = plan(
        scope(&[]),
        &[definition],
        &listing(vec![found]),
        &no_record(),
    );
    plan.steps.into_iter().next().expect("one step")
}

fn changed_fields(step: &Step) -> Vec<&str> {
    step.changes
        .iter()
        .map(|change| change.field.as_str())
        .collect()
}

#[test]
fn what_the_server_adds_and_writes_otherwise_is_no_difference() {
    let found = answered("a", 1, body(), |body| {
        body["tags"] = json!(["SOURCE:x", "ddctl:team/mine/a", "team:a"]);
        body["message"] = json!("one\ntwo\nthree\n");
        body["options"]["notify_no_data"] = false.into();
        body["options"]["groupby_simple_monitor"] = false.into();
        body["options"]["evaluation_delay"] = Value::Null;
    });
    let step = step(wanted("a", body()), found);
    assert_eq!(
        (step.action, step.changes, step.kept),
        (Action::Unchanged, vec![], vec![])
    );
}

#[test]
fn what_was_changed_by_hand_is_named_field_by_field() {
    let found = answered("a", 1, body(), |body| {
        body["priority"] = Value::Null;
        body["message"] = json!("one\n2\nthree");
        body["tags"] = json!(["team:a", "ddctl:team/mine/a"]);
        body["options"]["thresholds"] = json!({"critical": 2.0, "critical_recovery": 1.0});
        body["options"]["enable_logs_sample"] = false.into();
    });
    let step = step(wanted("a", body()), found);
    assert_eq!(step.action, Action::Change);
    assert_eq!(
        changed_fields(&step),
        [
            "message",
            "priority",
            "tags",
            "options.enable_logs_sample",
            "options.thresholds.critical_recovery",
            "options.thresholds.warning",
        ]
    );
    let recovery = &step.changes[4];
    assert_eq!((&recovery.old, &recovery.new), (&json!(1.0), &Value::Null));
}

#[test]
fn what_no_file_decides_about_is_kept_and_sent_back() {
    let found = answered("a", 1, body(), |body| {
        body["query"] = json!(QUERY.replace("service:a", "service:b"));
        body["options"]["silenced"] = json!({"*": null, "host:a": 17});
        body["options"]["renotify_interval"] = 60.into();
        body["options"]["a_newer_option"] = "x".into();
        body["restricted_roles"] = json!(["role"]);
    });
    let step = step(wanted("a", body()), found);
    let kept: Vec<&str> = step.kept.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(
        kept,
        [
            "options.silenced",
            "options.renotify_interval",
            "options.a_newer_option",
            "restricted_roles",
        ]
    );
    let sent = step.body();
    assert_eq!(sent["query"], QUERY);
    assert_eq!(sent["options"]["silenced"]["host:a"], 17);
    assert_eq!(sent["options"]["renotify_interval"], 60);
    assert_eq!(sent["options"]["a_newer_option"], "x");
    assert_eq!(
        sent["options"]["thresholds"],
        json!({"critical": 2, "warning": 1})
    );
    assert!(
        sent.get("restricted_roles").is_none(),
        "what is not sent stays"
    );
    assert!(sent.get("type").is_none(), "it cannot change");
}

#[test]
fn a_mute_without_an_end_is_something_that_somebody_set() {
    let muted = answered("a", 1, body(), |body| {
        body["options"]["silenced"] = json!({"*": null});
    });
    let step = step(wanted("a", body()), muted);
    assert_eq!(step.action, Action::Unchanged);
    assert_eq!(
        step.kept,
        [("options.silenced".to_owned(), json!({"*": null}))]
    );
}

#[test]
fn an_option_that_a_file_sets_is_its_own_and_null_takes_it_back() {
    let set = |value: Value| {
        let mut body = body();
        body["options"]["renotify_interval"] = value;
        wanted("a", body)
    };
    let live = || {
        answered("a", 1, body(), |body| {
            body["options"]["renotify_interval"] = 60.into()
        })
    };
    assert_eq!(step(set(json!(60)), live()).action, Action::Unchanged);
    let changed = step(set(json!(30)), live());
    assert_eq!(changed_fields(&changed), ["options.renotify_interval"]);
    assert_eq!(changed.body()["options"]["renotify_interval"], 30);
    let taken_back = step(set(Value::Null), live());
    assert_eq!(changed_fields(&taken_back), ["options.renotify_interval"]);
    assert_eq!(
        taken_back.body()["options"]["renotify_interval"],
        Value::Null
    );
}

#[test]
fn a_priority_that_went_from_the_file_is_taken_off() {
    let mut without = body();
    without
        .as_object_mut()
        .expect("an object")
        .remove("priority");
    let step = step(wanted("a", without), answered("a", 1, body(), |_| ()));
    assert_eq!(changed_fields(&step), ["priority"]);
    assert_eq!(step.body()["priority"], Value::Null);
}

#[test]
fn a_formula_is_compared_query_by_query() {
    let formula = |search: &str| {
        let mut body = body();
        body["query"] = json!(r#"formula("a + b").last("5m") > 2"#);
        let query = |name: &str, search: &str| {
            json!({"name": name, "data_source": "logs", "search": {"query": search},
                "compute": {"aggregation": "count"}})
        };
        body["options"]["variables"] = json!([query("a", search), query("b", "x")]);
        body
    };
    let found = answered("a", 1, formula("mine"), |body| {
        body["options"]["variables"][0]["indexes"] = json!(["*"]);
        body["options"]["variables"][1]["group_by"] = json!([]);
    });
    assert_eq!(
        step(wanted("a", formula("mine")), found.clone()).action,
        Action::Unchanged
    );
    let other = step(wanted("a", formula("other")), found);
    assert_eq!(
        changed_fields(&other),
        ["options.variables[a].search.query"]
    );
}

#[test]
fn a_plan_tells_new_from_deleted_from_foreign_from_orphaned() {
    let folder = tempfile::tempdir().expect("a folder");
    let namespace = Namespace::parse("team").expect("a namespace");
    let mut record = Record::read(folder.path(), Site::Eu1, &namespace).expect("empty");
    record
        .set(Kind::Monitor, &mark("gone"), Some("9"))
        .expect("written");
    let foreign = Found {
        mark: Mark::parse("ddctl:other/mine/new").expect("a mark"),
        ..answered("new", 7, body(), |_| ())
    };
    let there = vec![
        answered("same", 1, body(), |_| ()),
        answered("old", 2, body(), |_| ()),
        foreign,
    ];
    let files = ["new", "gone", "same"].map(|name| wanted(name, body()));
    let actions = |packs: &[&str]| -> Vec<(String, Action)> {
        let plan = plan(scope(packs), &files, &listing(there.clone()), &record);
        let steps = plan.steps.into_iter();
        steps.map(|step| (step.mark.name, step.action)).collect()
    };
    let expected = vec![
        ("new".to_owned(), Action::Create { gone: None }),
        (
            "gone".to_owned(),
            Action::Create {
                gone: Some("9".to_owned()),
            },
        ),
        ("same".to_owned(), Action::Unchanged),
        ("old".to_owned(), Action::Orphan),
    ];
    assert_eq!(actions(&["mine"]), expected);
    // Of a single file nobody knows what else was in its folder.
    assert_eq!(actions(&[]), expected[..3]);
}

#[test]
fn two_of_one_mark_and_another_type_stand_in_the_way() {
    let twice = vec![
        answered("a", 1, body(), |_| ()),
        answered("a", 2, body(), |_| ()),
    ];
    let ambiguous = plan(
        scope(&[]),
        &[wanted("a", body())],
        &listing(twice),
        &no_record(),
    );
    assert_eq!(ambiguous.steps[0].ids, ["1", "2"]);
    let obstacle = ambiguous.obstacle().expect("one").to_string();
    assert!(obstacle.contains("1, 2"), "{obstacle}");
    let typed = answered("a", 1, body(), |body| body["type"] = "query alert".into());
    let files = [wanted("a", body())];
    let typed = plan(scope(&[]), &files, &listing(vec![typed]), &no_record());
    assert!(matches!(typed.steps[0].action, Action::TypeChange { .. }));
    assert!(typed.obstacle().is_some());
    assert!(typed.work(true).is_empty());
}

#[test]
fn a_file_takes_over_what_has_no_mark_and_nothing_that_has_one() {
    let mut definition = wanted("a", body());
    definition.adopts = Some("5".to_owned());
    let mut free = answered("a", 5, body(), |_| ());
    free.body
        .insert("tags".to_owned(), json!(["team:a", "source:x"]));
    let there = Listing {
        total: 1,
        unmarked: [("5".to_owned(), free.body)].into(),
        ..Listing::default()
    };
    let adopted = plan(scope(&[]), &[definition.clone()], &there, &no_record());
    assert_eq!(adopted.steps[0].action, Action::Adopt);
    assert_eq!(changed_fields(&adopted.steps[0]), ["tags"]);
    // Once it has the mark, there is nothing left to take over.
    let marked = listing(vec![answered("a", 5, body(), |_| ())]);
    let after = plan(scope(&[]), &[definition.clone()], &marked, &no_record());
    assert_eq!(after.steps[0].action, Action::Unchanged);
    let elsewhere = plan(scope(&[]), &[definition], &listing(vec![]), &no_record());
    assert_eq!(elsewhere.steps[0].action, Action::Create { gone: None });
}

fn dashboard(body: Value) -> Definition {
    Definition::new(Kind::Dashboard, mark("d"), String::new(), object(body))
}

fn dashboard_there(body: Value) -> Found {
    Found {
        kind: Kind::Dashboard,
        id: "abc".to_owned(),
        mark: mark("d"),
        body: dashboard(body).body,
    }
}

#[test]
fn a_dashboards_ids_are_no_difference_and_its_widgets_are_told_by_title() {
    let widget = |title: &str, query: &str| {
        json!({"definition": {"type": "timeseries", "title": title,
            "requests": [{"queries": [{"name": "q", "search": {"query": query}}]}]}})
    };
    let body = |query: &str| {
        json!({"title": "t", "layout_type": "ordered",
            "widgets": [widget("a", "x"), widget("b", query)]})
    };
    let mut live = body("y");
    live["id"] = "abc".into();
    live["widgets"][0]["id"] = 1.into();
    live["widgets"][1]["id"] = 2.into();
    live["template_variables"] = json!([]);
    live["notify_list"] = json!(["ada@example.com"]);
    let same = step(dashboard(body("y")), dashboard_there(live.clone()));
    assert_eq!((&same.action, same.changes.len()), (&Action::Unchanged, 0));
    assert_eq!(same.kept[0].0, "notify_list");
    let other = step(dashboard(body("z")), dashboard_there(live.clone()));
    assert_eq!(
        changed_fields(&other),
        ["widgets[b].definition.requests[0].queries[q].search.query"]
    );
    assert_eq!(other.body()["notify_list"], json!(["ada@example.com"]));
    let mut turned = live;
    turned["widgets"].as_array_mut().expect("a list").reverse();
    let turned = step(dashboard(body("y")), dashboard_there(turned));
    assert_eq!(changed_fields(&turned), ["widgets (order)"]);
}

/// Exports `found` and plans the file against it.
fn round_trip(found: &Found) -> Result<(String, Step), CannotExport> {
    let identity = Identity {
        pack: "mine".to_owned(),
        name: found.mark.name.clone(),
    };
    let yaml = export(found, &identity, true)?;
    let file = MonitorFile::parse(&yaml)?.render(identity, None, &Values::new())?;
    let body = file.to_api();
    Ok((yaml, step(wanted(&found.mark.name, body), found.clone())))
}

#[test]
fn an_exported_monitor_shows_no_difference() {
    let plain = answered("a", 1, body(), |_| ());
    let rich = answered("a", 1, body(), |body| {
        body["message"] =
            json!("{{#is_alert}}\n  \"${x}\" costs 5$: # no\n\n- @slack-a\n{{/is_alert}}");
        body["name"] = json!("[a] ${b}: 'yes' \"no\"");
        body["tags"] = json!(["ddctl:team/mine/a", "yes", "a:1", "null"]);
        body["priority"] = Value::Null;
        body["options"]["on_missing_data"] = "show_no_data".into();
        body["options"]["renotify_interval"] = 60.into();
        body["options"]["renotify_statuses"] = json!(["alert"]);
        body["options"]["silenced"] = json!({"*": null});
        body["options"]["enable_logs_sample"] = false.into();
    });
    let bare = answered("a", 1, body(), |body| {
        body["message"] = "".into();
        body["options"] = json!({});
        body["tags"] = json!(["ddctl:team/mine/a"]);
    });
    let formula = answered("a", 1, body(), |body| {
        body["query"] = json!(r#"formula("a / b * 100").last("5m") > 2"#);
        body["options"]["variables"] = json!([
            {"name": "a", "data_source": "logs", "search": {"query": "x:\"${y}\""}, "indexes": ["main"],
                "compute": {"aggregation": "sum", "metric": "@n"},
                "group_by": [{"facet": "@m", "limit": 10}]},
            {"name": "b", "data_source": "logs", "search": {"query": "*"},
                "compute": {"aggregation": "count"},
                "group_by": [{"facet": "@m", "limit": 10}]},
        ]);
    });
    for found in [plain, rich, bare, formula] {
        let (yaml, step) = round_trip(&found).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            step.action,
            Action::Unchanged,
            "{yaml}\n{:#?}",
            step.changes
        );
        assert!(!yaml.contains("ddctl:"), "{yaml}");
    }
}

#[test]
fn what_a_file_cannot_say_is_refused_by_name() {
    let refused = |change: fn(&mut Value)| {
        let error = round_trip(&answered("a", 1, body(), change)).expect_err("no word for it");
        error.to_string()
    };
    let metric = refused(|body| {
        body["type"] = "query alert".into();
        body["query"] = "avg(last_5m):avg:system.load.5{*} > 0.5".into();
    });
    assert!(metric.contains("`query alert`"), "{metric}");
    let newer = refused(|body| body["options"]["a_newer_option"] = "x".into());
    assert!(newer.contains("options.a_newer_option"), "{newer}");
    let unread = refused(|body| body["query"] = "logs(\"(a\") > 2".into());
    assert!(unread.contains("does not parse"), "{unread}");
}

#[test]
fn a_monitor_that_nobody_keeps_is_exported_with_what_it_takes_over() {
    let found = answered("a", 4711, body(), |_| ());
    let identity = Identity {
        pack: "mine".to_owned(),
        name: "a".to_owned(),
    };
    let yaml = export(&found, &identity, false).expect("it can be written");
    let file = MonitorFile::parse(&yaml).expect("it can be read");
    assert_eq!(file.adopts, Some(4711));
}
