//! The OTLP intake: traces, logs and metrics over HTTP.
//!
//! From docs.datadoghq.com/opentelemetry/setup/otlp_ingest: a key in `dd-api-key` alone, 403 without
//! a valid one; protobuf, and JSON for traces and metrics; no gRPC; gzip or nothing; 413 above the
//! limits of each signal; traces are answered 202; metrics of cumulative temporality are refused.
//! Nobody wrote down what becomes of a span without a proper id: here it is rejected by itself, as
//! the specification's partial success allows. The bodies of refusals are the specification's.

mod logs;
mod metrics;
mod reply;
mod spans;
mod value;

use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::de::DeserializeOwned;

use super::{Answer, DatadogStandIn, Visit};
use crate::domain::site::Site;
use crate::otlp::Signal;
use crate::otlp::decode::{self, Form};
use crate::sandbox::coding::{Coding, DecodeError};
use crate::sandbox::http::{Reply, Request};
pub use reply::refused;

/// Why a request is not taken.
struct Refused {
    status: u16,
    message: String,
}

impl Refused {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

/// Records that were left out of a request, and why the first of them was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub count: i64,
    pub why: String,
}

/// One request, past its key.
struct Delivery<'a> {
    form: Form,
    plain: &'a [u8],
    visit: &'a Visit<'a>,
    site: Site,
}

impl DatadogStandIn {
    pub(super) fn take_otlp(
        &self,
        signal: Signal,
        request: &Request,
        visit: &Visit<'_>,
        site: Site,
    ) -> Answer {
        let form = Form::of_header(request.header(CONTENT_TYPE.as_str()));
        let shown = form.unwrap_or(Form::Protobuf);
        let taken = self
            .keys
            .check_api_key(request, site)
            .map_err(|_| Refused::new(403, "Forbidden"))
            .and_then(|()| self.read_otlp(signal, form, request, visit, site));
        match taken {
            Err(Refused { status, message }) => refused(shown, status, &message).into(),
            Ok(reply) => Answer::stored(reply),
        }
    }

    fn read_otlp(
        &self,
        signal: Signal,
        form: Option<Form>,
        request: &Request,
        visit: &Visit<'_>,
        site: Site,
    ) -> Result<Reply, Refused> {
        let form = form
            .filter(|form| *form == Form::Protobuf || signal != Signal::Logs)
            .ok_or_else(|| Refused::new(415, "Unsupported content type"))?;
        let plain = &plain(signal, request, visit)?;
        let delivery = Delivery {
            form,
            plain,
            visit,
            site,
        };
        match signal {
            Signal::Traces => self.take_spans(&delivery),
            Signal::Logs => self.take_otlp_logs(&delivery),
            Signal::Metrics => metrics::take(&delivery),
        }
    }

    fn take_spans(&self, delivery: &Delivery<'_>) -> Result<Reply, Refused> {
        let request: ExportTraceServiceRequest = delivery.message()?;
        let (rows, left_out) = spans::rows(&request);
        self.spans.push(rows, delivery.visit, delivery.site);
        Ok(reply::traces(delivery.form, left_out))
    }

    fn take_otlp_logs(&self, delivery: &Delivery<'_>) -> Result<Reply, Refused> {
        let request: ExportLogsServiceRequest = delivery.message()?;
        for payload in logs::payloads(&request, delivery.visit, delivery.site) {
            self.logs.push(payload);
        }
        Ok(reply::empty(200, delivery.form))
    }
}

impl Delivery<'_> {
    fn message<T: Message + Default + DeserializeOwned>(&self) -> Result<T, Refused> {
        decode::message(self.form, self.plain).map_err(|error| Refused::new(400, error.to_string()))
    }
}

/// The plain bytes of a body that is compressed as the intake wants it and not too large.
fn plain(signal: Signal, request: &Request, visit: &Visit<'_>) -> Result<bytes::Bytes, Refused> {
    let coding = Coding::of_header(request.header(CONTENT_ENCODING.as_str()));
    if !matches!(coding, Some(Coding::Identity | Coding::Gzip)) {
        return Err(Refused::new(415, "Unsupported content encoding"));
    }
    let limit = signal.size_limit();
    let too_large = || Refused::new(413, "Payload Too Large");
    if request.body.len() > limit.wire {
        return Err(too_large());
    }
    visit.body.decode(limit.plain).map_err(|error| match error {
        DecodeError::TooLarge { .. } => too_large(),
        DecodeError::Damaged => Refused::new(400, "the body cannot be decompressed"),
    })
}
