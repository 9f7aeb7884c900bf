//! More sessions in one second than the gateway's paging reaches: all of them are read where type,
//! connection and user tell them apart, and what is left is named.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use serde_json::Value;

use crate::support::{
    Asked, CommandOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment,
    assert_shape,
};

const SESSIONS: u64 = 10_700;

/// A gateway with more sessions in one whole second than can be paged. They spread over half of
/// one, which lies in two now and then.
fn crowded_sandbox() -> SandboxProcess {
    for _ in 0..40 {
        let sandbox = SandboxOptions::default().sessions(SESSIONS).span("1s");
        let sandbox = sandbox.start();
        let row = &sandbox
            .gateway("GET", "/api/sessions?offset=5000&limit=1", b"")
            .json();
        let start = row["data"][0]["start_date"]
            .as_str()
            .expect("a start")
            .to_owned();
        let second = &start[..19];
        let path = format!(
            "/api/sessions?start_date={second}Z&end_date={}&limit=1&count=exact",
            next_second(second)
        );
        let count = sandbox.gateway("GET", &path, b"").json()["total"].as_u64();
        if count > Some(10_300) {
            return sandbox;
        }
    }
    panic!("no second was crowded");
}

fn next_second(second: &str) -> String {
    let at: jiff::Timestamp = format!("{second}Z").parse().expect("a time");
    (at + jiff::SignedDuration::from_secs(1)).to_string()
}

#[test]
fn a_second_of_more_sessions_than_can_be_paged_is_listed_whole() {
    let sandbox = crowded_sandbox();
    let environment = TestEnvironment::of(&sandbox);
    let list = [
        "sessions", "list", "--since", "1h", "--limit", "20000", "-o", "ndjson",
    ];
    let rows = environment.run(list).exits(0).ndjson();
    let ids: BTreeSet<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!((rows.len() as u64, ids.len() as u64), (SESSIONS, SESSIONS));
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
            "--yes",
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
