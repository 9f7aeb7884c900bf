//! What a queue is opened with.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use async_nats::ServerAddr;

use super::error::QueueError;
use crate::domain::secret::Secret;

/// The servers of one NATS system: `nats://host[:4222]`, or `tls://`, several with commas between.
#[derive(Clone, Debug)]
pub struct Servers(pub(super) Vec<ServerAddr>);

impl FromStr for Servers {
    type Err = QueueError;

    fn from_str(text: &str) -> Result<Self, QueueError> {
        let servers: Result<Vec<_>, _> = text.split(',').map(str::trim).map(server).collect();
        Ok(Self(servers?))
    }
}

impl std::fmt::Display for Servers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, server) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let (scheme, host, port) = (server.scheme(), server.host(), server.port());
            match host.contains(':') {
                true => write!(f, "{comma}{scheme}://[{host}]:{port}")?,
                false => write!(f, "{comma}{scheme}://{host}:{port}")?,
            }
        }
        Ok(())
    }
}

/// An address is shown in errors and in `ps`, so it may hold no secret.
fn server(text: &str) -> Result<ServerAddr, QueueError> {
    let refused = |given: &str, why: &str| QueueError::Address {
        given: given.to_owned(),
        why: why.to_owned(),
    };
    if text.contains('@') {
        let shown = text.rsplit_once('@').map_or("", |(_, host)| host);
        let why = "a user, password or token belongs into a file, not into the address";
        return Err(refused(&format!("…@{shown}"), why));
    }
    if !text.starts_with("nats://") && !text.starts_with("tls://") {
        return Err(refused(text, "it begins with neither nats:// nor tls://"));
    }
    let parsed: Result<ServerAddr, std::io::Error> = text.parse();
    match parsed {
        Ok(server) if server.host().is_empty() => Err(refused(text, "it names no host")),
        parsed => parsed.map_err(|error| refused(text, &error.to_string())),
    }
}

/// How a queue is opened, and how its stream is made where there is none.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    pub servers: Servers,
    /// The profile: relays of the same one share the work.
    pub profile: String,
    /// A token, `user:password`, or the text of a `.creds` file.
    pub credential: Option<Secret>,
    /// Certificates (PEM) trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The stream's size; webhooks are refused above it.
    pub max_bytes: u64,
    /// Copies in a cluster; `None` is three there, and one on a server that stands alone.
    pub replicas: Option<usize>,
    /// What a relay holds goes to another one when it was not heard of for so long, and so does the
    /// lease of whoever reconciles.
    pub ack_wait: Duration,
}

impl QueueSettings {
    /// The stream's size where nobody says another: that of a spool.
    pub const MAX_BYTES: u64 = 2 << 30;
    /// Above the 60 s that a request to Datadog may take.
    pub const ACK_WAIT: Duration = Duration::from_secs(90);
}

/// A message that comes again within this time is stored once. Longer than all but the last of
/// Svix's retries; the ids of events are known for longer.
pub(super) const DUPLICATES: Duration = Duration::from_secs(2 * 3_600);
/// Ids of events are known for so long.
pub(super) const KNOWN: Duration = Duration::from_secs(35 * 24 * 3_600);
/// Unacknowledged messages of one consumer, of all relays together.
pub(super) const MAX_ACK_PENDING: i64 = 4_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_servers_of_one_system_may_be_named() {
        let given = "nats://a.test, tls://b.test:5222,nats://[::1]";
        let servers: Servers = given.parse().expect("addresses");
        let shown = "nats://a.test:4222,tls://b.test:5222,nats://[::1]:4222";
        assert_eq!(servers.to_string(), shown);
    }

    #[test]
    fn an_address_holds_no_secret_and_names_its_scheme() {
        let said = |text: &str| {
            let error = text.parse::<Servers>().expect_err(text);
            error.to_string()
        };
        let with_password = said("nats://relay:hunter2@nats.test:4222");
        assert!(
            with_password.contains("belongs into a file"),
            "{with_password}"
        );
        assert!(!with_password.contains("hunter2"), "{with_password}");
        assert!(said("nats.test:4222").contains("neither nats:// nor tls://"));
        said("nats://");
        said("");
    }
}
