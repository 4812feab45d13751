"""The proof of ``qianshao bench vision --live``: so many cameras send over RTSP to one worker on one core.

A hub of its own, with its recorder and one vision worker, records and looks at simulated cameras that all play the same
film, each from another place of it. The worker has one core for itself; hub, recorder and cameras have the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from bench import processes
from bench.community import PoliceRoom, make_community, police_room
from bench.together_parts import CAMERAS_WITHIN_S, looks_counted, state_of
from bench.vision_figures import Live
from devices.protocol.clock import SystemClock
from devices.protocol.sightings import LOOK_DELAYS_MS
from hub.registry.records import Camera
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import Tape, read_tape
from simulators.demo.parts import READY_WITHIN_S, PartFailed

LATE_MS = 1000
"""A look that is done later after its picture's arrival is late."""
SETTLED_S = 10.0
"""From when all are looked at until counting begins: motion has settled, and what the worker says comes each 5 s."""
_SETTINGS = {"QIANSHAO_VISION_WORKERS": "1"}


async def measure_live(kind: str, film: Path, cameras: int, seconds: float) -> Live:
    """Let so many play. Raises PartFailed, TapeError, OSError, httpx.HTTPError."""
    core = max(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    tape = await asyncio.to_thread(read_tape, film)
    with tempfile.TemporaryDirectory(prefix="qianshao-vision-") as folder:
        _keep_to(os.getpid(), before - {core} or before)
        try:
            async with police_room(Path(folder), "embedded", make_community(1), _SETTINGS) as room:
                await _give_core(room, core)
                async with _playing(room, tape, cameras):
                    workers = await _give_core(room, core)
                    await asyncio.sleep(SETTLED_S)
                    return await _count(kind, room, cameras, seconds, workers)
        finally:
            _keep_to(os.getpid(), before)


async def _give_core(room: PoliceRoom, core: int) -> list[int]:
    """Have the hub's worker, and the one that waits to replace it, run on this core; their processes.

    Raises PartFailed.
    """
    deadline_s = time.monotonic() + READY_WITHIN_S
    while True:
        workers = processes.descendants(room.pid, "hub.vision.worker")
        if workers or time.monotonic() > deadline_s:
            break
        await asyncio.sleep(0.1)
    for pid in workers:
        _keep_to(pid, {core})
    if not workers:
        raise PartFailed("分析进程没有启动（the vision worker did not start）")
    return workers


async def _count(kind: str, room: PoliceRoom, cameras: int, seconds: float, workers: list[int]) -> Live:
    looks, shed, delays = await looks_counted(room.machine)
    began_s, began_cpu_s = time.monotonic(), sum(map(processes.cpu_s, workers))
    await asyncio.sleep(seconds)
    cpu_s, lasted_s = sum(map(processes.cpu_s, workers)) - began_cpu_s, time.monotonic() - began_s
    memory_mb = max(map(processes.memory_mb, workers))
    looks_now, shed_now, delays_now = await looks_counted(room.machine)
    in_time = sum(1 for edge_ms in LOOK_DELAYS_MS if edge_ms <= LATE_MS)
    taken = [after - begun for begun, after in zip(delays, delays_now, strict=True)]
    wanted = looks_now - looks + shed_now - shed
    return Live(
        kind=kind,
        cameras=cameras,
        seconds=round(lasted_s, 1),
        cpu_percent=round(100 * cpu_s / lasted_s, 1),
        cpu_ms_per_s=round(1000 * cpu_s / lasted_s / cameras, 2),
        looks_per_s=round((looks_now - looks) / lasted_s, 1),
        shed_share=round((shed_now - shed) / max(wanted, 1), 4),
        late_share=round(sum(taken[in_time:]) / max(sum(taken), 1), 4),
        memory_mb=round(memory_mb, 1),
    )


@contextlib.asynccontextmanager
async def _playing(room: PoliceRoom, tape: Tape, count: int) -> AsyncIterator[None]:
    """All on line, and looked at."""
    names = [f"C{number:02d}" for number in range(1, count + 1)]
    phases_us = {name: number * tape.duration_us // count for number, name in enumerate(names)}
    async with CameraServer(dict.fromkeys(names, tape), SystemClock(), random.Random(1), phases_us=phases_us) as server:
        venue_id = room.community.venues[0].venue_id
        enrolled = tuple(Camera(camera_id=name, name=name, venue_id=venue_id, url=server.url(name)) for name in names)
        body = msgspec.json.encode(msgspec.structs.replace(room.community, cameras=enrolled))
        (await room.machine.post("/api/registry/community", content=body)).raise_for_status()
        try:
            async with asyncio.timeout(CAMERAS_WITHIN_S):
                while True:
                    if all(camera.looked_at for camera in (await state_of(room)).cameras):
                        break
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise PartFailed(f"{CAMERAS_WITHIN_S:.0f} 秒内 {count} 路没有全部被分析（not all are looked at）") from None
        yield


def _keep_to(pid: int, cores: set[int]) -> None:
    """Have all threads of a process, and those that they start, run on these cores."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)
