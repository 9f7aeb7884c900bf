//! The client: one server, one token, one request a call.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use super::error::{SvixError, error_of};
use crate::domain::endpoint::NewEventType;
use crate::domain::secret::Secret;
use crate::http::header::AUTHORIZATION;
use crate::http::{self, ANSWER_LIMIT, Method, Request, printable_url};

/// Rows of a page, the most there are.
const PAGE: usize = 250;

/// A Svix server that can be asked.
#[derive(Clone, Debug)]
pub struct Svix {
    http: Arc<http::Client>,
    base: Url,
    token: Secret,
}

/// One of its applications: for a gateway, its organisation.
#[derive(Clone, Debug)]
pub struct SvixApplication {
    pub(super) svix: Svix,
    /// An id or a uid.
    id: String,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    iterator: Option<String>,
    done: bool,
}

impl Svix {
    /// Takes `base_url` with or without its `/api/v1`.
    ///
    /// # Errors
    ///
    /// `Address` where it is no http or https address, or holds a user or a password; `Token`
    /// where no header can carry the token.
    pub fn new(http: Arc<http::Client>, base_url: &str, token: Secret) -> Result<Self, SvixError> {
        let is_plain = |byte: u8| (0x21..0x7f).contains(&byte);
        if token.is_empty() || !token.expose().bytes().all(is_plain) {
            return Err(SvixError::Token);
        }
        Ok(Self {
            http,
            base: base_of(base_url)?,
            token,
        })
    }

    pub fn application(&self, id: &str) -> SvixApplication {
        SvixApplication {
            svix: self.clone(),
            id: id.to_owned(),
        }
    }

    /// The names of `GET /event-type`.
    pub async fn event_types(&self) -> Result<Vec<String>, SvixError> {
        #[derive(Deserialize)]
        struct EventType {
            name: String,
        }
        let types: Vec<EventType> = self.pages(&["event-type"], &[], usize::MAX).await?;
        Ok(types.into_iter().map(|it| it.name).collect())
    }

    /// `POST /event-type`; `Refused` with 409 where it exists.
    pub async fn create_event_type(&self, event_type: &NewEventType) -> Result<(), SvixError> {
        let body = serde_json::json!({
            "name": event_type.name,
            "description": event_type.description,
        });
        self.send(Method::POST, &["event-type"], &[], Some(&body))
            .await
            .map(|_| ())
    }

    /// Every row of a list, the first `most` of them.
    pub(super) async fn pages<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        query: &[(&str, String)],
        most: usize,
    ) -> Result<Vec<T>, SvixError> {
        let mut rows = Vec::new();
        let mut iterator = None;
        while rows.len() < most {
            let mut query = query.to_vec();
            query.push(("limit", PAGE.min(most - rows.len()).to_string()));
            query.extend(iterator.map(|it| ("iterator", it)));
            let page: Page<T> = self
                .read(Method::GET, segments, &query, None::<&()>)
                .await?;
            rows.extend(page.data);
            iterator = page.iterator.filter(|_| !page.done);
            if iterator.is_none() {
                break;
            }
        }
        Ok(rows)
    }

    /// Sends and reads the answer as JSON.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        query: &[(&str, String)],
        body: Option<&impl Serialize>,
    ) -> Result<T, SvixError> {
        let request = label(&method, segments);
        let answer = self.send(method, segments, query, body).await?;
        serde_json::from_slice(&answer).map_err(|error| match answer.starts_with(b"<") {
            true => SvixError::NotSvix {
                url: printable_url(&self.base),
                request,
                why: "an HTML page".to_owned(),
            },
            false => SvixError::Malformed {
                request,
                why: error.to_string(),
            },
        })
    }

    /// Sends and returns the body of a 2xx. The query stays out of errors.
    pub(super) async fn send(
        &self,
        method: Method,
        segments: &[&str],
        query: &[(&str, String)],
        body: Option<&impl Serialize>,
    ) -> Result<bytes::Bytes, SvixError> {
        let label = label(&method, segments);
        let request = Request::new(method, self.url(segments, query));
        let request = request.secret_header(AUTHORIZATION, "Bearer ", &self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = self.http.send(request).await?;
        let status = response.status();
        let body = response.bytes(ANSWER_LIMIT).await?;
        match status.is_success() {
            true => Ok(body),
            false => Err(error_of(&label, &printable_url(&self.base), status, &body)),
        }
    }

    fn url(&self, segments: &[&str], query: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("an http address has a path")
            .pop_if_empty()
            .extend(["api", "v1"])
            .extend(segments);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl SvixApplication {
    /// Whether the server has it.
    pub async fn exists(&self) -> Result<bool, SvixError> {
        match self.send(Method::GET, &[], None::<&()>).await {
            Ok(_) => Ok(true),
            Err(SvixError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Segments below the application.
    pub(super) fn path<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        ["app", &self.id]
            .into_iter()
            .chain(rest.iter().copied())
            .collect()
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, rest: &[&str]) -> Result<T, SvixError> {
        self.read(Method::GET, rest, None::<&()>).await
    }

    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        method: Method,
        rest: &[&str],
        body: Option<&impl Serialize>,
    ) -> Result<T, SvixError> {
        let path = self.path(rest);
        self.svix.read(method, &path, &[], body).await
    }

    pub(super) async fn send(
        &self,
        method: Method,
        rest: &[&str],
        body: Option<&impl Serialize>,
    ) -> Result<(), SvixError> {
        let path = self.path(rest);
        self.svix.send(method, &path, &[], body).await.map(|_| ())
    }
}

/// The method and the path under `/api/v1`.
fn label(method: &Method, segments: &[&str]) -> String {
    format!("{method} /{}", segments.join("/"))
}

fn base_of(given: &str) -> Result<Url, SvixError> {
    let refused = |given: String, why: &str| SvixError::Address {
        given,
        why: why.to_owned(),
    };
    let parsed = Url::parse(given.trim());
    // What cannot be parsed cannot be stripped of a password either.
    let shown = given.rsplit('@').next().unwrap_or_default().trim();
    let mut url = parsed.map_err(|error| refused(shown.to_owned(), &error.to_string()))?;
    let beginning = "it must begin with https:// or http://";
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(printable_url(&url), beginning));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let why = "it holds a user or a password, and Svix takes a token";
        return Err(refused(printable_url(&url), why));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api/v1").unwrap_or(path).to_owned();
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svix(base: &str, token: &str) -> Result<Svix, SvixError> {
        let http = Arc::new(http::Client::new(http::Options::default()));
        Svix::new(http, base, Secret::new(token))
    }

    #[test]
    fn calls_go_below_the_path_of_the_address_and_names_are_encoded() {
        for base in ["http://svix.test/x", "http://svix.test/x/api/v1/"] {
            let svix = svix(base, "t").expect("an address");
            assert_eq!(
                svix.url(&["app", "a/b"], &[]).as_str(),
                "http://svix.test/x/api/v1/app/a%2Fb"
            );
        }
    }

    #[test]
    fn what_is_no_address_or_no_token_is_refused_without_its_password() {
        for given in [
            "svix.test",
            "ftp://svix.test",
            "http://me:hunter2@svix.test",
        ] {
            let error = svix(given, "t").expect_err("no address").to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert_eq!(
            svix("http://svix.test", "a b").err(),
            Some(SvixError::Token)
        );
    }
}
