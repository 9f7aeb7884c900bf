//! `/sandbox/*`: what the stand-ins received, the faults they are told to have, webhooks of
//! sessions that are long over, and what Datadog says of its log index.
//!
//! Every listener serves it. Its own requests are neither numbered nor filed nor struck.

use hyper::Method;
use serde_json::{Value, json};

use super::exchange::Exchanges;
use super::faults::{Fault, FaultError};
use super::http::{Reply, Request};
use super::received::{Kind, Selection};

/// Rows of `/sandbox/requests` unless `limit` says otherwise.
const DEFAULT_REQUESTS: usize = 1_000;

/// Answers a request whose path begins with `/sandbox/`.
pub fn answer(exchanges: &Exchanges, request: &Request) -> Reply {
    match (request.method.clone(), request.path.as_str()) {
        (Method::GET, "/sandbox/received") => received(exchanges, request),
        (Method::GET, "/sandbox/requests") => requests(exchanges, request),
        (Method::GET, "/sandbox/faults") => faults(exchanges),
        (Method::PUT, "/sandbox/faults") => set_faults(exchanges, request),
        (Method::POST, "/sandbox/reset") => {
            exchanges.reset();
            Reply::json(200, &json!({}))
        }
        (Method::POST, "/sandbox/webhooks") => push_past(exchanges),
        (Method::PUT, "/sandbox/index") => change_index(exchanges, request),
        (
            _,
            "/sandbox/received" | "/sandbox/requests" | "/sandbox/faults" | "/sandbox/reset"
            | "/sandbox/webhooks" | "/sandbox/index",
        ) => refuse(405, "this path does not take that method"),
        _ => refuse(404, "the sandbox has no such path"),
    }
}

/// The gateway pushes now what it would have pushed for the sessions that began before it did.
fn push_past(exchanges: &Exchanges) -> Reply {
    let pushed = exchanges.gateway().push_past();
    Reply::json(200, &json!({"messages": pushed}))
}

/// What Datadog says of its log index: fields of `LogsIndex`.
fn change_index(exchanges: &Exchanges, request: &Request) -> Reply {
    match serde_json::from_slice(&request.body) {
        Ok(fields) => {
            exchanges.datadog().change_index(fields);
            Reply::json(200, &json!({}))
        }
        Err(error) => refuse(400, &format!("the body is no JSON object: {error}")),
    }
}

fn received(exchanges: &Exchanges, request: &Request) -> Reply {
    let kind = match Kind::of(request.parameter("kind")) {
        Ok(kind) => kind,
        Err(why) => return refuse(400, &why),
    };
    match Selection::of(request) {
        Ok(selection) => exchanges.datadog().received(kind, selection),
        Err(why) => refuse(400, &why),
    }
}

fn requests(exchanges: &Exchanges, request: &Request) -> Reply {
    let numbers = number(request, "after")
        .and_then(|after| Ok((after.unwrap_or(0), number(request, "limit")?)));
    let (after, limit) = match numbers {
        Ok((after, limit)) => (
            after,
            limit.map_or(DEFAULT_REQUESTS, |limit| limit as usize),
        ),
        Err(why) => return refuse(400, &why),
    };
    let with_body = request.parameter("body") == Some("true");
    let rows = exchanges.log.rows(after, limit, with_body);
    Reply::json(200, &Value::Array(rows))
}

fn faults(exchanges: &Exchanges) -> Reply {
    let plan = exchanges.plan();
    let texts: Vec<String> = plan.faults().iter().map(Fault::to_string).collect();
    Reply::json(200, &json!(texts))
}

/// Replaces all faults; one that cannot be read leaves the old ones in force.
fn set_faults(exchanges: &Exchanges, request: &Request) -> Reply {
    match read_faults(&request.body) {
        Ok(new) => {
            exchanges.set_faults(new);
            faults(exchanges)
        }
        Err(why) => refuse(400, &why),
    }
}

/// A JSON array of faults, or a fault a line; blank lines and those behind `#` count nothing.
fn read_faults(body: &[u8]) -> Result<Vec<Fault>, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8".to_owned())?;
    let texts: Vec<String> = match text.trim_start().starts_with('[') {
        true => serde_json::from_str(text)
            .map_err(|error| format!("the body is no JSON array of faults: {error}"))?,
        false => text.lines().map(|line| line.trim().to_owned()).collect(),
    };
    texts
        .iter()
        .filter(|text| !text.is_empty() && !text.starts_with('#'))
        .map(|text| text.parse().map_err(|error: FaultError| error.to_string()))
        .collect()
}

/// A parameter that is a whole number; `None` where it is missing.
pub fn number(request: &Request, name: &str) -> Result<Option<u64>, String> {
    let text = request.parameter(name);
    text.map(|text| {
        text.parse()
            .map_err(|_| format!("parameter `{name}` is `{text}`, which is no whole number"))
    })
    .transpose()
}

fn refuse(status: u16, why: &str) -> Reply {
    Reply::json(status, &json!({ "errors": [why] }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_as_json_or_as_lines() {
        let expected: Vec<Fault> = ["logs:503@0.3", "reset"]
            .map(|text| text.parse().expect("a well-formed fault"))
            .to_vec();
        assert_eq!(
            read_faults(br#"["logs:503@0.3", "reset"]"#),
            Ok(expected.clone())
        );
        assert_eq!(
            read_faults(b"logs:503@0.3\n\n# a remark\n reset\n"),
            Ok(expected)
        );
        assert_eq!(read_faults(b""), Ok(Vec::new()));
    }

    #[test]
    fn one_malformed_fault_refuses_them_all() {
        let error = read_faults(b"reset\nlogs:explode@1").expect_err("a fault is malformed");
        assert!(error.contains("explode"), "{error}");
        assert!(read_faults(b"[1]").is_err());
    }
}
