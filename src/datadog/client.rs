//! The client: one site, its keys, and how a request is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::credentials::Credentials;
use super::draft::Draft;
use super::endpoint::Endpoint;
use super::error::{DatadogError, Meaning, Need, Refusal};
use super::keys::{KeyShape, Token};
use super::notice::{Listener, Notice};
use super::operation::Operation;
use super::patience::{Patience, Wait, Waited};
use super::rate::{self, RateLimit};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::http::{self, ANSWER_LIMIT};

/// What is read of an error body.
const ERROR_BODY_LIMIT: usize = 64 << 10;
/// No answer has carried a `Date` yet.
const UNKNOWN_OFFSET: i64 = i64::MIN;

/// One site of Datadog, seen with one set of keys.
#[derive(Debug)]
pub struct Datadog {
    http: Arc<http::Client>,
    endpoint: Endpoint,
    credentials: Credentials,
    patience: Patience,
    listener: Listener,
    /// Datadog's clock minus ours in seconds, by the latest answer.
    offset_s: AtomicI64,
}

impl Datadog {
    /// `app_key` is an application key, or a personal or service access token, which opens the web
    /// API without an API key.
    ///
    /// # Errors
    ///
    /// A key that cannot be one by its shape is refused here, before anything is sent.
    pub fn new(
        http: Arc<http::Client>,
        endpoint: Endpoint,
        api_key: impl Into<Option<Secret>>,
        app_key: Option<Secret>,
    ) -> Result<Self, KeyShape> {
        Ok(Self {
            http,
            endpoint,
            credentials: Credentials::new(api_key.into(), app_key)?,
            patience: Patience::default(),
            listener: Listener::default(),
            offset_s: AtomicI64::new(UNKNOWN_OFFSET),
        })
    }

    /// The same client with another patience for calls of the management API.
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The same client, whose calls of the management API tell what they wait for.
    pub fn telling(self, told: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self {
            listener: Listener::new(told),
            ..self
        }
    }

    /// The kind of access token that it opens the web API by.
    pub fn token(&self) -> Option<Token> {
        self.credentials.token()
    }

    pub(super) fn web_secret(&self) -> Option<&Secret> {
        self.credentials.web_secret()
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

    /// Now by Datadog's clock, as far as its answers have told it; else by ours.
    pub fn clock_now(&self) -> Timestamp {
        let now = Timestamp::now();
        let offset = self.clock_offset().unwrap_or_default();
        now.checked_add(offset).unwrap_or(now)
    }

    /// A request with the keys that `operation` wants.
    pub(super) fn draft(&self, operation: &'static Operation) -> Result<Draft<'_>, DatadogError> {
        self.credentials.draft(operation)
    }

    /// As [`Datadog::ask`], waiting as long as the client's [`Patience`] lets it.
    pub(super) async fn ask_patiently(&self, draft: Draft<'_>) -> Result<Answer, DatadogError> {
        let mut waited = Waited::default();
        loop {
            let answer = self.ask(draft.clone()).await;
            self.listener.note_clock(self.clock_offset());
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let is_repeatable = draft.operation.is_repeatable;
            let now = Instant::now();
            let Some(wait) = self
                .patience
                .wait_after(&error, is_repeatable, &waited, now)
            else {
                return Err(error);
            };
            let is_rate_limit = error.status() == Some(429);
            waited.add(wait, is_rate_limit);
            tracing::debug!(request = draft.line(), ?wait, %error, "waiting");
            self.listener.tell(&Notice::Waiting(Wait {
                request: draft.line(),
                wait,
                is_rate_limit,
            }));
            tokio::time::sleep(wait).await;
        }
    }

    /// Sends once, and returns when the headers of an answer are in; the body is not read.
    pub(super) async fn ask(&self, draft: Draft<'_>) -> Result<Answer, DatadogError> {
        let (host, request) = (draft.host(&self.endpoint), draft.line());
        let (also_answers, need) = (draft.operation.also_answers, self.need_of(&draft));
        let response = self.http.send(draft.into_request(&self.endpoint)).await?;
        let now = Timestamp::now();
        self.note_clock(&response, now);
        let status = response.status();
        if status.is_success() || also_answers == Some(status.as_u16()) {
            return Ok(Answer {
                host,
                request,
                response,
            });
        }
        let refusal = refusal_of(response, host, request, need, now).await;
        Err(DatadogError::Refused(Box::new(refusal)))
    }

    fn need_of(&self, draft: &Draft<'_>) -> Option<Need> {
        Some(Need {
            permission: draft.operation.permission()?,
            is_unscoped: draft.wants_unscoped(),
            token: self.token(),
        })
    }

    fn note_clock(&self, response: &http::Response, now: Timestamp) {
        if let Some(date) = response.header("date").and_then(http::http_date) {
            let offset = date.duration_since(now).as_secs();
            self.offset_s.store(offset, Ordering::Relaxed);
        }
    }
}

/// An answer whose body has not been read.
#[derive(Debug)]
pub(super) struct Answer {
    host: String,
    request: String,
    response: http::Response,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::of_headers(self.response.headers())
    }

    /// That the body is none of somebody's pages. One that breaks off says nothing against it.
    pub async fn no_page(self) -> Result<(), DatadogError> {
        let body = self.response.bytes(ERROR_BODY_LIMIT).await;
        let body = body.unwrap_or_default();
        match body.trim_ascii_start().starts_with(b"<") {
            false => Ok(()),
            true => Err(DatadogError::Malformed {
                host: self.host,
                request: self.request,
                why: http::error_text(&body).unwrap_or_default(),
            }),
        }
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
    need: Option<Need>,
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
        text: http::error_text(&body).unwrap_or_default(),
        is_datadogs: is_datadogs(&body),
        need,
        redirected_to,
        rate_limit,
    }
}

/// Whether the body is an error in Datadog's words, and not of something in between.
fn is_datadogs(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|value| value.get("errors").is_some())
}
