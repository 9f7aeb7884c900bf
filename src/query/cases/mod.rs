//! Searches held against logs, with the verdicts written by hand from Datadog's documentation.
//!
//! `+` is found, `-` is not found, `?` is 'cannot tell'. Each case says which rule it shows.

use serde_json::{Map, Value, json};

use super::{IndexedLog, Verdict, evaluate, parse};

mod escapes;
mod fields;
mod intake;
mod joining;
mod words;

type Case = (&'static str, char, &'static str);

fn check(log: Value, cases: &[Case]) {
    let sent: Map<String, Value> = log.as_object().expect("a log is an object").clone();
    let log = IndexedLog::from_intake(&sent);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(search, expected, rule)| {
            let query = match parse(search) {
                Ok(query) => query,
                Err(error) => return Some(format!("{rule}\n{}", error.render(search))),
            };
            let verdict = evaluate(&query, &log);
            let sign = match verdict {
                Verdict::Yes => '+',
                Verdict::No => '-',
                Verdict::CannotTell(_) => '?',
            };
            (sign != *expected)
                .then(|| format!("{search}: {expected} since {rule}, got {verdict:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn session() -> Value {
    json!({
        "ddsource": "hoop",
        "service": "agent-access",
        "hostname": "Gateway-1",
        "ddtags": "env:prod,team:platform,late:true,canary,url:http://x",
        "status": "warn",
        "timestamp": 1_795_254_000_000_i64,
        "message": "ada@example.com ran a script on prod-orders: Dropped table users_old",
        "evt": {"name": "session.open", "outcome": "unknown", "test": true},
        "usr": {"id": "u-1", "email": "ada@example.com", "name": "Ada Lovelace"},
        "connection": {"name": "prod-orders", "environment": "production", "tags": ["eu", "pii"]},
        "session": {"id": "7f0c", "exit_code": 0, "url": "https://gw/sessions/7f0c"},
        "approval": {"expected": true, "status": null, "approvers": [], "wait": 0.5},
        "guardrails": {"rules": [{"name": "no-drop", "hits": 2}, {"name": "pii", "hits": 11}]},
        "network": {"client": {"ip": "13.4.5.6"}, "ips": ["10.0.0.1", "2001:db8::7"]},
        "http.status_code": 404,
        "duration": 1_500_000_000_i64,
        "build": "9",
        "note": "",
    })
}
