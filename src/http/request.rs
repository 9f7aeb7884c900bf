//! A request as a value: what is asked, of whom, with which secrets.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use url::Url;

use crate::domain::secret::Secret;

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    headers: HeaderMap,
    body: Bytes,
    timeout: Option<Duration>,
}

impl Request {
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: None,
        }
    }

    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    pub fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// Sets a header. A value that no header can hold is left out.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets a header whose value is marked sensitive, behind `prefix` (`"Bearer "` or nothing).
    pub fn secret_header(mut self, name: HeaderName, prefix: &str, secret: &Secret) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(&format!("{prefix}{}", secret.expose())) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    /// Names the host the request is meant for, where it connects to another one.
    pub fn host(self, host: &str) -> Self {
        self.header(HOST, host)
    }

    /// Takes `body` as it is, under `content_type`.
    pub fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = body.into();
        self
    }

    /// Writes `value` as the JSON body.
    ///
    /// # Panics
    ///
    /// Never for our own request shapes: they have no map with keys that are not text.
    pub fn json(self, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("request shapes serialise");
        self.body("application/json", body)
    }

    /// Another limit than [`super::REQUEST_TIMEOUT`] for this request.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(super) fn into_reqwest(self, client: &reqwest::Client) -> reqwest::RequestBuilder {
        let mut builder = client.request(self.method, self.url).headers(self.headers);
        if !self.body.is_empty() {
            builder = builder.body(self.body);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        builder
    }
}
