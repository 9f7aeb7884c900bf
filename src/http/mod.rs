//! The only place that builds an HTTP client.
//!
//! [`Client`] is cheap to make: the connection pool, the certificate store and the TLS provider
//! are built at the first request that needs them. No redirect is ever followed, since the
//! library strips only the standard credential headers and `DD-API-KEY` and `Api-Key` are not
//! among them; callers see the 3xx and say so.

mod distrust;
mod error;
mod error_text;
mod names;
mod presented;
mod proxies;
mod request;
mod retry_after;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::{Certificate, NoProxy, Proxy, StatusCode, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use presented::Witness;

pub use distrust::Distrust;
pub use error::TransportError;
pub use error_text::error_text;
pub use presented::{Presented, Trust};
pub use proxies::{Proxies, ProxyFault, Road};
pub use request::Request;
pub use reqwest::Method;
pub use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
pub use retry_after::{http_date, retry_after};
pub use watch::{UnderWay, Watch};

/// Connecting takes at most this long.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// One request, answer included. Shorter makes duplicates: the intake may still be storing.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// What is read of an answer that is not a recording.
pub const ANSWER_LIMIT: usize = 32 << 20;

/// How to reach the network.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Certificates (PEM) trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    pub proxies: Proxies,
}

/// One client for the whole run.
#[derive(Debug)]
pub struct Client {
    options: Options,
    watch: Option<Watch>,
    plain: OnceLock<reqwest::Client>,
    tls: OnceLock<reqwest::Client>,
}

impl Client {
    pub fn new(options: Options) -> Self {
        Self {
            options,
            watch: None,
            plain: OnceLock::new(),
            tls: OnceLock::new(),
        }
    }

    /// Tells `watch` of every request.
    pub fn watched_by(self, watch: Watch) -> Self {
        Self {
            watch: Some(watch),
            ..self
        }
    }

    /// Sends `request` and returns once the status line and the headers are in.
    ///
    /// Any status is an answer; an error means that there was none.
    pub async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let shown = printable_url(&request.url);
        let client = self.for_url(&request.url)?;
        let (method, url) = (request.method.clone(), request.url.clone());
        let under_way = self.under_way(&url);
        let started = Instant::now();
        let sent = request.into_reqwest(client).send().await;
        let elapsed_ms = started.elapsed().as_millis() as u64;
        match sent {
            // None but a proxy answers so (RFC 9110, section 15.5.8).
            Ok(inner) if inner.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                Err(TransportError::Proxy {
                    url: url.origin().ascii_serialization(),
                    proxy: self.proxy(&url).unwrap_or_else(|| "on the way".to_owned()),
                    fault: ProxyFault::Password,
                })
            }
            Ok(inner) => {
                tracing::debug!(%method, url = %shown, status = inner.status().as_u16(), elapsed_ms, "answer");
                Ok(Response {
                    inner,
                    url: shown,
                    _under_way: under_way,
                })
            }
            Err(source) => {
                let error = self.by_road(&url, TransportError::of(&source, shown.clone()));
                tracing::debug!(%method, url = %shown, elapsed_ms, %error, "no answer");
                Err(error)
            }
        }
    }

    /// The certificate that the server at `url` presents, trusted or not. Nothing secret is sent.
    ///
    /// # Errors
    ///
    /// A server that presents none, or is not reached.
    pub async fn presented(&self, url: &Url) -> Result<Presented, TransportError> {
        let witness = Witness::new(&roots(&self.options)?.all())?;
        let client = builder(&self.options)?
            .tls_backend_preconfigured(witness.config()?)
            .build()
            .map_err(unbuildable)?;
        let _under_way = self.under_way(url);
        let sent = client.head(url.clone()).send().await;
        match (witness.seen(), sent) {
            (Some(presented), _) => Ok(presented),
            (None, Err(source)) => {
                let error = TransportError::of(&source, printable_url(url));
                Err(self.by_road(url, error))
            }
            (None, Ok(_)) => Err(TransportError::Broken {
                url: printable_url(url),
                why: "it presents no certificate".to_owned(),
            }),
        }
    }

    /// Whose certificates are trusted.
    ///
    /// # Errors
    ///
    /// A `--ca-file` that cannot be used.
    pub fn trusted(&self) -> Result<Roots, TransportError> {
        roots(&self.options)
    }

    /// The proxy by which `url` is reached, and the variable that names it.
    fn proxy(&self, url: &Url) -> Option<String> {
        match self.options.proxies.road(url) {
            Road::Proxy { address, variable } => Some(format!("{address} ({variable})")),
            _ => None,
        }
    }

    /// What `error` means for a request that took the road to `url`.
    fn by_road(&self, url: &Url, error: TransportError) -> TransportError {
        if let Road::Foreign { scheme, variable } = self.options.proxies.road(url) {
            let why = format!(
                "{variable} names a {scheme}:// proxy, and ddctl goes through http:// and https:// \
                 proxies alone"
            );
            return TransportError::Settings { why };
        }
        match self.proxy(url) {
            Some(proxy) => error.through(proxy),
            None => error,
        }
    }

    fn under_way(&self, url: &Url) -> Option<UnderWay> {
        self.watch.as_ref().map(|watch| watch.asked(url))
    }

    fn for_url(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        let (cell, with_tls) = match url.scheme() {
            "http" => (&self.plain, false),
            _ => (&self.tls, true),
        };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = build(&self.options, with_tls)?;
        Ok(cell.get_or_init(|| client))
    }
}

/// An answer whose body has not been read.
#[derive(Debug)]
pub struct Response {
    inner: reqwest::Response,
    url: String,
    /// Until the body was read.
    _under_way: Option<UnderWay>,
}

impl Response {
    pub fn status(&self) -> StatusCode {
        self.inner.status()
    }

    pub fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    /// A header's text, where it has one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    }

    /// The whole body, refused above `limit` bytes.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(TransportError::TooLarge {
                    url: self.url,
                    limit,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The body's next piece; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        self.inner
            .chunk()
            .await
            .map_err(|source| TransportError::of(&source, self.url.clone()))
    }
}

fn build(options: &Options, with_tls: bool) -> Result<reqwest::Client, TransportError> {
    let builder = builder(options)?;
    let builder = match with_tls {
        true => {
            let roots = roots(options)?.all();
            let certificates = roots
                .iter()
                .filter_map(|der| Certificate::from_der(der).ok());
            builder.tls_certs_only(certificates)
        }
        false => builder.tls_certs_only([]),
    };
    // Fails only where another part of the process chose a provider first, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder.build().map_err(unbuildable)
}

fn unbuildable(source: reqwest::Error) -> TransportError {
    TransportError::Settings {
        why: format!("{source:?}"),
    }
}

/// All but the certificates that are trusted.
fn builder(options: &Options) -> Result<reqwest::ClientBuilder, TransportError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("ddctl/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .no_proxy();
    let proxies = &options.proxies;
    let bypass = NoProxy::from_string(&proxies.bypass());
    for (name, address, make) in [
        (
            "HTTPS_PROXY",
            &proxies.https,
            (|address| Proxy::https(address)) as fn(&str) -> _,
        ),
        ("HTTP_PROXY", &proxies.http, |address| Proxy::http(address)),
    ] {
        if let Some(address) = address {
            // The address may hold a password: say which variable, not what it holds.
            let proxy = make(address).map_err(|_| TransportError::Settings {
                why: format!("{name} is no proxy address"),
            })?;
            builder = builder.proxy(proxy.no_proxy(bypass.clone()));
        }
    }
    Ok(builder)
}

/// The authorities whose certificates are trusted.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// The system's, which `SSL_CERT_FILE` and `SSL_CERT_DIR` name where they are set.
    pub system: Vec<CertificateDer<'static>>,
    /// Mozilla's, where the system has none, as in an empty container.
    pub mozilla: Vec<CertificateDer<'static>>,
    /// Of `--ca-file`.
    pub own: Vec<CertificateDer<'static>>,
}

impl Roots {
    fn all(self) -> Vec<CertificateDer<'static>> {
        [self.system, self.mozilla, self.own].concat()
    }
}

fn roots(options: &Options) -> Result<Roots, TransportError> {
    let system = rustls_native_certs::load_native_certs().certs;
    let mozilla = match system.is_empty() {
        true => webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec(),
        false => Vec::new(),
    };
    let own = options
        .ca_file
        .as_deref()
        .map_or(Ok(Vec::new()), named_roots)?;
    Ok(Roots {
        system,
        mozilla,
        own,
    })
}

fn named_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    let refused = |why: String| TransportError::Settings {
        why: format!("--ca-file {}: {why}", path.display()),
    };
    let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        _ => Err(refused("holds no certificate in PEM form".to_owned())),
    }
}

/// An address that may be printed: no user part, and no value of a query parameter that can hold
/// a key.
pub fn printable_url(url: &Url) -> String {
    const SECRET_PARAMETERS: [&str; 5] =
        ["dd-api-key", "api_key", "application_key", "token", "key"];
    let mut shown = url.clone();
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let is_secret = SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str());
                let value = if is_secret {
                    "****".to_owned()
                } else {
                    value.into_owned()
                };
                (name.into_owned(), value)
            })
            .collect();
        shown.query_pairs_mut().clear().extend_pairs(pairs);
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_url_is_never_shown() {
        let url = "https://user:pw@intake.test/api/v2/logs?ddsource=hoop&dd-api-key=0123456789"
            .parse()
            .expect("a valid address");
        assert_eq!(
            printable_url(&url),
            "https://intake.test/api/v2/logs?ddsource=hoop&dd-api-key=****"
        );
    }

    #[test]
    fn a_proxy_address_that_is_none_is_named_by_its_variable_alone() {
        let options = Options {
            proxies: Proxies {
                https: Some("http://u:hunter2@[".to_owned()),
                ..Proxies::default()
            },
            ..Options::default()
        };
        let error = build(&options, false).expect_err("no proxy address");
        assert!(error.to_string().contains("HTTPS_PROXY"));
        assert!(!error.to_string().contains("hunter2"));
    }
}
