"""``python -m bench.vision_soak --minutes 30 --cameras 12 --json``: vision while cameras, workers and broker fail.

A real hub with its broker, recorder and workers, and simulated RTSP cameras with faults by a seeded plan
(bench/footage_soak_plan.py, no full disk). In the first two thirds workers are killed (SIGKILL), and the broker twice.
Asked is: after each kill all cameras that have no fault are looked at again, within 2 s; at the end each is decoded and
looked at; what was sent is recorded; the memory of hub and workers does not grow (a regression over samples of every
5 s: the hub's without the first fifth, the workers' from the last kill on; a soak too short for that misses this goal).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import numpy as np
import uvloop

from bench import processes
from bench.community import PoliceRoom, make_community, police_room
from bench.footage_parts import LoadedCameras
from bench.footage_proof import Proof, prove, recorded_pictures, sent_pictures
from bench.footage_soak_plan import CALM_FIRST_S, Happened, Planned, plan
from bench.together_parts import state_of, wait_online
from hub.registry.records import Camera
from simulators.cameras.control import SetFault
from simulators.cameras.faults import Fault
from simulators.cameras.sent import SentReport
from simulators.demo.parts import PartFailed

SAMPLE_EVERY_S = 5.0
KILL_EVERY_S = (12.0, 30.0)
KILL_UNTIL = 2 / 3
BROKER_AT = (0.3, 0.5)
"""Of the soak's time, when the broker is killed."""
LOOKED_AT_WITHIN_S = 10.0
REPLACED_WITHIN_S = 2.0
MOST_GROWTH_MB_PER_H = 20.0
"""Of the hub, and of each worker: 10 MB in 30 minutes. Shorter soaks measure mostly what fills once (caches)."""
GIVEN_UP_AFTER_S = 20.0
RECOVERED_AFTER_S = 35.0
"""After a fault a camera is tried again within 30 s."""
_ASK_EVERY_S = 0.05
_STATES_EVERY_S = 5.0
"""The worker says how each camera stands so often."""
_LEFT_OUT = 0.2
_MARGIN_US = 60_000_000
_WORKER = "hub.vision.worker"
_COUNT = re.compile(r'^(qianshao_\w+?)(?:_total)?(?:\{camera="([^"]+)"\})? ([0-9.e+]+)$', re.MULTILINE)


class Killed(msgspec.Struct, frozen=True):
    """One kill of a worker: seconds until all of its cameras were looked at again; ``cameras`` it had."""

    at_s: float
    cameras: int
    replaced_s: float


class Last(msgspec.Struct, frozen=True):
    """What a camera had in the last 10 s: pictures decoded, looked at, shed; ``condition`` at their end."""

    camera_id: str
    decoded: float
    looked_at: float
    shed: float
    condition: str

    @property
    def is_stuck(self) -> bool:
        return not self.decoded or not self.looked_at


class Report(msgspec.Struct, frozen=True):
    """``stuck``: cameras of which nothing was decoded or looked at in the last 10 s; slopes in MB an hour."""

    cameras: int
    minutes: float
    seed: int
    workers: int
    faults: dict[str, int]
    kills: list[Killed]
    replaced_within_s: float
    broker_kills: int
    stuck: list[Last]
    shed: float
    looked_at: float
    pictures_sent: int
    pictures_missing: int
    pictures_altered: int
    recorder_missing: float
    recorder_restarts: float
    hub_slope_mb_per_h: float
    worker_slope_mb_per_h: float
    hub_mb: float
    worker_mb: float
    spare_mb: float
    goals: dict[str, bool]


@dataclass
class _Sample:
    at_s: float
    hub_mb: float
    workers_mb: float
    spare_mb: float


@dataclass
class Soak:
    """One soak: plays the plan, kills, samples."""

    room: PoliceRoom
    served: LoadedCameras
    seed: int
    seconds: float
    happened: list[Happened] = field(default_factory=list)
    kills: list[Killed] = field(default_factory=list)
    broker_kills: int = 0
    samples: list[_Sample] = field(default_factory=list)
    _well_from_s: dict[str, float] = field(default_factory=dict)
    _began_s: float = 0.0

    @property
    def _now_s(self) -> float:
        return time.monotonic() - self._began_s

    async def play(self) -> None:
        """All of it. Raises PartFailed, httpx.HTTPError."""
        self._began_s = time.monotonic()
        faults = [one for one in plan(self.seed, self.seconds, self.served.camera_ids) if one.fault is not None]
        async with asyncio.TaskGroup() as group:
            for planned in faults:
                group.create_task(self._fault(planned))
            group.create_task(self._kill_workers())
            group.create_task(self._kill_brokers())
            group.create_task(self._sample())

    async def _fault(self, planned: Planned) -> None:
        assert planned.fault is not None and planned.camera_id is not None
        await self._until(planned.at_s)
        began_us = time.time_ns() // 1000
        self._well_from_s[planned.camera_id] = planned.at_s + planned.lasting_s + RECOVERED_AFTER_S
        await self.served.order(SetFault(planned.fault, planned.camera_id))
        await asyncio.sleep(planned.lasting_s)
        await self.served.order(SetFault(Fault.NONE, planned.camera_id))
        self.happened.append(Happened(planned, began_us, time.time_ns() // 1000))

    async def _kill_workers(self) -> None:
        rng = random.Random(self.seed)
        at_s = CALM_FIRST_S
        while at_s < self.seconds * KILL_UNTIL:
            await self._until(at_s)
            pids = workers(self.room.pid)
            if pids:
                await self._kill(rng.choice(pids))
            at_s = self._now_s + rng.uniform(*KILL_EVERY_S)

    async def _kill(self, pid: int) -> None:
        at_s = self._now_s
        before = await self._looked_at()
        os.kill(pid, signal.SIGKILL)
        gone: set[str] = set()
        killed_s = replaced_s = time.monotonic()
        while time.monotonic() - killed_s < GIVEN_UP_AFTER_S:
            now = await self._looked_at()
            now_s = time.monotonic()
            gone |= {one for one in before - now if self._is_well(one)}
            if gone and {one for one in gone if self._is_well(one)} <= now:
                replaced_s = now_s
                break
            await asyncio.sleep(_ASK_EVERY_S)
        else:
            replaced_s = time.monotonic()
        self.kills.append(Killed(round(at_s, 1), len(gone), round(replaced_s - killed_s, 2)))

    def _is_well(self, camera_id: str) -> bool:
        return self._now_s >= self._well_from_s.get(camera_id, 0.0)

    async def _looked_at(self) -> set[str]:
        return {one.camera_id for one in (await state_of(self.room)).cameras if one.looked_at}

    async def _kill_brokers(self) -> None:
        for share in BROKER_AT:
            await self._until(share * self.seconds)
            for pid in children(self.room.pid, "mosquitto"):
                os.kill(pid, signal.SIGKILL)
                self.broker_kills += 1

    async def _sample(self) -> None:
        while self._now_s < self.seconds:
            mine = processes.descendants(self.room.pid, _WORKER)
            at_work = workers(self.room.pid)
            sizes = {pid: _memory_mb(pid) for pid in mine}
            self.samples.append(
                _Sample(
                    self._now_s,
                    processes.memory_mb(self.room.pid),
                    sum(sizes[pid] for pid in at_work if pid in sizes),
                    sum(size for pid, size in sizes.items() if pid not in at_work),
                )
            )
            await asyncio.sleep(SAMPLE_EVERY_S)

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - self._now_s))

    def hub_slope(self) -> float:
        """MB an hour."""
        return _slope([(one.at_s, one.hub_mb) for one in self.samples[int(len(self.samples) * _LEFT_OUT) :]])

    def worker_slope(self) -> float:
        """MB an hour of all of them, once the last was replaced and had its cameras for a while."""
        from_s = max((one.at_s for one in self.kills), default=0.0) + KILL_EVERY_S[1]
        return _slope([(one.at_s, one.workers_mb) for one in self.samples if one.at_s > from_s])


def is_flat(hub_mb_per_h: float, workers_mb_per_h: float, workers_wanted: int) -> bool:
    """Whether the memory stays within its goal; not where a slope could not be measured (NaN)."""
    return hub_mb_per_h <= MOST_GROWTH_MB_PER_H and workers_mb_per_h / workers_wanted <= MOST_GROWTH_MB_PER_H


def workers(hub_pid: int) -> list[int]:
    """Workers that have a line to the broker: a spare one has no socket but its standard input."""
    return [pid for pid in processes.descendants(hub_pid, _WORKER) if _has_line(pid)]


def _has_line(pid: int) -> bool:
    try:
        files = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()}
        return any(file.startswith("socket:") for file in files - {str(Path(f"/proc/{pid}/fd/0").readlink())})
    except OSError:
        return False  # it ended meanwhile


def children(pid: int, name: str) -> list[int]:
    """Its child processes of this program."""
    found = (int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split())
    return [child for child in found if Path(f"/proc/{child}/comm").read_text().strip() == name]


def _memory_mb(pid: int) -> float:
    try:
        return processes.memory_mb(pid)
    except (OSError, StopIteration):
        return 0.0  # it ended meanwhile


def _slope(samples: Sequence[tuple[float, float]]) -> float:
    if len(samples) < 3:
        return float("nan")
    at_s, memory_mb = np.array(samples).T
    return float(np.polyfit(at_s, memory_mb, 1)[0]) * 3600


async def counts(room: PoliceRoom) -> dict[tuple[str, str], float]:
    """The hub's counts by name (without ``qianshao_`` and ``_total``) and camera. Raises httpx.HTTPError."""
    text = (await room.machine.get("/metrics")).raise_for_status().text
    return {(name.removeprefix("qianshao_"), camera): float(value) for name, camera, value in _COUNT.findall(text)}


async def stuck(room: PoliceRoom, camera_ids: Sequence[str]) -> list[Last]:
    """Cameras of which nothing was decoded or looked at for LOOKED_AT_WITHIN_S. Raises httpx.HTTPError."""
    before = await counts(room)
    await asyncio.sleep(LOOKED_AT_WITHIN_S + _STATES_EVERY_S)
    after = await counts(room)
    conditions = {one.camera_id: one.condition for one in (await state_of(room)).cameras}

    def grew(name: str, camera_id: str) -> float:
        return after.get((name, camera_id), 0.0) - before.get((name, camera_id), 0.0)

    last = [
        Last(
            camera_id,
            grew("camera_decoded_frames", camera_id),
            grew("camera_looked_at_frames", camera_id),
            grew("camera_shed_frames", camera_id),
            conditions[camera_id],
        )
        for camera_id in camera_ids
    ]
    return [one for one in last if one.is_stuck]


def proofs(footage_dir: Path, sent: SentReport, happened: Sequence[Happened], began_us: int) -> dict[str, Proof]:
    """Of each camera's main stream. Raises OSError."""
    now_us = time.time_ns() // 1000
    found = {}
    for camera_id in sorted(one for one in sent.streams if "/" not in one):
        windows = [window for one in happened if (window := one.window(camera_id))]
        recorded = recorded_pictures(footage_dir, camera_id, began_us - _MARGIN_US, now_us + _MARGIN_US)
        found[camera_id] = prove(sent_pictures(sent, camera_id), recorded, windows)
    return found


async def soak(minutes: float, cameras: int, seed: int, workers_wanted: int) -> Report:
    """Raises PartFailed, httpx.HTTPError, TimeoutError, OSError."""
    with tempfile.TemporaryDirectory(prefix="qianshao-soak-") as folder:
        async with LoadedCameras.serving(cameras, 1.0) as served:
            given = {"QIANSHAO_VISION_WORKERS": str(workers_wanted)}
            async with police_room(Path(folder), "managed", make_community(1), given) as room:
                await _enrol(room, served)
                began_us = time.time_ns() // 1000
                one = Soak(room, served, seed, minutes * 60)
                await one.play()
                not_seen = await stuck(room, served.camera_ids)
                found = await counts(room)
                await served.fall_silent()
            sent = await served.sent()
            proved = await asyncio.to_thread(proofs, Path(folder) / "hub" / "footage", sent, one.happened, began_us)
    return _report(one, proved, not_seen, found, cameras, minutes, workers_wanted)


async def _enrol(room: PoliceRoom, served: LoadedCameras) -> None:
    venue_id = room.community.venues[0].venue_id
    enrolled = tuple(
        Camera(camera_id=one, name=one, venue_id=venue_id, url=served.urls[one], sub_url=served.urls[f"{one}/sub"])
        for one in served.camera_ids
    )
    body = msgspec.json.encode(msgspec.structs.replace(room.community, cameras=enrolled))
    (await room.machine.post("/api/registry/community", content=body)).raise_for_status()
    await wait_online(room)


def _report(
    one: Soak,
    proved: Mapping[str, Proof],
    not_seen: list[Last],
    found: Mapping[tuple[str, str], float],
    cameras: int,
    minutes: float,
    workers_wanted: int,
) -> Report:
    missing = sum(proof.missing for proof in proved.values())
    slowest = max((kill.replaced_s for kill in one.kills), default=0.0)
    restarts = found["footage_recorder_restarts", ""]
    last = one.samples[-1]
    return Report(
        cameras=cameras,
        minutes=minutes,
        seed=one.seed,
        workers=workers_wanted,
        faults=dict(Counter(each.planned.name for each in one.happened)),
        kills=one.kills,
        replaced_within_s=slowest,
        broker_kills=one.broker_kills,
        stuck=not_seen,
        shed=sum(value for (name, _), value in found.items() if name == "camera_shed_frames"),
        looked_at=sum(value for (name, _), value in found.items() if name == "camera_looked_at_frames"),
        pictures_sent=sum(proof.sent for proof in proved.values()),
        pictures_missing=missing,
        pictures_altered=sum(proof.altered for proof in proved.values()),
        recorder_missing=found["footage_missing_pictures", ""],
        recorder_restarts=restarts,
        hub_slope_mb_per_h=round(one.hub_slope(), 2),
        worker_slope_mb_per_h=round(one.worker_slope(), 2),
        hub_mb=round(last.hub_mb, 1),
        worker_mb=round(last.workers_mb / workers_wanted, 1),
        spare_mb=round(last.spare_mb, 1),
        goals={
            "replaced": slowest <= REPLACED_WITHIN_S and bool(one.kills),
            "none_stuck": not not_seen,
            "recorded": not missing and not restarts,
            "memory_flat": is_flat(one.hub_slope(), one.worker_slope(), workers_wanted),
        },
    )


def main() -> int:
    """Exit code 1: a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.vision_soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--cameras", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(soak(options.minutes, options.cameras, options.seed, options.workers))
    except (PartFailed, httpx.HTTPError, TimeoutError, OSError, ExceptionGroup) as error:
        print(repr(error), file=sys.stderr)
        return 1
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        print(f"{len(found.kills)} kills, replaced within {found.replaced_within_s} s; stuck: {len(found.stuck)}")
    return 0 if all(found.goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
