//! The certificate that a server presents, whether or not it is trusted: who opens TLS on the way?

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::TransportError;
use super::distrust::Distrust;
use super::error::in_short;
use super::names::{expires, issuer};

/// A server's own certificate, the first of the chain that it sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Who signed it, for people; empty where the certificate does not say.
    pub issuer: String,
    pub expires: Option<Timestamp>,
    pub trust: Trust,
}

/// Whether it is trusted, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// By an authority that Mozilla trusts, as the world does.
    Public,
    /// Only by an authority of this system or of `--ca-file`.
    Own,
    /// By nobody here.
    Refused { why: String, distrust: Distrust },
}

/// Notes what is presented, and decides as the client does.
#[derive(Debug)]
pub(super) struct Witness {
    own: Arc<WebPkiServerVerifier>,
    public: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<Presented>>,
}

impl Witness {
    /// `roots` are the ones that the client trusts.
    pub fn new(roots: &[CertificateDer<'static>]) -> Result<Arc<Self>, TransportError> {
        Ok(Arc::new(Self {
            own: verifier(roots)?,
            public: verifier(webpki_root_certs::TLS_SERVER_ROOT_CERTS)?,
            seen: Mutex::new(None),
        }))
    }

    /// What a client has to be built with.
    pub fn config(self: &Arc<Self>) -> Result<ClientConfig, TransportError> {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let verifier: Arc<dyn ServerCertVerifier> = self.clone();
        Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth())
    }

    /// `None` where no server presented anything.
    pub fn seen(&self) -> Option<Presented> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

fn verifier(
    roots: &[CertificateDer<'static>],
) -> Result<Arc<WebPkiServerVerifier>, TransportError> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots.iter().cloned());
    let provider = Arc::new(ring::default_provider());
    WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider)
        .build()
        .map_err(unusable)
}

fn unusable(error: impl std::fmt::Display) -> TransportError {
    TransportError::Settings {
        why: format!("no certificate can be checked: {error}"),
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let own = self
            .own
            .verify_server_cert(certificate, chain, name, ocsp, now);
        let public = self
            .public
            .verify_server_cert(certificate, chain, name, ocsp, now);
        let trust = match (&own, public) {
            (Err(error), _) => Trust::Refused {
                why: in_short(&error.to_string()),
                distrust: Distrust::of(error),
            },
            (Ok(_), Ok(_)) => Trust::Public,
            (Ok(_), Err(_)) => Trust::Own,
        };
        let presented = Presented {
            issuer: issuer(certificate).unwrap_or_default(),
            expires: expires(certificate),
            trust,
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(presented);
        own
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.own
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.own
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.own.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use rustls::pki_types::PrivateKeyDer;
    use rustls::pki_types::pem::PemObject;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::http::{Client, Options};

    fn file(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/relay/{name}"))
    }

    /// The port of a server with the certificate of `localhost`.
    async fn server() -> u16 {
        let chain = CertificateDer::from_pem_file(file("cert.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(file("key.pem")).expect("its key");
        let provider = Arc::new(ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .expect("a pair");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.read(&mut [0; 1024]).await;
                    let _ = stream.write_all(b"HTTP/1.1 204 No\r\n\r\n").await;
                }
            }
        });
        port
    }

    async fn presented(ca_file: Option<&str>) -> Presented {
        let client = Client::new(Options {
            ca_file: ca_file.map(file),
            ..Options::default()
        });
        let url = format!("https://localhost:{}/", server().await);
        let presented = client.presented(&url.parse().expect("an address")).await;
        presented.expect("a certificate")
    }

    #[tokio::test]
    async fn who_signed_a_refused_certificate_is_known() {
        let presented = presented(None).await;
        assert_eq!(presented.issuer, "localhost");
        assert!(
            matches!(presented.trust, Trust::Refused { .. }),
            "{presented:?}"
        );
    }

    #[tokio::test]
    async fn one_of_a_named_authority_is_trusted_and_not_public() {
        let presented = presented(Some("cert.pem")).await;
        assert_eq!(presented.trust, Trust::Own);
    }
}
