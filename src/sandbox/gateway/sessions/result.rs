//! `GET /sessions/{id}/result/stream`: the recording as text, with ordinary sign-in.

use hyper::header::HeaderName;

use super::find_visible;
use super::recording_forms::{self, TextOptions};
use crate::sandbox::gateway::answer::Answer;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now, answer};
use crate::sandbox::http::{Reply, Request};

pub fn result(
    gateway: &GatewayStandIn,
    caller: &Caller,
    id: &str,
    request: &Request,
    now: Now,
) -> Answer {
    let view = find_visible(gateway, caller, id, now)?;
    if !view.is_fully_open_to(caller) {
        return answer::refused(403, "user is not allowed to stream this session");
    }
    let events = view.events().unwrap_or_default();
    let chosen = recording_forms::chosen(&events, request.parameter("events"));
    let options = TextOptions {
        with_line_feed: request.parameter("newline") == Some("1"),
        with_time: request.parameter("event-time") == Some("1"),
        is_csv: false,
    };
    let text = recording_forms::text(&chosen, view.session.start, options);
    Ok(Reply::text(200, "text/plain; charset=utf-8", text)
        .header(HeaderName::from_static("x-content-type-options"), "nosniff"))
}
