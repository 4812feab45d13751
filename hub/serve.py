"""Runs a hub: its event loop, its HTTP server, its orderly end on a signal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Generator
from typing import Any

import uvicorn
import uvloop

from hub import logs
from hub.app import Hub
from hub.settings import Settings

WEBSOCKET_MAX_BYTES = 64 * 1024


class PortTaken(RuntimeError):
    """The console's port belongs to another program; says which port."""


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the hub ends its rooms first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def serve(settings: Settings) -> None:
    """Serve until a signal. Raises PortTaken or BrokerError when the hub cannot start."""
    logs.configure(settings.log_level)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(f"port {settings.port} cannot be used ({error.strerror}): choose --port") from None
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        (settings.data_dir / "port").write_text(str(listener.getsockname()[1]))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, listener))


def make_server(hub: Hub, **given: Any) -> uvicorn.Server:
    """The hub's HTTP server; ``given`` are further settings of uvicorn."""
    config = uvicorn.Config(
        hub.guard,
        http="h11",
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=WEBSOCKET_MAX_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=10,
        ws_ping_timeout=20,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        limit_concurrency=2_000,
        **given,
    )
    return _Server(config)


async def _serve(settings: Settings, listener: socket.socket) -> None:
    hub = Hub(settings)
    server = make_server(hub)

    def end() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await hub.start()
    try:
        await server.serve([listener])
    finally:
        await hub.stop()
