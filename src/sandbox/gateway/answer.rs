//! Answers in the exact form of the gateway's web framework (gin on Go's `encoding/json`).

use hyper::header::HeaderName;
use serde_json::{Value, json};

use crate::sandbox::http::Reply;

/// What a handler comes to: its answer, or the refusal that ended it early.
pub type Answer = Result<Reply, Box<Reply>>;

/// A refusal with a message, for `?`.
pub fn refused<T>(status: u16, text: &str) -> Result<T, Box<Reply>> {
    Err(Box::new(message(status, text)))
}

/// What most handlers send.
const JSON: &str = "application/json; charset=utf-8";

/// gin's `c.JSON`: HTML-safe, no line feed at the end.
pub fn json(status: u16, value: &Value) -> Reply {
    json_text(status, &value.to_string())
}

/// The same for what is JSON already.
pub fn json_text(status: u16, text: &str) -> Reply {
    Reply::text(status, JSON, html_safe(text))
}

/// gin's `c.PureJSON`: as it is, and a line feed. The session list alone uses it.
pub fn pure_json(status: u16, text: String) -> Reply {
    Reply::text(status, JSON, text + "\n")
}

/// An encoder writing straight to the answer: HTML-safe, a line feed, and no charset.
pub fn encoded(text: &str) -> Reply {
    Reply::text(200, "application/json", html_safe(text) + "\n")
}

/// `{"message": …}`.
pub fn message(status: u16, text: &str) -> Reply {
    json(status, &json!({"message": text}))
}

/// What the download routes send: the status once more.
pub fn message_with_status(status: u16, text: &str) -> Reply {
    json(status, &json!({"message": text, "status": status}))
}

/// What gin's validator says of a field that must be there.
pub fn required(go_type: &str, field: &str) -> String {
    format!(
        "Key: '{go_type}.{field}' Error:Field validation for '{field}' failed on the 'required' tag"
    )
}

/// A path that exists without its last slash; the router answers before anything else.
pub fn moved(path: &str) -> Reply {
    let body = format!("<a href=\"{path}\">Moved Permanently</a>.\n\n");
    Reply::text(301, "text/html; charset=utf-8", body).header(hyper::header::LOCATION, path)
}

/// 204. gin sets the content type all the same.
pub fn no_content() -> Reply {
    Reply::empty(204).header(hyper::header::CONTENT_TYPE, JSON)
}

/// A path without a handler (gin's default answer).
pub fn no_such_path() -> Reply {
    Reply::text(404, "text/plain", "404 page not found")
}

/// A JSON object put together from texts, in the order in which they come.
#[derive(Default)]
pub struct Object {
    members: Vec<String>,
}

impl Object {
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.put_text(key, &value.into().to_string());
    }

    /// A member whose value is JSON already.
    pub fn put_text(&mut self, key: &str, json: &str) {
        self.members.push(format!("\"{key}\":{json}"));
    }

    pub fn into_text(self) -> String {
        format!("{{{}}}", self.members.join(","))
    }
}

/// Go's encoder escapes what could end a script element. Outside of strings none of it can occur.
fn html_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => safe.push(c),
        }
    }
    safe
}

/// The headers on every answer (hoophq/hoop `gateway/api/middleware.go`).
pub fn with_common_headers(mut reply: Reply) -> Reply {
    for (name, value) in COMMON_HEADERS {
        // An answer's own value wins, as with the login's exposed headers.
        if !reply.headers.contains_key(name) {
            reply = reply.header(HeaderName::from_static(name), value);
        }
    }
    reply
}

const COMMON_HEADERS: [(&str, &str); 13] = [
    ("access-control-allow-credentials", "true"),
    (
        "access-control-allow-headers",
        "Content-Type, Authorization, accept, origin, user-client",
    ),
    (
        "access-control-allow-methods",
        "POST, OPTIONS, GET, PUT, DELETE, PATCH",
    ),
    ("access-control-allow-origin", "*"),
    (
        "access-control-expose-headers",
        "X-New-Access-Token, X-Set-Cookie",
    ),
    (
        "content-security-policy",
        "default-src self; script-src * 'unsafe-inline' 'unsafe-eval'; script-src-elem * \
         'unsafe-inline'; style-src * 'unsafe-inline'; font-src *; connect-src *; img-src * data: \
         blob:; frame-src *; object-src *; worker-src *;",
    ),
    (
        "permissions-policy",
        "geolocation=(),midi=(),sync-xhr=(),microphone=(),camera=(),magnetometer=(),\
         gyroscope=(),fullscreen=(self),payment=()",
    ),
    ("referrer-policy", "strict-origin"),
    ("server", concat!("hoopgateway/", "1.148.0")),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains; preload",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-xss-protection", "1; mode=block"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_script_element_is_escaped_as_go_does() {
        assert_eq!(
            html_safe(r#"{"a":"<b>&\u0007"}"#),
            r#"{"a":"\u003cb\u003e\u0026\u0007"}"#
        );
    }
}
