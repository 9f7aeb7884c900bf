//! Shows what would be sent, and sends nothing.

use std::cell::RefCell;
use std::fmt::Write;

use jiff::SignedDuration;
use serde_json::Value;

use super::datadog_events::event_of;
use super::{IntakeKind, Sink};
use crate::datadog::{Datadog, DatadogError, EncodedBatch, EventV1, Preview};
use crate::delivery::answer::{Answer, Taken};
use crate::delivery::entry::Entry;
use crate::domain::unseen::spelled;

/// Renders each request as text: its line, its headers with the keys masked, its body readable.
pub struct DryRun<'a, F> {
    datadog: &'a Datadog,
    kind: IntakeKind,
    show: RefCell<F>,
}

impl<'a, F: FnMut(&str)> DryRun<'a, F> {
    /// `show` is called once a request, with the request's text.
    pub fn new(datadog: &'a Datadog, kind: IntakeKind, show: F) -> Self {
        Self {
            datadog,
            kind,
            show: RefCell::new(show),
        }
    }

    fn show(&self, entries: &[Entry], batch: &EncodedBatch) -> Result<(), DatadogError> {
        let show = &mut *self.show.borrow_mut();
        match self.kind {
            IntakeKind::Logs => show(&self.logs(entries, batch)?),
            IntakeKind::LlmObs => show(&self.spans(batch)?),
            IntakeKind::Events => {
                for entry in entries {
                    show(&self.event(&event_of(entry))?);
                }
            }
        }
        Ok(())
    }

    fn logs(&self, entries: &[Entry], batch: &EncodedBatch) -> Result<String, DatadogError> {
        let mut text = head(&self.datadog.preview_logs(batch)?);
        // Writing into a string does not fail; so below.
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
        let _ = writeln!(text, "{}", spelled(format!("{:#}", Value::Array(bodies))));
        Ok(text)
    }

    fn spans(&self, batch: &EncodedBatch) -> Result<String, DatadogError> {
        let mut text = head(&self.datadog.preview_llm_spans(batch)?);
        let (spans, bytes) = (batch.events, batch.raw_bytes);
        let _ = writeln!(text, "# {spans} spans, {bytes} bytes\n");
        let body: Value = serde_json::from_slice(&batch.body).unwrap_or_default();
        let _ = writeln!(text, "{}", spelled(format!("{body:#}")));
        Ok(text)
    }

    fn event(&self, event: &EventV1) -> Result<String, DatadogError> {
        let mut text = head(&self.datadog.preview_event(event)?);
        let body = serde_json::to_value(event).unwrap_or_default();
        let _ = writeln!(text, "\n{}", spelled(format!("{body:#}")));
        Ok(text)
    }
}

fn head(preview: &Preview) -> String {
    let mut text = preview.to_string();
    if let Some(origin) = &preview.connects_to {
        let _ = writeln!(text, "# connects to {origin}");
    }
    text
}

impl<F: FnMut(&str)> Sink for DryRun<'_, F> {
    fn name(&self) -> String {
        format!("dry run of {} {}", self.kind.name(), self.datadog.site())
    }

    async fn send(&self, entries: &[Entry], batch: &EncodedBatch) -> Answer {
        self.show(entries, batch)?;
        Ok(Taken::default())
    }

    async fn check(&self) -> Answer {
        Ok(Taken::default())
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }
}
