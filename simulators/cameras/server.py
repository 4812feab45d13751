"""Many cameras behind one RTSP port, all on one scenario clock; faults and passwords can be set while it runs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from devices.protocol.clock import Clock
from simulators.cameras.connection import Connection
from simulators.cameras.faults import Fault
from simulators.cameras.login import Login, Scheme
from simulators.cameras.rtsp import MAX_HEAD_BYTES
from simulators.cameras.scenario import ScenarioClock
from simulators.cameras.sending import Datagrams
from simulators.cameras.sent import Sent
from simulators.cameras.streams import CameraState, CameraStream
from simulators.cameras.tape import Tape, TapeError, read_tape
from simulators.cameras.wire import Wire

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
        *,
        others: Mapping[str, Tape] | None = None,
        phases_us: Mapping[str, int] | None = None,
        sent: Sent | None = None,
    ) -> None:
        """``tapes`` by stream: ``C01``, and ``C01/sub`` for its small one; ``others``: what a stream sends with its
        resolution changed; ``phases_us``: how far into the scene a stream is at the beginning; ``sent`` writes down
        every picture that leaves."""
        if not tapes:
            raise TapeError("there is no film to serve")
        duration_us = max(tape.duration_us for tape in tapes.values())
        self._clock, self._rng = clock, rng
        self._host = host
        self.port = port
        self.scenario = ScenarioClock(clock, clock.wall_us() if t0_wall_us is None else t0_wall_us, duration_us)
        self._sent = sent
        self._wires: dict[int, Wire] = {}
        self._states: dict[str, CameraState] = {}
        self._streams: dict[str, CameraStream] = {}
        for stream_id, tape in tapes.items():
            state = self._states.setdefault(stream_id.split("/")[0], CameraState())
            other = (others or {}).get(stream_id)
            scenario = self.scenario
            if phase_us := (phases_us or {}).get(stream_id, 0):
                scenario = ScenarioClock(clock, scenario.t0_wall_us - phase_us, duration_us)
            own = self._wire(tape)
            changed = self._wire(other) if other else None
            self._streams[stream_id] = CameraStream(stream_id, own, changed, scenario, state)
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._udp: tuple[asyncio.DatagramTransport, asyncio.DatagramTransport] | None = None
        self.turned_away = 0

    def _wire(self, tape: Tape) -> Wire:
        return self._wires.setdefault(id(tape), Wire(tape))

    @property
    def camera_ids(self) -> list[str]:
        return sorted(self._states)

    @property
    def stream_ids(self) -> list[str]:
        return sorted(self._streams)

    def url(self, stream_id: str) -> str:
        """Where a camera is read from (without its password)."""
        return f"rtsp://{self._host}:{self.port}/{stream_id}"

    def stream(self, stream_id: str) -> CameraStream | None:
        return self._streams.get(stream_id)

    def state(self, camera_id: str) -> CameraState:
        """What can be changed while it runs. Raises CameraUnknown."""
        if camera_id not in self._states:
            raise CameraUnknown(f"there is no camera {camera_id!r}; there are {', '.join(self.camera_ids)}")
        return self._states[camera_id]

    def set_fault(self, camera_id: str, fault: Fault) -> None:
        """From now on, also for clients that are watching (REFUSE: only for new requests). Raises CameraUnknown."""
        self.state(camera_id).fault = fault

    def login(self, stream: CameraStream) -> Login | None:
        """What it asks for; with the fault PASSWORD a password that nobody has."""
        if stream.fault is Fault.PASSWORD:
            return Login("admin", self._rng.randbytes(16).hex(), Scheme.DIGEST, self._rng.randbytes(16).hex())
        return stream.state.login

    def ask_password(self, camera_id: str, username: str, password: str, scheme: Scheme) -> None:
        """From now on new requests need the password. Raises CameraUnknown."""
        self.state(camera_id).login = Login(username, password, scheme, self._rng.randbytes(16).hex())

    def noting(self, stream_id: str) -> Callable[[Wire, int, int, bool], None]:
        """What a new connection calls for each picture."""
        sent = self._sent
        if sent is None:
            return lambda *_: None
        connection = sent.connected(stream_id)

        def note(wire: Wire, index: int, octets: int, whole: bool) -> None:
            sent.add(stream_id, wire, index, self._clock.wall_us(), octets, whole=whole, connection=connection)

        return note

    def disconnect(self, camera_id: str) -> int:
        """Drop all who watch a camera; how many that were."""
        watching = [connection for connection in self._connections if connection.camera_id == camera_id]
        for connection in watching:
            connection.close()
        return len(watching)

    @property
    def watchers(self) -> list[Connection]:
        """The connections that have set up a camera."""
        return [connection for connection in self._connections if connection.stream_id is not None]

    def datagrams(self, stream: CameraStream) -> tuple[Datagrams, tuple[int, int]]:
        """A sender over the server's UDP ports, and their numbers."""
        if self._udp is None:
            raise RuntimeError("the camera server is not running")
        ports = [transport.get_extra_info("sockname")[1] for transport in self._udp]
        return Datagrams(*self._udp, self._rng, lambda: stream.state.loss), (ports[0], ports[1])

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
