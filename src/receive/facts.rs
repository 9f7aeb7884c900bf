//! What is shown of a span, read once from its message.

use std::time::Duration;

use jiff::Timestamp;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use crate::domain::span::{SpanId, TraceId};
use crate::otlp::flaw::{self, Flaw};
use crate::otlp::names::{self, operation};

/// How a span ended, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Unset,
    /// Datadog reads it as an error all the same, by its page's words.
    Ok,
    Error(String),
}

/// A good span.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub parent: Option<SpanId>,
    pub name: String,
    pub service: Option<String>,
    pub start: Timestamp,
    pub duration: Duration,
    /// `gen_ai.operation.name`.
    pub operation: Option<String>,
    /// The model that answered, else the one that was asked.
    pub model: Option<String>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    /// US dollars.
    pub cost: Option<f64>,
    pub outcome: Outcome,
    /// What an event `exception` says.
    pub exception: Option<String>,
    /// The attributes and events that hold prompts or answers.
    pub content: Vec<String>,
    /// It names its provider as before 1.37.
    pub has_old_names: bool,
    /// The resource has `env` and not what Datadog reads.
    pub has_env_alone: bool,
}

impl Facts {
    /// # Errors
    ///
    /// What makes the span unusable.
    pub fn of(span: &Span, resource: Option<&Resource>) -> Result<Self, Flaw> {
        if let Some(flaw) = flaw::of(span) {
            return Err(flaw);
        }
        let attributes = Reader(&span.attributes);
        let resource = Reader(resource.map_or(&[], |one| &one.attributes));
        let tokens = |name, old| attributes.int(name).or_else(|| attributes.int(old));
        let model = attributes.text(names::RESPONSE_MODEL);
        let took = span.end_time_unix_nano - span.start_time_unix_nano;
        Ok(Self {
            trace_id: TraceId::try_from(&span.trace_id[..]).map_err(|_| Flaw::TraceId)?,
            span_id: SpanId::try_from(&span.span_id[..]).map_err(|_| Flaw::SpanId)?,
            parent: SpanId::try_from(&span.parent_span_id[..]).ok(),
            name: span.name.clone(),
            service: resource.text(names::SERVICE),
            start: Timestamp::from_nanosecond(span.start_time_unix_nano.into()).unwrap_or_default(),
            duration: Duration::from_nanos(took),
            operation: attributes.text(names::OPERATION),
            model: model.or_else(|| attributes.text(names::REQUEST_MODEL)),
            input_tokens: tokens(names::INPUT_TOKENS, names::OLD_INPUT_TOKENS),
            output_tokens: tokens(names::OUTPUT_TOKENS, names::OLD_OUTPUT_TOKENS),
            cost: names::COSTS.iter().find_map(|name| attributes.number(name)),
            outcome: outcome(span),
            exception: exception(span),
            content: content(span),
            has_old_names: attributes.has(names::SYSTEM) && !attributes.has(names::PROVIDER),
            has_env_alone: resource.has("env")
                && !resource.has(names::ENVIRONMENT)
                && !resource.has(names::ENVIRONMENT_OLD),
        })
    }

    /// Whether a model was asked.
    pub fn is_chat(&self) -> bool {
        let asks = [operation::CHAT, "generate_content", "text_completion"];
        self.operation
            .as_deref()
            .is_some_and(|it| asks.contains(&it))
    }

    pub fn is_tool(&self) -> bool {
        self.operation.as_deref() == Some(operation::EXECUTE_TOOL)
    }

    pub fn has_tokens(&self) -> bool {
        let known = [self.input_tokens, self.output_tokens];
        known.into_iter().flatten().any(|tokens| tokens > 0)
    }
}

/// Attributes by name.
struct Reader<'a>(&'a [KeyValue]);

impl Reader<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        let found = self.0.iter().find(|pair| pair.key == name)?;
        found.value.as_ref()?.value.as_ref()
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::StringValue(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::IntValue(number) => Some(*number),
            Value::DoubleValue(number) => Some(*number as i64),
            _ => None,
        }
    }

    fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::DoubleValue(number) => Some(*number),
            Value::IntValue(number) => Some(*number as f64),
            _ => None,
        }
    }
}

fn outcome(span: &Span) -> Outcome {
    let status = span.status.clone().unwrap_or_default();
    match StatusCode::try_from(status.code) {
        Ok(StatusCode::Error) => Outcome::Error(status.message),
        Ok(StatusCode::Ok) => Outcome::Ok,
        Ok(StatusCode::Unset) | Err(_) => Outcome::Unset,
    }
}

/// Its type and message, by OpenTelemetry's convention for exceptions.
fn exception(span: &Span) -> Option<String> {
    let event = span.events.iter().find(|event| event.name == "exception")?;
    let attributes = Reader(&event.attributes);
    let kind = attributes.text("exception.type").unwrap_or_default();
    let message = attributes.text("exception.message").unwrap_or_default();
    Some(match (kind.as_str(), message.as_str()) {
        ("", message) => message.to_owned(),
        (kind, "") => kind.to_owned(),
        (kind, message) => format!("{kind}: {message}"),
    })
}

fn content(span: &Span) -> Vec<String> {
    let own = span.attributes.iter();
    let of_events = span.events.iter().flat_map(|event| &event.attributes);
    let is_content = |pair: &&KeyValue| {
        let value = pair.value.as_ref().and_then(|value| value.value.as_ref());
        names::CONTENT.contains(&pair.key.as_str())
            && value.is_some_and(|value| is_said(&pair.key, value))
    };
    let mut found: Vec<String> = own
        .chain(of_events)
        .filter(is_content)
        .map(|pair| pair.key.clone())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Frameworks that are told to leave content out write messages whose parts hold none.
fn is_said(name: &str, value: &Value) -> bool {
    match value {
        Value::StringValue(text) if name.ends_with("messages") => {
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            !text.is_empty() && (!is_json || text.contains("\"content\""))
        }
        Value::StringValue(text) => !text.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use opentelemetry_proto::tonic::common::v1::AnyValue;
    use opentelemetry_proto::tonic::trace::v1::Status;
    use opentelemetry_proto::tonic::trace::v1::span::Event;

    use super::*;

    pub fn pair(key: &str, value: Value) -> KeyValue {
        KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue { value: Some(value) }),
            ..KeyValue::default()
        }
    }

    pub fn text(key: &str, value: &str) -> KeyValue {
        pair(key, Value::StringValue(value.to_owned()))
    }

    /// The span `id` below `parent` (0 is none), from second `id` on, for two seconds.
    pub fn span(id: u8, parent: u8, name: &str, attributes: Vec<KeyValue>) -> Span {
        let second = 1_000_000_000;
        let start = 1_790_000_000 * second + u64::from(id) * second;
        Span {
            trace_id: vec![9; 16],
            span_id: vec![id; 8],
            parent_span_id: if parent == 0 {
                Vec::new()
            } else {
                vec![parent; 8]
            },
            name: name.to_owned(),
            start_time_unix_nano: start,
            end_time_unix_nano: start + 2 * second,
            attributes,
            ..Span::default()
        }
    }

    pub fn facts(span: &Span) -> Facts {
        Facts::of(span, None).expect("a good span")
    }

    pub fn chat(id: u8, parent: u8) -> Span {
        let attributes = vec![
            text(names::OPERATION, "chat"),
            text(names::REQUEST_MODEL, "gpt-4o"),
            pair(names::INPUT_TOKENS, Value::IntValue(1_204)),
            pair(names::OUTPUT_TOKENS, Value::IntValue(31)),
        ];
        span(id, parent, "chat gpt-4o", attributes)
    }

    #[test]
    fn a_chat_span_is_read_in_old_names_and_new_ones() {
        let new = facts(&chat(1, 0));
        assert_eq!(
            (new.input_tokens, new.output_tokens),
            (Some(1_204), Some(31))
        );
        assert_eq!(new.model.as_deref(), Some("gpt-4o"));
        assert!(new.is_chat() && new.has_tokens() && !new.has_old_names);
        let attributes = vec![
            text(names::OPERATION, "chat"),
            text(names::SYSTEM, "openai"),
            text(names::REQUEST_MODEL, "gpt-4o"),
            text(names::RESPONSE_MODEL, "gpt-4o-2024"),
            pair(names::OLD_INPUT_TOKENS, Value::IntValue(5)),
            pair("operation.cost", Value::DoubleValue(0.25)),
        ];
        let old = facts(&span(2, 0, "chat", attributes));
        assert_eq!((old.input_tokens, old.cost), (Some(5), Some(0.25)));
        assert_eq!(old.model.as_deref(), Some("gpt-4o-2024"));
        assert!(old.has_old_names);
    }

    #[test]
    fn counts_of_any_size_are_tokens() {
        let of = |input, output| Facts {
            input_tokens: input,
            output_tokens: output,
            ..facts(&chat(1, 0))
        };
        assert!(of(Some(i64::MAX), Some(i64::MAX)).has_tokens());
        assert!(of(Some(0), Some(1)).has_tokens());
        assert!(!of(Some(i64::MIN), Some(-1)).has_tokens());
        assert!(!of(None, Some(0)).has_tokens());
    }

    #[test]
    fn an_exception_and_the_status_are_read_apart() {
        let mut tool = span(1, 0, "execute_tool search", Vec::new());
        tool.events.push(Event {
            name: "exception".to_owned(),
            attributes: vec![text("exception.type", "E"), text("exception.message", "m")],
            ..Event::default()
        });
        assert_eq!(facts(&tool).exception.as_deref(), Some("E: m"));
        assert_eq!(facts(&tool).outcome, Outcome::Unset);
        tool.status = Some(Status {
            code: StatusCode::Error as i32,
            message: "m".to_owned(),
        });
        assert_eq!(facts(&tool).outcome, Outcome::Error("m".to_owned()));
    }

    #[test]
    fn content_is_named_once_wherever_it_stands() {
        let said = r#"[{"role":"user","parts":[{"type":"text","content":"x"}]}]"#;
        let unsaid = r#"[{"role":"user","parts":[{"type":"text"}]}]"#;
        let mut chat = chat(1, 0);
        chat.attributes.push(text("gen_ai.input.messages", said));
        chat.attributes.push(text("gen_ai.output.messages", unsaid));
        chat.attributes.push(text("gen_ai.prompt", ""));
        chat.events.push(Event {
            name: "gen_ai.client.inference.operation.details".to_owned(),
            attributes: vec![text("gen_ai.input.messages", said)],
            ..Event::default()
        });
        assert_eq!(facts(&chat).content, ["gen_ai.input.messages"]);
    }

    #[test]
    fn a_span_that_ends_before_it_starts_is_none() {
        let mut backwards = chat(1, 0);
        backwards.end_time_unix_nano = 1;
        assert_eq!(Facts::of(&backwards, None), Err(Flaw::EndBeforeStart));
    }
}
