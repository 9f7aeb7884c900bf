//! Why there was no answer.

use std::error::Error;
use std::io;

use rustls::InvalidMessage;

/// No answer, or one that could not be read to its end. `url` is safe to print; where nobody was
/// reached it ends at the port, since the path is not at fault.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum TransportError {
    #[error("cannot find the host of {url}")]
    UnknownHost { url: String },
    #[error("cannot connect to {url}: {why}")]
    Connect { url: String, why: String },
    #[error("the certificate of {url} was refused: {why}")]
    Certificate { url: String, why: String },
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
            TransportError::Certificate { .. }
            | TransportError::TooLarge { .. }
            | TransportError::Settings { .. } => false,
        }
    }

    pub(super) fn of(source: &reqwest::Error, url: String) -> Self {
        let why = innermost(source);
        if source.is_timeout() {
            return TransportError::Timeout { url };
        }
        let tls = tls_error(source);
        if let Some(rustls::Error::InvalidCertificate(_)) = tls {
            return TransportError::Certificate {
                url: origin(url),
                why: in_short(&why),
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
    use crate::http::{Client, Method, Options, Request};

    /// What asking `scheme` of a server that answers one line in clear comes to.
    async fn error_of(scheme: &str) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let server = tokio::spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        });
        let url = format!("{scheme}://127.0.0.1:{port}/api/sessions?limit=100");
        let error = ask(&url).await;
        server.abort();
        error.replace(&port.to_string(), "PORT")
    }

    async fn ask(url: &str) -> String {
        let request = Request::new(Method::GET, url.parse().expect("an address"));
        let client = Client::new(Options::default());
        let answer = client.send(request).await;
        answer.expect_err("no answer").to_string()
    }

    #[tokio::test]
    async fn a_server_in_clear_is_told_from_a_broken_one() {
        assert_eq!(
            error_of("https").await,
            "cannot connect to https://127.0.0.1:PORT: \
             what answers there does not speak TLS; is it http://?"
        );
    }

    #[tokio::test]
    async fn where_nobody_listens_the_path_is_not_at_fault() {
        let error = ask("http://127.0.0.1:1/api/sessions?limit=100").await;
        assert!(
            error.starts_with("cannot connect to http://127.0.0.1:1: "),
            "{error}"
        );
    }
}
