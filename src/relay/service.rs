//! What a service manager is told, by the protocol of `sd_notify(3)`: lines in a datagram to the
//! socket that it named.

use std::convert::Infallible;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(200);

/// A service manager; one that is not there is told nothing.
#[derive(Debug, Default)]
pub struct Service {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Service {
    /// `notify_socket` and `watchdog_usec` are the variables of these names.
    pub fn new(notify_socket: Option<&str>, watchdog_usec: Option<&str>) -> Self {
        let socket = notify_socket.and_then(|name| {
            let socket = UnixDatagram::unbound().ok()?;
            // One that does not listen keeps the relay waiting no longer than this.
            socket.set_write_timeout(Some(PATIENCE)).ok()?;
            Some((socket, address(name).ok()?))
        });
        let watchdog = watchdog_usec.and_then(|text| text.parse().ok());
        let watchdog = watchdog.map(Duration::from_micros);
        Self {
            socket,
            watchdog: watchdog.filter(|every| !every.is_zero()),
        }
    }

    /// Says that it lives, twice as often as is waited for.
    pub async fn live(&self) -> Infallible {
        let Some(every) = self.watchdog else {
            return std::future::pending().await;
        };
        let mut beats = tokio::time::interval(every / 2);
        loop {
            beats.tick().await;
            self.tell("WATCHDOG=1");
        }
    }

    pub fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    pub fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=stopping");
    }

    fn tell(&self, text: &str) {
        if let Some((socket, address)) = &self.socket
            && let Err(error) = socket.send_to_addr(text.as_bytes(), address)
        {
            tracing::debug!(%error, "the service manager was not told");
        }
    }
}

/// A path, or on Linux a name without a file behind an `@`.
fn address(name: &str) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = name.strip_prefix('@') {
        use std::os::linux::net::SocketAddrExt;
        return SocketAddr::from_abstract_name(name.as_bytes());
    }
    let path = Path::new(name);
    match path.is_absolute() && path.as_os_str().as_bytes().len() < 108 {
        true => SocketAddr::from_pathname(path),
        false => Err(io::ErrorKind::InvalidInput.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).expect("something was said");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    #[tokio::test]
    async fn it_is_told_in_its_own_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("a socket");
        let service = Service::new(path.to_str(), Some("2000000"));
        service.ready("listening");
        assert_eq!(heard(&manager), "READY=1\nSTATUS=listening");
        let _ = futures_util::FutureExt::now_or_never(service.live());
        assert_eq!(heard(&manager), "WATCHDOG=1");
        service.stopping();
        assert!(heard(&manager).starts_with("STOPPING=1\n"));
    }

    #[test]
    fn one_that_is_not_there_is_told_nothing() {
        for name in [None, Some("relative"), Some("/nowhere/at/all")] {
            let service = Service::new(name, Some("soon"));
            service.ready("listening");
            assert_eq!(service.watchdog, None);
        }
    }
}
