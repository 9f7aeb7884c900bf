// npm install @opentelemetry/api @opentelemetry/sdk-node \
//   @opentelemetry/exporter-trace-otlp-proto @opentelemetry/exporter-metrics-otlp-proto
// Save it as tracing.cjs and preload it: node --require ./tracing.cjs app.js
const { NodeSDK, metrics, resources, tracing } = require('@opentelemetry/sdk-node');
const { OTLPMetricExporter } = require('@opentelemetry/exporter-metrics-otlp-proto');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');

// Datadog takes counts since the last export, not since the start.
process.env.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE ??= 'delta';

const resourceAttributes = {
  @RESOURCE@
};
// Each one gets everything. `traces` are headers of spans alone.
const receivers = [
  @RECEIVERS@
];

// An address that is set in code is taken as it is, path and all.
const spanProcessor = (receiver) =>
  new tracing.BatchSpanProcessor(
    new OTLPTraceExporter({
      url: `${receiver.url}/v1/traces`,
      headers: { ...receiver.headers, ...receiver.traces },
      compression: 'gzip',
    }),
  );

const metricReader = (receiver) =>
  new metrics.PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({
      url: `${receiver.url}/v1/metrics`,
      headers: receiver.headers,
      compression: 'gzip',
    }),
  });

const sdk = new NodeSDK({
  resource: resources.resourceFromAttributes(resourceAttributes),
  spanProcessors: receivers.map(spanProcessor),
  metricReaders: receivers.map(metricReader),
});
sdk.start();

// What waits goes out before the program ends.
let isShutDown = false;
const shutDown = async () => {
  if (isShutDown) return;
  isShutDown = true;
  await sdk.shutdown();
};
process.once('beforeExit', shutDown);
process.once('SIGTERM', () => shutDown().finally(() => process.exit(0)));
