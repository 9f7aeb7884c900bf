// An agent of OpenTelemetry's SDK for Node: a run with a model call. The SDK is set up by what
// `ddctl otel env --for node` prints, which is preloaded, else by the OTEL_* variables.
const { metrics, trace } = require('@opentelemetry/api');

let sdk;
if (!process.execArgv.includes('--require')) {
  const { NodeSDK } = require('@opentelemetry/sdk-node');
  sdk = new NodeSDK();
  sdk.start();
}

const tracer = trace.getTracer('emitters.agent');
const calls = metrics.getMeter('emitters.agent').createCounter('agent.calls');
const agent = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'planner' };
const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'stub',
  'gen_ai.request.model': 'stub-1',
  'gen_ai.usage.input_tokens': 1204,
  'gen_ai.usage.output_tokens': 31,
};
tracer.startActiveSpan('invoke_agent planner', { attributes: agent }, (run) => {
  tracer.startActiveSpan('chat stub-1', { attributes: chat }, (call) => call.end());
  calls.add(1);
  run.end();
});
if (sdk) sdk.shutdown();
