//! What a stand-in is asked and what it answers, apart from the socket.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use tokio::sync::mpsc;

/// A request whose body was read whole, as it came over the wire (still compressed).
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    /// The `Host` header without its port, in lower case.
    pub host: String,
    /// The path, percent-decoded, without the query.
    pub path: String,
    /// The query's pairs in the order they came, decoded.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Body,
}

/// An answer's body.
#[derive(Debug)]
pub enum Body {
    Full(Bytes),
    /// Pieces as they come; the answer ends when the sender is dropped.
    Stream(mpsc::Receiver<Bytes>),
}

impl Reply {
    /// A JSON answer in serde_json's compact form.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json", value.to_string())
    }

    /// An answer of any content type.
    pub fn text(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::empty(status)
            .header(CONTENT_TYPE, content_type)
            .with_body(Body::Full(body.into()))
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            status,
            headers: HeaderMap::new(),
            body: Body::Full(Bytes::new()),
        }
    }

    /// Sets a header; one that cannot be sent is left out.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}
