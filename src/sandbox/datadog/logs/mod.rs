//! The logs intakes: what is taken, what is refused, what is kept.
//!
//! Limits from the OpenAPI document: 5 MB a request uncompressed (413), 1000 entries, 1 MB an
//! entry (cut without a word), 18 hours back and 2 hours ahead (taken and never indexed). The
//! document ties 413 to the 5 MB alone, so more than 1000 entries are answered 400. zstd is not
//! documented; Datadog's own Vector sends it to this very endpoint.

mod facet;
mod indexing;
mod measure;
mod payload;
mod status;
mod store;

use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::json;

use super::keys::KeyRefused;
use super::refusal::{legacy_log_error, log_error};
use super::{Answer, DatadogStandIn, Visit};
use crate::domain::site::Site;
use crate::sandbox::coding::{Coding, DecodeError};
use crate::sandbox::http::{Reply, Request};
pub use facet::{Facet, text_of, texts_at};
pub use indexing::{IndexedLog, position_of_id};
pub use measure::{Compute, Sample};
pub use payload::{Form, Payload};
pub use store::{LogStore, is_visible};

/// Largest request, uncompressed. Datadog's Vector counts the 5 MB as 5,000,000 bytes.
pub const MAX_REQUEST: usize = 5_000_000;
/// Entries a request may hold.
const MAX_ENTRIES: usize = 1_000;

/// What the two versions of the intake answer.
#[derive(Debug)]
pub struct Version {
    accepted: u16,
    refused: fn(u16, &str) -> Reply,
    no_key: fn(KeyRefused) -> Reply,
}

pub const V2: Version = Version {
    accepted: 202,
    refused: log_error,
    no_key: KeyRefused::into_intake_reply,
};

pub const V1: Version = Version {
    accepted: 200,
    refused: legacy_log_error,
    no_key: KeyRefused::into_legacy_intake_reply,
};

/// Why a payload is not taken.
struct Refused {
    status: u16,
    detail: &'static str,
}

impl DatadogStandIn {
    pub(super) fn take_logs(
        &self,
        version: &Version,
        request: &Request,
        visit: &Visit<'_>,
        site: Site,
    ) -> Answer {
        if let Err(refused) = self.keys.check_intake(request, site) {
            return (version.no_key)(refused).into();
        }
        let accepted = Reply::json(version.accepted, &json!({}));
        match payload_of(request, visit, site) {
            Err(refused) => (version.refused)(refused.status, refused.detail).into(),
            // The empty object that the Agent sends to probe its connection is no log.
            Ok(payload) if payload.count == 0 => accepted.into(),
            Ok(payload) => {
                self.logs.push(payload);
                Answer::stored(accepted)
            }
        }
    }
}

fn payload_of(request: &Request, visit: &Visit<'_>, site: Site) -> Result<Payload, Refused> {
    let refuse = |status, detail| Refused { status, detail };
    if Coding::of_header(request.header(CONTENT_ENCODING.as_str())).is_none() {
        return Err(refuse(400, "Unsupported content encoding"));
    }
    let form = Form::of_header(request.header(CONTENT_TYPE.as_str()))
        .ok_or_else(|| refuse(400, "Unsupported content type"))?;
    let plain = visit
        .body
        .decode(MAX_REQUEST)
        .map_err(|error| match error {
            DecodeError::TooLarge { .. } => refuse(413, "Payload is too big"),
            DecodeError::Damaged => refuse(400, "Decompression error"),
        })?;
    let count = payload::entries(form, &plain)
        .map_err(|payload::Malformed| refuse(400, "Malformed payload"))?
        .len();
    if count > MAX_ENTRIES {
        return Err(refuse(400, "Too many entries in the array"));
    }
    Ok(Payload {
        body: visit.body.clone(),
        form,
        count: count as u64,
        defaults: payload::defaults(request),
        request: visit.number,
        received_at: visit.now,
        arrived_at: visit.arrived,
        site,
    })
}
