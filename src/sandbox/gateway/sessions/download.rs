//! The download flow: an address with a token, good for five minutes and one try.

use std::collections::HashMap;
use std::time::Duration;

use hyper::header::{CONTENT_DISPOSITION, HeaderName};
use jiff::Timestamp;
use serde_json::json;

use super::find;
use super::recording_forms::{self, TextOptions};
use super::view::SessionView;
use crate::sandbox::gateway::answer::Answer;
use crate::sandbox::gateway::{GatewayStandIn, Now, answer};
use crate::sandbox::http::{Reply, Request};

const VALID_FOR: Duration = Duration::from_secs(300);

/// The tokens given out, one for each session: a new one replaces the old.
#[derive(Debug, Default)]
pub struct Downloads {
    tokens: HashMap<String, (String, Timestamp)>,
}

impl Downloads {
    /// Consumes the session's token, whatever comes of it.
    fn redeem(&mut self, id: &str, token: &str, now: Timestamp) -> Result<(), Box<Reply>> {
        let refused = |status, text| Err(Box::new(answer::message_with_status(status, text)));
        let Some((expected, expires)) = self.tokens.remove(id) else {
            return refused(404, "not found");
        };
        if now > expires {
            return refused(410, "session download link expired");
        }
        if token != expected {
            return refused(401, "unauthorized");
        }
        Ok(())
    }
}

/// Answers the address. It is built from the API's URL without its path.
pub fn offer(gateway: &GatewayStandIn, id: &str, request: &Request, now: Now) -> Reply {
    let token = gateway.random_hex();
    let expires = now.at.checked_add(VALID_FOR).unwrap_or(now.at);
    let parameter = |name: &str| request.parameter(name).unwrap_or_default();
    let base = format!("{}/api/sessions/{id}/download", gateway.api_url());
    let address = match parameter("blob-type") {
        "session_input" => format!("{base}/input?token={token}"),
        _ => format!(
            "{base}?token={token}&extension={}&newline={}&event-time={}&events={}",
            parameter("extension"),
            parameter("newline"),
            parameter("event-time"),
            parameter("events"),
        ),
    };
    let mut state = gateway.state();
    state
        .downloads
        .tokens
        .insert(id.to_owned(), (token, expires));
    answer::json(200, &json!({"download_url": address, "expire_at": expires}))
}

/// `GET …/download`.
pub fn download(gateway: &GatewayStandIn, id: &str, request: &Request, now: Now) -> Answer {
    let view = redeem(gateway, id, request, now)?;
    let extension = request.parameter("extension").unwrap_or_default();
    let events = view.events().unwrap_or_default();
    let chosen = recording_forms::chosen(&events, request.parameter("events"));
    let start = view.session.start;
    let content = if extension.ends_with("json") {
        recording_forms::json_objects(&chosen, start)
            .to_string()
            .into_bytes()
    } else {
        let options = TextOptions {
            with_line_feed: request.parameter("newline") == Some("1"),
            with_time: request.parameter("event-time") == Some("1"),
            is_csv: extension.ends_with("csv"),
        };
        recording_forms::text(&chosen, start, options)
    };
    Ok(attachment(&view, id, extension, content, now))
}

/// `GET …/download/input`.
pub fn download_input(gateway: &GatewayStandIn, id: &str, request: &Request, now: Now) -> Answer {
    let view = redeem(gateway, id, request, now)?;
    let script = view.session.script.clone().into_bytes();
    Ok(attachment(&view, id, "txt", script, now))
}

fn redeem(
    gateway: &GatewayStandIn,
    id: &str,
    request: &Request,
    now: Now,
) -> Result<SessionView, Box<Reply>> {
    let token = request.parameter("token").unwrap_or_default();
    gateway.state().downloads.redeem(id, token, now.at)?;
    find(gateway, id, now)
}

fn attachment(view: &SessionView, id: &str, extension: &str, content: Vec<u8>, now: Now) -> Reply {
    let connection = view.session.plan.connection.name;
    let time = now.at.strftime("%Y%m%d-%H%M%S");
    let disposition = format!("attachment; filename={connection}-{id}-{time}.{extension}");
    let length = content.len().to_string();
    Reply::text(200, "application/octet-stream", content)
        .header(CONTENT_DISPOSITION, &disposition)
        .header(HeaderName::from_static("accept-length"), &length)
}
