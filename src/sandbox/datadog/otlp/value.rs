//! Attributes and ids of OTLP as JSON, for `/sandbox/received` and for logs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Map, Value};

use crate::domain::digest;

/// Attributes as one object; of a key that stands twice, the last value.
pub fn object(attributes: &[KeyValue]) -> Map<String, Value> {
    let pairs = attributes.iter().map(|pair| {
        let value = pair.value.as_ref().map_or(Value::Null, json_of);
        (pair.key.clone(), value)
    });
    pairs.collect()
}

pub fn json_of(value: &AnyValue) -> Value {
    match &value.value {
        Some(Any::StringValue(text)) => text.as_str().into(),
        Some(Any::BoolValue(value)) => (*value).into(),
        Some(Any::IntValue(value)) => (*value).into(),
        Some(Any::DoubleValue(value)) => (*value).into(),
        Some(Any::ArrayValue(array)) => array.values.iter().map(json_of).collect(),
        Some(Any::KvlistValue(list)) => object(&list.values).into(),
        Some(Any::BytesValue(bytes)) => STANDARD.encode(bytes).into(),
        _ => Value::Null,
    }
}

/// An id in hexadecimal; one that is missing is null.
pub fn id(bytes: &[u8]) -> Value {
    match bytes.is_empty() {
        true => Value::Null,
        false => digest::hex(bytes).into(),
    }
}
