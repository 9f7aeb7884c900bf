//! `sessions list` and `show`: what is found, how it reads, and what is said where nothing is.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{
    Asked, Pty, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment, stable,
};

const STANDARD: &str = "hpk_sandbox-standard-000000000000000000000000000";
const AUDITOR: &str = "hpk_sandbox-auditor-0000000000000000000000000000";

/// The id of the first session that `is_wanted`.
#[track_caller]
fn id_where(sandbox: &SandboxProcess, is_wanted: impl Fn(&Value) -> bool) -> String {
    let rows = sandbox.sessions();
    let row = rows.iter().find(|row| is_wanted(row));
    let id = row.and_then(|row| row["id"].as_str());
    id.expect("a session like that").to_owned()
}

#[test]
fn the_list_fits_a_terminal_of_80_columns() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("NO_COLOR", "1");
    let output = Pty::start(
        &environment,
        &["sessions", "list", "--since", "16h", "--limit", "20"],
    )
    .finish();
    assert_eq!(output.code, 0);
    let text = output.unwrapped();
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    stable().bind(|| assert_snapshot!("sessions_list_80_columns", text));
}

#[test]
fn a_piped_list_is_not_cut_to_a_width() {
    let sandbox = SandboxOptions::default().start();
    let output =
        TestEnvironment::of(&sandbox).run(["sessions", "list", "--since", "16h", "--limit", "8"]);
    stable().bind(|| assert_snapshot!("sessions_list_piped", output));
}

#[test]
fn a_list_of_nothing_is_an_empty_array_with_a_remark() {
    let sandbox = SandboxOptions::default().sessions(0).start();
    let environment = TestEnvironment::of(&sandbox);
    for (format, expected) in [("json", "[]"), ("ndjson", ""), ("csv", ""), ("table", "")] {
        let list = environment
            .run(["sessions", "list", "-o", format])
            .exits(0)
            .says("no sessions match");
        assert_eq!(list.stdout.trim(), expected, "{format}");
    }
}

#[test]
fn every_format_holds_the_same_sessions() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let list = |format: &str| {
        environment
            .run(["sessions", "list", "--limit", "20", "-o", format])
            .exits(0)
    };
    let json = list("json").json();
    let rows = json.as_array().expect("a bare array");
    assert_eq!(rows.len(), 20);
    assert_eq!(&list("ndjson").ndjson(), rows);
    let ids: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    let yaml = list("yaml").stdout;
    let csv = list("csv").stdout;
    for id in ids {
        assert!(yaml.contains(&format!("id: {id}\n")), "{id}");
        assert_eq!(csv.lines().filter(|line| line.starts_with(id)).count(), 1);
    }
    assert!(csv.starts_with("id,user,"), "{csv}");
}

#[test]
fn filters_hold_and_the_gateways_own_rows_agree() {
    let sandbox = SandboxOptions::default().sessions(300).start();
    let environment = TestEnvironment::of(&sandbox);
    let found = |filter: &[&str]| -> Vec<Value> {
        let mut args = vec![
            "sessions", "list", "--since", "40d", "--limit", "1000", "-o", "ndjson",
        ];
        args.extend(filter);
        environment.run(args).exits(0).ndjson()
    };
    let all = found(&[]);
    assert_eq!(all.len(), 300);
    let count = |of: &dyn Fn(&Value) -> bool| all.iter().filter(|row| of(row)).count();
    for (filter, of) in [
        (["--outcome", "success"], "outcome"),
        (["--connection", "prod-shop-host"], "connection"),
        (["--agent", "codex"], "user_name"),
        (["--type", "database"], "type"),
    ] {
        let expected = count(&|row| row[of] == filter[1]);
        let rows = found(&filter);
        assert!(rows.iter().all(|row| row[of] == filter[1]), "{filter:?}");
        assert_eq!(rows.len(), expected, "{filter:?}");
        assert!(expected > 0, "{filter:?}");
    }
    // A row does not hold the analysis that blocked a session; the filter asks for it.
    let blocked = found(&["--outcome", "blocked"]);
    assert!(blocked.iter().all(|row| row["outcome"] == "blocked"));
    assert!(blocked.len() > count(&|row| row["outcome"] == "blocked"));
    let agents = found(&["--agent", "*"]);
    assert!(agents.iter().all(|row| row["identity_type"] == "machine"));
    assert_eq!(
        agents.len(),
        count(&|row| row["identity_type"] == "machine")
    );
}

#[test]
fn a_session_is_found_by_id_by_prefix_and_by_pasted_address() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let id = id_where(&sandbox, |_| true);
    let page = format!("{}/sessions/{id}", sandbox.gateway_url());
    let search = format!("https://app.datadoghq.com/logs?query=%40session.id%3A{id}&live=true");
    for given in [id.as_str(), &id[..8], &page, &search] {
        let shown = environment
            .run(["sessions", "show", given, "-o", "json"])
            .exits(0);
        assert_eq!(shown.json()["id"], id.as_str(), "{given}");
    }
}

#[test]
fn a_card_shows_who_what_where_and_how_it_ended() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    for (name, status) in [("reviewed", "EXECUTED"), ("rejected", "REJECTED")] {
        let id = id_where(&sandbox, |row| row["review"]["status"] == status);
        let output = environment.run(["sessions", "show", &id]);
        stable().bind(|| assert_snapshot!(format!("sessions_show_{name}"), output));
    }
}

#[test]
fn an_unknown_session_fails_and_says_where_ids_are() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let output = environment.run(["sessions", "show", "deadbeef"]);
    stable().bind(|| assert_snapshot!("sessions_show_unknown", output));
    let _ = environment
        .run(["sessions", "show", "00000000-0000-4000-8000-000000000000"])
        .exits(1);
}

#[test]
fn a_prefix_that_is_too_short_or_ambiguous_is_wrong_usage() {
    let sandbox = SandboxOptions::default().sessions(2_000).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["sessions", "show", "1"])
        .exits(2)
        .says("names no session");
    let mut prefixes: Vec<String> = sandbox
        .sessions()
        .iter()
        .filter_map(|row| Some(row["id"].as_str()?[..4].to_owned()))
        .collect();
    prefixes.sort();
    let twice = prefixes.windows(2).find(|pair| pair[0] == pair[1]);
    let twice = &twice.expect("two of 2,000 ids begin alike")[0];
    let _ = environment
        .run(["sessions", "show", twice])
        .exits(2)
        .says(twice);
}

#[test]
fn a_token_that_is_missing_or_refused_is_told_apart() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let list = || environment.command(["sessions", "list"]);
    let missing = list().without("HOOP_TOKEN").run();
    let refused = list().env("HOOP_TOKEN", "hpk_wrong").run();
    stable().bind(|| {
        assert_snapshot!("token_missing", missing);
        assert_snapshot!("token_refused", refused);
    });
}

#[test]
fn an_auditor_sees_everything_and_a_token_without_the_role_is_told_what_it_misses() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let list = |token| {
        environment
            .command(["sessions", "list", "--since", "16h", "-o", "json"])
            .env("HOOP_TOKEN", token)
            .run()
            .exits(0)
    };
    let seen = list(AUDITOR);
    assert_eq!(seen.json().as_array().map(Vec::len), Some(25));
    assert!(!seen.stderr.contains("warning"), "{seen}");
    let none = list(STANDARD).says("shows its own sessions alone");
    assert_eq!(none.json(), Value::Array(Vec::new()));
}

#[test]
fn a_gateway_that_is_down_or_failing_is_worth_running_again() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let down = environment.run(["sessions", "list", "--gateway-url", "http://127.0.0.1:1"]);
    stable().bind(|| assert_snapshot!("gateway_down", down));
    sandbox.put_faults(&["gateway:502@1"]);
    let _ = environment.run(["sessions", "list"]).exits(5).says("502");
}

#[test]
fn a_page_where_a_gateway_should_be_is_no_gateway() {
    let page = |_: &Asked| (200, "text/html", "<html>welcome</html>".to_owned());
    let server = ScriptedServer::start(page);
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_TOKEN", AUDITOR);
    let _ = environment
        .run(["sessions", "list", "--gateway-url", server.url()])
        .exits(5)
        .says("--gateway-url");
}

#[test]
fn a_gateway_of_no_name_is_asked_for() {
    let _ = TestEnvironment::empty()
        .run(["sessions", "list"])
        .exits(2)
        .says("HOOP_APIURL");
}

#[test]
fn a_bare_time_is_read_in_the_zone_asked_for() {
    let sandbox = SandboxOptions::default().sessions(1).start();
    let environment = TestEnvironment::of(&sandbox);
    let list = |zone| {
        environment
            .run(["sessions", "list", "--tz", zone, "--since", "2h"])
            .exits(0)
    };
    let _ = list("Europe/Berlin").shows("STARTED (Europe/Berlin)");
    let _ = list("UTC").shows("STARTED (UTC)");
    let _ = environment
        .run(["sessions", "list", "--tz", "Mars/Olympus"])
        .exits(2)
        .says("Mars/Olympus");
    let _ = environment
        .run(["sessions", "list", "--since", "yesterdayish"])
        .exits(2)
        .says("yesterdayish");
}
