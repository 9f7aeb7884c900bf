//! The webhook receiver: verified, on the disk before it is answered, completed, and handed on.
//!
//! - The [`Door`] answers the gateway's webhooks, on a thread of its own, so that what is done with
//!   them keeps nobody waiting: signature, size, [`Backlog`](crate::delivery::Backlog), answer.
//! - [`complete`] takes webhooks out of the spool and puts events in their place, by asking the
//!   gateway.
//! - [`reconcile`] adds what no webhook told.
//! - [`feed`] reads the events and hands them to the delivery, which has them deleted.
//!
//! Each goes on from what the spool holds, so that a relay that is killed loses nothing.

mod completing;
mod counts;
mod door;
mod feeding;
mod keys;
mod reconciling;
mod service;
mod sockets;
mod tls;
mod watched;

pub use completing::{Completion, complete, remedy};
pub use counts::{Counts, Refusal};
pub use door::{Door, DoorSettings};
pub use feeding::feed;
pub use keys::{KeyFile, Keys, KeysError};
pub use reconciling::{NotReconciled, Reconciliation, reconcile};
pub use service::Service;
pub use sockets::{HandedSocketError, open, socket_of_the_service_manager};
pub use tls::{Certificate, TlsError};
