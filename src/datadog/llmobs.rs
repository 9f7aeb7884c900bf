//! The intake of LLM Observability, `POST https://api.<site>/api/intake/llm-obs/v1/trace/spans`
//! (docs.datadoghq.com/llm_observability/instrumentation/api). Not on the government's sites.

use super::client::Datadog;
use super::draft::{Draft, Preview};
use super::error::DatadogError;
use super::logs::EncodedBatch;
use super::operation::SEND_LLM_SPANS;
use crate::http::header;

impl Datadog {
    /// Sends a request of spans, and returns the status it was taken with. Success is the status
    /// line: the answer is 202 and empty.
    pub async fn send_llm_spans(&self, batch: &EncodedBatch) -> Result<u16, DatadogError> {
        Ok(self.ask(self.llm_spans_draft(batch)?).await?.status())
    }

    /// What [`Datadog::send_llm_spans`] would send, without the body.
    pub fn preview_llm_spans(&self, batch: &EncodedBatch) -> Result<Preview, DatadogError> {
        Ok(self.llm_spans_draft(batch)?.preview(self.endpoint()))
    }

    fn llm_spans_draft(&self, batch: &EncodedBatch) -> Result<Draft<'_>, DatadogError> {
        let draft = self
            .draft(&SEND_LLM_SPANS)?
            .body("application/json", batch.body.clone());
        Ok(match batch.content_encoding {
            Some(encoding) => draft.header(header::CONTENT_ENCODING, encoding),
            None => draft,
        })
    }
}
