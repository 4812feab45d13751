"""Runs a hub: its event loop, its HTTP server, its orderly end on a signal."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import signal
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from hub import logs
from hub.app import Hub
from hub.lifesign import ServiceManager
from hub.safety import require_safe
from hub.settings import Settings
from hub.tasks import end_tasks
from hub.vitals import tell
from hub.watchdog.folder import end_beside, start_beside

WEBSOCKET_MAX_BYTES = 64 * 1024


class PortTaken(RuntimeError):
    """The console's port belongs to another program; says which port."""


class FolderTaken(RuntimeError):
    """The hub's folder cannot be used, or another hub uses it; says which folder."""


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the hub ends its rooms first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def serve(settings: Settings) -> None:
    """Serve until a signal. Raises UnsafeSettings, FolderTaken, PortTaken or BrokerError when the hub cannot start."""
    require_safe(settings)
    logs.configure(settings.log_level)
    manager = ServiceManager.take_from()
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with _locked(settings.data_dir), socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(f"port {settings.port} cannot be used ({error.strerror}): choose --port") from None
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, listener, manager))


@contextlib.contextmanager
def _locked(data_dir: Path) -> Generator[None]:
    """The folder is this hub's alone; the lock goes with the process. Raises FolderTaken."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (data_dir / "lock").open("w")
    except OSError as error:
        raise FolderTaken(f"the folder {data_dir} cannot be used ({error.strerror}): choose --data-dir") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderTaken(f"another hub uses the folder {data_dir}: end it, or choose --data-dir") from None
        yield


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


async def _serve(settings: Settings, listener: socket.socket, manager: ServiceManager) -> None:
    hub = Hub(settings)
    server = make_server(hub)

    def end() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    port_file = settings.data_dir / "port"
    port_file.unlink(missing_ok=True)  # a killed hub leaves one, and its port may be another program's by now
    await hub.start()
    try:
        listener.listen()
        port_file.write_text(str(listener.getsockname()[1]))
        watchdog = start_beside(settings.data_dir) if settings.watchdog else None
        telling = asyncio.create_task(tell(manager, hub.vitals, lambda: _status(hub)), name="lifesign")
        try:
            await server.serve([listener])
        finally:
            await end_tasks(telling)
        if watchdog is not None:
            end_beside(settings.data_dir)
    finally:
        manager.say("STOPPING=1")
        await hub.stop()


def _status(hub: Hub) -> str:
    return f"在线对讲机 radios on line: {hub.radios.online} / {len(hub.registry.radios)}"
