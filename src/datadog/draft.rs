//! A request to Datadog as a value, from which both the real request and its preview are made.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::endpoint::Endpoint;
use super::operation::Operation;
use crate::domain::secret::Secret;
use crate::http::{self, HeaderName};

/// What would be sent.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    pub operation: &'static Operation,
    wants_unscoped: bool,
    /// The operation's, with the ids filled in.
    path: String,
    query: Vec<(&'static str, String)>,
    secrets: Vec<(HeaderName, &'static str, &'a Secret)>,
    headers: Vec<(HeaderName, &'static str)>,
    body: Option<(&'static str, Bytes)>,
}

impl<'a> Draft<'a> {
    pub fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            wants_unscoped: false,
            path: operation.path.to_owned(),
            query: Vec::new(),
            secrets: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Fills the id into the path.
    pub fn of(mut self, id: impl fmt::Display) -> Self {
        let id = id.to_string();
        let encoded: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        self.path = self.operation.path.replacen("{}", &encoded, 1);
        self
    }

    /// Marks a request that a key with scopes is refused for, whatever they are.
    pub fn unscoped(mut self, wants_unscoped: bool) -> Self {
        self.wants_unscoped = wants_unscoped;
        self
    }

    pub fn wants_unscoped(&self) -> bool {
        self.wants_unscoped
    }

    pub fn query(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// A header that holds `secret` behind `prefix`.
    pub fn secret(mut self, name: HeaderName, prefix: &'static str, secret: &'a Secret) -> Self {
        self.secrets.push((name, prefix, secret));
        self
    }

    pub fn header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn body(mut self, content_type: &'static str, body: Bytes) -> Self {
        self.body = Some((content_type, body));
        self
    }

    /// Writes `value` as the JSON body.
    ///
    /// # Panics
    ///
    /// Never for the request shapes of this room: they have no map with keys that are not text.
    pub fn json(self, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("request shapes serialise");
        self.body("application/json", body.into())
    }

    /// `POST /api/v2/logs`, for messages.
    pub fn line(&self) -> String {
        format!("{} {}", self.operation.method, self.path)
    }

    pub fn host(&self, endpoint: &Endpoint) -> String {
        endpoint.host(self.operation.product)
    }

    pub fn into_request(self, endpoint: &Endpoint) -> http::Request {
        let mut address = endpoint.address(self.operation.product, &self.path);
        if !self.query.is_empty() {
            address.url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = http::Request::new(self.operation.method.clone(), address.url);
        if address.is_elsewhere {
            request = request.host(&address.host);
        }
        for (name, prefix, secret) in self.secrets {
            request = request.secret_header(name, prefix, secret);
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        match self.body {
            Some((content_type, body)) => request.body(content_type, body),
            None => request,
        }
    }

    pub fn preview(&self, endpoint: &Endpoint) -> Preview {
        let address = endpoint.address(self.operation.product, &self.path);
        let mut headers = vec![("host".to_owned(), address.host)];
        for (name, prefix, secret) in &self.secrets {
            headers.push((name.to_string(), format!("{prefix}{}", secret.masked())));
        }
        if let Some((content_type, _)) = &self.body {
            headers.push(("content-type".to_owned(), (*content_type).to_owned()));
        }
        for (name, value) in &self.headers {
            headers.push((name.to_string(), (*value).to_owned()));
        }
        Preview {
            method: self.operation.method.to_string(),
            path: self.path.clone(),
            headers,
            connects_to: address
                .is_elsewhere
                .then(|| address.url.origin().ascii_serialization()),
        }
    }
}

/// A request's line and headers as they may be shown: keys are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub method: String,
    pub path: String,
    /// Names in lower case, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// Set where the connection goes to another address than the `host` header names.
    pub connects_to: Option<String>,
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.path)?;
        self.headers
            .iter()
            .try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))
    }
}
