"""The processes of a demonstration: the hub, the radios, the cameras. Each is a child that ends with its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import httpx
import msgspec

from devices.private_file import write_private
from devices.protocol.topics import DeviceKind
from hub.children import end_child, start_child
from hub.enrolment.messages import Device, Invitation, NewCodes
from hub.registry.records import CommunityFile
from simulators.cameras.faults import Fault
from simulators.demo.accounts import LocalToken
from simulators.radios.enrolling import Enrolled
from simulators.radios.figures import Summary

ADDRESS = "address"
"""The file in its folder in which a hub says where it serves."""
HEADERS = {"X-Qianshao": "1"}
READY_WITHIN_S = 60.0
MAX_LINE_BYTES = 1 << 20
LOG_KEPT = "hub.log"


class PartFailed(RuntimeError):
    """A process of the demonstration ended or never became ready; says which and where to look."""


class HubPart:
    """``qianshao hub`` in its data folder."""

    def __init__(
        self,
        data_dir: Path,
        port: int,
        broker: str,
        settings: Mapping[str, str] | None = None,
        *,
        program: str = "hub",
    ) -> None:
        """``settings`` are further ones by their names in the environment; ``program`` is the module that is run."""
        self._settings = dict(settings or {})
        self._program = program
        self._data_dir = data_dir
        self._port = port
        self._broker = broker
        self.tls: ssl.SSLContext | None = None
        """How its address is spoken to; None without TLS."""
        self.process: asyncio.subprocess.Process | None = None
        self.url = ""
        self.restarts = 0

    @property
    def log(self) -> Path:
        """Where its log goes; begun anew at each start."""
        return self._data_dir / LOG_KEPT

    async def start(self) -> None:
        """Start and wait until it answers. Raises PartFailed."""
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self._data_dir / ADDRESS).unlink(missing_ok=True)
        command = [
            sys.executable, "-m", self._program, "hub",
            "--data-dir", str(self._data_dir), "--port", str(self._port),
        ]  # fmt: skip
        with self.log.open("ab" if self.restarts else "wb") as log:
            self.process = await start_child(
                [*command, "--broker", self._broker],
                environment={**os.environ, **self._settings},
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(READY_WITHIN_S):
            while not await self._answers():
                if self.process.returncode is not None:
                    said = self.log.read_text(errors="replace").strip().splitlines()[-1:]
                    raise PartFailed(f"中枢没有启动：{''.join(said)}（日志：{self.log}）")
                await asyncio.sleep(0.05)
        self._port = int(self.url.rsplit(":", 1)[1].rstrip("/"))  # the same again at each further start

    async def _answers(self) -> bool:
        try:
            self.url = (self._data_dir / ADDRESS).read_text().strip()
            self.tls = _trusting(self._data_dir) if self.url.startswith("https") else None
            async with self.client() as http:
                return (await http.get("/healthz")).is_success
        except (OSError, httpx.TransportError):
            return False

    def client(self, auth: httpx.Auth | None = None) -> httpx.AsyncClient:
        """A client that speaks to it, trusting its own authority alone."""
        verify: ssl.SSLContext | bool = self.tls or False
        return httpx.AsyncClient(
            base_url=self.url, auth=auth, headers=HEADERS, timeout=30, trust_env=False, verify=verify
        )

    def machine(self) -> httpx.AsyncClient:
        """A client that may do what this machine's own commands may."""
        return self.client(LocalToken(self._data_dir))

    def browser(self) -> httpx.AsyncClient:
        """A client of nobody's, who may sign in."""
        return self.client()

    async def keep(self) -> None:
        """Start the hub again whenever it ends, as a service manager would, until cancelled. Raises PartFailed."""
        while True:
            assert self.process is not None
            await self.process.wait()
            self.restarts += 1
            await self.start()

    async def stop(self) -> None:
        if self.process is not None:
            await end_child(self.process, patience_s=10)


def _trusting(data_dir: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=data_dir / "certificates" / "ca.pem")


class LinesPart:
    """A child that prints JSON lines."""

    def __init__(self, name: str, log: Path, niceness: int = 0) -> None:
        self._name = name
        self._log = log
        self._niceness = niceness
        self.process: asyncio.subprocess.Process | None = None

    async def _start(self, command: list[str]) -> None:
        with self._log.open("wb") as log:
            self.process = await start_child(
                command,
                niceness=self._niceness,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                line_limit_bytes=MAX_LINE_BYTES,
            )

    async def _line(self) -> bytes:
        """The next line. Raises PartFailed when the process ended."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            raise PartFailed(f"{self._name}已结束（日志：{self._log}）")
        return line

    async def stop(self) -> None:
        if self.process is not None:
            await end_child(self.process)


class _Online(msgspec.Struct):
    online: int


async def invite_radios(machine: httpx.AsyncClient, community: Path, count: int) -> list[Invitation]:
    """Have the hub make a code for each of the community's first radios. Raises httpx.HTTPError."""
    content = await asyncio.to_thread(community.read_bytes)
    radios = msgspec.json.decode(content, type=CommunityFile).radios[:count]
    new = NewCodes(devices=tuple(Device(kind=DeviceKind.RADIO, device_id=one.radio_id) for one in radios))
    codes = await machine.post("/api/devices/codes", content=msgspec.json.encode(new))
    return msgspec.json.decode(codes.raise_for_status().content, type=list[Invitation])


class RadiosPart(LinesPart):
    """``python -m simulators.radios``."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__("模拟对讲机", data_dir / "radios.log")
        self._store = data_dir / "radios"
        self._enrolments = data_dir / "enrolments.jsonl"
        self._online = 0
        self._changed = asyncio.Condition()
        self._summaries: asyncio.Queue[Summary] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None

    async def start(
        self, machine: httpx.AsyncClient, community: Path, count: int, silent_share: float | None = None
    ) -> None:
        """Have the hub make a code for each radio, with which it enrols itself. Raises httpx.HTTPError.

        ``silent_share`` of the guards never acknowledge or answer; None for the simulator's own share.
        """
        invitations = await invite_radios(machine, community, count)
        write_private(self._enrolments, b"".join(msgspec.json.encode(one) + b"\n" for one in invitations))
        command = [
            sys.executable, "-m", "simulators.radios", "--enrolments", str(self._enrolments),
            "--community", str(community), "--store", str(self._store), "--count", str(count),
        ]  # fmt: skip
        if silent_share is not None:
            command += ["--silent-share", str(silent_share)]
        await self._start(command)
        async with asyncio.timeout(READY_WITHIN_S):
            msgspec.json.decode(await self._line(), type=Enrolled)  # its first word: every radio has a credential
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while True:
                line = await self._line()
                try:
                    self._summaries.put_nowait(msgspec.json.decode(line, type=Summary))
                except msgspec.MsgspecError:
                    self._online = msgspec.json.decode(line, type=_Online).online
                async with self._changed:
                    self._changed.notify_all()
        except PartFailed:
            async with self._changed:
                self._changed.notify_all()  # whoever waits learns of it
            raise

    async def wait_online(self, count: int, told: Callable[[int], None]) -> None:
        """Return when so many are on line. Raises PartFailed, TimeoutError."""
        assert self._reading is not None
        async with asyncio.timeout(READY_WITHIN_S), self._changed:
            while self._online < count:
                told(self._online)
                if self._reading.done():
                    self._reading.result()
                await self._changed.wait()
        told(self._online)

    async def report(self) -> Summary:
        """The radios' figures up to now."""
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR1)
        return await asyncio.wait_for(self._summaries.get(), 10)

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        await super().stop()


class CamerasReady(msgspec.Struct, frozen=True):
    """What the camera server says when it serves."""

    port: int
    t0_wall_us: int
    duration_s: float
    cameras: dict[str, str]


class CamerasPart(LinesPart):
    """``python -m simulators.cameras``."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__("模拟摄像头", data_dir / "cameras.log")

    async def start(self, community_dir: Path, t0_wall_us: int, off_line: Collection[str] = ()) -> CamerasReady:
        """``off_line``: cameras that answer nobody."""
        program = [sys.executable, "-m", "simulators.cameras"]
        faults = [f"--fault={camera_id}={Fault.REFUSE}" for camera_id in off_line]
        await self._start([*program, "--dir", str(community_dir), "--t0-wall-us", str(t0_wall_us), *faults])
        return msgspec.json.decode(await asyncio.wait_for(self._line(), READY_WITHIN_S), type=CamerasReady)
