"""The processes of a bench of footage: simulated cameras that note all they send, and the real recorder."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import msgspec

from hub.children import end_child, start_child
from hub.footage.coded import StreamName
from hub.footage.disk import FootageDisk
from hub.footage.recorder.control import Assigned, Condition, Ready, RecordedCamera, Stand, StreamAddress, Transport
from hub.footage.recorder_process import RecorderProcess
from hub.tasks import end_tasks
from simulators.cameras.control import Order, SetFault, Told, WriteSent
from simulators.cameras.faults import Fault
from simulators.cameras.sent import SentReport, read_sent
from simulators.demo.parts import CamerasReady, PartFailed

FILMS = Path("var/cameras")
READY_WITHIN_S = 300.0
"""The first time the films are rendered."""
ANSWER_WITHIN_S = 60.0
ONLINE_WITHIN_S = 60.0
QUIET_S = 2.0
"""After the last picture, until it is in a segment: a fragment is written within 1.5 s of its first picture."""
_MAX_LINE_BYTES = 1 << 22


class LoadedCameras:
    """``python -m simulators.cameras --control``."""

    def __init__(self, process: asyncio.subprocess.Process, ready: CamerasReady) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self.urls = ready.cameras

    @classmethod
    @contextlib.asynccontextmanager
    async def serving(cls, count: int, mbit_per_s: float, host: str = "127.0.0.1") -> AsyncIterator[LoadedCameras]:
        """So many 1080p cameras, at this address of this machine. Raises PartFailed."""
        process = await start_child(
            [
                sys.executable, "-m", "simulators.cameras", "--load", str(count), "--mbit-per-s", str(mbit_per_s),
                "--films", str(FILMS), "--host", host, "--control",
            ],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            line_limit_bytes=_MAX_LINE_BYTES,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_S)
            if not line:
                raise PartFailed("模拟摄像头没有启动（the cameras did not start）")
            yield cls(process, msgspec.json.decode(line, type=CamerasReady))
        finally:
            await end_child(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def camera_ids(self) -> list[str]:
        return sorted(stream_id for stream_id in self.urls if "/" not in stream_id)

    async def order(self, order: Order) -> None:
        """Have it done. Raises PartFailed."""
        assert self._process.stdin is not None and self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(msgspec.json.encode(order) + b"\n")
            line = await asyncio.wait_for(self._process.stdout.readline(), ANSWER_WITHIN_S)
        if not line or (error := msgspec.json.decode(line, type=Told).error):
            raise PartFailed(f"模拟摄像头：{error if line else '已结束'}")

    async def fall_silent(self) -> None:
        """Nothing more is sent, and what was sent has had its time.

        Then the connections end: over RTP the library holds each picture until the next begins, or the stream ends.
        """
        await self.order(SetFault(Fault.STALL))
        await asyncio.sleep(QUIET_S)
        await self.order(SetFault(Fault.CUT))
        await asyncio.sleep(QUIET_S)

    async def sent(self) -> SentReport:
        """All that was sent. Raises PartFailed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sent"
            await self.order(WriteSent(str(path)))
            return await asyncio.to_thread(read_sent, path)


class Recorder:
    """The real recorder as the hub keeps it, with what it says of its streams."""

    def __init__(self, folder: Path) -> None:
        self.stands: dict[tuple[str, StreamName], Stand] = {}
        self.relay_path: Path | None = None
        self._changed = asyncio.Event()
        self._process = RecorderProcess(FootageDisk(folder), self._hear, self._changed.set)

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator[Recorder]:
        """Writes below ``folder``; closes its segments at the end."""
        recorder = cls(folder)
        task = asyncio.create_task(recorder._process.run())
        try:
            yield recorder
        finally:
            await end_tasks(task)

    def _hear(self, word: Stand | Ready) -> None:
        if isinstance(word, Ready):
            self.relay_path = Path(word.relay_path)
        else:
            self.stands[word.camera_id, word.stream] = word
        self._changed.set()

    @property
    def pid(self) -> int:
        """Raises PartFailed when it does not run."""
        pid = self._process.process_id
        if pid is None:
            raise PartFailed("录像进程没有运行（the recorder does not run）")
        return pid

    @property
    def restarts(self) -> int:
        """How often it ended and was started again."""
        return self._process.restarts

    def record(self, cameras: Iterable[tuple[str, str]], transport: Transport = Transport.TCP) -> None:
        """Record these cameras' streams, by name and address."""
        self._process.assign(
            Assigned(
                cameras=tuple(
                    RecordedCamera(camera_id=camera_id, main=StreamAddress(url=url, transport=transport))
                    for camera_id, url in cameras
                )
            )
        )

    async def wait_online(self, count: int) -> None:
        """Until so many streams are read. Raises PartFailed."""
        try:
            async with asyncio.timeout(ONLINE_WITHIN_S):
                while self.online < count:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise PartFailed(f"{ONLINE_WITHIN_S:.0f} 秒内只有 {self.online} 路在线（of {count}）") from None

    @property
    def online(self) -> int:
        """Streams that are read."""
        return sum(stand.condition is Condition.ONLINE for stand in self.stands.values())

    @property
    def reconnects(self) -> int:
        """How often streams were opened anew."""
        return sum(stand.reconnects for stand in self.stands.values())

    @property
    def pictures_missing(self) -> int:
        """Pictures that it says it gave up."""
        return sum(stand.pictures_missing for stand in self.stands.values())
