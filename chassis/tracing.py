"""Spans of handled batches for the town's tracing, by OTLP over HTTP; off unless CURBSTOP_OTLP_ENDPOINT says where.

A batch mixes messages of many traces: its span is linked to each of them, as OpenTelemetry has it for messaging.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags

from chassis.envelope import readable
from chassis.received import RawMessage

MOST_LINKS = 128


class Tracing:
    """The tracer of one process; without a processor it does nothing at all."""

    def __init__(self, service: str, processor: SpanProcessor | None = None) -> None:
        self._provider: TracerProvider | None = None
        if processor is not None:
            resource = Resource.create({"service.namespace": "curbstop", "service.name": service})
            self._provider = TracerProvider(resource=resource)
            self._provider.add_span_processor(processor)

    @contextmanager
    def batch(self, topic: str, raws: Sequence[RawMessage]) -> Iterator[None]:
        """A span around the handling of a batch; an error in it is recorded."""
        if self._provider is None:
            yield
            return
        tracer = self._provider.get_tracer("curbstop")
        with tracer.start_as_current_span(f"process {topic}", kind=SpanKind.CONSUMER, links=_links(raws)) as span:
            span.set_attribute("messaging.system", "kafka")
            span.set_attribute("messaging.destination.name", topic)
            span.set_attribute("messaging.batch.message_count", len(raws))
            yield

    def close(self) -> None:
        """Send what is left."""
        if self._provider is not None:
            self._provider.shutdown()


def tracing(service: str, endpoint: str) -> Tracing:
    """Tracing to an endpoint, such as http://collector:4318/v1/traces; without one, none."""
    if not endpoint:
        return Tracing(service)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter: SpanExporter = OTLPSpanExporter(endpoint=endpoint)
    return Tracing(service, BatchSpanProcessor(exporter))


def _links(raws: Sequence[RawMessage]) -> list[Link]:
    said = (readable(one.headers).get("traceparent", "") for one in raws[:MOST_LINKS])
    return [Link(context) for context in map(_context, said) if context is not None]


def _context(traceparent: str) -> SpanContext | None:
    """The message's place in its trace; None where it says none that could be."""
    parts = traceparent.split("-")
    try:
        context = SpanContext(int(parts[1], 16), int(parts[2], 16), is_remote=True, trace_flags=TraceFlags(1))
    except (IndexError, ValueError):
        return None
    return context if context.is_valid else None
