//! OTLP metrics: checked, and kept nowhere.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric};

use super::reply;
use super::{Delivery, Refused};
use crate::sandbox::http::Reply;

/// Takes metrics of delta temporality alone.
pub fn take(delivery: &Delivery<'_>) -> Result<Reply, Refused> {
    let request: ExportMetricsServiceRequest = delivery.message()?;
    let scopes = request
        .resource_metrics
        .iter()
        .flat_map(|of_resource| &of_resource.scope_metrics);
    let mut metrics = scopes.flat_map(|of_scope| &of_scope.metrics);
    match metrics.find(|metric| is_cumulative(metric)) {
        None => Ok(reply::empty(200, delivery.form)),
        Some(metric) => {
            let name = &metric.name;
            let why = format!("metric `{name}` is cumulative; only delta temporality is taken");
            Err(Refused::new(400, why))
        }
    }
}

/// A sum that only grows or a histogram, counted since the start. A sum that falls as well is a
/// gauge to Datadog, whatever its temporality.
fn is_cumulative(metric: &Metric) -> bool {
    let temporality = match &metric.data {
        Some(Data::Sum(sum)) if sum.is_monotonic => sum.aggregation_temporality,
        Some(Data::Histogram(histogram)) => histogram.aggregation_temporality,
        Some(Data::ExponentialHistogram(histogram)) => histogram.aggregation_temporality,
        _ => return false,
    };
    temporality == AggregationTemporality::Cumulative as i32
}
