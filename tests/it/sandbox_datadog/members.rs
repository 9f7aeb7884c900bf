//! Recorded answers that tell of an organisation with a past of its own: what they are about is
//! made here, and the answers have the recorded members, each of the recorded type.

use std::time::Duration;

use ddctl::http::Method;
use ddctl::sandbox::Options;
use serde_json::{Value, json};

use super::management::{create, kind};
use super::recordings::{Keys, recorded};
use super::{API, World};

/// The keys of an object and the types of their values.
fn members(value: &Value) -> Vec<(String, &'static str)> {
    let members = value.as_object().expect("an object");
    let mut members: Vec<_> = members
        .iter()
        .map(|(name, value)| (name.clone(), kind(value)))
        .collect();
    members.sort();
    members
}

const LOG_ALERT: &str = r#"logs("service:foo AND type:error").index("main").rollup("count").by("source").last("5m") > 2"#;

#[tokio::test]
async fn found_monitors_have_the_recorded_members() {
    let name = "v1/monitors/Monitors-search-returns-OK-response.json";
    let Some(interactions) = recorded(name) else {
        return;
    };
    let page = &interactions[0].answer;
    let recorded = page["monitors"].as_array().expect("a list");
    let recorded = recorded
        .iter()
        .find(|monitor| monitor["query"] == LOG_ALERT && monitor["status"] == "OK")
        .expect("a log alert was recorded");
    let world = World::with(looking_always()).await;
    let monitor = json!({
        "type": "log alert", "query": LOG_ALERT, "name": "n", "priority": 3,
        "message": "some message Notify: @hipchat-channel", "tags": ["env:ci"],
    });
    create(&world, "/api/v1/monitor", &monitor).await;
    let live = world
        .until("/api/v1/monitor/search", |found| {
            !found["monitors"][0]["overall_state_modified"].is_null()
        })
        .await;
    assert_eq!(members(&live), members(page));
    assert_eq!(members(&live["counts"]), members(&page["counts"]));
    assert_eq!(members(&live["metadata"]), members(&page["metadata"]));
    assert_eq!(live["metadata"]["per_page"], page["metadata"]["per_page"]);
    let found = &live["monitors"][0];
    assert_eq!(members(found), members(recorded));
    for name in [
        "classification",
        "type",
        "query",
        "notifications",
        "priority",
        "status",
    ] {
        assert_eq!(found[name], recorded[name], "{name}");
    }
}

fn looking_always() -> Options {
    Options {
        evaluation_interval: Duration::from_millis(1),
        ..Options::default()
    }
}

#[tokio::test]
async fn found_groups_have_the_recorded_members() {
    let name = "v1/monitors/Monitors-group-search-returns-OK-response.json";
    let Some(interactions) = recorded(name) else {
        return;
    };
    let page = &interactions[0].answer;
    let world = World::with(looking_always()).await;
    let query = r#"logs("*").index("main").rollup("count").by("source").last("5m") > 0"#;
    let monitor = json!({"type": "log alert", "query": query, "name": "n", "priority": 5});
    create(&world, "/api/v1/monitor", &monitor).await;
    world
        .send(&json!({"message": "m", "ddsource": "hoop"}))
        .await;
    let live = world
        .until("/api/v1/monitor/groups/search", |found| {
            found["groups"] != json!([])
        })
        .await;
    let (found, recorded) = (&live["groups"][0], &page["groups"][0]);
    assert_eq!(members(&live), members(page));
    assert_eq!(members(found), members(recorded));
    assert_eq!(found["status"], "Alert");
    assert_eq!(found["group_tags"], json!(["source:hoop"]));
    assert_eq!(
        members(&live["counts"]["muted"][0]),
        members(&page["counts"]["muted"][0])
    );
}

#[tokio::test]
async fn a_monitor_that_composites_join_cannot_be_deleted_as_recorded() {
    let Some(interactions) = recorded("v1/go/Can-delete-monitor-409.json") else {
        return;
    };
    let recorded = &interactions[0];
    let world = World::start().await;
    let joined = json!({"type": "query alert", "query": "avg(last_5m):avg:a{*} > 1", "name": "n"});
    let joined = create(&world, "/api/v1/monitor", &joined).await["id"].clone();
    let query = format!("{joined} && {joined}");
    let composite = json!({"type": "composite", "query": query, "name": joined.to_string()});
    let composite = create(&world, "/api/v1/monitor", &composite).await["id"].clone();
    let path = format!("/api/v1/monitor/can_delete?monitor_ids={joined}");
    let answer = world.keyed(Method::GET, API, &path).send().await;
    recorded.assert_envelope(&answer);
    // The recorded monitor had its query in words for a name.
    let text = recorded.answer["errors"]["49714524"][0]
        .as_str()
        .expect("a text");
    let (before, after) = (text.find(",**"), text.find("] is referenced"));
    let (before, after) = before.zip(after).expect("the recorded name");
    let expected = format!("{},n{}", &text[..before], &text[after..])
        .replace("49714524", &joined.to_string())
        .replace("49714528", &composite.to_string());
    let errors = json!({ joined.to_string(): [expected] });
    assert_eq!(
        answer.json(),
        json!({ "errors": errors, "data": recorded.answer["data"] })
    );
    let path = format!("/api/v1/monitor/{joined}");
    let refused = world.keyed(Method::DELETE, API, &path).send().await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    let forced = format!("{path}?force=true");
    let deleted = world.keyed(Method::DELETE, API, &forced).send().await;
    assert_eq!(deleted.json(), json!({ "deleted_monitor_id": joined }));
}

#[tokio::test]
async fn dashboards_are_listed_page_by_page_with_the_recorded_members() {
    let name = "v1/dashboards/Get-all-dashboards-returns-OK-response-with-pagination.json";
    let Some(interactions) = recorded(name) else {
        return;
    };
    let world = World::start().await;
    for dashboard in interactions
        .iter()
        .flat_map(|page| page.answer["dashboards"].as_array())
        .flatten()
    {
        let body = json!({
            "title": dashboard["title"], "description": dashboard["description"],
            "layout_type": "ordered", "widgets": [],
        });
        create(&world, "/api/v1/dashboard", &body).await;
    }
    for interaction in interactions {
        let answer = interaction.replay(&world, Keys::Valid).await;
        interaction.assert_envelope(&answer);
        let live = answer.json();
        let (live, recorded) = (&live["dashboards"], &interaction.answer["dashboards"]);
        let (live, recorded) = (
            live.as_array().expect("a list"),
            recorded.as_array().expect("a list"),
        );
        assert_eq!(live.len(), recorded.len());
        for (live, recorded) in live.iter().zip(recorded) {
            assert_eq!(members(live), members(recorded));
            let slug = |dashboard: &Value| {
                let url = dashboard["url"].as_str().expect("a text");
                url.rsplit('/').next().map(str::to_owned)
            };
            assert_eq!(slug(live), slug(recorded));
        }
    }
}

#[tokio::test]
async fn application_keys_are_listed_with_the_recorded_members() {
    let name =
        "v2/key_management/Get-all-application-keys-owned-by-current-user-returns-OK-response.json";
    let Some(interactions) = recorded(name) else {
        return;
    };
    let world = World::start().await;
    let answer = interactions[0].replay(&world, Keys::Valid).await;
    interactions[0].assert_envelope(&answer);
    let (live, recorded) = (answer.json(), &interactions[0].answer);
    assert_eq!(members(&live), members(recorded));
    assert_eq!(members(&live["meta"]), members(&recorded["meta"]));
    let unscoped = |answer: &Value| {
        let keys = answer["data"].as_array().expect("a list").iter();
        // Never used, as one of the recorded keys is not.
        let mut keys = keys.filter(|key| key["attributes"]["last_used_at"].is_null());
        keys.find(|key| key["attributes"]["scopes"].is_null())
            .expect("an unscoped key")
            .clone()
    };
    let (live, recorded) = (unscoped(&live), unscoped(recorded));
    assert_eq!(members(&live), members(&recorded));
    assert_eq!(
        members(&live["attributes"]),
        members(&recorded["attributes"])
    );
    assert_eq!(live["relationships"], recorded["relationships"]);
}
