"""Small films, cameras that send them, and recorders in this process and in one of their own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np

from devices.protocol.clock import SystemClock
from hub.footage.coded import CodedPicture, Form, StreamName
from hub.footage.recorder.cameras import Cameras
from hub.footage.recorder.control import (
    Assigned,
    Condition,
    Ready,
    RecordedCamera,
    Stand,
    StreamAddress,
    Transport,
    line,
    read_line,
)
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.recorder.writers import Writers
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.nal import units_of
from hub.footage.segments.reading import read_pictures
from hub.footage.segments.writer import SegmentWriter
from hub.footage.sources.opening import Patience
from tests.devices.room import until

CLOCK = SystemClock()
QUICK = Patience(open_s=2.0, stall_s=0.6)
RATE_HZ = 25
KEY_EVERY = 12
EVER_US = 4_102_444_800_000_000
"""The year 2100."""


def small_film(
    path: Path,
    codec: str = "libx264",
    *,
    width: int = 320,
    height: int = 240,
    seconds: float = 2,
    options: dict[str, str] | None = None,
) -> Path:
    """White squares that move over a bright ground, a key picture every 12."""
    container = av.open(str(path), "w")
    stream = container.add_stream(codec, rate=RATE_HZ)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.codec_context.gop_size = KEY_EVERY
    quiet = {"x265-params": "log-level=none:bframes=0"} if codec == "libx265" else {"bf": "0"}
    stream.options = {"preset": "ultrafast", "forced-idr": "1", **quiet, **(options or {})}
    if codec == "mjpeg":
        stream.options = {}
    for number in range(round(RATE_HZ * seconds)):
        pixels = np.full((height, width, 3), 160, np.uint8)
        at = number * 5 % (width - 40)
        pixels[40:80, at : at + 40] = 250
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, RATE_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
    container.close()
    return path


def camera(camera_id: str, url: str, transport: Transport = Transport.TCP, **more: object) -> RecordedCamera:
    return RecordedCamera(camera_id=camera_id, main=StreamAddress(url=url, transport=transport), **more)  # type: ignore[arg-type]


def recording(camera_id: str, film: Path, started_at_us: int) -> RecordedCamera:
    """A film as an imported recording."""
    return RecordedCamera(camera_id=camera_id, main=StreamAddress(url=str(film), started_at_us=started_at_us))


def recorded(footage_dir: Path, camera_id: str = "C01") -> list[CodedPicture]:
    """All pictures on disk."""
    return [one for one in _read(footage_dir, camera_id) if isinstance(one, CodedPicture)]


def forms(footage_dir: Path, camera_id: str = "C01") -> list[Form]:
    return [one for one in _read(footage_dir, camera_id) if isinstance(one, Form)]


def _read(footage_dir: Path, camera_id: str) -> Iterable[Form | CodedPicture]:
    return read_pictures(Catalogue(footage_dir), camera_id, 0, EVER_US)


def segments(footage_dir: Path, camera_id: str = "C01") -> list[Path]:
    return sorted((footage_dir / camera_id).glob("*/*.mp4"))


def contents(pictures: Iterable[CodedPicture]) -> list[tuple[bytes, ...]]:
    """The NAL units of each."""
    return [tuple(units_of(one.data)) for one in pictures]


class Here:
    """A recorder in this process, impatient."""

    def __init__(self, folder: Path, patience: Patience = QUICK) -> None:
        self.footage_dir = folder / "footage"
        self.footage_dir.mkdir()
        self.relay = RelayServer(folder / "relay" / "socket")
        self.writers = Writers()
        begin = partial(SegmentWriter, self.footage_dir)
        self.cameras = Cameras(begin, self.relay, self.writers, CLOCK, lambda: None, patience)
        self.relay.start()
        self.writers.start()

    def assign(self, *cameras: RecordedCamera) -> None:
        self.cameras.assign(Assigned(cameras=cameras))

    def stand(self, camera_id: str = "C01", stream: StreamName = StreamName.MAIN) -> Stand:
        stands = (one.stand() for one in self.cameras.standings)
        return next(one for one in stands if (one.camera_id, one.stream) == (camera_id, stream))

    async def until_stands(self, condition: Condition, camera_id: str = "C01") -> Stand:
        await until(lambda: self.stand(camera_id).condition is condition, f"{camera_id} is {condition}")
        return self.stand(camera_id)

    async def until_pictures(self, count: int, camera_id: str = "C01") -> None:
        """So many more have come."""
        before = self.stand(camera_id).pictures
        await until(lambda: self.stand(camera_id).pictures >= before + count, f"{count} more pictures")

    def finish(self) -> None:
        """Read no more, and have all on disk."""
        self.cameras.stop()
        assert self.writers.close(10)

    def close(self) -> None:
        self.finish()
        self.relay.close()


class Child:
    """A recorder in a process of its own."""

    def __init__(self, footage_dir: Path, disk_id: str | None = None) -> None:
        self.footage_dir = footage_dir
        self.stands: dict[tuple[str, StreamName], Stand] = {}
        self.relay_path = ""
        self.command = [sys.executable, "-m", "hub.footage.recorder", str(footage_dir)]
        if disk_id is not None:
            self.command += ["--disk", disk_id]
        self.said: list[bytes] = []

    async def __aenter__(self) -> Child:
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._hearing = asyncio.create_task(self._hear())
        self._errors = asyncio.create_task(self._read_errors())
        await until(lambda: self.relay_path != "", "the recorder is ready")
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await asyncio.gather(self._hearing, self._errors)

    async def _hear(self) -> None:
        assert self.process.stdout is not None
        while said := await self.process.stdout.readline():
            self.said.append(said)
            word = read_line(said)
            if isinstance(word, Ready):
                self.relay_path = word.relay_path
            elif isinstance(word, Stand):
                self.stands[word.camera_id, word.stream] = word

    async def _read_errors(self) -> None:
        assert self.process.stderr is not None
        while said := await self.process.stderr.readline():
            self.said.append(said)

    def assign(self, *cameras: RecordedCamera) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line(Assigned(cameras=cameras)))

    async def until(self, holds: Callable[[Stand], bool], what: str, camera_id: str = "C01") -> Stand:
        name = camera_id, StreamName.MAIN
        await until(lambda: name in self.stands and holds(self.stands[name]), what)
        return self.stands[name]

    async def end(self) -> int:
        """Close its input, as a hub that ends does; its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        async with asyncio.timeout(10):
            return await self.process.wait()
