"""Runs a hub: its event loop, its HTTP server, its orderly end on a signal."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import socket
from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
import uvloop
from sqlalchemy.exc import OperationalError

from hub import logs
from hub.app import Hub
from hub.console.trust import trust_app
from hub.folder_lock import locked
from hub.lifesign import ServiceManager
from hub.listening.bounds import Bounds
from hub.listening.protocols import BoundedWebSocket
from hub.listening.server import BoundedServer, bind
from hub.pauses import keep_what_started, take_short_turns
from hub.safety import require_safe
from hub.settings import Settings
from hub.storage.moving import MOVED
from hub.tasks import end_tasks
from hub.vitals import tell
from hub.watchdog.folder import end_beside, start_beside

_log = structlog.get_logger()
WEBSOCKET_MAX_BYTES = 64 * 1024
SPARE_DESCRIPTORS = 512
"""Kept from connections: database, sightings, broker, workers, and what has been closed and not yet let go."""
TRUST_BOUNDS = Bounds(most=256, kept=8, resting=128, of_address=64, resting_of_address=32)
"""Two short answers to a phone, once in its life."""
SHOW_AGAIN_AFTER_S = 1.0
_ALL = frozenset({"0.0.0.0", "::"})


class PortTaken(RuntimeError):
    """The console's port belongs to another program; says which port."""


class DiskRefused(RuntimeError):
    """The hub cannot start since its disk does not take what it must write, or its database is held; says why."""


@dataclass(frozen=True)
class _Sockets:
    """Where the hub listens: the console, and without TLS the page that shows how to trust it."""

    console: list[socket.socket]
    trust: list[socket.socket]


def serve(settings: Settings) -> None:
    """Serve until a signal.

    Raises UnsafeSettings, CertificateError, FolderTaken, PortTaken, BrokerError or DiskRefused when it cannot start.
    """
    require_safe(settings)
    logs.configure(settings.log_level)
    manager = ServiceManager.take_from()
    with locked(settings.data_dir), contextlib.ExitStack() as held:
        _require_what_it_moved_to(settings)
        sockets = _bind_all(settings, held)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, sockets, manager))


def _require_what_it_moved_to(settings: Settings) -> None:
    """A hub on the file it was moved from would tell its radios what was true long ago. Raises DiskRefused."""
    moved = settings.data_dir / MOVED
    if not settings.database and moved.exists():
        where = moved.read_text(encoding="utf-8").strip()
        raise DiskRefused(
            f"中枢没有启动：数据库已迁到 {where}，请设置 QIANSHAO_DATABASE（its database was moved there）；"
            f"要退回迁移前的文件，先删除 {moved}"
        )


def _bind_all(settings: Settings, held: contextlib.ExitStack) -> _Sockets:
    """Bind before anything is opened, so that a taken port costs nothing. Raises PortTaken."""

    def take(host: str, port: int, option: str) -> socket.socket:
        try:
            return held.enter_context(bind(host, port))
        except (OSError, OverflowError) as error:
            raise PortTaken(f"port {port} of {host} cannot be used ({error}): choose {option}") from None

    console = [take(settings.host, settings.port, "--port")]
    port = console[0].getsockname()[1]
    if not settings.is_loopback and settings.host not in _ALL:
        console.append(take("127.0.0.1", port, "--port"))  # for the commands of this machine
    if not settings.uses_tls or settings.trust_port == 0:
        return _Sockets(console, [])
    return _Sockets(console, [take(settings.host, settings.trust_port or port + 1, "QIANSHAO_TRUST_PORT")])


def make_server(hub: Hub, **given: Any) -> BoundedServer:
    """The hub's HTTP server; ``given`` are further settings of uvicorn."""
    certificates = hub.certificates
    return BoundedServer(
        hub.guard,
        hub.turned_away,
        replace(Bounds(), most=_most_connections()),
        None if certificates is None else lambda: certificates.context,
        ws=BoundedWebSocket,
        ws_max_size=WEBSOCKET_MAX_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=10,
        ws_ping_timeout=20,
        **given,
    )


def _most_connections() -> int:
    """As many connections as are planned for, where the system allows so many descriptors."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = Bounds().most
    return most if hard == resource.RLIM_INFINITY else max(1, min(most, hard - SPARE_DESCRIPTORS))


async def _serve(settings: Settings, sockets: _Sockets, manager: ServiceManager) -> None:
    with _needing_its_disk(settings.data_dir):
        hub = Hub(settings)
    server = make_server(hub)

    def end() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    port_file, address_file = settings.data_dir / "port", settings.data_dir / "address"
    for file in (port_file, address_file):
        file.unlink(missing_ok=True)  # a killed hub leaves them, and its port may be another program's by now
    with _needing_its_disk(settings.data_dir):
        await hub.start()
    keep_what_started()
    take_short_turns()
    try:
        port = sockets.console[0].getsockname()[1]
        async with _showing_trust(hub, sockets.trust, port):
            for one in sockets.console:
                one.listen()
            shown = {address_file: own_address(settings, port), port_file: str(port)}
            beside = [asyncio.create_task(_show(shown), name="address")]
            watchdog = start_beside(settings.data_dir) if settings.watchdog else None
            beside.append(asyncio.create_task(tell(manager, hub.vitals, lambda: _status(hub)), name="lifesign"))
            try:
                await server.serve(sockets.console)
            finally:
                await end_tasks(*beside)
            if watchdog is not None:
                end_beside(settings.data_dir)
    finally:
        manager.say("STOPPING=1")
        await hub.stop()


@contextlib.contextmanager
def _needing_its_disk(data_dir: Path) -> Generator[None]:
    """What the hub cannot start without. Raises DiskRefused: in a line, since a service manager tries every second."""
    try:
        yield
    except (OSError, OperationalError) as error:
        why = getattr(error, "orig", error)
        words = f"中枢没有启动：{data_dir} 所在的磁盘或数据库不可用（its disk or database is not usable）"
        raise DiskRefused(f"{words}: {why}") from None


async def _show(shown: Mapping[Path, str]) -> None:
    """Write where the hub is found; a disk that is full keeps this machine's commands away, and no console."""
    for file, text in shown.items():
        while True:
            try:
                file.write_text(text)
                break
            except OSError as error:
                _log.error("hub.address_not_written", file=str(file), error=error.strerror)
                await asyncio.sleep(SHOW_AGAIN_AFTER_S)


def own_address(settings: Settings, port: int) -> str:
    """Where this machine's own commands find the console."""
    host = "[::1]" if settings.host == "::1" else "127.0.0.1"
    return f"{'https' if settings.uses_tls else 'http'}://{host}:{port}"


@contextlib.asynccontextmanager
async def _showing_trust(hub: Hub, sockets: list[socket.socket], port: int) -> AsyncGenerator[None]:
    """Serve the page of the authority's certificate, where there is one."""
    if hub.certificates is None or not sockets:
        yield
        return
    app = trust_app(hub.certificates, port, hub.clock, hub.turned_away)
    hub.trust_port = sockets[0].getsockname()[1]
    server = BoundedServer(app, hub.turned_away, TRUST_BOUNDS, ws="none")
    serving = asyncio.create_task(server.serve(sockets), name="trust")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _status(hub: Hub) -> str:
    return f"在线对讲机 radios on line: {hub.radios.online} / {len(hub.registry.radios)}"
