//! More sessions in one second than the gateway's paging reaches: all of them are read where type,
//! connection and user tell them apart, and what is left is named.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use serde_json::Value;

use crate::support::{
    Asked, CommandOutput, SandboxOptions, ScriptedServer, TestEnvironment, assert_shape,
};

#[test]
fn a_second_of_more_sessions_than_can_be_paged_is_listed_whole() {
    // Half of the span holds all but a few dozen, and one of two seconds half of them.
    let sandbox = SandboxOptions::default()
        .sessions(22_000)
        .span("2s")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let list = [
        "sessions", "list", "--since", "1h", "--limit", "30000", "-o", "ndjson",
    ];
    let list = environment.run(list);
    let rows = list.exits(0).ndjson();
    let ids: BTreeSet<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!((rows.len(), ids.len()), (22_000, 22_000));
    let asked = sandbox.requests(false);
    let is_of_a_part = |one: &Value| one.to_string().contains("type=database");
    assert!(asked.iter().any(is_of_a_part), "no second was crowded");
}

/// One user's sessions on one connection in one second, more than 10,100, and a failed one of the
/// hour before and behind it.
const CROWD: usize = 10_120;

fn crowded_gateway() -> ScriptedServer {
    let rows: Vec<(String, String)> = std::iter::once(row(0, "13:00:00", 1))
        .chain((1..=CROWD).map(|number| row(number, "12:00:00.5", 0)))
        .chain([row(CROWD + 1, "11:00:00", 1)])
        .collect();
    ScriptedServer::start(move |asked: &Asked| {
        let path = asked.target.split('?').next().unwrap_or_default();
        let body = match path {
            "/api/userinfo" => {
                r#"{"id":"u","email":"ines@x.test","name":"Ines","role":"admin","org_id":"o"}"#
                    .to_owned()
            }
            "/api/sessions" => page(&rows, &asked.target),
            "/api/connections" | "/api/access-requests/rules" => {
                return (
                    403,
                    "application/json",
                    r#"{"message":"access denied"}"#.to_owned(),
                );
            }
            path => match rows.iter().find(|(_, row)| path.ends_with(&row[7..43])) {
                Some((_, row)) => row.clone(),
                None => {
                    return (
                        404,
                        "application/json",
                        r#"{"message":"not found"}"#.to_owned(),
                    );
                }
            },
        };
        (200, "application/json", body)
    })
}

/// When it started, and its row.
fn row(number: usize, time: &str, exit_code: u8) -> (String, String) {
    let start = format!("2026-08-20T{time}Z");
    let row = format!(
        r#"{{"id":"a0000000-0000-4000-8000-{number:012}","start_date":"{start}","user_id":"bot",
        "user":"bot@x.test","connection":"pg-prod","type":"database","verb":"exec",
        "status":"done","end_date":"{start}","exit_code":{exit_code}}}"#
    );
    (start, row)
}

fn page(rows: &[(String, String)], target: &str) -> String {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let given: HashMap<String, String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace("%3A", ":")))
        .collect();
    let number = |name: &str| given[name].parse::<usize>().expect("a number");
    let (start, end) = (&given["start_date"], &given["end_date"]);
    // As text: a fraction sorts behind the second it belongs to.
    let text = |at: &str| at.trim_end_matches('Z').to_owned();
    let matching: Vec<&str> = rows
        .iter()
        .filter(|(at, _)| text(start) <= text(at) && text(at) <= text(end))
        .map(|(_, row)| row.as_str())
        .collect();
    let rest = &matching[number("offset").min(matching.len())..];
    let shown = &rest[..number("limit").min(rest.len())];
    let mut body = format!(r#"{{"data":[{}]"#, shown.join(","));
    if given["count"] == "exact" {
        let _ = write!(body, r#","total":{}"#, matching.len());
    }
    let _ = write!(body, r#","has_next_page":{}}}"#, shown.len() < rest.len());
    body
}

fn export(environment: &TestEnvironment, gateway: &ScriptedServer) -> CommandOutput {
    environment
        .command([
            "sessions",
            "export",
            "--to",
            "logs",
            "-o",
            "json",
            "--outcome",
            "failure",
            "--since",
            "2026-08-20T00:00:00Z",
            "--until",
            "2026-08-21T00:00:00Z",
        ])
        .env("HOOP_APIURL", gateway.url())
        .env("DDCTL_GATEWAY_URL", gateway.url())
        .run()
}

#[test]
fn what_the_gateway_hides_is_named_and_asked_for_again_and_everything_else_is_delivered() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let gateway = crowded_gateway();
    let first = export(&environment, &gateway).exits(6);
    let named = "20 sessions of the second 2026-08-20T12:00:00Z, type database, \
                 connection pg-prod, user bot";
    assert!(first.stderr.contains(named), "{}", first.stderr);
    let summary = first.json();
    assert_shape("sessions_export_hidden", &summary["hidden"]);
    assert_eq!(summary["sessions"], 2);
    assert_eq!(
        summary["accepted"],
        sandbox.received("logs", "evt.id").len()
    );

    let asked = gateway.asked().len();
    let second = export(&environment, &gateway).exits(6).json();
    assert_eq!(
        (&second["accepted"], &second["hidden"]),
        (&0.into(), &summary["hidden"])
    );
    let again = gateway.asked().len() - asked;
    assert!(
        again > 101,
        "only {again} requests: the crowd was not asked for again"
    );
}
