"""Writes steps as OpenTelemetry spans, which leave for an OTLP collector by and by, in a thread of the SDK's own.

Ids of a trace and of its first span come from what the trace is about, so that a hub that was started again goes on in
the trace that it began.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
from collections.abc import Sequence

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context
from pydantic import SecretStr

from hub.tracing.steps import Step

QUEUE = 8_192
"""Spans that wait for the collector (about 10 MB); beyond it the oldest are lost."""
TIMEOUT_S = 5.0
"""A batch that the collector has not taken by then, tries included, is lost."""
_log = structlog.get_logger()


class _Ids(RandomIdGenerator):
    """By lot, but for the next of those that were given."""

    def __init__(self) -> None:
        self.trace_id: int | None = None
        self.span_id: int | None = None

    def generate_trace_id(self) -> int:
        given, self.trace_id = self.trace_id, None
        return given or super().generate_trace_id()

    def generate_span_id(self) -> int:
        given, self.span_id = self.span_id, None
        return given or super().generate_span_id()


class _Counting(SpanExporter):
    """Counts what the collector took and what it did not, and says in one line when that begins and ends."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.exported = 0
        self.lost = 0
        self._is_away = False
        self.is_last = False
        """The hub ends: a collector that is away is waited for once more, and not again."""
        self._gave_up = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._gave_up:
            self.lost += len(spans)
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        is_away = result is not SpanExportResult.SUCCESS
        self._gave_up = self.is_last and is_away
        if is_away:
            self.lost += len(spans)
        else:
            self.exported += len(spans)
        if is_away and not self._is_away:
            _log.warning("traces.not_taken", spans=len(spans))
        elif self._is_away and not is_away:
            _log.info("traces.taken_again", lost=self.lost)
        self._is_away = is_away
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class Collector:
    """One OTLP collector (HTTP, protobuf). For one thread at a time."""

    def __init__(self, url: str, token: SecretStr | None) -> None:
        """``token`` goes as a bearer's."""
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it says each try; _Counting says what matters
        headers = {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
        self._counting = _Counting(OTLPSpanExporter(url, headers=headers, timeout=TIMEOUT_S))
        self._ids = _Ids()
        version = importlib.metadata.version("qianshao-hub")
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource.create({"service.name": "qianshao-hub", "service.version": version}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(self._counting, max_queue_size=QUEUE))
        self._tracer = self._provider.get_tracer("qianshao", version)

    @property
    def exported(self) -> int:
        """Spans that the collector took."""
        return self._counting.exported

    @property
    def lost(self) -> int:
        """Spans that it did not take in time."""
        return self._counting.lost

    def begin(self, about: str, step: Step) -> None:
        """Write the first step of the trace about this, with its parts."""
        context = _context_of(about)
        self._ids.trace_id, self._ids.span_id = context.trace_id, context.span_id
        self._write(step, Context())

    def go_on(self, about: str, step: Step) -> None:
        """Write a further step of the trace about this, below its first."""
        self._write(step, set_span_in_context(NonRecordingSpan(_context_of(about)), Context()))

    def _write(self, step: Step, within: Context) -> None:
        span = self._tracer.start_span(step.name, within, attributes=step.said, start_time=step.began_us * 1000)
        below = set_span_in_context(span, Context())
        for part in step.parts:
            self._write(part, below)
        span.end(step.ended_us * 1000)

    def flush(self) -> None:
        """Send what waits."""
        self._provider.force_flush()

    def close(self) -> None:
        """Send what is left; a collector that is away is waited for for TIMEOUT_S at most."""
        self._counting.is_last = True
        self._provider.shutdown()


def _context_of(about: str) -> SpanContext:
    digest = hashlib.sha256(about.encode()).digest()
    trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
