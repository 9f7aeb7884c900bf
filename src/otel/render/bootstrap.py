# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
# Import it first of all: what is instrumented before it sends nothing.
import os

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

RESOURCE_ATTRIBUTES = {
  @RESOURCE@
}
# Each one gets everything. `traces` are headers of spans alone.
RECEIVERS = [
  @RECEIVERS@
]
# Datadog takes counts since the last export, not since the start.
DELTA = {
    kind: AggregationTemporality.DELTA for kind in (Counter, Histogram, ObservableCounter)
}


def span_processor(receiver):
    # An address that is set in code is taken as it is, path and all.
    exporter = OTLPSpanExporter(
        endpoint=receiver["url"] + "/v1/traces",
        headers={**receiver["headers"], **receiver["traces"]},
        compression=Compression.Gzip,
    )
    return BatchSpanProcessor(exporter)


def metric_reader(receiver):
    exporter = OTLPMetricExporter(
        endpoint=receiver["url"] + "/v1/metrics",
        headers=receiver["headers"],
        compression=Compression.Gzip,
        preferred_temporality=DELTA,
    )
    return PeriodicExportingMetricReader(exporter)


_resource = Resource.create(RESOURCE_ATTRIBUTES)
_tracers = TracerProvider(resource=_resource)
for _receiver in RECEIVERS:
    _tracers.add_span_processor(span_processor(_receiver))
trace.set_tracer_provider(_tracers)
_readers = [metric_reader(_receiver) for _receiver in RECEIVERS]
metrics.set_meter_provider(MeterProvider(resource=_resource, metric_readers=_readers))
