//! The client: one site, its keys, and how a request is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use url::Url;

use super::body;
use super::draft::{API_KEY, APP_KEY, Draft};
use super::endpoint::{Endpoint, Product};
use super::error::{DatadogError, Meaning, Refusal};
use super::keys::{KeyShape, check_api_key_shape, check_app_key_shape};
use super::rate::{self, RateLimit};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::http::{self, ANSWER_LIMIT, Method};

/// What is read of an error body.
const ERROR_BODY_LIMIT: usize = 64 << 10;
/// No answer has carried a `Date` yet.
const UNKNOWN_OFFSET: i64 = i64::MIN;

/// One site of Datadog, seen with one set of keys.
#[derive(Debug)]
pub struct Datadog {
    http: Arc<http::Client>,
    endpoint: Endpoint,
    api_key: Secret,
    app_key: Option<Secret>,
    /// Datadog's clock minus ours in seconds, by the latest answer.
    offset_s: AtomicI64,
}

impl Datadog {
    /// # Errors
    ///
    /// A key that cannot be one by its shape is refused here, before anything is sent.
    pub fn new(
        http: Arc<http::Client>,
        endpoint: Endpoint,
        api_key: Secret,
        app_key: Option<Secret>,
    ) -> Result<Self, KeyShape> {
        check_api_key_shape(&api_key)?;
        app_key.as_ref().map_or(Ok(()), check_app_key_shape)?;
        Ok(Self {
            http,
            endpoint,
            api_key,
            app_key,
            offset_s: AtomicI64::new(UNKNOWN_OFFSET),
        })
    }

    pub fn site(&self) -> Site {
        self.endpoint.site
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// How far Datadog's clock is ahead of ours, by the `Date` of the latest answer and so to the
    /// second at best. `None` before the first answer.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        match self.offset_s.load(Ordering::Relaxed) {
            UNKNOWN_OFFSET => None,
            seconds => Some(SignedDuration::from_secs(seconds)),
        }
    }

    /// A request that carries the API key.
    pub(super) fn draft(&self, method: Method, product: Product, path: &'static str) -> Draft<'_> {
        Draft::new(method, product, path).secret(API_KEY, &self.api_key)
    }

    /// A request of the web API, which wants the application key as well.
    pub(super) fn draft_with_both_keys(
        &self,
        method: Method,
        path: &'static str,
    ) -> Result<Draft<'_>, DatadogError> {
        let draft = self.draft(method, Product::Api, path);
        match &self.app_key {
            Some(key) => Ok(draft.secret(APP_KEY, key)),
            None => Err(DatadogError::NoApplicationKey {
                request: draft.line(),
            }),
        }
    }

    /// Sends, and returns once the headers of a 2xx are in; the body is not read.
    pub(super) async fn ask(&self, draft: Draft<'_>) -> Result<Answer, DatadogError> {
        let (host, request) = (draft.host(&self.endpoint), draft.line());
        let response = self.http.send(draft.into_request(&self.endpoint)).await?;
        let now = Timestamp::now();
        self.note_clock(&response, now);
        if response.status().is_success() {
            return Ok(Answer {
                host,
                request,
                response,
            });
        }
        let refusal = refusal_of(response, host, request, now).await;
        Err(DatadogError::Refused(Box::new(refusal)))
    }

    fn note_clock(&self, response: &http::Response, now: Timestamp) {
        if let Some(date) = response.header("date").and_then(rate::http_date) {
            let offset = date.duration_since(now).as_secs();
            self.offset_s.store(offset, Ordering::Relaxed);
        }
    }
}

/// A 2xx whose body has not been read.
#[derive(Debug)]
pub(super) struct Answer {
    host: String,
    request: String,
    response: http::Response,
}

impl Answer {
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::of_headers(self.response.headers())
    }

    /// Reads the body as the JSON of `T`.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, DatadogError> {
        let body = self.response.bytes(ANSWER_LIMIT).await?;
        serde_json::from_slice(&body).map_err(|error| DatadogError::Malformed {
            host: self.host,
            request: self.request,
            why: error.to_string(),
        })
    }
}

async fn refusal_of(
    response: http::Response,
    host: String,
    request: String,
    now: Timestamp,
) -> Refusal {
    let status = response.status().as_u16();
    let after = rate::wait_hint(response.headers(), status, now);
    let redirected_to = response.status().is_redirection().then(|| {
        let target = response
            .header("location")
            .and_then(|to| Url::parse(to).ok());
        let named = target.as_ref().and_then(Url::host_str);
        named.unwrap_or("another address").to_owned()
    });
    let rate_limit = RateLimit::of_headers(response.headers());
    // The status decides. A body that breaks off only leaves the text out.
    let body = response.bytes(ERROR_BODY_LIMIT).await.unwrap_or_default();
    Refusal {
        host,
        request,
        status,
        meaning: Meaning::of_status(status, after),
        text: body::error_text(&body).unwrap_or_default(),
        redirected_to,
        rate_limit,
    }
}
