"""Many cameras behind one RTSP port, all on one scenario clock; faults and passwords can be set while it runs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from devices.protocol.clock import Clock
from simulators.cameras.connection import Connection, Datagrams
from simulators.cameras.faults import Fault
from simulators.cameras.login import Login, Scheme
from simulators.cameras.rtsp import MAX_HEAD_BYTES
from simulators.cameras.scenario import ScenarioClock
from simulators.cameras.tape import Tape, TapeError, read_tape

MAX_CONNECTIONS = 512
"""Further clients are turned away at once."""


class CameraUnknown(LookupError):
    """A camera is named that this server does not have; lists those it has."""


class CameraServer:
    """Use as an asynchronous context manager; ``port`` 0 takes a free one, which ``port`` then says."""

    def __init__(
        self,
        tapes: Mapping[str, Tape],
        clock: Clock,
        rng: random.Random,
        t0_wall_us: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if not tapes:
            raise TapeError("there is no film to serve")
        duration_us = max(tape.duration_us for tape in tapes.values())
        self._tapes = dict(tapes)
        self._rng = rng
        self._host = host
        self.port = port
        self.scenario = ScenarioClock(clock, clock.wall_us() if t0_wall_us is None else t0_wall_us, duration_us)
        self._faults: dict[str, Fault] = {}
        self._logins: dict[str, Login] = {}
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._udp: tuple[asyncio.DatagramTransport, asyncio.DatagramTransport] | None = None
        self.turned_away = 0

    @property
    def camera_ids(self) -> list[str]:
        return sorted(self._tapes)

    def url(self, camera_id: str) -> str:
        """Where a camera is read from (without its password)."""
        return f"rtsp://{self._host}:{self.port}/{camera_id}"

    def tape(self, camera_id: str) -> Tape | None:
        return self._tapes.get(camera_id)

    def fault(self, camera_id: str) -> Fault:
        return self._faults.get(camera_id, Fault.NONE)

    def set_fault(self, camera_id: str, fault: Fault) -> None:
        """From now on, also for clients that are watching (REFUSE: only for new requests). Raises CameraUnknown."""
        self._check(camera_id)
        self._faults[camera_id] = fault

    def login(self, camera_id: str) -> Login | None:
        return self._logins.get(camera_id)

    def ask_password(self, camera_id: str, username: str, password: str, scheme: Scheme) -> None:
        """From now on new requests need the password. Raises CameraUnknown."""
        self._check(camera_id)
        self._logins[camera_id] = Login(username, password, scheme, self._rng.randbytes(16).hex())

    def _check(self, camera_id: str) -> None:
        if camera_id not in self._tapes:
            raise CameraUnknown(f"there is no camera {camera_id!r}; there are {', '.join(self.camera_ids)}")

    def disconnect(self, camera_id: str) -> int:
        """Drop all who watch a camera; how many that were."""
        watching = [connection for connection in self._connections if connection.camera_id == camera_id]
        for connection in watching:
            connection.close()
        return len(watching)

    @property
    def watchers(self) -> list[Connection]:
        """The connections that have set up a camera."""
        return [connection for connection in self._connections if connection.camera_id is not None]

    def datagrams(self) -> tuple[Datagrams, tuple[int, int]]:
        """A sender over the server's UDP ports, and their numbers."""
        if self._udp is None:
            raise RuntimeError("the camera server is not running")
        ports = [transport.get_extra_info("sockname")[1] for transport in self._udp]
        return Datagrams(*self._udp), (ports[0], ports[1])

    async def __aenter__(self) -> CameraServer:
        loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._accept, self._host, self.port, limit=MAX_HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]
        transports = []
        for _ in range(2):
            transport, _protocol = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=(self._host, 0)
            )
            transports.append(transport)
        self._udp = (transports[0], transports[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()
        if self._connections:
            await asyncio.wait(list(self._connections.values()))
        for transport in self._udp or ():
            transport.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MAX_CONNECTIONS:
            self.turned_away += 1
            writer.transport.abort()
            return
        session_id, source = self._rng.randbytes(8).hex(), self._rng.getrandbits(32)
        connection = Connection(self, reader, writer, session_id, source)
        task = asyncio.get_running_loop().create_task(connection.serve())
        self._connections[connection] = task
        task.add_done_callback(lambda _: self._connections.pop(connection))


def read_tapes(folder: Path) -> dict[str, Tape]:
    """The films of a community's folder (its ``video`` folder) or of a plain folder of MP4 files. Raises TapeError."""
    inner = folder / "video"
    files = sorted((inner if inner.is_dir() else folder).glob("*.mp4"))
    if not files:
        raise TapeError(f"{folder}: no MP4 film in it; make them with `python -m simulators.community --out {folder}`")
    return {path.stem: read_tape(path) for path in files}
