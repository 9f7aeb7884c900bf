//! Datadog's logs intake as a sink.

use jiff::SignedDuration;

use super::Sink;
use crate::datadog::{Datadog, EncodedBatch};
use crate::delivery::answer::{Answer, Taken};
use crate::delivery::entry::Entry;

/// The logs intake of one site.
#[derive(Clone, Copy, Debug)]
pub struct DatadogLogs<'a>(pub &'a Datadog);

impl Sink for DatadogLogs<'_> {
    fn name(&self) -> String {
        format!("logs {}", self.0.site())
    }

    async fn send(&self, _: &[Entry], batch: &EncodedBatch) -> Answer {
        Ok(Taken::with_status(self.0.send_logs(batch).await?))
    }

    async fn check(&self) -> Answer {
        self.0.check_logs().await?;
        Ok(Taken::default())
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.0.clock_offset()
    }
}
