//! Shows what would be sent, and sends nothing.

use std::cell::RefCell;
use std::fmt::Write;

use jiff::SignedDuration;
use serde_json::Value;

use super::Sink;
use crate::datadog::{Datadog, DatadogError, EncodedBatch};
use crate::delivery::answer::Answer;
use crate::delivery::entry::Entry;

/// Renders each request as text: its line, its headers with the keys masked, its body readable.
pub struct DryRun<'a, F> {
    datadog: &'a Datadog,
    show: RefCell<F>,
}

impl<'a, F: FnMut(&str)> DryRun<'a, F> {
    /// `show` is called once a request, with the request's text.
    pub fn new(datadog: &'a Datadog, show: F) -> Self {
        Self {
            datadog,
            show: RefCell::new(show),
        }
    }

    fn render(&self, entries: &[Entry], batch: &EncodedBatch) -> Result<String, DatadogError> {
        let preview = self.datadog.preview_logs(batch)?;
        let mut text = preview.to_string();
        if let Some(origin) = &preview.connects_to {
            // Writing into a string does not fail; so below.
            let _ = writeln!(text, "# connects to {origin}");
        }
        let _ = writeln!(
            text,
            "# {} events, {} bytes, {} as sent\n",
            batch.events,
            batch.raw_bytes,
            batch.body.len()
        );
        let bodies: Vec<Value> = entries
            .iter()
            .map(|entry| Value::Object(entry.body()))
            .collect();
        let _ = writeln!(text, "{:#}", Value::Array(bodies));
        Ok(text)
    }
}

impl<F: FnMut(&str)> Sink for DryRun<'_, F> {
    fn name(&self) -> String {
        format!("dry run of logs {}", self.datadog.site())
    }

    async fn send(&self, entries: &[Entry], batch: &EncodedBatch) -> Answer {
        let text = self.render(entries, batch)?;
        (self.show.borrow_mut())(&text);
        Ok(None)
    }

    async fn check(&self) -> Answer {
        Ok(None)
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }
}
