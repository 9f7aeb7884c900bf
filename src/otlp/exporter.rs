//! The sender: protobuf over HTTP, gzip, one request at a time. It neither waits nor repeats.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use url::Url;

use super::answer::{Taken, refusal_text};
use super::decode::Form;
use super::encode::{gzip, to_bytes};
use super::error::{OtlpError, Refusal, Verdict};
use crate::domain::secret::Secret;
use crate::http::{self, HeaderName, Request, header, printable_url, retry_after};

/// What is read of an answer (opentelemetry-proto, specification 1.11).
const ANSWER_LIMIT: usize = 4 << 20;

/// The header of Datadog's key.
const KEY: &str = "dd-api-key";

/// Where spans go.
#[derive(Clone, Debug)]
pub struct Door {
    /// The whole address, `/v1/traces` included.
    pub url: Url,
    /// The host that is meant, where another one is connected to.
    pub host: Option<String>,
    /// `dd-api-key`, for Datadog's own intake alone: an Agent or a collector needs none.
    pub key: Option<Secret>,
    /// Further headers, any of which may be a key.
    pub headers: Vec<(HeaderName, Secret)>,
}

/// One receiver of spans.
#[derive(Debug)]
pub struct Exporter {
    http: Arc<http::Client>,
    door: Door,
    compresses: bool,
}

impl Exporter {
    /// `compresses` sends gzip, which every receiver takes.
    pub fn new(http: Arc<http::Client>, door: Door, compresses: bool) -> Self {
        Self {
            http,
            door,
            compresses,
        }
    }

    /// Sends `spans` once. The caller sends no empty request, and halves what is too large.
    ///
    /// # Errors
    ///
    /// No answer, or one other than 2xx.
    pub async fn send(&self, spans: &ExportTraceServiceRequest) -> Result<Taken, OtlpError> {
        let plain = to_bytes(spans);
        match self.compresses {
            true => self.post(gzip(&plain), Some("gzip")).await,
            false => self.post(plain, None).await,
        }
    }

    /// As [`Exporter::send`], of a request that is protobuf already, compressed as
    /// `content_encoding` says.
    ///
    /// # Errors
    ///
    /// As [`Exporter::send`].
    pub async fn post(
        &self,
        body: Bytes,
        content_encoding: Option<&'static str>,
    ) -> Result<Taken, OtlpError> {
        let request = self.request(body, content_encoding);
        let response = self.http.send(request).await?;
        let status = response.status();
        let content_type = response.header("content-type").map(str::to_owned);
        let after = retry_after(response.headers(), Timestamp::now());
        // The status decides: a body that breaks off or does not end changes nothing about it.
        let body = response.bytes(ANSWER_LIMIT).await;
        let content_type = content_type.as_deref();
        if status.is_success() {
            let status = status.as_u16();
            let taken = body.map(|body| Taken::of(status, content_type, &body));
            return Ok(taken.unwrap_or_else(|_| Taken::unread(status)));
        }
        let text = refusal_text(content_type, &body.unwrap_or_default());
        Err(OtlpError::Refused(Box::new(Refusal {
            url: self.shown(),
            status: status.as_u16(),
            verdict: Verdict::of_status(status.as_u16(), after),
            had_key: self.door.key.is_some() || !self.door.headers.is_empty(),
            text: text.unwrap_or_default(),
        })))
    }

    /// The address that is meant, safe to print.
    pub fn shown(&self) -> String {
        match &self.door.host {
            Some(host) => format!("https://{host}{}", self.door.url.path()),
            None => printable_url(&self.door.url),
        }
    }

    /// Line and headers of what [`Exporter::post`] would send, the key masked.
    pub fn preview(&self, content_encoding: Option<&str>) -> String {
        let url = &self.door.url;
        let authority = url.authority();
        let host = self.door.host.as_deref().unwrap_or(authority);
        let mut lines = vec![
            format!("POST {}", url.path()),
            format!("host: {host}"),
            format!("content-type: {}", Form::Protobuf.content_type()),
        ];
        let key = self.door.key.as_ref();
        lines.extend(key.map(|key| format!("{KEY}: {}", key.masked())));
        lines.extend(content_encoding.map(|encoding| format!("content-encoding: {encoding}")));
        let headers = self.door.headers.iter();
        lines.extend(headers.map(|(name, value)| format!("{name}: {}", value.masked())));
        if self.door.host.is_some() {
            let origin = url.origin().ascii_serialization();
            lines.push(format!("# connects to {origin}"));
        }
        lines.join("\n") + "\n"
    }

    fn request(&self, body: Bytes, content_encoding: Option<&'static str>) -> Request {
        let mut request = Request::post(self.door.url.clone());
        request = request.body(Form::Protobuf.content_type(), body);
        if let Some(encoding) = content_encoding {
            request = request.header(header::CONTENT_ENCODING, encoding);
        }
        if let Some(host) = &self.door.host {
            request = request.host(host);
        }
        if let Some(key) = &self.door.key {
            request = request.secret_header(HeaderName::from_static(KEY), "", key);
        }
        for (name, value) in &self.door.headers {
            request = request.secret_header(name.clone(), "", value);
        }
        request
    }
}
