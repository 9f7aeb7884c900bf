//! The operations that the stand-in answers (`v1/endpoints/`).

use hyper::Method;

use super::refusal::Refusal;
use super::{Answered, Visit};
use super::{applications, attempts, endpoints, event_types, headers, messages, recovery, secrets};

const BASE: &str = "/api/v1/";

/// Whether anything is at the path, by whatever method.
pub fn is_known(path: &str) -> bool {
    let Some(segments) = segments(path) else {
        return false;
    };
    match segments[..] {
        ["app", _, ref rest @ ..] => matches!(
            rest,
            [] | ["endpoint" | "msg"]
                | ["endpoint" | "msg", _]
                | [
                    "endpoint",
                    _,
                    "headers" | "secret" | "stats" | "recover" | "msg"
                ]
                | ["endpoint", _, "secret", "rotate"]
                | ["msg", _, "endpoint"]
                | ["msg", _, "endpoint", _, "resend"]
                | ["attempt", "endpoint" | "msg", _]
        ),
        ["app" | "event-type"] | ["event-type", _] => true,
        _ => false,
    }
}

fn segments(path: &str) -> Option<Vec<&str>> {
    let segments: Vec<&str> = path.strip_prefix(BASE)?.split('/').collect();
    (!segments.contains(&"")).then_some(segments)
}

/// Answers the operation of `method` on a known path.
pub fn answer(visit: &mut Visit<'_>, method: &Method, path: &str) -> Result<Answered, Refusal> {
    let segments = segments(path).ok_or_else(Refusal::no_such_path)?;
    match (method.as_str(), &segments[..]) {
        ("GET", ["app"]) => applications::list(visit),
        ("POST", ["app"]) => applications::create(visit),
        ("GET", ["app", app]) => applications::get(visit, app),
        ("DELETE", ["app", app]) => applications::delete(visit, app),
        ("GET", ["event-type"]) => event_types::list(visit),
        ("POST", ["event-type"]) => event_types::create(visit),
        ("GET", ["event-type", name]) => event_types::get(visit, name),
        ("PUT", ["event-type", name]) => event_types::replace(visit, name),
        ("DELETE", ["event-type", name]) => event_types::delete(visit, name),
        (method, ["app", app, rest @ ..]) => within(visit, method, app, rest),
        _ => Err(Refusal::wrong_method()),
    }
}

fn within(
    visit: &mut Visit<'_>,
    method: &str,
    app: &str,
    rest: &[&str],
) -> Result<Answered, Refusal> {
    match (method, rest) {
        ("GET", ["msg"]) => messages::list(visit, app),
        ("POST", ["msg"]) => messages::create(visit, app),
        ("GET", ["msg", id]) => messages::get(visit, app, id),
        ("GET", ["msg", id, "endpoint"]) => attempts::destinations(visit, app, id),
        ("POST", ["msg", id, "endpoint", endpoint, "resend"]) => {
            recovery::resend(visit, app, id, endpoint)
        }
        ("GET", ["attempt", "endpoint", id]) => attempts::of_endpoint(visit, app, id),
        ("GET", ["attempt", "msg", id]) => attempts::of_message(visit, app, id),
        (method, ["endpoint", rest @ ..]) => at_endpoint(visit, method, app, rest),
        _ => Err(Refusal::wrong_method()),
    }
}

fn at_endpoint(
    visit: &mut Visit<'_>,
    method: &str,
    app: &str,
    rest: &[&str],
) -> Result<Answered, Refusal> {
    match (method, rest) {
        ("GET", []) => endpoints::list(visit, app),
        ("POST", []) => endpoints::create(visit, app),
        ("GET", [id]) => endpoints::get(visit, app, id),
        ("PUT", [id]) => endpoints::replace(visit, app, id),
        ("PATCH", [id]) => endpoints::patch(visit, app, id),
        ("DELETE", [id]) => endpoints::delete(visit, app, id),
        ("GET", [id, "headers"]) => headers::get(visit, app, id),
        ("PUT", [id, "headers"]) => headers::replace(visit, app, id),
        ("PATCH", [id, "headers"]) => headers::patch(visit, app, id),
        ("GET", [id, "secret"]) => secrets::get(visit, app, id),
        ("POST", [id, "secret", "rotate"]) => secrets::rotate(visit, app, id),
        ("GET", [id, "stats"]) => attempts::stats(visit, app, id),
        ("GET", [id, "msg"]) => attempts::attempted_messages(visit, app, id),
        ("POST", [id, "recover"]) => recovery::recover(visit, app, id),
        _ => Err(Refusal::wrong_method()),
    }
}
