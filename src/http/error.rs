//! Why there was no answer.

use std::error::Error;
use std::io;

/// No answer, or one that could not be read to its end. `url` is safe to print.
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
        if certificate_was_refused(source) {
            return TransportError::Certificate { url, why };
        }
        if source.is_dns() {
            return TransportError::UnknownHost { url };
        }
        if source.is_connect() {
            return TransportError::Connect { url, why };
        }
        TransportError::Broken { url, why }
    }
}

/// The last cause says most; the ones above it repeat the address.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn certificate_was_refused(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(current) = cause {
        let tls = current.downcast_ref::<rustls::Error>().or_else(|| {
            // hyper-rustls hides the TLS error inside an I/O error.
            current
                .downcast_ref::<io::Error>()?
                .get_ref()?
                .downcast_ref::<rustls::Error>()
        });
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = current.source();
    }
    false
}
