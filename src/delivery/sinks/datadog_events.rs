//! Datadog's event stream as a sink: one event a request.
//!
//! Records are logs all the way here, so that age, dead letters and positions are the same for
//! every destination; a log becomes an event as it is sent.

use std::time::Duration;

use jiff::SignedDuration;

use super::Sink;
use crate::datadog::{Datadog, EncodedBatch, EventV1};
use crate::delivery::answer::{Answer, Taken};
use crate::delivery::batch::Limits;
use crate::delivery::compression::Codec;
use crate::delivery::entry::Entry;
use crate::delivery::map::event::to_event;
use crate::delivery::pipeline::Options;

/// The event stream of one site.
#[derive(Clone, Copy, Debug)]
pub struct DatadogEvents<'a>(pub &'a Datadog);

impl DatadogEvents<'_> {
    /// `options` as this destination wants them: nothing is gathered, nothing compressed.
    pub fn options(options: Options) -> Options {
        Options {
            limits: Limits {
                entries: 1,
                ..options.limits
            },
            codec: Codec::Identity,
            linger: Duration::ZERO,
            ..options
        }
    }
}

/// The event of an entry.
pub(super) fn event_of(entry: &Entry) -> EventV1 {
    to_event(&entry.body(), entry.timestamp)
}

impl Sink for DatadogEvents<'_> {
    fn name(&self) -> String {
        format!("events {}", self.0.site())
    }

    async fn send(&self, entries: &[Entry], _: &EncodedBatch) -> Answer {
        for entry in entries {
            self.0.post_event(&event_of(entry)).await?;
        }
        Ok(Taken::default())
    }

    /// There is no event that is taken without being shown to somebody, so the key is checked.
    async fn check(&self) -> Answer {
        self.0.validate().await?;
        Ok(Taken::default())
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.0.clock_offset()
    }
}
