//! LLM Observability as a sink.

use std::sync::Arc;

use jiff::SignedDuration;

use super::Sink;
use crate::datadog::{Datadog, EncodedBatch};
use crate::delivery::answer::{Answer, Taken};
use crate::delivery::batch::Limits;
use crate::delivery::compression::Codec;
use crate::delivery::entry::Entry;
use crate::delivery::envelope::Envelope;
use crate::delivery::late::{Ages, LatePolicy};
use crate::delivery::pipeline::Options;

/// LLM Observability at one site.
#[derive(Clone, Copy, Debug)]
pub struct LlmObs<'a>(pub &'a Datadog);

impl LlmObs<'_> {
    /// `options` as this destination wants them. Its page names no compression. A span's times
    /// cannot be moved, so what grew too old while it waited is set aside, or left out where the
    /// user chose that.
    pub fn options(options: Options, ml_app: &Arc<str>) -> Options {
        let late = match options.late {
            Some(LatePolicy::Skip) => LatePolicy::Skip,
            _ => LatePolicy::DeadLetter,
        };
        Options {
            limits: Limits::SPANS,
            codec: Codec::Identity,
            late: Some(late),
            ages: Ages::LLM_OBSERVABILITY,
            envelope: Envelope::LlmObs {
                ml_app: Arc::clone(ml_app),
            },
            ..options
        }
    }
}

impl Sink for LlmObs<'_> {
    fn name(&self) -> String {
        format!("llmobs {}", self.0.site())
    }

    async fn send(&self, _: &[Entry], batch: &EncodedBatch) -> Answer {
        Ok(Taken::with_status(self.0.send_llm_spans(batch).await?))
    }

    /// There is no span that is taken without being shown to somebody, so the key is checked.
    async fn check(&self) -> Answer {
        self.0.validate().await?;
        Ok(Taken::default())
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.0.clock_offset()
    }
}
