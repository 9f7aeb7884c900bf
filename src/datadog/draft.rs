//! A request to Datadog as a value, from which both the real request and its preview are made.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::endpoint::{Endpoint, Product};
use crate::domain::secret::Secret;
use crate::http::{self, HeaderName, Method};

/// The header of the API key.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("dd-api-key");
/// The header of the application key; a personal or service access token goes here as well.
pub(super) const APP_KEY: HeaderName = HeaderName::from_static("dd-application-key");

/// What would be sent.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    method: Method,
    product: Product,
    path: &'static str,
    secrets: Vec<(HeaderName, &'a Secret)>,
    headers: Vec<(HeaderName, &'static str)>,
    body: Option<(&'static str, Bytes)>,
}

impl<'a> Draft<'a> {
    pub fn new(method: Method, product: Product, path: &'static str) -> Self {
        Self {
            method,
            product,
            path,
            secrets: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub fn secret(mut self, name: HeaderName, secret: &'a Secret) -> Self {
        self.secrets.push((name, secret));
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
        format!("{} {}", self.method, self.path)
    }

    pub fn host(&self, endpoint: &Endpoint) -> String {
        endpoint.host(self.product)
    }

    pub fn into_request(self, endpoint: &Endpoint) -> http::Request {
        let address = endpoint.address(self.product, self.path);
        let mut request = http::Request::new(self.method, address.url);
        if address.is_elsewhere {
            request = request.host(&address.host);
        }
        for (name, secret) in self.secrets {
            request = request.secret_header(name, "", secret);
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
        let address = endpoint.address(self.product, self.path);
        let mut headers = vec![("host".to_owned(), address.host)];
        for (name, secret) in &self.secrets {
            headers.push((name.to_string(), secret.masked()));
        }
        if let Some((content_type, _)) = &self.body {
            headers.push(("content-type".to_owned(), (*content_type).to_owned()));
        }
        for (name, value) in &self.headers {
            headers.push((name.to_string(), (*value).to_owned()));
        }
        Preview {
            method: self.method.to_string(),
            path: self.path.to_owned(),
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
