//! Streams, consumers and buckets: made where they are missing, and looked at where they are there,
//! since somebody else may have made them so that they forget.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::{CreateStreamError, CreateStreamErrorKind};
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{Context, ErrorCode};

use super::error::QueueError;
use super::names::Names;
use super::settings::{DUPLICATES, KNOWN, MAX_ACK_PENDING, QueueSettings};

/// Copies in a cluster; two add nothing.
const REPLICAS: usize = 3;

/// The window of a bucket's own messages.
const BUCKET_DUPLICATES: Duration = Duration::from_secs(120);

/// What a relay works with.
pub(super) struct Parts {
    pub stream: Stream,
    pub webhooks: PullConsumer,
    pub told: PullConsumer,
    pub events: PullConsumer,
    pub known: Store,
    pub lease: Store,
    /// As the consumers were made, whoever made them.
    pub ack_wait: Duration,
    /// As the bucket was made: how long a lease lasts that nobody renews.
    pub lease_lasts: Duration,
    pub position: Store,
}

pub(super) async fn set_up(
    context: &Context,
    names: &Names,
    settings: &QueueSettings,
) -> Result<Parts, QueueError> {
    let max_bytes = i64::try_from(settings.max_bytes).unwrap_or(i64::MAX);
    let work = Config {
        name: names.stream.clone(),
        subjects: vec![
            names.webhook.clone(),
            names.told.clone(),
            names.event.clone(),
        ],
        retention: RetentionPolicy::WorkQueue,
        duplicate_window: DUPLICATES,
        ..kept(max_bytes)
    };
    let dead = Config {
        name: names.dead_stream.clone(),
        subjects: vec![names.dead.clone()],
        ..kept(max_bytes)
    };
    let stream = stream(context, settings, work).await?;
    self::stream(context, settings, dead).await?;
    let replicas = stream.cached_info().config.num_replicas;
    let ack_wait = settings.ack_wait;
    let events = consumer(&stream, "events", &names.event, ack_wait).await?;
    let lease = bucket(context, &names.lease, ack_wait, replicas).await?;
    let status = lease.status().await;
    let lasts = status.map_err(|error| QueueError::set_up("the lease", error))?;
    Ok(Parts {
        webhooks: consumer(&stream, "webhooks", &names.webhook, ack_wait).await?,
        told: consumer(&stream, "told", &names.told, ack_wait).await?,
        ack_wait: events.cached_info().config.ack_wait,
        events,
        known: bucket(context, &names.known, KNOWN, replicas).await?,
        lease,
        lease_lasts: lasts.max_age(),
        position: bucket(context, &names.position, Duration::ZERO, replicas).await?,
        stream,
    })
}

/// On the disk, and full is full: `Old` would delete what was not delivered.
fn kept(max_bytes: i64) -> Config {
    Config {
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        max_bytes,
        ..Config::default()
    }
}

async fn stream(
    context: &Context,
    settings: &QueueSettings,
    config: Config,
) -> Result<Stream, QueueError> {
    if let Ok(stream) = context.get_stream(&config.name).await {
        fits(&config, &stream.cached_info().config)?;
        return Ok(stream);
    }
    let with = |num_replicas| Config {
        num_replicas,
        ..config.clone()
    };
    let replicas = settings.replicas.unwrap_or(REPLICAS);
    let made = match context.create_stream(with(replicas)).await {
        Err(error) if settings.replicas.is_none() && stands_alone(&error) => {
            context.create_stream(with(1)).await
        }
        made => made,
    };
    made.map_err(|error| QueueError::set_up(format!("the stream {}", config.name), error))
}

fn stands_alone(error: &CreateStreamError) -> bool {
    match error.kind() {
        CreateStreamErrorKind::JetStream(error) => {
            error.error_code() == ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED
        }
        _ => false,
    }
}

/// Sizes, copies and windows are the operator's; what would lose or keep messages is not.
fn fits(needed: &Config, found: &Config) -> Result<(), QueueError> {
    let unfit = |has: String, needs: String| {
        Err(QueueError::Unfit {
            what: format!("the stream {}", needed.name),
            has,
            needs,
        })
    };
    let words = |config: &Config| {
        format!(
            "retention {:?}, storage {:?} and discard {:?}",
            config.retention, config.storage, config.discard
        )
    };
    if words(needed) != words(found) {
        return unfit(words(found), words(needed));
    }
    let lacks = |subject: &&String| !found.subjects.contains(subject);
    match needed.subjects.iter().find(lacks) {
        Some(subject) => unfit(
            format!("the subjects {}", found.subjects.join(", ")),
            format!("the subject {subject}"),
        ),
        None if !found.max_age.is_zero() => unfit(
            format!("a largest age of {} s", found.max_age.as_secs()),
            "none".to_owned(),
        ),
        None => Ok(()),
    }
}

/// A work queue has one consumer a subject, which every relay pulls from. A message past
/// `max_deliver` would stay in the stream for ever, so there is no such limit.
async fn consumer(
    stream: &Stream,
    name: &str,
    subject: &str,
    ack_wait: Duration,
) -> Result<PullConsumer, QueueError> {
    let config = pull::Config {
        durable_name: Some(name.to_owned()),
        filter_subject: subject.to_owned(),
        ack_policy: AckPolicy::Explicit,
        ack_wait,
        max_ack_pending: MAX_ACK_PENDING,
        max_deliver: -1,
        ..pull::Config::default()
    };
    let made = stream.get_or_create_consumer(name, config).await;
    made.map_err(|error| QueueError::set_up(format!("the consumer {name}"), error))
}

/// A bucket is a stream of its own form (nats-io/nats-architecture-and-design ADR-8). It is made as
/// one, since the client reads of the account before it makes a bucket, and cannot read what servers
/// before 2.10 say.
async fn bucket(
    context: &Context,
    name: &str,
    max_age: Duration,
    num_replicas: usize,
) -> Result<Store, QueueError> {
    if let Ok(store) = context.get_key_value(name).await {
        return Ok(store);
    }
    let failed = |error: String| QueueError::set_up(format!("the bucket {name}"), error);
    let config = Config {
        name: format!("KV_{name}"),
        subjects: vec![format!("$KV.{name}.>")],
        max_messages_per_subject: 1,
        max_age,
        duplicate_window: match max_age.is_zero() {
            true => BUCKET_DUPLICATES,
            false => BUCKET_DUPLICATES.min(max_age),
        },
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        num_replicas,
        ..kept(-1)
    };
    let made = context.create_stream(config).await;
    made.map_err(|error| failed(error.to_string()))?;
    let store = context.get_key_value(name).await;
    store.map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work() -> Config {
        Config {
            name: "ddctl-default".to_owned(),
            subjects: vec!["ddctl.default.event".to_owned()],
            retention: RetentionPolicy::WorkQueue,
            ..kept(1 << 30)
        }
    }

    #[test]
    fn a_stream_that_forgets_is_refused_and_one_of_another_size_is_not() {
        let larger = Config {
            max_bytes: 1 << 40,
            num_replicas: 5,
            ..work()
        };
        assert_eq!(fits(&work(), &larger), Ok(()));
        let changes: [fn(&mut Config); 5] = [
            |config| config.retention = RetentionPolicy::Limits,
            |config| config.storage = StorageType::Memory,
            |config| config.discard = DiscardPolicy::Old,
            |config| config.max_age = Duration::from_secs(3_600),
            |config| config.subjects.clear(),
        ];
        for change in changes {
            let mut found = work();
            change(&mut found);
            let error = fits(&work(), &found).expect_err("it would lose messages");
            assert!(matches!(error, QueueError::Unfit { .. }), "{error}");
        }
    }
}
