"""An agent of Pydantic AI, instrumented by itself, with a model that is a function."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic_ai import Agent
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.test import TestModel

tracers = TracerProvider()
tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
Agent.instrument_all(InstrumentationSettings(tracer_provider=tracers, include_content=False))
# The model calls every tool once, and answers.
agent = Agent(TestModel(), name="planner")


@agent.tool_plain
def weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


agent.run_sync("What is the weather?")
tracers.shutdown()
