//! The flags of a queue that several relays share.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::config::{SecretFlags, SecretKind};
use crate::context::Context;
use crate::delivery::queue::{QueueSettings, Servers};
use crate::domain::time::parse_duration;

/// Several relays over one queue.
#[derive(Debug, Args)]
pub(super) struct QueueArgs {
    /// Keep webhooks and events in NATS JetStream, for several relays: nats://HOST[:PORT], or tls://;
    /// several servers of one system with commas
    ///
    /// Relays of one profile share the work: whichever pulls a webhook completes it, and what one
    /// held when it died comes to the others. The streams and buckets `ddctl-PROFILE` are made where
    /// they are missing. A webhook is answered once the servers have confirmed it, so what that is
    /// worth is their matter: three of them in separate power domains, or `sync_interval: always`.
    /// Events come in no order; `session.seq` has it.
    #[arg(
        long,
        value_name = "ADDRESS",
        conflicts_with = "disk_free",
        help_heading = "Queue of several relays"
    )]
    queue: Option<Servers>,
    /// Read what signs in to the queue from FILE: a token, user:password, or a .creds file (else
    /// DDCTL_QUEUE_CREDENTIAL)
    #[arg(
        long,
        value_name = "FILE",
        requires = "queue",
        help_heading = "Queue of several relays"
    )]
    queue_credential_file: Option<PathBuf>,
    /// Copies of what is in the queue (else three in a cluster, one on a server that stands alone)
    #[arg(
        long,
        value_name = "N",
        requires = "queue",
        help_heading = "Queue of several relays",
        value_parser = clap::value_parser!(u8).range(1..=5)
    )]
    queue_replicas: Option<u8>,
    /// How long a relay that died keeps its part from the others; 90s or more, so that a request to
    /// Datadog has its time
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "90s",
        value_parser = parse_duration,
        requires = "queue",
        hide = true
    )]
    queue_ack_wait: Duration,
}

impl QueueArgs {
    /// `None` where the spool is used. `max_bytes` is the size of a stream that is made.
    pub fn settings(
        &self,
        context: &Context,
        max_bytes: u64,
    ) -> anyhow::Result<Option<QueueSettings>> {
        let Some(servers) = &self.queue else {
            return Ok(None);
        };
        let flags = SecretFlags {
            queue_credential_file: self.queue_credential_file.clone(),
            ..SecretFlags::default()
        };
        let settings = context.settings()?;
        Ok(Some(QueueSettings {
            servers: servers.clone(),
            profile: settings.profile.value.clone(),
            credential: context.optional_secret(SecretKind::QueueCredential, &flags)?,
            ca_file: settings.ca_file.clone(),
            max_bytes,
            replicas: self.queue_replicas.map(usize::from),
            ack_wait: self.queue_ack_wait,
        }))
    }
}
