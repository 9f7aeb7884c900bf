//! Bodies of requests as JSON.

use serde_json::{Map, Value};

use super::Visit;

/// Bytes of the largest body of a management call, decompressed.
const MAX_BODY: usize = 1 << 20;

/// The body's JSON object; the error is the text of the refusal.
pub fn object(visit: &Visit<'_>) -> Result<Map<String, Value>, String> {
    let plain = visit.body.decode(MAX_BODY).ok();
    plain
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| "Invalid JSON structure".to_owned())
}
