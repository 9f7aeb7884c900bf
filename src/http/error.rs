//! Why there was no answer.

use std::error::Error;
use std::io;

use rustls::InvalidMessage;

use super::distrust::Distrust;
use super::proxies::ProxyFault;

/// No answer, or one that could not be read to its end. `url` is safe to print; where nobody was
/// reached it ends at the port, since the path is not at fault.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum TransportError {
    #[error("cannot find the host of {url}")]
    UnknownHost { url: String },
    #[error("cannot connect to {url}: {why}")]
    Connect { url: String, why: String },
    /// The proxy is at fault, or will not let anybody through; `proxy` is its address without a
    /// password, and the variable that names it.
    #[error("there is no way to {url} through the proxy {proxy}: {fault}")]
    Proxy {
        url: String,
        proxy: String,
        fault: ProxyFault,
    },
    #[error("the certificate of {url} was refused: {why}")]
    Certificate {
        url: String,
        why: String,
        distrust: Distrust,
    },
    #[error("{url} did not answer in time")]
    Timeout { url: String },
    #[error("the connection to {url} broke: {why}")]
    Broken { url: String, why: String },
    #[error("the answer of {url} is larger than {limit} bytes")]
    TooLarge { url: String, limit: usize },
    #[error("{why}")]
    Settings { why: String },
}

impl TransportError {
    /// True where the same request may succeed later.
    pub fn is_retriable(&self) -> bool {
        match self {
            TransportError::UnknownHost { .. }
            | TransportError::Connect { .. }
            | TransportError::Timeout { .. }
            | TransportError::Broken { .. } => true,
            TransportError::Proxy { fault, .. } => *fault != ProxyFault::Password,
            TransportError::Certificate { .. }
            | TransportError::TooLarge { .. }
            | TransportError::Settings { .. } => false,
        }
    }

    /// What helps, in one line.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            TransportError::Settings { .. } | TransportError::TooLarge { .. } => None,
            TransportError::Certificate { distrust, .. } => Some(distrust.advice()),
            TransportError::Proxy { fault, .. } => Some(fault.advice()),
            TransportError::UnknownHost { .. } | TransportError::Connect { .. } => Some(
                "check the address, the network and HTTPS_PROXY; then run the same command again",
            ),
            TransportError::Timeout { .. } | TransportError::Broken { .. } => {
                Some("run the same command again")
            }
        }
    }

    pub(super) fn of(source: &reqwest::Error, url: String) -> Self {
        let why = innermost(source);
        if source.is_timeout() {
            return TransportError::Timeout { url };
        }
        let tls = tls_error(source);
        if let Some(error @ rustls::Error::InvalidCertificate(_)) = tls {
            return TransportError::Certificate {
                url: origin(url),
                why: in_short(&why),
                distrust: Distrust::of(error),
            };
        }
        if source.is_dns() {
            return TransportError::UnknownHost { url: origin(url) };
        }
        if source.is_connect() {
            let why = match tls {
                // What a server sends that speaks HTTP in clear.
                Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
                    "what answers there does not speak TLS; is it http://?".to_owned()
                }
                _ => why,
            };
            let url = origin(url);
            return TransportError::Connect { url, why };
        }
        TransportError::Broken { url, why }
    }

    /// What an error means for a request that went by way of `proxy`. Up to the server's
    /// certificate nobody but the proxy was spoken to.
    pub(super) fn through(self, proxy: String) -> Self {
        let (url, fault) = match self {
            TransportError::UnknownHost { url } => (url, ProxyFault::UnknownHost),
            TransportError::Connect { url, why } => (url, ProxyFault::of(why)),
            other => return other,
        };
        TransportError::Proxy { url, proxy, fault }
    }
}

/// `https://host:port` of an address.
fn origin(url: String) -> String {
    match url::Url::parse(&url) {
        Ok(parsed) => parsed.origin().ascii_serialization(),
        Err(_) => url,
    }
}

/// Behind the reason there may be every name that a certificate is good for.
pub(super) fn in_short(why: &str) -> String {
    why.split(';').next().unwrap_or_default().to_owned()
}

/// The last cause says most; the ones above it repeat the address.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// The error of the TLS library, wherever it is in the chain.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(tls) = current.downcast_ref() {
            return Some(tls);
        }
        // An I/O error names what it wraps as its own; its source is one further on.
        let wrapped = current
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => current.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::http::{Client, Method, Options, Proxies, Request};

    /// The port of a server that answers one caller with `line` in clear.
    async fn answering(line: &'static str) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let _ = stream.read(&mut [0; 1024]).await;
            let answer = format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        });
        port
    }

    async fn error_of(url: &str, proxy: Option<String>) -> TransportError {
        let request = Request::new(Method::GET, url.parse().expect("an address"));
        let client = Client::new(Options {
            proxies: Proxies {
                http: proxy.clone(),
                https: proxy,
                ..Proxies::default()
            },
            ..Options::default()
        });
        client.send(request).await.expect_err("no answer")
    }

    #[tokio::test]
    async fn a_server_in_clear_is_told_from_a_broken_one() {
        let port = answering("400 Bad Request").await;
        let url = format!("https://127.0.0.1:{port}/api/sessions?limit=100");
        assert_eq!(
            error_of(&url, None).await.to_string(),
            format!(
                "cannot connect to https://127.0.0.1:{port}: \
                 what answers there does not speak TLS; is it http://?"
            )
        );
    }

    #[tokio::test]
    async fn where_nobody_listens_the_path_is_not_at_fault() {
        let url = "http://127.0.0.1:1/api/sessions?limit=100";
        let error = error_of(url, None).await.to_string();
        assert!(
            error.starts_with("cannot connect to http://127.0.0.1:1: "),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_or_is_not_there_is_named_in_the_place_of_the_host() {
        let refusals = [
            ("407 Who", "https://api.test/v1", ProxyFault::Password),
            ("407 Who", "http://gateway.test/api", ProxyFault::Password),
            ("403 No", "https://api.test/v1", ProxyFault::Refused),
        ];
        for (line, url, expected) in refusals {
            let port = answering(line).await;
            let proxy = format!("http://ada:hunter2@127.0.0.1:{port}");
            let error = error_of(url, Some(proxy)).await;
            let told = error.to_string();
            assert!(
                matches!(&error, TransportError::Proxy { fault, .. } if *fault == expected),
                "{told}"
            );
            let named = format!("through the proxy http://127.0.0.1:{port} (HTTP");
            assert!(told.contains(&named), "{told}");
            assert_eq!(error.is_retriable(), expected == ProxyFault::Refused);
        }
        let dead = error_of("https://api.test", Some("http://127.0.0.1:1".to_owned())).await;
        assert!(
            dead.to_string().starts_with(
                "there is no way to https://api.test through the proxy http://127.0.0.1:1 \
                 (HTTPS_PROXY): cannot connect: "
            ),
            "{dead}"
        );
        let socks = error_of("https://api.test", Some("socks5://127.0.0.1:1".to_owned())).await;
        assert!(
            matches!(&socks, TransportError::Settings { why } if why.contains("socks5://")),
            "{socks}"
        );
    }
}
