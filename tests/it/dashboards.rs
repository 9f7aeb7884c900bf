//! `ddctl dashboards` through its front door.

use serde_json::{Value, json};

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, assert_shape};

fn world() -> (SandboxProcess, TestEnvironment) {
    let sandbox = SandboxOptions::default().sessions(1).start();
    let environment = TestEnvironment::of(&sandbox);
    (sandbox, environment)
}

#[track_caller]
fn listed(sandbox: &SandboxProcess) -> Vec<Value> {
    let answer = sandbox
        .datadog("GET", "/api/v1/dashboard", &Value::Null)
        .json();
    answer["dashboards"].as_array().expect("a list").clone()
}

#[track_caller]
fn sessions(sandbox: &SandboxProcess) -> Value {
    let summaries = listed(sandbox);
    let is_it = |one: &&Value| {
        one["title"]
            .as_str()
            .is_some_and(|title| title.contains("sessions"))
    };
    let id = summaries.iter().find(is_it).expect("it is there")["id"].clone();
    let path = format!("/api/v1/dashboard/{}", id.as_str().expect("an id"));
    sandbox.datadog("GET", &path, &Value::Null).json()
}

const APPLY: [&str; 3] = ["dashboards", "apply", "--yes"];
const CHECK: [&str; 3] = ["dashboards", "plan", "--check"];

#[test]
fn the_packs_dashboards_are_listed_without_any_setting() {
    let rows = TestEnvironment::empty()
        .run(["dashboards", "list", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("dashboards_list", &rows);
    let names: Vec<&Value> = rows
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| &row["dashboard"])
        .collect();
    assert_eq!(names, ["hoop/sessions", "genai/agent-traces"]);
}

#[test]
fn what_is_applied_is_there_and_applying_it_again_changes_nothing() {
    let (sandbox, environment) = world();
    let _ = environment.run(CHECK).exits(3).shows("2 to create");
    let applied = environment
        .run([&APPLY[..], &["-o", "json"]].concat())
        .exits(0)
        .json();
    assert_shape("dashboards_apply", &applied);
    assert_eq!(applied["done"], 2);
    assert!(applied["facets"].to_string().contains("@cost_usd"));
    let planned = environment
        .run(["dashboards", "plan", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("dashboards_plan", &planned);
    assert_eq!(planned["differences"], 0);
    let _ = environment.run(CHECK).exits(0).shows("2 unchanged");
    let _ = environment.run(APPLY).exits(0).says("nothing to change");
    assert_eq!(listed(&sandbox).len(), 2);
    let description = sessions(&sandbox)["description"].clone();
    let last = description
        .as_str()
        .and_then(|text| text.lines().next_back());
    assert_eq!(last, Some("ddctl:default/hoop/sessions"));
    let live = environment
        .run(["dashboards", "list", "--live", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("dashboards_list_live", &live);
    assert_eq!(live.as_array().map(Vec::len), Some(2));
}

#[test]
fn a_widget_changed_by_hand_is_named_by_its_title_and_whom_it_notifies_is_kept() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let mut changed = sessions(&sandbox);
    let path = format!(
        "/api/v1/dashboard/{}",
        changed["id"].as_str().expect("an id")
    );
    changed["widgets"][0]["definition"]["precision"] = 3.into();
    changed["notify_list"] = json!(["ada@example.com"]);
    assert_eq!(sandbox.datadog("PUT", &path, &changed).status, 200);
    let _ = environment
        .run(CHECK)
        .exits(3)
        .shows("widgets[Sessions].definition.precision  3 → 0")
        .shows("notify_list ada@example.com");
    let _ = environment
        .run(APPLY)
        .exits(0)
        .says("changed hoop/sessions");
    assert_eq!(
        sessions(&sandbox)["notify_list"],
        json!(["ada@example.com"])
    );
    let _ = environment.run(CHECK).exits(0);
}

#[test]
fn what_is_not_ours_stays_and_one_deleted_by_hand_is_made_again() {
    let (sandbox, environment) = world();
    let foreign = json!({"title": "mine", "layout_type": "ordered", "widgets": [],
        "description": "ddctl:other/hoop/sessions"});
    assert_eq!(
        sandbox
            .datadog("POST", "/api/v1/dashboard", &foreign)
            .status,
        200
    );
    let _ = environment.run(APPLY).exits(0);
    let id = sessions(&sandbox)["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/dashboard/{id}");
    assert_eq!(sandbox.datadog("DELETE", &path, &Value::Null).status, 200);
    let _ = environment.run(CHECK).exits(3).shows("is made again");
    let _ = environment
        .run(APPLY)
        .exits(0)
        .says("created hoop/sessions");
    let _ = environment
        .run(["dashboards", "remove", "--all", "--yes"])
        .exits(0);
    let left = listed(&sandbox);
    assert_eq!((left.len(), &left[0]["title"]), (1, &json!("mine")));
}

#[test]
fn files_of_ones_own_work_the_same() {
    let (sandbox, environment) = world();
    let file = "why: x\ndashboard:\n  title: mine\n  layout_type: ordered\n  widgets: []\n";
    environment.write(&environment.path("boards/a.yaml"), file);
    let _ = environment
        .run(["dashboards", "apply", "boards", "--yes"])
        .exits(0);
    let _ = environment
        .run(["dashboards", "plan", "boards", "--check"])
        .exits(0);
    assert_eq!(listed(&sandbox).len(), 1);
    environment.write(
        &environment.path("boards/a.yaml"),
        file.replace("title", "titel"),
    );
    let _ = environment
        .run(["dashboards", "plan", "boards"])
        .exits(2)
        .says("no `title`");
    environment.write(
        &environment.path("boards/a.yaml"),
        format!("{file}  tags: [\"env:x\"]\n"),
    );
    let _ = environment
        .run(["dashboards", "plan", "boards"])
        .exits(2)
        .says("team:");
}

#[test]
fn a_lost_answer_makes_no_second_dashboard() {
    let (sandbox, environment) = world();
    sandbox.put_faults(&["dashboards:reset-after-store@0.3"]);
    crate::support::until("every creation was answered or found", || {
        (environment.run(APPLY).code() == 0).then_some(())
    });
    sandbox.put_faults(&[]);
    let _ = environment.run(CHECK).exits(0);
    assert_eq!(listed(&sandbox).len(), 2);
}
