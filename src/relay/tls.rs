//! TLS of the door, where nobody in front of it speaks it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::watched::Watched;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("read the certificate from {}: {why}", path.display())]
    Certificate { path: PathBuf, why: String },
    #[error("read the certificate's key from {}: {why}", path.display())]
    Key { path: PathBuf, why: String },
    #[error("use the certificate in {}", path.display())]
    Pair {
        path: PathBuf,
        source: rustls::Error,
    },
}

/// A certificate and its key, for any thread.
#[derive(Clone, Debug)]
pub struct Certificate {
    chain: Watched,
    key: Watched,
    now: Arc<RwLock<Arc<ServerConfig>>>,
}

impl Certificate {
    /// Reads a chain and its key, both PEM.
    ///
    /// # Errors
    ///
    /// Files that hold no such things, and a key of another certificate.
    pub fn read(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            chain: Watched::new(chain),
            key: Watched::new(key),
            now: Arc::new(RwLock::new(Arc::new(config(chain, key)?))),
        })
    }

    /// Reads both again where one of them changed, or in any case, for connections to come; true
    /// where they were read.
    ///
    /// # Errors
    ///
    /// As [`Certificate::read`]; the one that was there stays.
    pub fn renew(&mut self, in_any_case: bool) -> Result<bool, TlsError> {
        let has_changed = [&mut self.chain, &mut self.key].map(Watched::has_changed);
        if has_changed == [false, false] && !in_any_case {
            return Ok(false);
        }
        let config = Arc::new(config(self.chain.path(), self.key.path())?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(true)
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let now = Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(now).accept(stream).await
    }
}

fn config(chain_path: &Path, key_path: &Path) -> Result<ServerConfig, TlsError> {
    let unread = |why: String| TlsError::Certificate {
        path: chain_path.to_owned(),
        why,
    };
    let chain = CertificateDer::pem_file_iter(chain_path);
    let chain = chain.and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>());
    let chain = chain.map_err(|error| unread(error.to_string()))?;
    if chain.is_empty() {
        return Err(unread("it holds none".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key_path).map_err(|error| TlsError::Key {
        path: key_path.to_owned(),
        why: error.to_string(),
    })?;
    let pair = |source| TlsError::Pair {
        path: chain_path.to_owned(),
        source,
    };
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder
        .with_safe_default_protocol_versions()
        .map_err(pair)?;
    let mut config = builder
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
