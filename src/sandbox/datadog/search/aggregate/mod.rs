//! Computing over logs: `POST /api/v2/logs/analytics/aggregate`.
//!
//! The request is that of the OpenAPI document, without its histograms, its totals and its paging,
//! which are refused. Recorded is only that nothing found makes no bucket; the names of the
//! computations (`c0`, `c1`, …) are the document's, and a time series holds the points that have a
//! number.

mod buckets;
mod request;

use serde_json::json;

use super::ask::Ask;
use crate::sandbox::datadog::DatadogStandIn;
use crate::sandbox::datadog::body;
use crate::sandbox::datadog::guard::Call;
use crate::sandbox::datadog::logs::IndexedLog;
use crate::sandbox::datadog::refusal::errors;
use crate::sandbox::http::Reply;
use request::Aggregation;

impl DatadogStandIn {
    pub(in crate::sandbox::datadog) fn aggregate(&self, call: &Call<'_>) -> Reply {
        match self.aggregated(call) {
            Ok(reply) => reply,
            Err(why) => errors(400, &why),
        }
    }

    fn aggregated(&self, call: &Call<'_>) -> Result<Reply, String> {
        let visit = call.visit;
        let body = body::object(visit)?;
        request::check(&body)?;
        let body = body.into();
        let ask = Ask::of_value(&body, visit.now)?;
        let aggregation = Aggregation::read(&body, ask.from, ask.to)?;
        let found: Vec<IndexedLog> = self.matching(&ask, visit).collect();
        let buckets = buckets::of(&aggregation, &found);
        let meta = json!({
            "elapsed": 0,
            "request_id": format!("sandbox-{}", visit.number),
            "status": "done",
        });
        Ok(Reply::json(
            200,
            &json!({ "meta": meta, "data": { "buckets": buckets } }),
        ))
    }
}
