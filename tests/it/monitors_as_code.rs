//! Monitors kept as code through the front door: `plan`, `apply`, `remove`, `list --live`.

use serde_json::{Value, json};

use crate::support::{Pty, SandboxOptions, SandboxProcess, TestEnvironment, assert_shape, until};

fn file(name: &str, threshold: u32) -> String {
    format!(
        "why: x\nname: {name}\ntype: log alert\n\
         query: logs(\"service:orders\").index(\"*\").rollup(\"count\").last(\"15m\") > {threshold}\n\
         thresholds: {{critical: {threshold}}}\nmessage: \"tell @slack-orders\"\ntags: [\"team:orders\"]\n\
         facets: {{\"@order.id\": string}}\n"
    )
}

/// Three monitors in the folder `mine`, and a sandbox.
fn world() -> (SandboxProcess, TestEnvironment) {
    let sandbox = SandboxOptions::default().sessions(1).start();
    let environment = TestEnvironment::of(&sandbox);
    for name in ["a", "b", "c"] {
        put(&environment, name, &file(name, 5));
    }
    (sandbox, environment)
}

fn put(environment: &TestEnvironment, name: &str, text: &str) {
    environment.write(&environment.path(&format!("mine/{name}.yaml")), text);
}

const APPLY: [&str; 4] = ["monitors", "apply", "mine", "--yes"];
const CHECK: [&str; 4] = ["monitors", "plan", "mine", "--check"];

fn with<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [command, more].concat()
}

#[track_caller]
fn plan(environment: &TestEnvironment) -> Value {
    environment
        .run(["monitors", "plan", "mine", "-o", "json"])
        .exits(0)
        .json()
}

/// `name: word` of each step.
fn words(answer: &Value, field: &str) -> Vec<String> {
    let steps = answer["steps"].as_array().expect("steps");
    let word = |step: &Value| {
        let text = |name: &str| step[name].as_str().unwrap_or_default().to_owned();
        format!("{}: {}", text("name"), text(field))
    };
    steps.iter().map(word).collect()
}

/// The sandbox's monitor with the mark of `name`.
#[track_caller]
fn there(sandbox: &SandboxProcess, name: &str) -> Value {
    let tag = json!(format!("ddctl:default/mine/{name}"));
    let has_mark = |monitor: &Value| {
        let tags = monitor["tags"].as_array();
        tags.is_some_and(|tags| tags.contains(&tag))
    };
    let found = sandbox.monitors().into_iter().find(has_mark);
    found.unwrap_or_else(|| panic!("no monitor {name}"))
}

#[track_caller]
fn change(sandbox: &SandboxProcess, name: &str, body: &Value) {
    let path = format!("/api/v1/monitor/{}", there(sandbox, name)["id"]);
    let answer = sandbox.datadog("PUT", &path, body);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn changing_requests(sandbox: &SandboxProcess) -> usize {
    let changes = |row: &&Value| {
        let path = row["path"].as_str().unwrap_or_default();
        let is_check = path.ends_with("/validate");
        row["method"] != "GET" && path.starts_with("/api/v1/monitor") && !is_check
    };
    sandbox.requests(false).iter().filter(changes).count()
}

#[test]
fn what_is_applied_is_there_and_applying_it_again_changes_nothing() {
    let (sandbox, environment) = world();
    let before = plan(&environment);
    assert_eq!(
        words(&before, "action"),
        ["mine/a: create", "mine/b: create", "mine/c: create"]
    );
    let _ = environment.run(CHECK).exits(3).shows("3 to create");
    let applied = environment
        .run(with(&APPLY, &["-o", "json"]))
        .exits(0)
        .json();
    assert_eq!((&applied["done"], &applied["open"]), (&json!(3), &json!(0)));
    assert_eq!(
        applied["facets"].as_array().map(Vec::len),
        Some(1),
        "each once"
    );
    assert_shape("monitors_apply", &applied);
    let _ = environment.run(CHECK).exits(0).shows("3 unchanged");
    let changes = changing_requests(&sandbox);
    let _ = environment.run(APPLY).exits(0).says("nothing to change");
    assert_eq!(changing_requests(&sandbox), changes);
    assert_eq!(sandbox.monitors().len(), 3);
}

#[test]
fn a_plan_changes_nothing_and_says_what_would_be_done() {
    let (sandbox, environment) = world();
    let _ = environment
        .run(["monitors", "plan", "mine"])
        .exits(0)
        .shows("+ create  mine/a");
    assert_eq!(changing_requests(&sandbox), 0);
    assert!(
        !environment
            .files()
            .iter()
            .any(|(path, _)| path.ends_with("as-code"))
    );
}

#[test]
fn drift_made_by_hand_is_shown_field_by_field_and_undone_while_mutes_stay() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    change(
        &sandbox,
        "a",
        &json!({"message": "tell nobody", "priority": 1, "options": {
            "thresholds": {"critical": 5}, "silenced": {"*": null}, "renotify_interval": 60}}),
    );
    let planned = plan(&environment);
    let step = &planned["steps"][0];
    let fields: Vec<&Value> = step["changes"].as_array().into_iter().flatten().collect();
    let fields: Vec<&Value> = fields.iter().map(|change| &change["field"]).collect();
    assert_eq!(
        fields,
        ["message", "priority", "options.enable_logs_sample"]
    );
    assert_shape("monitors_plan", &planned);
    let _ = environment
        .run(CHECK)
        .exits(3)
        .shows("message  tell nobody → tell @slack-orders")
        .shows("priority  1 → (nothing)")
        .shows("options.renotify_interval 60");
    let _ = environment.run(APPLY).exits(0).says("changed mine/a");
    let after = there(&sandbox, "a");
    assert_eq!(after["message"], "tell @slack-orders");
    assert_eq!(after["priority"], Value::Null);
    assert_eq!(after["options"]["renotify_interval"], 60);
    assert_eq!(after["options"]["silenced"], json!({"*": null}));
    let _ = environment.run(CHECK).exits(0);
}

#[test]
fn a_plan_is_readable_at_eighty_columns() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let query = format!(
        "logs(\"service:orders {}\").index(\"*\").rollup(\"count\").last(\"15m\") > 5",
        "@a.long.attribute:value ".repeat(6)
    );
    change(&sandbox, "a", &json!({ "query": query }));
    let pty = Pty::start(&environment, &["monitors", "plan", "mine"]);
    let wire = pty.finish().wire;
    let text = String::from_utf8_lossy(&wire);
    let plain: String = text
        .split('\x1b')
        .map(|part| {
            part.split_once('m').map_or(
                part,
                |(code, rest)| {
                    if code.starts_with('[') { rest } else { part }
                },
            )
        })
        .collect();
    assert!(plain.contains("change  mine/a"), "{plain}");
    for line in plain.lines() {
        assert!(line.trim_end().chars().count() <= 80, "{line}");
    }
}

#[test]
fn what_has_no_mark_of_the_namespace_is_never_touched() {
    let (sandbox, environment) = world();
    let body = json!({"name": "a", "type": "log alert", "tags": ["team:orders"],
        "query": "logs(\"service:orders\").index(\"*\").rollup(\"count\").last(\"15m\") > 5"});
    let foreign = sandbox.datadog("POST", "/api/v1/monitor", &body).json();
    let mut other = body.clone();
    other["tags"] = json!(["ddctl:other/mine/a"]);
    let other = sandbox.datadog("POST", "/api/v1/monitor", &other).json();
    let _ = environment.run(with(&APPLY, &["--prune"])).exits(0);
    let _ = environment
        .run(["monitors", "remove", "--all", "--yes"])
        .exits(0);
    let left: Vec<Value> = sandbox
        .monitors()
        .iter()
        .map(|monitor| monitor["id"].clone())
        .collect();
    assert_eq!(left, [foreign["id"].clone(), other["id"].clone()]);
}

#[test]
fn two_namespaces_keep_the_same_files_beside_each_other() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let _ = environment
        .run(with(&APPLY, &["--namespace", "Team-B"]))
        .exits(0);
    assert_eq!(sandbox.monitors().len(), 6);
    let listed = environment
        .run(["monitors", "list", "--live", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("monitors_list_live", &listed);
    let marks: Vec<&str> = listed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["mark"].as_str())
        .collect();
    assert_eq!(marks.len(), 6);
    assert!(marks.contains(&"team-b/mine/a"), "{marks:?}");
    let _ = environment
        .run(["monitors", "remove", "--all", "--namespace", "team-b", "-y"])
        .exits(0);
    assert_eq!(sandbox.monitors().len(), 3);
    let _ = environment
        .run(with(&APPLY, &["--namespace", "team b"]))
        .exits(2)
        .says("cannot be part of a tag")
        .says("--namespace");
}

#[test]
fn what_is_in_no_file_any_longer_is_shown_and_goes_only_when_told() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    std::fs::remove_file(environment.path("mine/b.yaml")).expect("it is there");
    let _ = environment
        .run(CHECK)
        .exits(3)
        .shows("- orphan  mine/b")
        .shows("1 in no file");
    let _ = environment.run(APPLY).exits(0);
    assert_eq!(sandbox.monitors().len(), 3);
    // A single file says nothing of the others in its folder.
    let _ = environment
        .run(["monitors", "plan", "mine/a.yaml", "--check"])
        .exits(0);
    let pruned = environment
        .run(with(&APPLY, &["--prune", "-o", "json"]))
        .exits(0)
        .json();
    assert_eq!(
        words(&pruned, "outcome"),
        ["mine/a: unchanged", "mine/c: unchanged", "mine/b: removed"]
    );
    assert_eq!(sandbox.monitors().len(), 2);
    let _ = environment.run(CHECK).exits(0);
}

#[test]
fn nobody_is_asked_without_a_terminal_and_read_only_forbids_it() {
    let (sandbox, environment) = world();
    let _ = environment
        .run(["monitors", "apply", "mine"])
        .exits(2)
        .shows("3 to create")
        .says("--yes");
    let _ = environment
        .run(with(&APPLY, &["--read-only"]))
        .exits(2)
        .says("--read-only forbids it")
        .says("monitors plan");
    let _ = environment
        .run(["monitors", "remove", "--all", "--yes", "--read-only"])
        .exits(2)
        .says("--read-only");
    assert_eq!(changing_requests(&sandbox), 0);
}

#[test]
fn a_no_changes_nothing() {
    let (sandbox, environment) = world();
    let mut pty = Pty::start(&environment, &["monitors", "apply", "mine"]);
    pty.wait_for("Make 3 changes");
    pty.type_keys("n\r");
    assert_eq!(pty.finish().code, 1);
    assert_eq!(changing_requests(&sandbox), 0);
}

#[test]
fn a_definition_that_datadog_refuses_is_named_before_anything_is_changed() {
    let (sandbox, environment) = world();
    let refused = file("b", 5).replace("thresholds", "options: {timeout_h: 90}\nthresholds");
    put(&environment, "b", &refused);
    let _ = environment
        .run(APPLY)
        .exits(1)
        .says("Datadog would not take mine/b")
        .says("options.timeout_h");
    assert_eq!(changing_requests(&sandbox), 0);
    put(
        &environment,
        "b",
        &refused.replace("timeout_h: 90", "timeout: 9"),
    );
    let _ = environment
        .run(APPLY)
        .exits(2)
        .says("unknown key `timeout`");
}

#[test]
fn another_type_stops_everything_and_names_the_way_out() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let spans = "why: x\nname: b\ntype: trace-analytics alert\n\
        query: trace-analytics(\"service:orders\").rollup(\"count\").last(\"15m\") > 5\n\
        thresholds: {critical: 5}\nmessage: \"@x\"\n";
    put(&environment, "b", spans);
    put(&environment, "c", &file("c", 9));
    let changes = changing_requests(&sandbox);
    let _ = environment
        .run(CHECK)
        .exits(3)
        .shows("! type change  mine/b");
    let _ = environment
        .run(APPLY)
        .exits(1)
        .says("Datadog changes no type")
        .says("monitors remove mine/b");
    assert_eq!(changing_requests(&sandbox), changes);
    let _ = environment
        .run(["monitors", "remove", "mine/b", "--yes"])
        .exits(0);
    let _ = environment.run(APPLY).exits(0);
    let _ = environment.run(CHECK).exits(0);
}

#[test]
fn a_copy_made_by_hand_is_named_and_nobody_guesses() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let mine = there(&sandbox, "a");
    let mut copy = mine.clone();
    for field in ["id", "created", "modified", "creator", "overall_state"] {
        copy.as_object_mut().expect("an object").remove(field);
    }
    let copied = sandbox.datadog("POST", "/api/v1/monitor", &copy).json();
    let changes = changing_requests(&sandbox);
    let _ = environment
        .run(APPLY)
        .exits(1)
        .says(&mine["id"].to_string())
        .says(&copied["id"].to_string())
        .says(&format!("{} was made here", mine["id"]));
    let _ = environment
        .run(["monitors", "remove", "mine/a", "--yes"])
        .exits(2)
        .says("copied by hand");
    assert_eq!(changing_requests(&sandbox), changes);
}

#[test]
fn a_monitor_deleted_by_hand_is_shown_as_such_and_made_again() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let id = there(&sandbox, "b")["id"].to_string();
    let gone = sandbox.datadog("DELETE", &format!("/api/v1/monitor/{id}"), &Value::Null);
    assert_eq!(gone.status, 200);
    let _ = environment
        .run(CHECK)
        .exits(3)
        .shows(&id)
        .shows("is made again");
    assert_eq!(plan(&environment)["steps"][1]["deleted_id"], json!(id));
    let _ = environment.run(APPLY).exits(0).says("created mine/b");
    let _ = environment.run(CHECK).exits(0);
    assert_eq!(sandbox.monitors().len(), 3);
}

#[test]
fn an_empty_list_makes_nothing_a_second_time() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    // As with a key of another organisation: it answers, and has none of ours.
    for monitor in sandbox.monitors() {
        let path = format!("/api/v1/monitor/{}", monitor["id"]);
        assert_eq!(sandbox.datadog("DELETE", &path, &Value::Null).status, 200);
    }
    let changes = changing_requests(&sandbox);
    let _ = environment
        .run(APPLY)
        .exits(1)
        .says("3 monitors were made here, and Datadog lists none of them")
        .says("--expect-owned 0");
    let _ = environment.run(CHECK).exits(3).says("another organisation");
    assert_eq!(changing_requests(&sandbox), changes);
    let _ = environment
        .run(with(&APPLY, &["--expect-owned", "0"]))
        .exits(0);
    assert_eq!(sandbox.monitors().len(), 3);
}

#[test]
fn a_run_without_a_record_is_protected_by_what_it_is_told_to_expect() {
    let (sandbox, environment) = world();
    let _ = environment
        .run(with(&APPLY, &["--expect-owned", "1"]))
        .exits(1)
        .says("lists 0 monitors of this namespace, and at least 1");
    let _ = environment
        .run(with(&APPLY, &["--expect-owned", "0"]))
        .exits(0);
    let _ = environment
        .run(with(&APPLY, &["--expect-owned", "3"]))
        .exits(0);
    assert_eq!(sandbox.monitors().len(), 3);
}

#[test]
fn a_mark_that_was_taken_off_by_hand_makes_no_second_monitor() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let id = there(&sandbox, "b")["id"].to_string();
    change(&sandbox, "b", &json!({"tags": ["team:orders"]}));
    let _ = environment
        .run(APPLY)
        .exits(1)
        .says(&id)
        .says("took its mark");
    assert_eq!(sandbox.monitors().len(), 3);
    let path = format!("/api/v1/monitor/{id}");
    let tags = json!({"tags": ["team:orders", "ddctl:default/mine/b"]});
    assert_eq!(sandbox.datadog("PUT", &path, &tags).status, 200);
    let _ = environment.run(APPLY).exits(0).says("nothing to change");
}

#[test]
fn a_lost_answer_makes_no_second_monitor() {
    let (sandbox, environment) = world();
    sandbox.put_faults(&["monitors:reset-after-store@0.4"]);
    until("every creation was answered or found", || {
        let code = environment.run(APPLY).code();
        assert!([0, 5].contains(&code), "{code}");
        (code == 0).then_some(())
    });
    sandbox.put_faults(&[]);
    let _ = environment.run(CHECK).exits(0);
    assert_eq!(sandbox.monitors().len(), 3);
}

#[test]
fn a_failure_in_the_middle_says_what_is_done_and_the_next_run_goes_on() {
    let (sandbox, environment) = world();
    // Each kind of request three times, and somebody else has made a monitor already.
    sandbox.put_faults(&["monitors:quota=3/10m"]);
    let body = json!({"name": "x", "type": "composite", "query": "1 && 2"});
    assert_eq!(
        sandbox.datadog("POST", "/api/v1/monitor", &body).status,
        200
    );
    let output = environment
        .run(with(&APPLY, &["-o", "json", "--timeout", "5s"]))
        .exits(5);
    let answer = output.json();
    assert_eq!(words(&answer, "outcome")[2], "mine/c: failed");
    assert_eq!((&answer["done"], &answer["open"]), (&json!(2), &json!(1)));
    assert!(answer["failure"].is_string());
    let _ = output
        .says("2 of 3 changes made; left are c")
        .says("run the same command again");
    sandbox.put_faults(&[]);
    let _ = environment.run(APPLY).exits(0).says("created mine/c");
    let _ = environment.run(CHECK).exits(0);
    assert_eq!(sandbox.monitors().len(), 4);
}

#[test]
fn a_short_limit_is_waited_out_and_said() {
    let (sandbox, environment) = world();
    sandbox.put_faults(&["monitors:quota=1/1s"]);
    let _ = environment
        .run(APPLY)
        .exits(0)
        .says("Datadog limits how often this is asked");
    assert_eq!(sandbox.monitors().len(), 3);
}

#[test]
fn what_a_composite_monitor_uses_stays_and_is_named() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let (a, b) = (
        there(&sandbox, "a")["id"].clone(),
        there(&sandbox, "b")["id"].clone(),
    );
    let composite = json!({"name": "both", "type": "composite", "query": format!("{a} && {b}")});
    let made = sandbox.datadog("POST", "/api/v1/monitor", &composite);
    assert_eq!(made.status, 200, "{}", made.text());
    let output = environment
        .run(["monitors", "remove", "--pack", "mine", "--yes"])
        .exits(1);
    let _ = output
        .shows("is used")
        .says("stays, since something else uses it");
    assert_eq!(sandbox.monitors().len(), 3, "a, b and the composite");
}

#[test]
fn removing_names_what_is_meant_and_only_that() {
    let (sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let _ = environment
        .run(["monitors", "remove", "--yes"])
        .exits(2)
        .says("say which monitors");
    let _ = environment
        .run(["monitors", "remove", "mine/aa", "--yes"])
        .exits(2)
        .says("did you mean `mine/a`?");
    let removed = environment
        .run(["monitors", "remove", "mine/a", "--yes", "-o", "json"])
        .exits(0)
        .json();
    assert_eq!(words(&removed, "outcome"), ["mine/a: removed"]);
    assert_eq!(sandbox.monitors().len(), 2);
    let _ = environment.run(APPLY).exits(0).says("created mine/a");
}

#[test]
fn files_that_cannot_be_one_monitor_each_are_refused() {
    let (sandbox, environment) = world();
    put(&environment, "A", &file("x", 5));
    let _ = environment
        .run(APPLY)
        .exits(2)
        .says("one monitor at Datadog");
    std::fs::remove_file(environment.path("mine/A.yaml")).expect("it is there");
    put(&environment, "two words", &file("x", 5));
    let _ = environment
        .run(APPLY)
        .exits(2)
        .says("two words")
        .says("rename");
    std::fs::remove_file(environment.path("mine/two words.yaml")).expect("it is there");
    put(
        &environment,
        "b",
        &file("b", 5).replace("service:orders", "(service:orders"),
    );
    let _ = environment.run(APPLY).exits(2).says("never closed");
    put(
        &environment,
        "b",
        &file("b", 5).replace("> 5", "> ${treshold}"),
    );
    let _ = environment
        .run(APPLY)
        .exits(2)
        .says("unknown variable `${treshold}`");
    put(&environment, "b", &file("b", 5));
    let _ = environment
        .run(with(&APPLY, &["--var", "window=5m"]))
        .exits(2)
        .says("no monitor here has a variable `window`");
    let _ = environment
        .run([
            "monitors",
            "apply",
            "--pack",
            "hoop",
            "--yes",
            "--var",
            "treshold=9",
        ])
        .exits(2)
        .says("no monitor here has a variable `treshold`; did you mean `threshold`?");
    assert_eq!(changing_requests(&sandbox), 0);
}

#[test]
fn a_key_with_scopes_is_refused_with_what_it_takes() {
    let (sandbox, mut environment) = world();
    environment.set("DD_APP_KEY", ddctl::sandbox::FULLY_SCOPED_APP_KEY);
    let _ = environment.run(CHECK).exits(3);
    let _ = environment.run(APPLY).exits(4).says("without scopes");
    assert_eq!(sandbox.monitors().len(), 0);
}

#[test]
fn a_clock_that_is_off_is_said() {
    let (sandbox, environment) = world();
    sandbox.put_faults(&["clock=+1h"]);
    let _ = environment
        .run(["monitors", "plan", "mine"])
        .exits(0)
        .says("clock");
}

const PROFILE: &str = r#"
[profiles.default]
delivery = "relay"
[[profiles.default.connections]]
match = "prod-*"
environment = "production"
approval = "expected"
windows = [{ days = "sat", from = "22:00", to = "02:00", tz = "UTC" }]
"#;

#[test]
fn what_no_event_of_the_profile_can_trip_is_left_out_with_the_settings_to_add() {
    let (sandbox, environment) = world();
    let pack = ["monitors", "apply", "--pack", "hoop", "--yes"];
    let _ = environment
        .run(pack)
        .exits(0)
        .shows("o left out  hoop/outside-window")
        .shows("[[profiles.default.connections]]")
        .shows("delivery = \"follow\"")
        .says("nobody is told by");
    let some = sandbox.monitors().len();
    environment.write_settings(PROFILE);
    let _ = environment
        .run(with(&pack, &["--var", "notify=@slack-ops"]))
        .exits(0);
    assert!(sandbox.monitors().len() > some);
    let said = environment
        .run(with(&pack, &["--var", "notify=@slack-ops"]))
        .exits(0);
    assert!(!said.stderr.contains("nobody is told"), "{said}");
    assert!(!said.stdout.contains("left out"), "{said}");
}

#[test]
fn the_delivery_chooses_the_query_and_what_it_cannot_carry_is_said() {
    let (_sandbox, environment) = world();
    environment.write_settings("[profiles.default]\ndelivery = \"webhook\"\n");
    let _ = environment
        .run(["monitors", "plan", "--pack", "hoop"])
        .exits(2)
        .says("not for events of the shape `hoop-webhook`");
    // Traces come by another way, whatever the gateway's events do.
    let _ = environment
        .run(["monitors", "plan", "--pack", "execlave"])
        .exits(0)
        .shows("+ create  execlave/cost-runaway");
    let otherwise = ["monitors", "plan", "--pack", "hoop", "--shape", "ddctl"];
    let _ = environment
        .run(otherwise)
        .exits(0)
        .shows("+ create  hoop/failed-sessions");
}

#[test]
fn every_pack_is_taken_by_the_sandbox_whole_and_planned_without_a_difference() {
    let (sandbox, environment) = world();
    environment.write_settings(PROFILE);
    let _ = environment.run(["monitors", "apply", "--yes"]).exits(0);
    let _ = environment
        .run(["monitors", "plan", "--check"])
        .exits(0)
        .shows(&format!("{} unchanged", sandbox.monitors().len()));
    let _ = environment
        .run(["monitors", "apply", "--yes"])
        .exits(0)
        .says("nothing to change");
}

#[test]
fn the_record_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_sandbox, environment) = world();
    let _ = environment.run(APPLY).exits(0);
    let path = environment
        .home()
        .join(".local/state/ddctl/default/as-code/datadoghq.com-default.json");
    let mode = std::fs::metadata(&path)
        .expect("it was written")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
