//! From the bytes of a request, an answer or a file to OTLP messages.
//!
//! Nothing is checked beyond the encoding: what makes a span unusable is said by [`super::flaw`].

use std::io::Read;

use flate2::read::MultiGzDecoder;
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Protobuf,
    /// With ids in hexadecimal and 64-bit integers as strings, as the OTLP JSON encoding demands.
    Json,
}

impl Form {
    /// Reads `Content-Type`; `None` for one that is not OTLP's over HTTP.
    pub fn of_header(value: Option<&str>) -> Option<Self> {
        let kind = value?.split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            "application/x-protobuf" => Some(Form::Protobuf),
            "application/json" => Some(Form::Json),
            _ => None,
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Form::Protobuf => "application/x-protobuf",
            Form::Json => "application/json",
        }
    }
}

/// Why bytes are no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("larger than {limit} bytes once decompressed")]
    TooLarge { limit: usize },
    #[error("damaged gzip")]
    Gzip,
    #[error("not protobuf of OTLP: {why}")]
    Protobuf { why: String },
    #[error("not JSON of OTLP: {why}")]
    Json { why: String },
}

/// A message of the crate, such as `ExportTraceServiceRequest`.
///
/// No bytes are the empty message of protobuf. Fields that are not known are passed over, and a
/// JSON `null` is a field that is missing, as protobuf's JSON mapping says.
pub fn message<T>(form: Form, bytes: &[u8]) -> Result<T, DecodeError>
where
    T: Message + Default + DeserializeOwned,
{
    match form {
        Form::Protobuf => T::decode(bytes).map_err(|error| DecodeError::Protobuf {
            why: error.to_string(),
        }),
        Form::Json => of_json(bytes).map_err(|error| DecodeError::Json {
            why: error.to_string(),
        }),
    }
}

fn of_json<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    // An object first of all: serde would read a list of values as the fields in their order.
    let mut fields: Map<String, Value> = serde_json::from_slice(bytes)?;
    drop_nulls_of(&mut fields);
    T::deserialize(Value::Object(fields))
}

fn drop_nulls_of(fields: &mut Map<String, Value>) {
    fields.retain(|_, field| !field.is_null());
    fields.values_mut().for_each(drop_nulls);
}

/// No deeper than what serde_json reads.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => drop_nulls_of(fields),
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// The plain bytes of a gzip body, at most `limit` of them: a small body can unpack to any size.
pub fn gunzip(bytes: &[u8], limit: usize) -> Result<Vec<u8>, DecodeError> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(limit as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_| DecodeError::Gzip)?;
    match plain.len() > limit {
        true => Err(DecodeError::TooLarge { limit }),
        false => Ok(plain),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
    use proptest::prelude::*;

    use super::*;
    use crate::otlp::encode;

    fn json(text: &str) -> Result<ExportTraceServiceRequest, DecodeError> {
        message(Form::Json, text.as_bytes())
    }

    /// The example of opentelemetry-proto's `examples/trace.json`, shortened, with fields nobody
    /// knows and fields that are null.
    const EXAMPLE: &str = r#"{"resourceSpans":[{"resource":{"attributes":[
        {"key":"service.name","value":{"stringValue":"my.service"}}]},
        "scopeSpans":[{"scope":{"name":"my.library","version":null},"spans":[{
        "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
        "parentSpanId":"","name":"I'm a server span","startTimeUnixNano":"1544712660000000000",
        "endTimeUnixNano":1544712661000000000,"kind":2,"status":null,"unheardOf":{"a":[null]},
        "attributes":[{"key":"n","value":{"intValue":"-9007199254740993"}},
        {"key":"later","value":{"newKindOfValue":1}}]}]}]}]}"#;

    #[test]
    fn json_has_hexadecimal_ids_and_integers_as_strings_or_numbers() {
        let request = json(EXAMPLE).expect("the encoding of the specification");
        let span = &request.resource_spans[0].scope_spans[0].spans[0];
        assert_eq!(span.trace_id[..2], [0x5b, 0x8e]);
        assert_eq!(span.span_id.len(), 8);
        assert!(span.parent_span_id.is_empty());
        assert_eq!(span.end_time_unix_nano, 1_544_712_661_000_000_000);
        let value = span.attributes[0].value.clone().and_then(|any| any.value);
        assert_eq!(value, Some(Any::IntValue(-9_007_199_254_740_993)));
    }

    #[test]
    fn both_forms_of_a_message_are_the_same() {
        let request = json(EXAMPLE).expect("the encoding of the specification");
        let bytes = encode::to_bytes(&request);
        assert_eq!(message(Form::Protobuf, &bytes), Ok(request.clone()));
        let text = serde_json::to_string(&request).expect("a message serialises");
        assert_eq!(json(&text), Ok(request));
    }

    #[test]
    fn metrics_of_json_keep_their_temporality() {
        let text = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"calls","sum":{
            "aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{"asInt":"3",
            "startTimeUnixNano":"1","timeUnixNano":"2"}]}}]}]}]}"#;
        let request: ExportMetricsServiceRequest =
            message(Form::Json, text.as_bytes()).expect("the encoding of the specification");
        assert_eq!(
            request.resource_metrics[0].scope_metrics[0].metrics[0].name,
            "calls"
        );
    }

    #[test]
    fn what_is_no_message_is_refused_with_the_reason() {
        for text in ["", "[]", "{", r#"{"resourceSpans":1}"#, "<html>"] {
            assert!(
                matches!(json(text), Err(DecodeError::Json { .. })),
                "{text}"
            );
        }
        let base64 = EXAMPLE.replace("EEE19B7EC3C1B174", "7uGbfsPBsXQ=");
        assert!(matches!(json(&base64), Err(DecodeError::Json { .. })));
        let cut: Result<ExportTraceServiceRequest, _> = message(Form::Protobuf, &[0x0a, 0x7f, 1]);
        assert!(matches!(cut, Err(DecodeError::Protobuf { .. })));
    }

    #[test]
    fn only_the_types_of_otlp_over_http_are_known() {
        let form = |value| Form::of_header(Some(value));
        assert_eq!(form("application/json; charset=utf-8"), Some(Form::Json));
        assert_eq!(form("Application/X-Protobuf"), Some(Form::Protobuf));
        assert_eq!(form("application/grpc"), None);
        assert_eq!(Form::of_header(None), None);
    }

    #[test]
    fn gzip_unpacks_to_its_bound_and_no_further() {
        let packed = encode::gzip(&[7; 100_000]);
        assert_eq!(gunzip(&packed, 100_000), Ok(vec![7; 100_000]));
        let limit = 99_999;
        assert_eq!(gunzip(&packed, limit), Err(DecodeError::TooLarge { limit }));
        assert_eq!(gunzip(b"plain", limit), Err(DecodeError::Gzip));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for form in [Form::Protobuf, Form::Json] {
                let _: Result<ExportTraceServiceRequest, _> = message(form, &bytes);
            }
            let _ = gunzip(&bytes, 1_000);
        }
    }
}
