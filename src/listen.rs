//! A socket that is listened on, or why not.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// Nobody can be listened to there.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct ListenError {
    pub address: SocketAddr,
    pub source: io::Error,
}

/// Listens on `address`.
///
/// # Errors
///
/// An address that is taken, or not this machine's.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| ListenError { address, source })
}
