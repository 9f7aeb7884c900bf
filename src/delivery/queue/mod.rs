//! Several relays over one queue: NATS JetStream in the place of the [spool](super::spool).
//!
//! Webhooks and events are messages of one stream, a work queue on the disk of the servers. A webhook
//! is published before it is answered; whichever relay pulls it completes it, publishes its events
//! and acknowledges it; an event is acknowledged once Datadog has it. Whoever dies leaves his
//! messages to the others, after the time that an acknowledgement may take.
//!
//! The ids of events are kept in a bucket for 35 days, so that an event is queued once, whichever
//! relay made it. Order is not kept between relays: events carry `session.seq`.
//!
//! What a confirmed message is worth is the servers' matter: three of them in separate power domains,
//! or `sync_interval: always`, are the condition of the promise (Jepsen on NATS 2.12.1).

mod ends;
mod error;
mod handle;
mod held;
mod known;
mod lease;
mod link;
mod message;
mod names;
mod notes;
mod set_up;
mod settings;
mod shared;
mod tasks;
mod thread;

pub use error::QueueError;
pub use handle::Queue;
pub use lease::Lease;
pub use settings::{QueueSettings, Servers};
