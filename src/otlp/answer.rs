//! What a receiver says: how much of a request it took, and why it took nothing.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::Value;

use super::decode::{self, Form};
use crate::http::error_text;

/// What became of a request that was answered with a 2xx.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub status: u16,
    /// Spans that were left out. The specification forbids to send them again.
    pub rejected: Option<Rejected>,
    /// All was taken, and yet the receiver, or the state of its answer, says something.
    pub warning: Option<String>,
}

/// Spans that a receiver left out of a request; it does not say which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub spans: u64,
    pub message: String,
}

impl Taken {
    /// A 2xx whose body says nothing that can be read.
    pub(super) fn unread(status: u16) -> Self {
        Self {
            status,
            rejected: None,
            warning: Some("the answer to spans that were taken cannot be read".to_owned()),
        }
    }

    /// Reads the body of a 2xx. One that cannot be read is a success with a warning: the status
    /// says that the request was taken.
    pub(super) fn of(status: u16, content_type: Option<&str>, body: &[u8]) -> Self {
        let form = Form::of_header(content_type).unwrap_or(Form::Protobuf);
        let taken = Self {
            status,
            ..Self::default()
        };
        match partial_success(form, body) {
            None => Self::unread(status),
            Some((0, message)) => Self {
                warning: (!message.is_empty()).then_some(message),
                ..taken
            },
            Some((spans, message)) => Self {
                rejected: Some(Rejected { spans, message }),
                ..taken
            },
        }
    }
}

/// How many spans were rejected and what was said; `None` for a body that is no answer of OTLP.
fn partial_success(form: Form, body: &[u8]) -> Option<(u64, String)> {
    match form {
        _ if body.is_empty() => Some((0, String::new())),
        Form::Protobuf => {
            let answer: ExportTraceServiceResponse = decode::message(form, body).ok()?;
            let partial = answer.partial_success.unwrap_or_default();
            let rejected = u64::try_from(partial.rejected_spans).unwrap_or(0);
            Some((rejected, partial.error_message))
        }
        Form::Json => {
            let answer: Value = serde_json::from_slice(body).ok()?;
            let partial = answer.as_object()?.get("partialSuccess");
            let field = |name| partial.and_then(|partial| partial.get(name));
            let message = field("errorMessage").and_then(Value::as_str);
            Some((
                field("rejectedSpans").map_or(0, count),
                message.unwrap_or_default().to_owned(),
            ))
        }
    }
}

/// A 64-bit integer of JSON: a string, as the encoding demands, or a number.
fn count(value: &Value) -> u64 {
    let text = value.as_str().and_then(|text| text.parse().ok());
    text.or_else(|| value.as_u64()).unwrap_or(0)
}

/// `google.rpc.Status`, without its details: what stands in the body of a refusal.
#[derive(Clone, PartialEq, Message)]
pub struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub code: i32,
    #[prost(string, tag = "2")]
    pub message: String,
}

/// What the body of a refusal says, in one line: a status as protobuf, whatever the content type
/// says of it, or JSON, text or a page.
pub(super) fn refusal_text(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let is_protobuf = Form::of_header(content_type) == Some(Form::Protobuf);
    let status = RpcStatus::decode(body).ok();
    match status.filter(|status| is_protobuf && !status.message.is_empty()) {
        Some(status) => error_text(Value::from(status.message).to_string().as_bytes()),
        None => error_text(body),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;

    use super::*;

    const PROTOBUF: Option<&str> = Some("application/x-protobuf");
    const JSON: Option<&str> = Some("application/json");

    fn partial(rejected_spans: i64, message: &str) -> Vec<u8> {
        let partial_success = Some(ExportTracePartialSuccess {
            rejected_spans,
            error_message: message.to_owned(),
        });
        ExportTraceServiceResponse { partial_success }.encode_to_vec()
    }

    fn rejected(spans: u64) -> Taken {
        Taken {
            status: 200,
            rejected: Some(Rejected {
                spans,
                message: "no name".to_owned(),
            }),
            warning: None,
        }
    }

    #[test]
    fn an_empty_answer_is_full_success_whatever_the_2xx() {
        for (content_type, body) in [(PROTOBUF, &b""[..]), (None, b""), (JSON, b"{}")] {
            let taken = Taken::of(202, content_type, body);
            assert_eq!(
                (taken.status, taken.rejected, taken.warning),
                (202, None, None)
            );
        }
    }

    #[test]
    fn spans_that_were_left_out_are_counted_in_both_forms() {
        let text = br#"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no name"}}"#;
        let number = br#"{"partialSuccess":{"rejectedSpans":1,"errorMessage":"no name"}}"#;
        let binary = partial(1, "no name");
        for (content_type, body) in [(JSON, &text[..]), (JSON, number), (PROTOBUF, &binary)] {
            assert_eq!(Taken::of(200, content_type, body), rejected(1));
        }
    }

    #[test]
    fn a_message_without_rejected_spans_is_a_warning() {
        let taken = Taken::of(200, PROTOBUF, &partial(0, "use gzip"));
        assert_eq!(taken.rejected, None);
        assert_eq!(taken.warning.as_deref(), Some("use gzip"));
    }

    #[test]
    fn a_2xx_that_cannot_be_read_is_a_success_with_a_warning() {
        let cut = &partial(1, "no name")[..4];
        for (content_type, body) in [(PROTOBUF, cut), (JSON, b"{"), (JSON, b"[]"), (None, b"<p>")] {
            let taken = Taken::of(200, content_type, body);
            assert_eq!(taken.rejected, None);
            assert!(taken.warning.is_some());
        }
    }

    #[test]
    fn a_refusal_is_read_as_protobuf_json_text_or_page() {
        let status = RpcStatus {
            code: 3,
            message: "bad\nspan".to_owned(),
        };
        let binary = status.encode_to_vec();
        for (content_type, body, text) in [
            (PROTOBUF, &binary[..], "bad span"),
            (JSON, br#"{"code":3,"message":"bad span"}"#, "bad span"),
            (JSON, br#"{"errors":["Forbidden"]}"#, "Forbidden"),
            (Some("text/plain"), b"no", "no"),
            (
                None,
                b"<html><title>502</title>",
                "an HTML page titled `502`",
            ),
        ] {
            assert_eq!(refusal_text(content_type, body).as_deref(), Some(text));
        }
        assert_eq!(refusal_text(PROTOBUF, b""), None);
    }
}
