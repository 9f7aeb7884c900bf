//! From a time or a pasted address to the session: what ran then, and where it can be seen and
//! ended.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::*;
use crate::support::SandboxProcess;

/// The first session with this status, and when it began.
#[track_caller]
fn with_status(sandbox: &SandboxProcess, status: &str) -> (Value, Timestamp) {
    let rows = sandbox.sessions();
    let row = rows.iter().find(|row| row["status"] == status);
    let row = row.expect("a session like that").clone();
    let start = row["start_date"].as_str().expect("a start").parse();
    (row, start.expect("a time"))
}

fn listed(environment: &TestEnvironment, at: Timestamp, more: &[&str]) -> (Vec<Value>, String) {
    let at = at.to_string();
    let args = [
        "sessions", "list", "--at", &at, "--tz", "UTC", "-o", "ndjson",
    ];
    let output = environment.run([&args[..], more].concat()).exits(0);
    (output.ndjson(), output.stderr)
}

fn holds_id(rows: &[Value], session: &Value) -> bool {
    rows.iter().any(|row| row["id"] == session["id"])
}

#[test]
fn what_ran_at_a_time_is_found_and_how_far_was_looked_back_is_said() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let (done, start) = with_status(&sandbox, "done");
    let second = SignedDuration::from_secs(1);
    let (rows, said) = listed(&environment, start, &[]);
    assert!(holds_id(&rows, &done));
    assert!(
        said.contains("of the sessions that started since"),
        "{said}"
    );
    assert!(
        said.contains("(1d 0h); --lookback 7d looks further"),
        "{said}"
    );
    let (rows, _) = listed(&environment, start - second, &[]);
    assert!(!holds_id(&rows, &done), "it had not begun");
    let end = done["end_date"]
        .as_str()
        .expect("an end")
        .parse::<Timestamp>();
    let (rows, _) = listed(&environment, end.expect("a time") + second, &[]);
    assert!(!holds_id(&rows, &done), "it was over");
}

#[test]
fn an_open_session_runs_until_now_as_far_back_as_is_looked() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let (open, start) = with_status(&sandbox, "open");
    let hours = |hours| start + SignedDuration::from_hours(hours);
    let (rows, _) = listed(&environment, hours(20), &[]);
    assert!(holds_id(&rows, &open));
    let (rows, _) = listed(&environment, hours(30), &[]);
    assert!(
        !holds_id(&rows, &open),
        "it began before what was looked at"
    );
    let (rows, said) = listed(&environment, hours(30), &["--lookback", "7d"]);
    assert!(holds_id(&rows, &open));
    assert!(said.contains("--lookback 30d looks further"), "{said}");
    let list = [
        "sessions",
        "list",
        "--at",
        "03:12",
        "--lookback",
        "99999999d",
    ];
    let _ = environment.run(list).exits(2).says("further than any date");
}

#[test]
fn a_card_has_the_links_and_of_an_open_session_where_it_can_be_ended() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    for (status, can_end) in [("done", false), ("open", true)] {
        let (session, _) = with_status(&sandbox, status);
        let id = session["id"].as_str().expect("an id");
        let page = format!("{}/sessions/{id}", sandbox.gateway_url());
        let card = environment
            .run(["sessions", "show", &page])
            .exits(0)
            .shows(&format!("page        {page}\n"))
            .shows("in Datadog  https://app.")
            .shows(&format!("%40session.id%3A{id}"));
        let end = format!("to end it   an admin can, on its page: {page}");
        assert_eq!(card.stdout.contains(&end), can_end, "{card}");
    }
    let asked = sandbox.requests(false);
    assert!(asked.iter().all(|request| request["method"] != "DELETE"));
    assert!(
        !asked
            .iter()
            .any(|request| request.to_string().contains("/kill"))
    );
}

#[test]
fn a_prefix_and_a_pasted_address_play() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let rows = sandbox.sessions();
    let terminal = rows
        .iter()
        .find(|row| row["type"] == "custom" && row["exit_code"] == 0);
    let id = terminal
        .and_then(|row| row["id"].as_str())
        .expect("a terminal");
    let page = format!("{}/sessions/{id}?tab=details", sandbox.gateway_url());
    let search = format!("https://app.datadoghq.eu/logs?query=%40session.id%3A{id}");
    let play = |given: &str| {
        environment
            .run(["sessions", "replay", given])
            .exits(0)
            .stdout
    };
    let whole = play(id);
    assert!(!whole.is_empty());
    for given in [&id[..8], &page, &search] {
        assert_eq!(play(given), whole, "{given}");
    }
}
