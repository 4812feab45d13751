"""The processes of a demonstration: the hub, the radios, the cameras. Each is a child that ends with its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec

from devices.link import PASSWORD_VARIABLE, BrokerAddress
from hub.bridge.configuration import DEVICE_USER, BrokerCredentials
from hub.children import end_child, start_child
from simulators.radios.figures import Summary

READY_WITHIN_S = 60.0
MAX_LINE_BYTES = 1 << 20
LOG_KEPT = "hub.log"


class PartFailed(RuntimeError):
    """A process of the demonstration ended or never became ready; says which and where to look."""


class HubPart:
    """``qianshao hub`` in its data folder."""

    def __init__(self, data_dir: Path, port: int, broker: str) -> None:
        self._data_dir = data_dir
        self._port = port
        self._broker = broker
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
        (self._data_dir / "port").unlink(missing_ok=True)
        command = [sys.executable, "-m", "hub", "hub", "--data-dir", str(self._data_dir), "--port", str(self._port)]
        with self.log.open("ab" if self.restarts else "wb") as log:
            self.process = await start_child([*command, "--broker", self._broker], stdout=log, stderr=log)
        async with asyncio.timeout(READY_WITHIN_S), httpx.AsyncClient(trust_env=False) as http:
            while not await self._answers(http):
                if self.process.returncode is not None:
                    said = self.log.read_text(errors="replace").strip().splitlines()[-1:]
                    raise PartFailed(f"中枢没有启动：{''.join(said)}（日志：{self.log}）")
                await asyncio.sleep(0.05)

    async def _answers(self, http: httpx.AsyncClient) -> bool:
        try:
            port = int((self._data_dir / "port").read_text())
            self.url = f"http://127.0.0.1:{port}"
            return (await http.get(f"{self.url}/healthz")).is_success
        except (OSError, ValueError, httpx.TransportError):
            return False

    async def keep(self) -> None:
        """Start the hub again whenever it ends, as a service manager would, until cancelled. Raises PartFailed."""
        while True:
            assert self.process is not None
            await self.process.wait()
            self.restarts += 1
            self._port = int(self.url.rsplit(":", 1)[1])
            await self.start()

    def broker_address(self) -> BrokerAddress:
        """Where devices connect."""
        kept = (self._data_dir / "broker" / "credentials.json").read_bytes()
        credentials = msgspec.json.decode(kept, type=BrokerCredentials)
        return BrokerAddress("127.0.0.1", credentials.port, DEVICE_USER, credentials.device_password)

    async def stop(self) -> None:
        if self.process is not None:
            await end_child(self.process, patience_s=10)


class LinesPart:
    """A child that prints JSON lines."""

    def __init__(self, name: str, log: Path) -> None:
        self._name = name
        self._log = log
        self.process: asyncio.subprocess.Process | None = None

    async def _start(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        with self._log.open("wb") as log:
            self.process = await start_child(
                command,
                environment=environment,
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


class RadiosPart(LinesPart):
    """``python -m simulators.radios``."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__("模拟对讲机", data_dir / "radios.log")
        self._store = data_dir / "radios"
        self._online = 0
        self._changed = asyncio.Condition()
        self._summaries: asyncio.Queue[Summary] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None

    async def start(self, broker: BrokerAddress, community: Path, count: int) -> None:
        command = [
            sys.executable, "-m", "simulators.radios",
            "--broker", f"mqtt://{broker.username}@{broker.host}:{broker.port}",
            "--community", str(community), "--store", str(self._store), "--count", str(count),
        ]  # fmt: skip
        await self._start(command, {**os.environ, PASSWORD_VARIABLE: broker.password or ""})
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while True:
            line = await self._line()
            try:
                self._summaries.put_nowait(msgspec.json.decode(line, type=Summary))
            except msgspec.MsgspecError:
                async with self._changed:
                    self._online = msgspec.json.decode(line, type=_Online).online
                    self._changed.notify_all()

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

    async def start(self, community_dir: Path, t0_wall_us: int) -> CamerasReady:
        program = [sys.executable, "-m", "simulators.cameras"]
        await self._start([*program, "--dir", str(community_dir), "--t0-wall-us", str(t0_wall_us)])
        return msgspec.json.decode(await asyncio.wait_for(self._line(), READY_WITHIN_S), type=CamerasReady)
