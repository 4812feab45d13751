"""What a wall of 16 live cameras costs the hub's process: ``python -m bench.live_wall``.

Simulated cameras send over RTSP, the recorder reads them, a console watches their small streams. The hub's processor
time with the wall, less that without it, is shared among the records that were sent. JSON on standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench import processes
from bench.community import PoliceRoom, make_community, police_room
from bench.figures import percentile
from bench.footage_parts import LoadedCameras
from bench.together_parts import wait_online
from hub.access.gate import SESSION_COOKIE
from hub.footage.coded import CodedPicture, RecordReader
from hub.footage.live.messages import MAX_TILES
from hub.registry.records import Camera

SETTLED_S = 3.0


class Report(msgspec.Struct, frozen=True):
    """``late_ms``: from a picture's arrival at the recorder to the console."""

    tiles: int
    seconds: float
    records_per_s: float
    mbit_per_s: float
    hub_percent_before: float
    hub_percent: float
    us_per_record: float
    late_ms: float
    late_p95_ms: float
    broken: int


async def measure(tiles: int, seconds: float) -> Report:
    """Raises PartFailed, httpx.HTTPError, TimeoutError."""
    with tempfile.TemporaryDirectory(prefix="qianshao-wall-") as folder:
        async with (
            police_room(Path(folder), "embedded", make_community(1)) as room,
            LoadedCameras.serving(tiles, 1.0) as cameras,
        ):
            await _enrol(room, cameras)
            await asyncio.sleep(SETTLED_S)
            before_s = await _hub_cpu_s(room, seconds)
            async with _wall(room, cameras.camera_ids) as socket:
                seen = _Seen()
                watching = asyncio.create_task(seen.watch(socket))
                await asyncio.sleep(SETTLED_S)
                seen.clear()
                with_s = await _hub_cpu_s(room, seconds)
                records, sent_bytes, late_ms, broken = len(seen.late_ms), seen.bytes, list(seen.late_ms), seen.broken
                watching.cancel()
    return Report(
        tiles=tiles,
        seconds=seconds,
        records_per_s=round(records / seconds, 1),
        mbit_per_s=round(sent_bytes * 8e-6 / seconds, 2),
        hub_percent_before=round(before_s / seconds * 100, 2),
        hub_percent=round(with_s / seconds * 100, 2),
        us_per_record=round((with_s - before_s) / records * 1e6, 1),
        late_ms=round(percentile(late_ms, 50), 1),
        late_p95_ms=round(percentile(late_ms, 95), 1),
        broken=broken,
    )


async def _enrol(room: PoliceRoom, cameras: LoadedCameras) -> None:
    """All of them, until all are on line."""
    venue_id = room.community.venues[0].venue_id
    enrolled = tuple(
        Camera(camera_id=one, name=one, venue_id=venue_id, url=cameras.urls[one], sub_url=cameras.urls[f"{one}/sub"])
        for one in cameras.camera_ids
    )
    body = msgspec.json.encode(msgspec.structs.replace(room.community, cameras=enrolled))
    (await room.machine.post("/api/registry/community", content=body)).raise_for_status()
    await wait_online(room)


async def _hub_cpu_s(room: PoliceRoom, seconds: float) -> float:
    before_s = processes.cpu_s(room.pid)
    await asyncio.sleep(seconds)
    return processes.cpu_s(room.pid) - before_s


@contextlib.asynccontextmanager
async def _wall(room: PoliceRoom, camera_ids: list[str]) -> AsyncIterator[ClientConnection]:
    address = f"ws://{room.browser.base_url.host}:{room.browser.base_url.port}/ws/live"
    cookie = {"Cookie": f"{SESSION_COOKIE}={room.browser.cookies[SESSION_COOKIE]}"}
    async with connect(address, additional_headers=cookie, max_size=None, compression=None) as socket:
        wall = [{"tile": number, "camera_id": one} for number, one in enumerate(camera_ids)]
        await socket.send(msgspec.json.encode({"watch": wall}).decode())
        yield socket


class _Seen:
    """What came to the wall."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self.bytes = self.broken = 0

    def clear(self) -> None:
        self.late_ms, self.bytes, self.broken = [], 0, 0

    async def watch(self, socket: ClientConnection) -> None:
        async for message in socket:
            assert isinstance(message, bytes)
            for record in RecordReader().feed(message[1:]):
                if isinstance(record, CodedPicture):
                    self.late_ms.append(time.time() * 1000 - record.wall_us / 1000)
                    self.bytes += len(message)
                    self.broken += record.broken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, default=MAX_TILES)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(measure(options.tiles, options.seconds))
    print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())


if __name__ == "__main__":
    main()
