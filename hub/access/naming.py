"""Each request is given a name, which its log lines and its answer bear: so that one can be found by the other."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from typing import Any

from structlog.contextvars import bound_contextvars

from hub.access.origin import App, Receive, Scope, Send

HEADER = b"x-request-id"
_BYTES = 4


class RequestNames:
    """ASGI middleware: ``request`` in every log line that a request or a websocket causes, X-Request-Id in answers."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        name = secrets.token_hex(_BYTES)

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (HEADER, name.encode())]
            await send(message)

        with bound_contextvars(request=name):
            await self._app(scope, receive, sending)
