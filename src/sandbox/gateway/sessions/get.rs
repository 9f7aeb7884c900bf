//! `GET /sessions/{id}`: metadata, script, and the recording in four forms.

use super::recording_forms::{self, Stream};
use super::row::{self, Expanded};
use super::view::SessionView;
use super::{download, find, find_visible, in_other_words};
use crate::sandbox::gateway::answer::Answer;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now, answer};
use crate::sandbox::http::{Reply, Request};

pub fn get(
    gateway: &GatewayStandIn,
    caller: &Caller,
    id: &str,
    request: &Request,
    now: Now,
) -> Answer {
    let view = find_visible(gateway, caller, id, now)?;
    let is_allowed = view.is_fully_open_to(caller);
    if request
        .parameter("extension")
        .is_some_and(|it| !it.is_empty())
    {
        return Ok(match is_allowed {
            true => download::offer(gateway, id, request, now),
            false => {
                answer::message_with_status(403, "user is not allowed to download this session")
            }
        });
    }
    let expanded = expand(&view, is_allowed, request)?;
    Ok(answer::encoded(&row::single(&view, expanded)))
}

/// A mere reviewer asks for the recording in vain: the key is silently absent.
fn expand(view: &SessionView, is_allowed: bool, request: &Request) -> Result<Expanded, Box<Reply>> {
    let expand = request.parameter("expand").unwrap_or_default();
    let is_asked_for = |field: &str| expand.split(',').any(|named| named == field);
    let mut expanded = Expanded::default();
    if expand.is_empty() || is_asked_for("session_input") {
        expanded.script = view.session.script.clone();
    }
    if !is_asked_for("event_stream") || !is_allowed {
        return Ok(expanded);
    }
    let form = request.parameter("event_stream").unwrap_or_default();
    if let Some((stream, size)) = stream_of(view, form)? {
        expanded.event_stream = Some(stream);
        expanded.event_size = size;
    }
    Ok(expanded)
}

/// `None` where nothing was ever recorded; then even an unknown form is accepted.
fn stream_of(view: &SessionView, form: &str) -> Result<Option<Stream>, Box<Reply>> {
    let Some(events) = view.events() else {
        return Ok(None);
    };
    let is_postgres = view.session.plan.connection.subtype == "postgres";
    Ok(Some(match form {
        "base64" => recording_forms::base64(&events),
        "utf8" => recording_forms::utf8(&events),
        // Decided by the connection's type, whatever the verb.
        "raw-queries" if is_postgres => recording_forms::raw_queries(&events)
            .map_err(|recording_forms::FallsOver| Box::new(Reply::empty(500)))?,
        "" | "raw-queries" => recording_forms::triples(&events),
        _ => {
            return answer::refused(422, "event_stream attribute has an unknown type format");
        }
    }))
}

/// `GET /sessions/{id}/rdp-frames`: no session here is a remote desktop.
pub fn rdp_frames(gateway: &GatewayStandIn, caller: &Caller, id: &str, now: Now) -> Answer {
    let view = find(gateway, id, now).or_else(in_other_words)?;
    match view.is_fully_open_to(caller) {
        true => answer::refused(400, "session is not an RDP recording"),
        false => answer::refused(403, "user is not allowed to access this session"),
    }
}
