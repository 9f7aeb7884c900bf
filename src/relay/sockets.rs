//! The socket that the door listens on: a new one, or the one that a service manager opened.

use std::io;
use std::net::{SocketAddr, TcpListener};

use listenfd::ListenFd;

use crate::listen::ListenError;

/// Nobody can be listened to there.
#[derive(Debug, thiserror::Error)]
#[error("the socket of the service manager cannot be used")]
pub struct HandedSocketError(#[source] io::Error);

/// Listens on `address`.
pub fn open(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let opened = TcpListener::bind(address);
    opened.map_err(|source| ListenError { address, source })
}

/// The first TCP socket that systemd handed over, `sd_listen_fds(3)`; `None` where there is none.
pub fn socket_of_the_service_manager() -> Result<Option<TcpListener>, HandedSocketError> {
    ListenFd::from_env()
        .take_tcp_listener(0)
        .map_err(HandedSocketError)
}
