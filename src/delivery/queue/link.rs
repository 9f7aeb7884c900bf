//! The connection to NATS.

use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event};

use super::error::QueueError;
use super::settings::{QueueSettings, Servers};
use crate::domain::backoff::Pace;
use crate::domain::secret::Secret;

const CONNECT: Duration = Duration::from_secs(10);
/// How a `.creds` file begins: a user's JWT, and the seed that proves it
/// (docs.nats.io, "Creds files").
const CREDS: &str = "-----BEGIN NATS USER JWT-----";
/// A webhook's sender waits 30 s for its answer.
const CONFIRM: Duration = Duration::from_secs(5);

/// Connects once; a connection that breaks later comes back by itself, for as long as it takes.
pub(super) async fn connect(settings: &QueueSettings) -> Result<(Client, Context), QueueError> {
    let mut options = ConnectOptions::new()
        .name("ddctl relay")
        .connection_timeout(CONNECT)
        .reconnect_delay_callback(|attempts| {
            let pace = Pace {
                cap: Duration::from_secs(8),
                ..Pace::default()
            };
            pace.delay(u32::try_from(attempts).unwrap_or(u32::MAX))
        })
        .event_callback(async |event| tell(&event));
    if let Some(credential) = &settings.credential {
        options = signed_in(options, credential)?;
    }
    if let Some(path) = &settings.ca_file {
        options = options.add_root_certificates(path.clone());
    }
    let connected = options.connect(settings.servers.0.clone()).await;
    let client = connected.map_err(|error| not_connected(&settings.servers, &error))?;
    let context = jetstream::ContextBuilder::new()
        .timeout(CONFIRM)
        .ack_timeout(CONFIRM)
        .build(client.clone());
    Ok((client, context))
}

fn signed_in(options: ConnectOptions, credential: &Secret) -> Result<ConnectOptions, QueueError> {
    let text = credential.expose().trim();
    match text.split_once(':') {
        _ if text.is_empty() => Err(QueueError::Credential),
        // Its parser's words may hold a part of the text.
        _ if text.starts_with(CREDS) => options.credentials(text).map_err(|_| QueueError::Creds),
        Some((user, password)) => {
            Ok(options.user_and_password(user.to_owned(), password.to_owned()))
        }
        None => Ok(options.token(text.to_owned())),
    }
}

fn not_connected(servers: &Servers, error: &async_nats::ConnectError) -> QueueError {
    let (servers, why) = (servers.to_string(), error.to_string());
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            QueueError::Refused { servers, why }
        }
        _ => QueueError::Connect { servers, why },
    }
}

fn tell(event: &Event) {
    match event {
        Event::Connected => tracing::info!("connected to the queue"),
        other => tracing::warn!(event = %other, "the queue"),
    }
}
