//! A span to try settings with.

use std::time::Duration;

use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

use super::settings::Settings;
use crate::domain::span::{Attributes, Dropped, Span, SpanId, SpanKind, SpanStatus, TraceId};
use crate::otlp::names::{self, operation};
use crate::otlp::{encode, names as otel};

/// By which the span is found again.
pub const CHECK_ID: &str = "ddctl.check_id";

/// How long the span says that it took.
const LENGTH: Duration = Duration::from_millis(1);

/// What SDKs call a program without a name.
const NAMELESS: &str = "unknown_service";

/// One trace of one span.
#[derive(Clone, Debug)]
pub struct Sample {
    pub trace_id: TraceId,
    is_genai: bool,
    end: Timestamp,
}

impl Sample {
    /// `random` is the trace's id. A GenAI span says that a model was asked, without a word of what.
    pub fn new(random: [u8; 16], is_genai: bool, end: Timestamp) -> Self {
        // All zero is no id, and comes once in 2^128 times.
        let fallback = || TraceId::of_session("ddctl", "check");
        Self {
            trace_id: TraceId::try_from(&random[..]).unwrap_or_else(|_| fallback()),
            is_genai,
            end,
        }
    }

    /// The request of a program with these settings.
    pub fn request(&self, settings: &Settings) -> ExportTraceServiceRequest {
        let mut resource = Attributes::default();
        for (name, value) in &settings.resource {
            resource.set(name.clone(), value.clone());
        }
        if settings.service.is_none() {
            resource.set(otel::SERVICE, NAMELESS);
        }
        resource.set(otel::SDK, "ddctl");
        encode::traces(&resource, vec![encode::span(&self.span())])
    }

    fn span(&self) -> Span {
        let mut attributes = Attributes::default();
        attributes.set(CHECK_ID, self.trace_id.to_string());
        if self.is_genai {
            attributes.set(names::OPERATION, operation::CHAT);
            attributes.set(names::PROVIDER, "ddctl");
            attributes.set(names::REQUEST_MODEL, "check");
            attributes.set(names::INPUT_TOKENS, 0);
            attributes.set(names::OUTPUT_TOKENS, 0);
        }
        let start = self.end.checked_sub(LENGTH);
        Span {
            trace_id: self.trace_id,
            span_id: SpanId::of(self.trace_id, "check", 0),
            parent: None,
            name: match self.is_genai {
                true => "chat check".to_owned(),
                false => "ddctl otel check".to_owned(),
            },
            kind: match self.is_genai {
                true => SpanKind::Client,
                false => SpanKind::Internal,
            },
            start: start.unwrap_or(self.end),
            end: self.end,
            status: SpanStatus::Unset,
            attributes,
            events: Vec::new(),
            links: Vec::new(),
            dropped: Dropped::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otel::Variables;
    use crate::otlp::flaw;

    #[test]
    fn the_span_is_a_good_one_of_the_service_that_is_named() {
        for (lines, service) in [("OTEL_SERVICE_NAME=planner", "planner"), ("", NAMELESS)] {
            let settings = Settings::read(&Variables::of_text(lines));
            for is_genai in [false, true] {
                let sample = Sample::new([7; 16], is_genai, Timestamp::now());
                let request = sample.request(&settings);
                let resource = &request.resource_spans[0];
                let span = &resource.scope_spans[0].spans[0];
                assert_eq!(flaw::of(span), None);
                let text = format!("{:?}", resource.resource);
                assert!(text.contains(service), "{text}");
                let has_operation = span.attributes.iter().any(|it| it.key == names::OPERATION);
                assert_eq!(has_operation, is_genai);
            }
        }
    }
}
