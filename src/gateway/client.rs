//! The client: one base address, one credential, one request a call.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use url::Url;

use super::credential::Credential;
use super::error::{GatewayError, Meaning, error_of, meaning, unreadable};
use super::wire::server::UserInfo;
use crate::domain::secret::Secret;
use crate::http::header::DATE;
use crate::http::{self, ANSWER_LIMIT, Method, Request, Response, TransportError, printable_url};

/// The header in which the gateway hands out a renewed sign-in token.
const NEW_ACCESS_TOKEN: &str = "x-new-access-token";
/// No answer has carried a `Date` yet.
const UNKNOWN_OFFSET: i64 = i64::MIN;

/// A gateway that can be asked.
#[derive(Debug)]
pub struct Gateway {
    http: Arc<http::Client>,
    /// Scheme, host and path, without `/api`, a query or a fragment.
    base: Url,
    credential: Credential,
    renewed: Mutex<Option<Secret>>,
    /// The gateway's clock minus ours in seconds, by the `Date` of its latest answer.
    offset_s: AtomicI64,
    /// Whose token it is, once that was asked.
    pub(super) user: OnceCell<UserInfo>,
}

impl Gateway {
    /// Takes `base_url` with or without its `/api`, as `API_URL` and browsers spell it.
    ///
    /// # Errors
    ///
    /// `Address` where it is no http or https address, or holds a user or a password; `Token`
    /// where no header can carry the credential.
    pub fn new(
        http: Arc<http::Client>,
        base_url: &str,
        credential: Credential,
    ) -> Result<Self, GatewayError> {
        if !credential.fits_a_header() {
            return Err(GatewayError::Token);
        }
        Ok(Self {
            http,
            base: base_of(base_url)?,
            credential,
            renewed: Mutex::new(None),
            offset_s: AtomicI64::new(UNKNOWN_OFFSET),
            user: OnceCell::new(),
        })
    }

    /// The gateway's host, without the port.
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// The address without `/api` and without a slash at its end, as people open it.
    pub fn page_base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The page of a session.
    pub fn page_of(&self, session_id: &str) -> String {
        format!("{}/sessions/{session_id}", self.page_base())
    }

    /// An instant of our clock by the clock that sessions start by, where that one is behind: what
    /// is listed up to `ours` is no more than what has started by then. As far as its answers have
    /// told it, to the second.
    pub fn by_its_clock(&self, ours: Timestamp) -> Timestamp {
        let offset = self.clock_offset().unwrap_or_default();
        let behind = offset.min(SignedDuration::ZERO);
        ours.checked_add(behind).unwrap_or(ours)
    }

    /// How far the gateway's clock is ahead of ours, by the `Date` of its latest answer and so to
    /// the second at best. `None` before the first answer.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        match self.offset_s.load(Ordering::Relaxed) {
            UNKNOWN_OFFSET => None,
            seconds => Some(SignedDuration::from_secs(seconds)),
        }
    }

    /// The token that the gateway handed out in place of an expiring one, for the caller to keep.
    /// Later calls already use it.
    pub fn renewed_token(&self) -> Option<Secret> {
        self.renewed().clone()
    }

    /// A GET of `/api/<segments>`, which are percent-encoded here.
    pub(super) fn get(&self, segments: &[&str]) -> Call {
        self.call(Method::GET, segments)
    }

    /// A POST of `body` as JSON to `/api/<segments>`.
    pub(super) fn post(&self, segments: &[&str], body: &impl Serialize) -> Call {
        let call = self.call(Method::POST, segments);
        let request = call.request.json(body);
        Call { request, ..call }
    }

    /// A PUT of `body` as JSON to `/api/<segments>`.
    pub(super) fn put(&self, segments: &[&str], body: &impl Serialize) -> Call {
        let call = self.call(Method::PUT, segments);
        let request = call.request.json(body);
        Call { request, ..call }
    }

    /// A DELETE of `/api/<segments>`.
    pub(super) fn delete(&self, segments: &[&str]) -> Call {
        self.call(Method::DELETE, segments)
    }

    fn call(&self, method: Method, segments: &[&str]) -> Call {
        let label = format!("{method} /{}", segments.join("/"));
        let request = Request::new(method, self.url(segments, &[]));
        Call { label, request }
    }

    fn url(&self, segments: &[&str], query: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("an http address has a path")
            .pop_if_empty()
            .push("api")
            .extend(segments);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// A GET with query parameters. They stay out of the label: they may name people.
    pub(super) fn get_with(&self, segments: &[&str], query: &[(&str, String)]) -> Call {
        let label = format!("{} /{}", Method::GET, segments.join("/"));
        let request = Request::get(self.url(segments, query));
        Call { label, request }
    }

    /// Sends with the credential and reads the answer as JSON.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: Call) -> Result<T, GatewayError> {
        self.answer(call, ANSWER_LIMIT).await?.json()
    }

    /// Sends with the credential and returns a 2xx's body, refused above `limit` bytes.
    pub(super) async fn answer(&self, call: Call, limit: usize) -> Result<Answer, GatewayError> {
        self.incoming(call).await?.whole(limit).await
    }

    /// The address as it may be printed.
    pub(super) fn shown(&self) -> String {
        printable_url(&self.base)
    }

    /// Sends without a credential what needs no sign-in.
    pub(super) async fn answer_unsigned(&self, call: Call) -> Result<Answer, GatewayError> {
        let incoming = self.send(call.label, call.request).await?;
        incoming.whole(ANSWER_LIMIT).await
    }

    /// Sends with the credential, and leaves the body of a 2xx to be read.
    pub(super) async fn incoming(&self, call: Call) -> Result<Incoming, GatewayError> {
        let renewed = self.renewed_token().map(Credential::Bearer);
        let credential = renewed.as_ref().unwrap_or(&self.credential);
        let request = credential.sign(call.request);
        self.send(call.label, request).await
    }

    async fn send(&self, label: String, request: Request) -> Result<Incoming, GatewayError> {
        let response = self.http.send(request).await?;
        let status = response.status();
        self.keep_renewed(response.header(NEW_ACCESS_TOKEN));
        self.note_clock(response.header(DATE.as_str()));
        let base = self.shown();
        match meaning(status) {
            Meaning::Answered => Ok(Incoming {
                label,
                base,
                response,
            }),
            _ => {
                let body = response.bytes(ANSWER_LIMIT).await?;
                Err(error_of(&label, &base, status, &body))
            }
        }
    }

    fn note_clock(&self, date: Option<&str>) {
        if let Some(date) = date.and_then(http::http_date) {
            let offset = date.duration_since(Timestamp::now()).as_secs();
            self.offset_s.store(offset, Ordering::Relaxed);
        }
    }

    fn keep_renewed(&self, token: Option<&str>) {
        let token = token.map(Secret::new).filter(|token| !token.is_empty());
        if token.is_some() && self.credential.is_renewable() {
            *self.renewed() = token;
        }
    }

    fn renewed(&self) -> MutexGuard<'_, Option<Secret>> {
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request on its way, with its name in errors: method and path, nothing else.
#[derive(Debug)]
pub(super) struct Call {
    label: String,
    request: Request,
}

impl Call {
    pub(super) fn timeout(self, timeout: Duration) -> Self {
        let request = self.request.timeout(timeout);
        Self { request, ..self }
    }
}

/// A 2xx whose body has not been read.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) label: String,
    pub(super) base: String,
    pub(super) response: Response,
}

impl Incoming {
    async fn whole(self, limit: usize) -> Result<Answer, GatewayError> {
        Ok(Answer {
            label: self.label,
            base: self.base,
            body: self.response.bytes(limit).await?,
        })
    }

    /// The body as it was kept.
    pub(super) fn answer(self, body: Bytes) -> Answer {
        Answer {
            label: self.label,
            base: self.base,
            body,
        }
    }

    pub(super) fn too_large(&self, limit: usize) -> GatewayError {
        GatewayError::Transport(TransportError::TooLarge {
            url: self.base.clone(),
            limit,
        })
    }
}

/// The body of a 2xx, with the words for what may be wrong with it.
#[derive(Debug)]
pub(super) struct Answer {
    label: String,
    base: String,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, GatewayError> {
        serde_json::from_slice(&self.body)
            .map_err(|source| unreadable(&self.label, &self.base, &self.body, &source))
    }
}

const BEGINNING: &str = "it must begin with https:// or http://";

/// The base of an address as people write it.
fn base_of(given: &str) -> Result<Url, GatewayError> {
    let mut url = Url::parse(given.trim()).map_err(|source| GatewayError::Address {
        // What cannot be parsed cannot be stripped of a password either.
        given: given
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        why: match source {
            url::ParseError::RelativeUrlWithoutBase => BEGINNING.to_owned(),
            source => source.to_string(),
        },
    })?;
    let refused = |why: &str| GatewayError::Address {
        given: printable_url(&url),
        why: why.to_owned(),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(BEGINNING));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "it holds a user or a password, and the gateway takes a token",
        ));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api").unwrap_or(path).to_owned();
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Reply, Server};

    fn gateway(base: &str, token: &str) -> Result<Gateway, GatewayError> {
        Gateway::new(
            Arc::new(http::Client::new(http::Options::default())),
            base,
            Credential::of_token(Secret::new(token)),
        )
    }

    #[test]
    fn the_address_is_taken_as_people_spell_it() {
        for (given, page) in [
            ("https://use.hoop.dev", "https://use.hoop.dev/sessions/1"),
            (
                "https://use.hoop.dev/api",
                "https://use.hoop.dev/sessions/1",
            ),
            (
                "http://gw.test:8009/hoop/api/",
                "http://gw.test:8009/hoop/sessions/1",
            ),
        ] {
            let gateway = gateway(given, "hpk_x").expect("an address");
            assert_eq!(gateway.page_of("1"), page, "{given}");
        }
    }

    #[test]
    fn calls_go_below_the_path_of_the_address() {
        let gateway = gateway("http://gw.test/hoop/", "hpk_x").expect("an address");
        assert_eq!(
            gateway.url(&["plugins", "a/b"], &[]).as_str(),
            "http://gw.test/hoop/api/plugins/a%2Fb"
        );
    }

    #[test]
    fn an_address_that_cannot_be_one_is_refused_without_its_password() {
        for given in ["use.hoop.dev", "ftp://gw.test", "grpc://127.0.0.1:8010"] {
            assert!(gateway(given, "hpk_x").is_err(), "{given}");
        }
        for given in ["https://me:hunter2@gw.test", "https://me:hunter2@["] {
            let error = gateway(given, "hpk_x").expect_err("no address");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_token_that_no_header_can_carry_is_refused() {
        for token in ["", "hpk_\u{7}x"] {
            assert_eq!(
                gateway("https://gw.test", token).err(),
                Some(GatewayError::Token)
            );
        }
    }

    #[tokio::test]
    async fn a_token_travels_in_one_header_alone() {
        for (token, name, value) in [
            ("hpk_abc", "authorization", "Bearer hpk_abc"),
            ("xapi-abc", "api-key", "xapi-abc"),
        ] {
            let server = Server::answering([Reply::json(200, "{}")]).await;
            let gateway = gateway(&server.url(), token).expect("an address");
            let _: serde_json::Value = gateway
                .read(gateway.get(&["serverinfo"]))
                .await
                .expect("json");
            let request = server.requests().remove(0);
            assert_eq!(request.header(name), Some(value));
            let both = ["authorization", "api-key"].map(|name| request.header(name).is_some());
            assert_eq!(both.iter().filter(|sent| **sent).count(), 1);
        }
    }

    #[tokio::test]
    async fn a_renewed_token_is_noticed_and_used_from_then_on() {
        let renewing = Reply::json(200, "{}").header("X-New-Access-Token", "new.jwt.token");
        let server = Server::answering([renewing, Reply::json(200, "{}")]).await;
        let gateway = gateway(&server.url(), "old.jwt.token").expect("an address");
        for _ in 0..2 {
            let _: serde_json::Value = gateway
                .read(gateway.get(&["userinfo"]))
                .await
                .expect("json");
        }
        assert_eq!(gateway.renewed_token(), Some(Secret::new("new.jwt.token")));
        let sent: Vec<_> = server.requests();
        assert_eq!(
            sent[0].header("authorization"),
            Some("Bearer old.jwt.token")
        );
        assert_eq!(
            sent[1].header("authorization"),
            Some("Bearer new.jwt.token")
        );
    }

    #[tokio::test]
    async fn a_key_is_never_replaced_by_what_an_answer_says() {
        let renewing = Reply::json(200, "{}").header("X-New-Access-Token", "new.jwt.token");
        let server = Server::answering([renewing]).await;
        let gateway = gateway(&server.url(), "hpk_abc").expect("an address");
        let _: serde_json::Value = gateway
            .read(gateway.get(&["userinfo"]))
            .await
            .expect("json");
        assert_eq!(gateway.renewed_token(), None);
    }

    #[tokio::test]
    async fn ugly_answers_have_clear_errors() {
        async fn error(reply: Reply) -> GatewayError {
            let server = Server::answering([reply]).await;
            let gateway = gateway(&server.url(), "hpk_abc").expect("an address");
            gateway
                .read::<Vec<String>>(gateway.get(&["sessions"]))
                .await
                .expect_err("an error")
        }
        let html = error(Reply::text(
            200,
            "text/html",
            "<!doctype html><title>hi</title>",
        ))
        .await;
        assert!(matches!(html, GatewayError::NotAGateway { .. }), "{html}");
        let empty = error(Reply::text(404, "text/plain", "")).await;
        assert!(matches!(empty, GatewayError::NotAGateway { .. }), "{empty}");
        let redirect = error(Reply::text(302, "text/html", "").header("Location", "/login")).await;
        assert!(
            matches!(redirect, GatewayError::NotAGateway { .. }),
            "{redirect}"
        );
        let denied = error(Reply::json(401, r#"{"message":"access denied"}"#)).await;
        assert!(
            matches!(denied, GatewayError::Unauthorized { .. }),
            "{denied}"
        );
        assert!(denied.to_string().contains("access denied"));
        let cut = error(Reply::json(200, r#"["one", "tw"#).cut_short()).await;
        assert!(
            matches!(cut, GatewayError::Transport(_)) && cut.is_retriable(),
            "{cut}"
        );
        let wrong = error(Reply::json(200, r#"{"data":1}"#)).await;
        assert!(matches!(wrong, GatewayError::Malformed { .. }), "{wrong}");
        for (status, retriable) in [(403, false), (422, false), (500, true), (502, true)] {
            let refused = error(Reply::json(status, r#"{"message":"no"}"#)).await;
            assert_eq!(refused.is_retriable(), retriable, "{refused}");
            assert!(!refused.to_string().contains("hpk_abc"));
        }
    }
}
