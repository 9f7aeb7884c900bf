//! The intake's answers, in the form of the request.

use hyper::StatusCode;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use super::LeftOut;
use crate::otlp::decode::Form;
use crate::sandbox::http::Reply;

/// `google.rpc.Status`, without its details.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// A refusal, as the specification wants it in both forms.
pub fn refused(form: Form, status: u16, message: &str) -> Reply {
    let code = code_of(status);
    match form {
        Form::Json => Reply::json(status, &json!({ "code": code, "message": message })),
        Form::Protobuf => {
            let message = message.to_owned();
            let body = RpcStatus { code, message }.encode_to_vec();
            Reply::text(status, form.content_type(), body)
        }
    }
}

/// The code of gRPC that goes with a status (google/rpc/code.proto).
fn code_of(status: u16) -> i32 {
    match StatusCode::from_u16(status) {
        Ok(StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE) => 3,
        Ok(StatusCode::FORBIDDEN) => 7,
        Ok(StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS) => 8,
        Ok(StatusCode::UNAUTHORIZED) => 16,
        Ok(StatusCode::SERVICE_UNAVAILABLE) => 14,
        _ => 2,
    }
}

/// Full success: the empty message of every signal's response.
pub fn empty(status: u16, form: Form) -> Reply {
    match form {
        Form::Json => Reply::json(status, &json!({})),
        Form::Protobuf => Reply::text(status, form.content_type(), Vec::new()),
    }
}

/// The answer to spans, some of which may have been left out.
pub fn traces(form: Form, left_out: LeftOut) -> Reply {
    const STATUS: u16 = 202;
    if left_out.count == 0 {
        return empty(STATUS, form);
    }
    match form {
        Form::Json => Reply::json(
            STATUS,
            &json!({"partialSuccess": {
                "rejectedSpans": left_out.count.to_string(),
                "errorMessage": left_out.why,
            }}),
        ),
        Form::Protobuf => {
            let partial_success = Some(ExportTracePartialSuccess {
                rejected_spans: left_out.count,
                error_message: left_out.why,
            });
            let body = ExportTraceServiceResponse { partial_success }.encode_to_vec();
            Reply::text(STATUS, form.content_type(), body)
        }
    }
}
