"""An OTLP collector over HTTP, as its protocol has it: keeps the spans that it is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collected:
    """What came in, and how it was said."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[Span] = []
        self.services: set[str] = set()
        self.tokens: set[str | None] = set()
        self.answer = 200
        """The status that is answered; what is refused is not kept."""

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def below(self, span: Span) -> list[Span]:
        """Its parts, in their order in time."""
        parts = [one for one in self.spans if one.parent_span_id == span.span_id and one.trace_id == span.trace_id]
        return sorted(parts, key=lambda one: (one.start_time_unix_nano, one.end_time_unix_nano))


@contextmanager
def open_collector() -> Iterator[Collected]:
    """On a free port of loopback."""
    collected = Collected()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/x-protobuf" and self.path == "/v1/traces"
            collected.tokens.add(self.headers["Authorization"])
            if collected.answer == 200:
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    said = {one.key: one.value.string_value for one in resource.resource.attributes}
                    collected.services.add(said["service.name"])
                    collected.spans += [span for scope in resource.scope_spans for span in scope.spans]
            self.send_response(collected.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: tests read what was kept."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        collected.url = f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield collected
        finally:
            server.shutdown()
            serving.join()


def said_of(span: Span) -> dict[str, str | int | float]:
    """Its attributes."""
    values = ((one.key, one.value) for one in span.attributes)
    return {key: getattr(value, str(value.WhichOneof("value"))) for key, value in values}
