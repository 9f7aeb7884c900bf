"""An agent of OpenTelemetry's own SDK: a run with a model call, a tool, and a tool that raises.

It is set up by `tracing_setup.py`, the code that `ddctl otel env --for python` prints, where that lies
beside it; else by the OTEL_* variables.
"""

import importlib.util
import os

from opentelemetry import metrics, trace


def set_up_by_variables():
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    tracers = TracerProvider()
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(tracers)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    metrics.set_meter_provider(MeterProvider(metric_readers=[reader]))


def tool(tracer, name, work):
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
    with tracer.start_as_current_span(f"execute_tool {name}", attributes=attributes):
        work()


def fail():
    raise TimeoutError("the database did not answer")


def run():
    tracer = trace.get_tracer("emitters.agent")
    calls = metrics.get_meter("emitters.agent").create_counter("agent.calls")
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
    chat = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "stub",
        "gen_ai.request.model": "stub-1",
        "gen_ai.usage.input_tokens": 1204,
        "gen_ai.usage.output_tokens": 31,
    }
    with tracer.start_as_current_span("invoke_agent planner", attributes=agent):
        with tracer.start_as_current_span("chat stub-1", attributes=chat):
            calls.add(1)
        tool(tracer, "search", lambda: calls.add(1))
        try:
            tool(tracer, "query", fail)
        except TimeoutError:
            calls.add(1)
        # An exception that is noted and does not set the status.
        with tracer.start_as_current_span(
            "execute_tool quiet",
            attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "quiet"},
        ) as span:
            span.record_exception(ValueError("ignored"))


if __name__ == "__main__":
    if os.path.exists("tracing_setup.py"):
        spec = importlib.util.spec_from_file_location("tracing_setup", "tracing_setup.py")
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    else:
        set_up_by_variables()
    run()
    trace.get_tracer_provider().shutdown()
    metrics.get_meter_provider().shutdown()
