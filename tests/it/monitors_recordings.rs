//! Every recorded creation, held against what Datadog answered to it: a plan of what was sent
//! against what came back shows no difference.

use std::collections::BTreeSet;

use ddctl::domain::site::Site;
use ddctl::http::Method;
use ddctl::monitors::as_code::{
    Action, Definition, Found, Kind, Listing, Mark, Namespace, Record, Scope, plan,
};
use serde_json::{Map, Value};

use crate::sandbox_datadog::{names, recorded};

fn mark() -> Mark {
    Mark::parse("ddctl:team/mine/a").expect("a mark")
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn definition(kind: Kind, body: &Value) -> Definition {
    Definition::new(kind, mark(), "recorded".to_owned(), object(body))
}

/// What a plan says of `sent` where `answered` is there, but for the mark, which both are given.
#[track_caller]
fn assert_unchanged(name: &str, kind: Kind, sent: &Value, answered: &Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let namespace = Namespace::parse("team").expect("a namespace");
    let record = Record::read(folder.path(), Site::Us1, &namespace).expect("nothing is there");
    let there = Found {
        kind,
        id: "1".to_owned(),
        mark: mark(),
        body: definition(kind, answered).body,
    };
    let listing = Listing {
        total: 1,
        marked: vec![there],
        ..Listing::default()
    };
    let scope = Scope {
        kind,
        namespace: "team".to_owned(),
        whole_packs: BTreeSet::new(),
    };
    let plan = plan(scope, &[definition(kind, sent)], &listing, &record);
    let step = &plan.steps[0];
    assert_eq!(
        step.action,
        Action::Unchanged,
        "{name}: {:#?}",
        step.changes
    );
    assert!(step.kept.is_empty(), "{name}: {:#?}", step.kept);
}

/// Holds each answered creation below `part` at `path` against its answer, and counts them.
fn creations(part: &str, path: &str, kind: Kind) -> Option<usize> {
    let names = names(part);
    if names.is_empty() {
        recorded(part)?;
    }
    let mut seen = 0;
    for name in names {
        for interaction in recorded(&name)? {
            let is_creation = interaction.method == Method::POST
                && interaction.url.path() == path
                && interaction.status == 200;
            if is_creation {
                let sent = serde_json::from_str(&interaction.body).expect("a body of JSON");
                assert_unchanged(&name, kind, &sent, &interaction.answer);
                seen += 1;
            }
        }
    }
    Some(seen)
}

#[test]
fn a_monitor_is_as_its_own_creation_was_answered() {
    let Some(seen) = creations("v1/monitors", "/api/v1/monitor", Kind::Monitor) else {
        return;
    };
    assert!(seen >= 11, "{seen}");
}

#[test]
fn a_dashboard_is_as_its_own_creation_was_answered() {
    let Some(seen) = creations("v1/dashboards", "/api/v1/dashboard", Kind::Dashboard) else {
        return;
    };
    assert!(seen >= 13, "{seen}");
}

#[test]
fn what_a_change_sends_is_what_is_there_after_it() {
    let name = "v1/monitors/Edit-a-monitor-returns-OK-response.json";
    let Some(interactions) = recorded(name) else {
        return;
    };
    let sent_first: Value = serde_json::from_str(&interactions[0].body).expect("JSON");
    let mut sent: Value = serde_json::from_str(&interactions[1].body).expect("JSON");
    // What a change leaves out stays.
    for field in ["type", "query", "message", "tags"] {
        sent[field] = sent_first[field].clone();
    }
    let answered = &interactions[1].answer;
    assert_unchanged(name, Kind::Monitor, &sent, answered);
}
